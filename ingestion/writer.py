"""Putting a batch of records into the database: all of it or nothing, and each event once."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any

import psycopg
from django.db import DataError, Error, IntegrityError, connection, models, transaction
from psycopg import sql

from config.transactions import repeated
from decisions.append_only import ingesting
from decisions.partitions import ensure_partitions
from ingestion.rows.base import NULL, EventRow, LogEventRow, Record
from ingestion.uses import Keys, Uses

TAB = "\t"  # parts the columns in COPY
LINES_AT_ONCE = 500


@dataclass
class Written:
    """How many records were loaded and skipped, and which ones the database refused, and why."""

    loaded: int = 0
    skipped: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def writer_for(row_type: type[EventRow]) -> "Writer":
    """The writer for a kind of row."""
    if not issubclass(row_type, LogEventRow):
        return UpsertWriter(row_type)
    keys = row_type.log.keys
    return UpsertWriter(row_type) if keys is None else LogWriter(row_type, keys)


class Writer:
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

    def write(self, records: Sequence[Record]) -> Written:
        """Write the records in one transaction."""
        return self.writing(records)()

    def writing(self, records: Sequence[Record]) -> Callable[[], Written]:
        """What writes the records; all that need not wait for earlier records is done before."""
        insert = self.inserting(records)

        def once() -> Written:
            written = Written()
            with ingesting():
                self._write_good(list(enumerate(records)), insert, written)
            return written

        def write() -> Written:
            self.prepare(records)
            return repeated(once)

        return write

    def inserting(self, records: Sequence[Record]) -> Callable[[], int]:
        """What puts the records into the table, and returns how many were new.

        It raises database errors. What can be found out beforehand is found out here.
        """
        raise NotImplementedError

    def prepare(self, records: Sequence[Record]) -> None:
        """What has to be in place before the transaction."""

    def _write_good(
        self, records: list[tuple[int, Record]], insert: Callable[[], int], written: Written
    ) -> None:
        """Write what the database takes. Where it refuses a batch, halves find the one to blame."""
        try:
            with transaction.atomic():
                new = insert()
        except Error as error:
            if not refused_for_its_content(error):
                raise
            if len(records) == 1:
                written.refused.append((records[0][0], str(error).splitlines()[0]))
                return
            middle = len(records) // 2
            for half in records[:middle], records[middle:]:
                self._write_good(half, self.inserting([record for _, record in half]), written)
        else:
            written.loaded += new
            written.skipped += len(records) - new


class UpsertWriter(Writer):
    """The catalogue, where the last row with an id wins; and small logs, where the first does."""

    def __init__(self, row_type: type[EventRow]) -> None:
        super().__init__(row_type)
        self._first_wins = issubclass(row_type, LogEventRow)
        names = sql.SQL(", ").join(map(sql.Identifier, row_type.columns))
        others = [column for column in row_type.columns if column not in row_type.identity]
        action: sql.Composable = sql.SQL("NOTHING")
        if not self._first_wins:
            action = sql.SQL(
                "UPDATE SET ({0}) = ROW({1}) WHERE ({2}) IS DISTINCT FROM ({1})"
            ).format(
                sql.SQL(", ").join(map(sql.Identifier, others)),
                sql.SQL(", ").join(sql.Identifier("excluded", column) for column in others),
                sql.SQL(", ").join(sql.Identifier("old", column) for column in others),
            )
        self._stage = sql.SQL(
            "CREATE TEMPORARY TABLE staging ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA"
        ).format(names, self.table)
        self._upsert = sql.SQL(
            "INSERT INTO {table} AS old ({names}) SELECT {names} FROM staging "
            "ON CONFLICT ({identity}) DO {action}"
        ).format(
            table=self.table,
            names=names,
            identity=sql.SQL(", ").join(map(sql.Identifier, row_type.identity)),
            action=action,
        )

    def inserting(self, records: Sequence[Record]) -> Callable[[], int]:
        rounds: list[dict[str, Record]] = []
        seen = Counter[str]()
        for record in records:
            identity = self.identity(record)
            if seen[identity] == len(rounds):
                rounds.append({})
            rounds[seen[identity]][identity] = record
            seen[identity] += 1
        new = self.uses.new(records)
        if self._first_wins:
            return partial(self._insert_distinct, rounds[0], new)
        return partial(self._insert_in_turn, rounds, new)

    def _insert_in_turn(self, rounds: list[dict[str, Record]], new: Keys) -> int:
        # One statement cannot touch a row twice. Each version has its turn, and is not just passed
        # over for the last one, since the database may refuse any of them.
        for versions in rounds:
            self._insert_distinct(versions, new)
        return sum(map(len, rounds))

    def _insert_distinct(self, records: dict[str, Record], new: Keys) -> int:
        with connection.cursor() as cursor:
            self.uses.note(cursor, new)
            cursor.execute(self._stage)
            # Sorted, so that two writers of the same rows wait for each other and never deadlock.
            ordered = [TAB.join(record) for _, record in sorted(records.items())]
            copy(cursor, sql.Identifier("staging"), self.columns, ordered)
            cursor.execute(self._upsert)
            inserted: int = cursor.rowcount
            cursor.execute("DROP TABLE staging")
        return inserted


class LogWriter(Writer):
    """The partitioned logs. A row whose identity is known is skipped; the first one wins.

    Rows are copied straight into the log, with no staging table: COPY is three times as fast
    as INSERT … SELECT here. Duplicates are found by copying the identities first, into their own
    table; they are new as a rule, and where its unique index says otherwise they go
    through a staging table, which leaves out the known ones.
    """

    def __init__(self, row_type: type[LogEventRow], keys: type[models.Model]) -> None:
        super().__init__(row_type)
        self._log = row_type.log
        self._keys = sql.Identifier(keys._meta.db_table)
        self._key_columns = (*row_type.identity, "row_id")
        self._time = row_type.columns.index(row_type.log.time)
        self._leading = row_type.columns.index(row_type.leading)
        # The log is locked before ids are drawn, as a plain INSERT does: whoever then
        # waits for all writers has seen every id below the highest.
        self._lock = sql.SQL("LOCK TABLE ONLY {} IN ROW EXCLUSIVE MODE").format(self.table)
        self._draw_ids = sql.SQL("SELECT decisions_draw_ids({}, %s)").format(
            sql.Literal(self._log.table)
        )
        self._stage = sql.SQL(
            "CREATE TEMPORARY TABLE staging ON COMMIT DROP AS TABLE {} WITH NO DATA"
        ).format(self._keys)
        self._claim_new = sql.SQL(
            "INSERT INTO {keys} ({names}) SELECT {names} FROM staging "
            "ON CONFLICT DO NOTHING RETURNING row_id::text"
        ).format(keys=self._keys, names=sql.SQL(", ").join(map(sql.Identifier, self._key_columns)))

    def prepare(self, records: Sequence[Record]) -> None:
        ensure_partitions(self._log, {record[self._time][:7] for record in records})

    def inserting(self, records: Sequence[Record]) -> Callable[[], int]:
        latest_first = records[::-1]
        # Of the same keys a dict keeps the last value, here the first record.
        firsts = dict(zip(map(self.identity, latest_first), latest_first, strict=True))
        identities = sorted(firsts)
        # In the order of the primary key, whose index is then written page by page.
        ordered = list(firsts.items())[::-1]
        ordered.sort(key=lambda item: item[1][self._leading])
        places = {identity: place for place, (identity, _) in enumerate(ordered)}
        return partial(
            self._insert_firsts,
            [(identity, places[identity]) for identity in identities],
            [TAB.join(record) for _, record in ordered],
            self.uses.new(records),
        )

    def _insert_firsts(self, places: list[tuple[str, int]], lines: list[str], new: Keys) -> int:
        """Write the lines whose identities are new.

        `places` are those of the identities among the lines. They are sorted by identity, so that
        two writers of the same rows wait for each other and never deadlock.
        """
        with connection.cursor() as cursor:
            self.uses.note(cursor, new)
            cursor.execute(self._lock)
            cursor.execute(self._draw_ids, [len(lines)])
            ids = cursor.fetchone()[0].split(" ")
            keys = [f"{identity}\t{ids[place]}" for identity, place in places]
            claimed = self._claim(cursor, keys)
            numbered: Iterable[tuple[str, str]] = zip(ids, lines, strict=True)
            if claimed is not None:
                numbered = [(row_id, line) for row_id, line in numbered if row_id in claimed]
            copy(
                cursor,
                self.table,
                ("id", *self.columns),
                (f"{row_id}\t{line}" for row_id, line in numbered),
            )
        return len(lines) if claimed is None else len(claimed)

    def _claim(self, cursor: Any, keys: list[str]) -> set[str] | None:
        """Store the identities that are new; returns the ids of their rows, None for all."""
        try:
            with transaction.atomic():
                copy(cursor, self._keys, self._key_columns, keys)
        except IntegrityError:
            cursor.execute(self._stage)
            copy(cursor, sql.Identifier("staging"), self._key_columns, keys)
            cursor.execute(self._claim_new)
            new = {row_id for (row_id,) in cursor.fetchall()}
            cursor.execute("DROP TABLE staging")
            return new
        return None


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
    """Whether the database found fault with a row, and not with itself or the connection."""
    limit = psycopg.errors.ProgramLimitExceeded, psycopg.errors.StatementTooComplex
    return isinstance(error, DataError | IntegrityError) or isinstance(error.__cause__, limit)
