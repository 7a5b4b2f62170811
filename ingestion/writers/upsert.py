"""Writing the catalogue, and logs that are small enough for an ordinary table."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from psycopg import sql

from ingestion.rows.base import EventRow, LogEventRow, Record
from ingestion.uses import Keys
from ingestion.writers.base import TAB, Writer, copy


class Versions(NamedTuple):
    """The first record of each identity, then the second, and so on; and new uses."""

    rounds: list[dict[str, Record]]
    new_uses: Keys


class UpsertWriter(Writer[Versions]):
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

    def make_ready(self, records: Sequence[Record]) -> Versions:
        rounds: list[dict[str, Record]] = []
        seen = Counter[str]()
        for record in records:
            identity = self.identity(record)
            if seen[identity] == len(rounds):
                rounds.append({})
            rounds[seen[identity]][identity] = record
            seen[identity] += 1
        return Versions(rounds, self.uses.new(records))

    def insert(self, ready: Versions) -> int:
        if self._first_wins:
            return self._insert_distinct(ready.rounds[0], ready.new_uses)
        # One statement cannot touch a row twice. Each version has its turn, and is not just passed
        # over for the last one, since the database may refuse any of them.
        for versions in ready.rounds:
            self._insert_distinct(versions, ready.new_uses)
        return sum(map(len, ready.rounds))

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
