"""Loading one batch of lines: parsing it, and, when its turn comes, writing it."""

from collections.abc import Callable
from dataclasses import dataclass

from ingestion.context import Context
from ingestion.parser import Parser, Rejected
from ingestion.rows.base import EventRow
from ingestion.source import Batch
from ingestion.writer import writer_for


@dataclass(frozen=True)
class Loaded:
    """What became of the rows of a batch."""

    loaded: int
    skipped: int
    rejected: list[Rejected]


class BatchLoader:
    """Loads batches of one kind of row."""

    def __init__(self, row_type: type[EventRow], context: Context) -> None:
        self._parser = Parser(row_type, context)
        self._writer = writer_for(row_type)

    def parse(self, batch: Batch) -> Callable[[], Loaded]:
        """Do all but writing; the function that is returned writes, after earlier batches."""
        parsed = self._parser.parse(batch)
        if not parsed.records:
            return lambda: Loaded(0, 0, parsed.rejected)
        write = self._writer.writing(parsed.records)

        def finish() -> Loaded:
            written = write()
            for position, reason in written.refused:
                parsed.reject(parsed.numbers[position], reason)
            return Loaded(written.loaded, written.skipped, parsed.rejected)

        return finish
