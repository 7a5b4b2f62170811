"""The databases that the product is compared with, each with the same rows in its own storage.

DuckDB and ClickHouse run inside this process, with a thread for each core: no network, no
server, no permission to check. Their tables are in the order of time, so that a window is a
range. The reasons in traces, which are all null, and the touchpoints of attributions stay
behind; customers come as members of segments.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import chdb.session
import duckdb
from django.db import connection

from benchmarks.queries import Dialect

# Tables in their order, with the columns to take along and the types of DuckDB.
_INTEGERS, _BOOLEANS = "INTEGER[]", "BOOLEAN[]"
TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "decisions_outcometype": (
        "id",
        {"id": "INTEGER", "category": "VARCHAR", "classification": "VARCHAR"}
        | {"is_conversion": "BOOLEAN"},
    ),
    "segments_segmentmembership": (
        "segment_id, customer_id",
        {"segment_id": "INTEGER", "customer_id": "VARCHAR"},
    ),
    "decisions_interaction": (
        "occurred_at",
        {"occurred_at": "TIMESTAMP", "offer_id": "INTEGER", "channel_id": "INTEGER"}
        | {"outcome_type_id": "INTEGER", "decision_flow_id": "INTEGER", "customer_id": "VARCHAR"}
        | {"event_id": "VARCHAR", "value": "DECIMAL(18,4)", "cost": "DECIMAL(18,4)"},
    ),
    "decisions_run": (
        "started_at",
        {"started_at": "TIMESTAMP", "decision_flow_id": "INTEGER", "latency_ms": "INTEGER"}
        | {"status": "VARCHAR", "event_id": "VARCHAR"},
    ),
    "decisions_attribution": (
        "created_at",
        {"created_at": "TIMESTAMP", "total_value": "DECIMAL(18,4)", "model": "VARCHAR"}
        | {"customer_id": "VARCHAR", "conversion_id": "VARCHAR"},
    ),
    "decisions_decisiontrace": (
        "created_at",
        {"created_at": "TIMESTAMP", "total_latency_ms": "DOUBLE", "channel_id": "INTEGER"}
        | {"decision_flow_id": "INTEGER", "degraded_scoring": "BOOLEAN"}
        | {"degraded_reason": "VARCHAR", "customer_id": "VARCHAR", "event_id": "VARCHAR"}
        | {"qualification_offers": _INTEGERS, "qualification_rules": _INTEGERS}
        | {"qualification_passed": _BOOLEANS, "policy_offers": _INTEGERS}
        | {"policy_policies": _INTEGERS, "policy_blocked": _BOOLEANS}
        | {"scored_offers": _INTEGERS, "scored_scores": "DOUBLE[]", "scored_ranks": _INTEGERS}
        | {"selected_offers": _INTEGERS, "selected_ranks": _INTEGERS}
        | {"outcome_offers": _INTEGERS, "outcome_states": "SMALLINT[]"}
        | {"outcome_ranks": _INTEGERS, "outcome_causes": _INTEGERS},
    ),
}
Rows = list[tuple[Any, ...]]


class Engine(Protocol):
    """A database that answers."""

    name: str
    dialect: Dialect

    def rows(self, query: str) -> Rows:
        """The answer."""

    def size(self) -> int:
        """Bytes on disk."""


class PostgreSQL:
    """The product's own server and log tables, with as many workers as it starts by default."""

    name: str = "PostgreSQL"
    dialect: Dialect = "postgresql"

    def rows(self, query: str) -> Rows:
        """The answer."""
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def size(self) -> int:
        """Bytes of the tables that the others hold too, indexes included."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sum(pg_total_relation_size(tree.relid)) FROM unnest(%s::text[]) name, "
                "pg_partition_tree(name::regclass) tree",
                [[*TABLES]],
            )
            return int(cursor.fetchone()[0])


class DuckDB:
    """DuckDB on a database file."""

    name: str = "DuckDB"
    dialect: Dialect = "duckdb"

    def __init__(self, directory: Path) -> None:
        self.file = directory / "duckdb.db"
        self.connection = duckdb.connect(str(self.file))

    def rows(self, query: str) -> Rows:
        """The answer."""
        return list(self.connection.execute(query).fetchall())

    def size(self) -> int:
        """Bytes on disk."""
        return self.file.stat().st_size

    def load(self, directory: Path, told: Callable[[str], None]) -> None:
        """Copy PostgreSQL's rows by way of files, and leave Parquet files for others."""
        for table, (order, columns) in TABLES.items():
            told(f"DuckDB: {table}")
            file = directory / f"{table}.csv"
            _export(table, order, columns, file)
            self.connection.execute(
                f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_csv("
                f"'{file}', header = false, columns = {columns!r}, nullstr = '')"
            )
            file.unlink()
            self.connection.execute(f"COPY {table} TO '{directory}/{table}.parquet'")
        self.connection.execute("CHECKPOINT")


class ClickHouse:
    """ClickHouse as chdb, on MergeTree tables."""

    name: str = "ClickHouse"
    dialect: Dialect = "clickhouse"

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "clickhouse"
        self.session = chdb.session.Session(str(self.directory))

    def rows(self, query: str) -> Rows:
        """The answer, as texts."""
        text = str(self.session.query(query, "TSV"))
        return [tuple(line.split("\t")) for line in text.splitlines()]

    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.directory.rglob("*") if file.is_file())

    def load(self, directory: Path, told: Callable[[str], None]) -> None:
        """Read the Parquet files that DuckDB's loading has left."""
        for table, (order, _) in TABLES.items():
            told(f"ClickHouse: {table}")
            file = directory / f"{table}.parquet"
            self.session.query(f"DROP TABLE IF EXISTS {table} SYNC")
            self.session.query(
                f"CREATE TABLE {table} ENGINE = MergeTree ORDER BY ({order}) "
                "SETTINGS allow_nullable_key = 1 "
                f"AS SELECT * FROM file('{file}', Parquet)"
            )
            self.session.query(f"OPTIMIZE TABLE {table} FINAL")
            file.unlink()


def _export(table: str, order: str, columns: dict[str, str], file: Path) -> None:
    """Write the table's rows, in order; lists look as DuckDB has them."""
    selected = ", ".join(
        f"translate({name}::text, '{{}}', '[]')" if type_.endswith("[]") else name
        for name, type_ in columns.items()
    )
    query = f"COPY (SELECT {selected} FROM {table} ORDER BY {order}) TO STDOUT (FORMAT csv)"
    # DuckDB's timestamps have no zone: both are UTC.
    with connection.cursor() as cursor, file.open("wb") as target:
        cursor.execute("SET TIME ZONE 'UTC'")
        with cursor.copy(query) as rows:
            for block in rows:
                target.write(block)


def loaded(directory: Path, told: Callable[[str], None]) -> list[Engine]:
    """The engines with the rows that PostgreSQL has now."""
    home = directory / "engines"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    duck, click = DuckDB(home), ClickHouse(home)
    duck.load(home, told)
    click.load(home, told)
    return [PostgreSQL(), duck, click]
