"""The file of rejected rows beside each source."""

import json
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import msgspec

from config.terminal import printable
from ingestion.parser import Rejected

LONGEST_SHOWN = 100_000


class UnwritableRejectsError(Exception):
    """Rejected rows cannot be put where they belong."""


class RejectsFile:
    """`<entity>.rejected.ndjson`: one {line, reason, row} a rejected line.

    It tells of one run: an older one is removed at the start, and none is left when every row
    was good. `row` is the row as sent, or the line as a string where it is not JSON. Entries of
    a file that several sources share say which one they are of, as `file`.
    """

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path = path
        self._shared = shared
        self._file: IO[bytes] | None = None
        try:
            path.unlink(missing_ok=True)
            # Better noticed now than at the first row to reject, when others are loaded already.
            TemporaryFile(dir=path.parent).close()
        except OSError as error:
            raise self._unwritable(error) from error

    @property
    def written(self) -> bool:
        """Whether any row was rejected."""
        return self._file is not None

    def write(self, rejected: Iterable[Rejected], source: str) -> None:
        """Add lines of a source, in the order of their numbers. Raises UnwritableRejectsError."""
        of_file = {"file": printable(source)} if self._shared else {}
        for entry in sorted(rejected, key=lambda entry: entry.line):
            told = {**of_file, "line": entry.line, "reason": entry.reason, "row": _row(entry.text)}
            try:
                # Not in append mode: two runs of the same files write the same, over each other.
                self._file = self._file or self.path.open("wb")
                self._file.write(msgspec.json.encode(told) + b"\n")
            except OSError as error:
                raise self._unwritable(error) from error

    def close(self) -> None:
        """Finish the file, if there is one. Raises UnwritableRejectsError."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> UnwritableRejectsError:
        return UnwritableRejectsError(
            f"Rejected rows cannot be written to {printable(self.path)} ({error.strerror}). Name a "
            "directory for them with --rejects DIR; rows that are loaded already are skipped then."
        )


def _row(text: bytes) -> object:
    try:
        # Unlike msgspec, JSON's grammar allows half a surrogate pair; unlike Python, it has no NaN.
        json.loads(text.decode(), parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        shown = text[:LONGEST_SHOWN].decode(errors="backslashreplace")
        return shown if len(text) <= LONGEST_SHOWN else f"{shown}… ({len(text)} bytes in all)"
    return msgspec.Raw(text.strip())


def _refuse(constant: str) -> None:
    raise ValueError(constant)
