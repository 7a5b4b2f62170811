"""Putting batches of records into the database: all of a batch or nothing, and each event once."""

from typing import Any

from ingestion.rows.base import EventRow, LogEventRow
from ingestion.writers.base import Writer
from ingestion.writers.log import LogWriter
from ingestion.writers.upsert import UpsertWriter


def writer_for(row_type: type[EventRow]) -> Writer[Any]:
    """The writer for a kind of row."""
    if not issubclass(row_type, LogEventRow):
        return UpsertWriter(row_type)
    keys = row_type.log.keys
    return UpsertWriter(row_type) if keys is None else LogWriter(row_type, keys)
