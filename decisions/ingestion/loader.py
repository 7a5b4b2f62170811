"""Loading one file after another, the parser ahead of the writer."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from django.db import connection

from decisions.ingestion.context import Context
from decisions.ingestion.parser import Parsed, Parser
from decisions.ingestion.rejects import RejectsFile
from decisions.ingestion.rows import Row
from decisions.ingestion.source import Source
from decisions.ingestion.writer import Writer, Written, writer_for


@dataclass
class Counts:
    """What became of the rows of a file. Blank lines are not rows."""

    loaded: int = 0
    skipped: int = 0
    rejected: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return self.loaded + self.skipped + self.rejected


class Loader:
    """Loads files in the caller's thread, but for the database writes, which a second one does.

    At most two batches are in memory: the one being written and the one being parsed. A file is
    written to its end before the next begins, since that may refer to it.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._writing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # `connection` means the one of the thread that evaluates it.
        self._writing.submit(lambda: connection.close())  # noqa: PLW0108
        self._writing.shutdown()

    def load(
        self,
        source: Source,
        row_type: type[Row],
        rejects: RejectsFile,
        counts: Counts,
        advanced: Callable[[], None],
    ) -> None:
        """Load a file, adding to `counts`; `advanced` is called after each batch.

        Raises UnreadableSourceError (what was readable is loaded then) and database errors.
        """
        parser, writer = Parser(row_type, self._context), writer_for(row_type)
        pending: list[tuple[Parsed, Future[Written]]] = []
        try:
            for batch in source.batches():
                parsed = parser.parse(batch)
                if pending:
                    self._finish(*pending.pop(), counts, rejects)
                pending.append((parsed, self._writing.submit(_write, writer, parsed)))
                advanced()
        finally:
            if pending:
                self._finish(*pending.pop(), counts, rejects)
            advanced()

    def _finish(
        self, parsed: Parsed, writing: Future[Written], counts: Counts, rejects: RejectsFile
    ) -> None:
        """Wait for the writer, and count."""
        written = writing.result()
        for position, reason in written.refused:
            parsed.reject(parsed.numbers[position], reason)
        counts.loaded += written.loaded
        counts.skipped += written.skipped
        counts.rejected += len(parsed.rejected)
        rejects.write(parsed.rejected)


def _write(writer: Writer, parsed: Parsed) -> Written:
    return writer.write(parsed.records) if parsed.records else Written()
