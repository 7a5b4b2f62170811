"""Finding the newest event of a file, from which `--shift-to-now` counts."""

from datetime import datetime

import msgspec

from decisions.ingestion.context import parse_instant
from decisions.ingestion.rows import LogRow
from decisions.ingestion.source import Source


def newest_event(source: Source, row_type: type[LogRow]) -> datetime | None:
    """The latest event time among the rows of the right form, or None if there is none."""
    decode = msgspec.json.Decoder(row_type).decode
    newest: datetime | None = None
    for batch in source.batches():
        for line in batch.lines:
            try:
                moment = parse_instant(decode(line).happened_at)
            except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
                continue  # the second pass says what is wrong with it
            if newest is None or moment > newest:
                newest = moment
    return newest
