"""The SQL of the log that Django cannot write: partitioned tables, and their triggers.

Each file says what it is for. `triggers` puts them together for all logs, as `decisions/logs.py`
declares these; the initial migration runs the result.
"""

from pathlib import Path
from typing import LiteralString, cast


def read(path: Path) -> LiteralString:
    """The text of an SQL file of ours, which may hold {placeholders} of psycopg.sql."""
    return cast("LiteralString", path.read_text())  # type: ignore[redundant-cast]  # not to readers


def text(name: str) -> LiteralString:
    """The text of a file in this folder."""
    return read(Path(__file__).with_name(f"{name}.sql"))
