"""Commands side by side, in processes of their own: none fails because of another."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from psycopg import sql

from config.transactions import repeated
from decisions.models import Interaction, Run, RunKey
from decisions.partitions import following, month_of
from tests.support.ingesting import (
    ATTRIBUTION,
    CATALOGUE,
    INTERACTION,
    RUN,
    TRACE,
    Ingested,
    Row,
    database_url,
    finish,
    ingest,
    start_ingest,
    write_bundle,
)
from tests.support.materialising import wait_for_waiting
from tests.support.processes import output_of, start
from tests.support.soak import deadlocks

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 4
MONTHS = [following(month_of(datetime.now(UTC).date()), -ago) for ago in range(12)]
LOGS = {
    "interactions": (INTERACTION, "occurredAt"),
    "decision_traces": (TRACE, "createdAt"),
    "runs": (RUN, "startedAt"),
    "attributions": (ATTRIBUTION, "createdAt"),
}


def events(bundle: int) -> dict[str, list[Row]]:
    """Rows of every log in each month, in an order that differs from bundle to bundle."""
    months = MONTHS[bundle:] + MONTHS[:bundle]
    found: dict[str, list[Row]] = {}
    for entity, (row, time) in LOGS.items():
        name = "conversionId" if entity == "attributions" else "id"
        found[entity] = [
            {**row, name: f"{bundle} {month}", time: f"{month}-01T00:00:00Z"} for month in months
        ]
    return found


@pytest.fixture
def _no_partitions(transactional_db: None) -> None:
    """As at the very beginning."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' "
            "AND relname ~ '^decisions_.*_[0-9]{4}_[0-9]{2}$'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of a database without a single table."""
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS test_empty WITH (FORCE)")
        cursor.execute("CREATE DATABASE test_empty")
    yield database_url("test_empty")
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE test_empty WITH (FORCE)")


@pytest.mark.usefixtures("_no_partitions")
def test_bundles_that_are_ingested_at_once_make_their_partitions(tmp_path: Path) -> None:
    ingest(write_bundle(tmp_path / "catalogue", **CATALOGUE))
    bundles = [write_bundle(tmp_path / str(n), **events(n)) for n in range(AT_ONCE)]
    before = deadlocks()
    others = [start("create_partitions"), start("drop_partitions", "--older-than", "24")]
    results = [finish(process) for process in [start_ingest(bundle) for bundle in bundles]]
    assert [result.status for result in results] == [0] * AT_ONCE, said(results)
    for process in others:
        output_of(process)
    assert Interaction.objects.count() == AT_ONCE * len(MONTHS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM decisions_interaction_default")
        assert cursor.fetchone() == (0,)
    assert deadlocks() == before


def said(results: list[Ingested]) -> str:
    return "\n".join(result.output for result in results)


def test_an_empty_database_is_migrated_once_by_all_who_begin_at_once(empty: str) -> None:
    processes = [start("migrate", "--verbosity", "0", url=empty) for _ in range(AT_ONCE)]
    for process in processes:
        output_of(process)
    with psycopg.connect(empty) as session:
        assert (
            one(session, "SELECT count(*) - count(DISTINCT app || name) FROM django_migrations")
            == 0
        )
        roles = "SELECT array_agg(name::text ORDER BY name) FROM auth_group"
        assert one(session, roles) == ["admin", "viewer"]
        assert one(session, "SELECT count(*) FROM auth_group_permissions") > 10
        assert one(session, "SELECT count(*) FROM decisions_outcometype") > 10


def test_an_empty_database_is_set_up_by_the_first_of_all_who_ingest(
    empty: str, tmp_path: Path
) -> None:
    bundles = [write_bundle(tmp_path / str(n), **CATALOGUE, **events(n)) for n in range(AT_ONCE)]
    results = [finish(process) for process in [start_ingest(path, url=empty) for path in bundles]]
    assert [result.status for result in results] == [0] * AT_ONCE, said(results)
    with psycopg.connect(empty) as session:
        rows = one(session, "SELECT count(*) FROM decisions_interaction")
        assert rows == AT_ONCE * len(MONTHS)
        assert one(session, "SELECT count(*) FROM decisions_interaction_default") == 0


def test_a_migration_that_fails_lets_the_next_one_begin(empty: str) -> None:
    with psycopg.connect(empty) as session:
        session.execute("CREATE TABLE offers_offer ()")  # in the way
    said, _ = (process := start("migrate", url=empty)).communicate(timeout=120)
    assert process.returncode != 0
    assert "offers_offer" in said
    with psycopg.connect(empty) as session:
        session.execute("DROP TABLE offers_offer")
    output_of(start("migrate", url=empty))


def test_a_batch_that_a_deadlock_ended_is_written_again(tmp_path: Path) -> None:
    """Somebody inserts the same events in another order: the batch has one and wants the other."""
    ingest(write_bundle(tmp_path / "catalogue", **CATALOGUE))
    rows = [{**RUN, "id": name} for name in ("a", "z")]
    ingest(write_bundle(tmp_path / "first", runs=[{**RUN, "id": "before"}]))
    bundle = write_bundle(tmp_path / "events", runs=rows)
    claim = "INSERT INTO decisions_runkey (row_id, event_id) VALUES (-1, %s)"
    before = deadlocks()
    with psycopg.connect(database_url()) as other:
        other.execute("SET deadlock_timeout = '1min'")
        other.execute(claim, ["z"])
        process = start("ingest", str(bundle), PGOPTIONS="-c deadlock_timeout=5s")
        wait_for_waiting(1)
        other.execute(claim, ["a"])  # goes on once the batch has been given up
        other.rollback()
    output_of(process)
    assert deadlocks() == before + 1
    assert set(RunKey.objects.values_list("event_id", flat=True)) == {"before", "a", "z"}
    assert Run.objects.count() == 3


def test_only_a_whole_transaction_is_repeated() -> None:
    turns = count()

    def fail() -> None:
        next(turns)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'serialization_failure'; END $$"
            )

    with pytest.raises(OperationalError), transaction.atomic():
        repeated(fail)
    assert next(turns) == 1
    with pytest.raises(OperationalError):
        repeated(fail)
    assert next(turns) == 7


def one(session: psycopg.Connection, query: LiteralString) -> Any:
    """The value that a query finds."""
    found = session.execute(query).fetchone()
    assert found
    return found[0]


@pytest.mark.usefixtures("_no_partitions")
def test_a_long_reader_keeps_nobody_from_ingesting_or_reading(tmp_path: Path) -> None:
    """A backup reads all tables in one transaction."""
    assert ingest(write_bundle(tmp_path / "catalogue", **CATALOGUE)).status == 0
    with psycopg.connect(database_url()) as backup, psycopg.connect(database_url()) as reader:
        backup.execute("SELECT count(*) FROM decisions_interaction")
        loading = start_ingest(write_bundle(tmp_path / "rows", interactions=[INTERACTION]))
        dropping = start("drop_partitions", "--older-than", "3")
        while loading.poll() is None or dropping.poll() is None:
            reader.execute("SET statement_timeout = '8s'")
            assert one(reader, "SELECT count(*) FROM decisions_interaction") >= 0
            reader.rollback()
        loaded = finish(loading)
        assert loaded.status == 0, loaded.output
        output, _ = dropping.communicate()
        assert dropping.returncode == 1
        assert "Somebody has been reading the table for long, such as a backup. Run" in output
        assert one(reader, "SELECT tableoid::regclass::text FROM decisions_interaction") == (
            "decisions_interaction_default"
        )
    assert "nothing is that old" in output_of(start("drop_partitions", "--older-than", "3"))
