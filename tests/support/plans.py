"""What query plans say."""

import re


def scans(plan: str, table: str) -> list[str]:
    """The sequential scans of a table and its partitions, but for empty ones, which cost nothing.

    Other tests may have left partitions without rows.
    """
    found = re.findall(rf"Seq Scan on {table}.*cost=.*", plan)
    return [line for line in found if "cost=0.00..0.00 " not in line]
