"""The SQL of the log that Django cannot write: partitioned tables, and their triggers.

Each file says what it is for. `triggers` puts them together for all logs, as `decisions/logs.py`
declares these. A migration keeps the text that it ran; a test compares the database with the text
declared now.
"""

import re
from pathlib import Path
from typing import LiteralString, cast


def read(path: Path) -> LiteralString:
    """The text of an SQL file of ours, which may hold {placeholders} of psycopg.sql."""
    return cast("LiteralString", path.read_text())  # type: ignore[redundant-cast]  # not to readers


def text(name: str) -> LiteralString:
    """The text of a file in this folder."""
    return read(Path(__file__).with_name(f"{name}.sql"))


def undo(statements: str) -> str:
    """What drops the views, functions and tables that the statements create, triggers included."""
    drops = []
    for kind in ("VIEW", "FUNCTION", "TABLE"):
        # Partitions go with their table.
        names = re.findall(rf"^CREATE {kind} (\w+)\b(?! PARTITION OF)", statements, re.MULTILINE)
        if names:
            drops.append(f"DROP {kind} {', '.join(names)} CASCADE;")
    return "\n".join(drops)
