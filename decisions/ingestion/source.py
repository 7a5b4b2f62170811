"""Reading an event file in batches of lines, whatever it is packed in."""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

BATCH_BYTES = 8 * 2**20
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

    def __init__(self, name: str, stream: IO[bytes], size: int | None) -> None:
        self.name = name
        self.size = size
        self._raw = stream
        buffered = io.BufferedReader(stream) if isinstance(stream, io.RawIOBase) else stream
        packed = buffered.peek(2)[:2] == b"\x1f\x8b" if hasattr(buffered, "peek") else False
        self._stream: IO[bytes] = gzip.GzipFile(fileobj=buffered) if packed else buffered

    @classmethod
    def of_path(cls, path: Path) -> "Source":
        """The file at `path`."""
        return cls(str(path), path.open("rb", buffering=0), path.stat().st_size)

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()
        self._raw.close()

    @property
    def position(self) -> int:
        """How many bytes of the file as it lies on disk have been read."""
        return self._raw.tell() if self.size is not None else 0

    def batches(self) -> Iterator[Batch]:
        """The lines, in batches of about BATCH_BYTES. Memory does not grow with the file."""
        first, rest, cut = 1, b"", False
        for block in self._blocks():
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
        mark = BYTE_ORDER_MARK
        try:
            while block := self._stream.read(BATCH_BYTES):
                yield block.removeprefix(mark)
                mark = b""
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableSourceError(
                f"{self.name} cannot be read to its end ({error}); "
                "repair it and ingest it again: rows that are loaded already are skipped then"
            ) from error
