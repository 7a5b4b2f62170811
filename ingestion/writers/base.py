"""What all writers have in common: a batch is written whole or not at all, but for bad rows."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any, Generic, TypeVar

import psycopg
from django.db import DataError, Error, IntegrityError, connection, transaction
from psycopg import sql

from config.transactions import repeated
from decisions.append_only import ingesting
from ingestion.rows.base import NULL, EventRow, Record
from ingestion.uses import Uses

TAB = "\t"  # parts the columns in COPY
LINES_AT_ONCE = 500
Ready = TypeVar("Ready")


@dataclass
class Written:
    """How many records were loaded and skipped, and which ones the database refused, and why."""

    loaded: int = 0
    skipped: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Prepared(Generic[Ready]):
    """A batch of records, and what could be made of it before earlier batches were written."""

    records: Sequence[Record]
    ready: Ready


class Writer(ABC, Generic[Ready]):
    """Writes batches of records of one kind of row."""

    def __init__(self, row_type: type[EventRow]) -> None:
        self.table = sql.Identifier(row_type.model._meta.db_table)
        self.columns = row_type.columns
        self.uses = Uses(row_type)
        # The text that tells a record from all others: its columns as COPY reads them.
        parts = itemgetter(*(row_type.columns.index(column) for column in row_type.identity))
        self.identity: Callable[[Record], str] = (
            parts if len(row_type.identity) == 1 else lambda record: TAB.join(parts(record))
        )

    def prepare(self, records: Sequence[Record]) -> Prepared[Ready]:
        """Do everything that need not wait for earlier batches."""
        return Prepared(records, self.make_ready(records))

    def write(self, prepared: Prepared[Ready]) -> Written:
        """Write the records in one transaction."""
        self.make_room(prepared.records)
        return repeated(partial(self._write_once, prepared))

    @abstractmethod
    def make_ready(self, records: Sequence[Record]) -> Ready:
        """What `insert` needs. What can be found out beforehand is found out here."""

    @abstractmethod
    def insert(self, ready: Ready) -> int:
        """Put records into the table; returns how many were new. Raises database errors."""

    def make_room(self, records: Sequence[Record]) -> None:
        """Create what has to be in place before the transaction."""

    def _write_once(self, prepared: Prepared[Ready]) -> Written:
        written = Written()
        with ingesting():
            self._write_good(list(enumerate(prepared.records)), prepared.ready, written)
        return written

    def _write_good(
        self, records: list[tuple[int, Record]], ready: Ready, written: Written
    ) -> None:
        """Write what the database accepts. If it refuses a batch, bisect to find the bad record."""
        try:
            with transaction.atomic():
                new = self.insert(ready)
        except Error as error:
            if not refused_for_its_content(error):
                raise
            if len(records) == 1:
                written.refused.append((records[0][0], str(error).splitlines()[0]))
                return
            middle = len(records) // 2
            for half in records[:middle], records[middle:]:
                self._write_good(half, self.make_ready([record for _, record in half]), written)
        else:
            written.loaded += new
            written.skipped += len(records) - new


def copy(cursor: Any, table: sql.Composable, columns: Iterable[str], lines: Iterable[str]) -> None:
    """COPY lines, whose texts are escaped already, into the table."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (NULL {})").format(
        table, sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Literal(NULL)
    )
    waiting = iter(lines)
    # Django does not translate the driver's errors here by itself.
    with connection.wrap_database_errors, cursor.copy(statement) as sink:
        # In pieces, so that the server works on one while the next is put together.
        while piece := "\n".join(islice(waiting, LINES_AT_ONCE)):
            sink.write(piece + "\n")


def refused_for_its_content(error: Error) -> bool:
    """Whether the database refused a row, rather than failing itself or losing the connection."""
    limit = psycopg.errors.ProgramLimitExceeded, psycopg.errors.StatementTooComplex
    return isinstance(error, DataError | IntegrityError) or isinstance(error.__cause__, limit)
