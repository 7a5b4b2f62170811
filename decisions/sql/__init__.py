"""The SQL of the log that Django cannot write: partitioned tables, and their triggers.

Each file says what it is for. `triggers` puts them together for all logs, as `decisions/logs.py`
declares these. A migration keeps the text that it ran; a test compares the database with the text
declared now.
"""

import re
from importlib.resources import files
from typing import LiteralString, cast


def text(name: str, package: str = __name__) -> LiteralString:
    """The text of an SQL file of a package of ours, which may hold {placeholders}."""
    found = files(package).joinpath(f"{name}.sql").read_text()
    return cast("LiteralString", found)  # type: ignore[redundant-cast]  # not to readers


def undo(statements: str) -> str:
    """What drops the views, functions and tables that the statements create, triggers included."""
    drops = []
    for kind in ("VIEW", "FUNCTION", "TABLE"):
        # Partitions go with their table.
        names = re.findall(rf"^CREATE {kind} (\w+)\b(?! PARTITION OF)", statements, re.MULTILINE)
        if names:
            drops.append(f"DROP {kind} {', '.join(names)} CASCADE;")
    return "\n".join(drops)
