"""Loading one batch of lines: parsing it, and, when its turn comes, writing it."""

from dataclasses import dataclass
from typing import Any

from ingestion.context import Context
from ingestion.parser import Parsed, Parser, Rejected
from ingestion.rows.base import EventRow
from ingestion.source import Batch
from ingestion.writers import writer_for
from ingestion.writers.base import Prepared


@dataclass(frozen=True)
class Loaded:
    """What became of the rows of a batch."""

    loaded: int
    skipped: int
    rejected: list[Rejected]


@dataclass(frozen=True)
class ParsedBatch:
    """A batch that is ready to be written, if any of its lines was good."""

    parsed: Parsed
    prepared: Prepared[Any] | None


class BatchLoader:
    """Loads batches of one kind of row."""

    def __init__(self, row_type: type[EventRow], context: Context) -> None:
        self._parser = Parser(row_type, context)
        self._writer = writer_for(row_type)

    def parse(self, batch: Batch) -> ParsedBatch:
        """Parse a batch and prepare its rows, while earlier batches may still be waiting."""
        parsed = self._parser.parse(batch)
        prepared = self._writer.prepare(parsed.records) if parsed.records else None
        return ParsedBatch(parsed, prepared)

    def write(self, batch: ParsedBatch) -> Loaded:
        """Write the good rows. Call it after earlier batches are written."""
        parsed = batch.parsed
        if batch.prepared is None:
            return Loaded(0, 0, parsed.rejected)
        written = self._writer.write(batch.prepared)
        for position, reason in written.refused:
            parsed.reject(parsed.numbers[position], reason)
        return Loaded(written.loaded, written.skipped, parsed.rejected)
