"""The file of rejected rows beside each source."""

from collections.abc import Iterable
from pathlib import Path
from typing import IO

import msgspec

from decisions.ingestion.parser import Rejected

LONGEST_SHOWN = 100_000


class RejectsFile:
    """`<entity>.rejected.ndjson`: one {line, reason, row} a rejected line.

    It tells of one run: an older one is removed at the start, and none is left when every row
    was good. `row` is the row as sent, or the line as a string where it is not JSON.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = False
        self._file: IO[bytes] | None = None
        path.unlink(missing_ok=True)

    def write(self, rejected: Iterable[Rejected]) -> None:
        """Add the lines, in the order of their numbers."""
        for entry in sorted(rejected, key=lambda entry: entry.line):
            if self._file is None:
                self._file = self.path.open("ab")
                self.written = True
            self._file.write(
                msgspec.json.encode(
                    {"line": entry.line, "reason": entry.reason, "row": _row(entry.text)}
                )
                + b"\n"
            )

    def close(self) -> None:
        """Finish the file, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _row(text: bytes) -> object:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        shown = text[:LONGEST_SHOWN].decode(errors="backslashreplace")
        return shown if len(text) <= LONGEST_SHOWN else f"{shown}… ({len(text)} bytes in all)"
    return msgspec.Raw(text.strip())
