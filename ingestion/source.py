"""Reading an event file in batches of lines, whatever it is packed in."""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

BATCH_BYTES = 8 * 2**20
BATCH_LINES = 50_000  # short lines take many times their bytes, above all if they are rejected
LONGEST_LINE = 64 * 2**20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnreadableSourceError(Exception):
    """The rest of a file cannot be read."""


@dataclass(frozen=True)
class Batch:
    """Consecutive lines of a file; `first` is the number of the first one, from 1.

    A line longer than LONGEST_LINE is cut there, which no row type accepts.
    """

    first: int
    lines: list[bytes]


class Source:
    """A file of lines: plain, gzip-compressed (by its content, not its name), or a stream."""

    def __init__(self, name: str, file: io.BufferedReader) -> None:
        self.name = name
        self.size = _size(file)
        self._file = file
        packed = file.peek(2)[:2] == b"\x1f\x8b"
        self._lines: io.BufferedReader | gzip.GzipFile = (
            gzip.GzipFile(fileobj=file) if packed else file
        )

    def close(self) -> None:
        """Close the file."""
        self._lines.close()
        self._file.close()

    @property
    def position(self) -> int:
        """How many bytes of the file as it lies on disk have been read."""
        return self._file.tell() if self.size is not None else 0

    def batches(self) -> Iterator[Batch]:
        """The lines, in batches of up to about BATCH_BYTES and BATCH_LINES.

        Memory does not grow with the file.
        """
        first, rest, cut = 1, b"", False
        for block in chain.from_iterable(map(_portions, self._blocks())):
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            if cut and lines:  # the end of a line whose beginning was delivered already
                del lines[0]
                cut = False
            if cut or len(rest) > LONGEST_LINE:
                lines += [] if cut else [rest[: LONGEST_LINE + 1]]
                rest, cut = b"", True
            if lines:
                yield Batch(first, lines)
                first += len(lines)
        if rest and not cut:
            yield Batch(first, [rest])

    def _blocks(self) -> Iterator[bytes]:
        """Pieces of BATCH_BYTES. All that can be read of a damaged file comes before the error."""
        mark = BYTE_ORDER_MARK
        error = None
        while error is None:
            pieces, size = [], 0
            try:
                while size < BATCH_BYTES and (piece := self._lines.read1(BATCH_BYTES - size)):
                    pieces.append(piece)
                    size += len(piece)
            except (OSError, EOFError, zlib.error) as damage:
                error = damage
            if pieces:
                yield b"".join(pieces).removeprefix(mark)
                mark = b""
            elif error is None:
                return
        raise UnreadableSourceError(
            f"{self.name} cannot be read to its end ({error}); "
            "repair it and ingest it again: rows that are loaded already are skipped then"
        ) from error


def _portions(block: bytes) -> Iterator[bytes]:
    """Split the block into parts of at most BATCH_LINES line ends each."""
    if block.count(b"\n") <= BATCH_LINES:
        yield block
    else:
        middle = len(block) // 2
        yield from _portions(block[:middle])
        yield from _portions(block[middle:])


def _size(file: io.BufferedReader) -> int | None:
    """The size of a file on disk; None for a pipe, which has none."""
    try:
        status = os.fstat(file.fileno())
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
