"""The triggers of segments."""

from pathlib import Path
from typing import LiteralString

from decisions.sql import read


def text(name: str) -> LiteralString:
    """The text of a file in this folder."""
    return read(Path(__file__).with_name(f"{name}.sql"))
