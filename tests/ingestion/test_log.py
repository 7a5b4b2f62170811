"""Log rows are stored once: within a file, across files and runs, side by side, after a crash."""

import subprocess
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from decisions.models import (
    Attribution,
    DecisionTrace,
    Interaction,
    InteractionKey,
    ModelMetric,
    Run,
)
from tests.support.ingesting import (
    ATTRIBUTION,
    CATALOGUE,
    INTERACTION,
    METRIC,
    RUN,
    TRACE,
    finish,
    ingest,
    lines_of,
    rejected,
    start_ingest,
    write_bundle,
)

pytestmark = pytest.mark.django_db(transaction=True)

PADDING = "x" * 2000  # makes a file of few rows one of many batches
MANY = 20_000


@pytest.fixture
def _catalogue(tmp_path: Path) -> None:
    assert ingest(write_bundle(tmp_path / "catalogue", **CATALOGUE)).status == 0


def many_interactions(first: int, last: int) -> bytes:
    """Interactions number `first` to `last` - 1, each worth its number in cents."""
    return lines_of(
        [
            {
                **INTERACTION,
                "id": f"i{number}",
                "customerId": f"c{number % 100}",
                "value": number / 100,
                "padding": PADDING,
            }
            for number in range(first, last)
        ]
    )


def assert_each_stored_once(count: int = MANY) -> None:
    assert Interaction.objects.count() == InteractionKey.objects.count() == count
    assert Interaction.objects.values("event_id").distinct().count() == count
    assert Interaction.objects.values("id").distinct().count() == count
    total = Interaction.objects.aggregate(total=Sum("value"))["total"]
    assert total == Decimal(count * (count - 1) // 2) / 100
    with connection.cursor() as cursor:  # each identity leads to its row
        cursor.execute(
            "SELECT count(*) FROM decisions_interactionkey keys JOIN decisions_interaction log "
            "ON log.id = keys.row_id AND log.event_id = keys.event_id"
        )
        assert cursor.fetchone() == (count,)


def wait_for_more_than(count: int, process: subprocess.Popen[bytes]) -> None:
    while Interaction.objects.count() <= count:
        assert process.poll() is None, finish(process).output
        time.sleep(0.01)


@pytest.mark.usefixtures("_catalogue")
def test_first_row_of_an_id_wins_within_a_file_and_across_files_and_runs(tmp_path: Path) -> None:
    rows = [
        {**INTERACTION, "id": 'a\\b"c', "value": 1},
        {**INTERACTION, "id": "other"},
        {**INTERACTION, "id": 'a\\b"c', "value": 2, "occurredAt": "2026-01-01T00:00:00Z"},
    ]
    bundle = write_bundle(tmp_path / "first", interactions=rows)
    assert ingest(bundle).counts("interactions.ndjson") == (2, 1, 0)
    again = ingest(bundle)
    assert (again.status, again.counts("interactions.ndjson")) == (0, (0, 3, 0))
    later = [{**row, "value": 3} for row in rows] + [{**INTERACTION, "id": "new"}]
    more = ingest(write_bundle(tmp_path / "later", interactions=later))
    assert more.counts("interactions.ndjson") == (1, 3, 0)
    assert {row.event_id: row.value for row in Interaction.objects.all()} == {
        'a\\b"c': 1,
        "other": None,
        "new": None,
    }
    assert Interaction.objects.get(event_id='a\\b"c').occurred_at.month == 1


@pytest.mark.usefixtures("_catalogue")
def test_a_rejected_row_does_not_take_the_id(tmp_path: Path) -> None:
    rows = [{**INTERACTION, "value": 0.00001}, {**INTERACTION, "value": 2}]
    result = ingest(write_bundle(tmp_path, interactions=rows))
    assert result.counts("interactions.ndjson") == (1, 0, 1)
    assert Interaction.objects.get().value == 2


@pytest.mark.usefixtures("_catalogue")
def test_every_log_knows_its_rows_by_their_identity(tmp_path: Path) -> None:
    instant = {"recordedAt": "2026-01-31T13:00:00+01:00"}  # the same as METRIC's
    bundle = write_bundle(
        tmp_path,
        decision_traces=[{**TRACE, "customerId": "zoe"}, TRACE, {**TRACE, "id": "t2"}],
        runs=[RUN, {**RUN, "status": "failed"}, {**RUN, "id": "r2"}],
        attributions=[
            ATTRIBUTION,
            {**ATTRIBUTION, "totalValue": 1},
            {**ATTRIBUTION, "model": "last_touch"},
            {**ATTRIBUTION, "conversionId": "v2"},
        ],
        model_metrics=[
            METRIC,
            {**METRIC, **instant, "auc": 0.5},
            {**METRIC, "recordedAt": "2026-02-01T00:00:00Z"},
        ],
    )
    first, again = ingest(bundle), ingest(bundle)
    for entity, rows, distinct in (
        ("decision_traces", 3, 2),
        ("runs", 3, 2),
        ("attributions", 4, 3),
        ("model_metrics", 3, 2),
    ):
        assert first.counts(f"{entity}.ndjson") == (distinct, rows - distinct, 0)
        assert again.counts(f"{entity}.ndjson") == (0, rows, 0)
    assert DecisionTrace.objects.get(event_id="t1").customer_id == "zoe"
    assert Run.objects.get(event_id="r1").status == "completed"
    assert {
        (row.conversion_id, row.model): row.total_value for row in Attribution.objects.all()
    } == {
        ("v1", "linear"): Decimal("12.5"),
        ("v1", "last_touch"): Decimal("12.5"),
        ("v2", "linear"): Decimal("12.5"),
    }
    assert [row.auc for row in ModelMetric.objects.order_by("recorded_at")] == [None, None]


@pytest.mark.usefixtures("_catalogue")
def test_killed_at_any_moment_loses_nothing_and_stores_nothing_twice(tmp_path: Path) -> None:
    """Standard input that never ends keeps the process in the middle until it is killed."""
    # A batch is about 3,900 of these rows, so each run gets at least one further than the last.
    for sent, pause in ((5_000, 0.0), (10_000, 0.02), (16_000, 0.1)):
        before = Interaction.objects.count()
        process = start_ingest("-", "--entity", "interactions", stdin=-1)
        assert process.stdin is not None
        process.stdin.write(many_interactions(0, sent))
        process.stdin.flush()
        wait_for_more_than(before, process)
        process.stdin.write(many_interactions(sent, sent + 2_000)[:-100])
        process.stdin.flush()
        time.sleep(pause)
        process.kill()
        process.stdin.close()
        assert process.wait() == -9
        assert process.stdout is not None
        process.stdout.close()
        assert 0 < Interaction.objects.count() == InteractionKey.objects.count() < MANY
    stored = Interaction.objects.count()
    bundle = write_bundle(tmp_path, interactions=many_interactions(0, MANY))
    result = ingest(bundle)
    assert result.counts("interactions.ndjson") == (MANY - stored, stored, 0)
    assert_each_stored_once()
    assert ingest(bundle).counts("interactions.ndjson") == (0, MANY, 0)
    assert_each_stored_once()


def test_two_runs_of_the_same_files_at_once_store_each_row_once(tmp_path: Path) -> None:
    lines = many_interactions(0, MANY) + b'{"id": "bad"}\n'
    bundle = write_bundle(tmp_path, **CATALOGUE, interactions=lines)
    processes = [start_ingest(bundle) for _ in range(2)]
    results = [finish(process) for process in processes]
    assert [result.status for result in results] == [1, 1], [r.output for r in results]
    counts = [result.counts("interactions.ndjson") for result in results]
    assert sum(loaded for loaded, _, _ in counts) == MANY
    assert sum(skipped for _, skipped, _ in counts) == MANY
    assert_each_stored_once()
    assert list(rejected(tmp_path / "interactions.rejected.ndjson")) == [MANY + 1]


def test_events_of_any_age_find_a_partition(tmp_path: Path) -> None:
    """A month's own where it lies in the last ten years; the default one takes the rest."""
    times = ["0001-01-02T00:00:00Z", "1999-12-31T23:59:59.999999Z", "2026-01-01T00:00:00Z"]
    rows = [{**INTERACTION, "id": text, "occurredAt": text} for text in times]
    result = ingest(write_bundle(tmp_path, **CATALOGUE, interactions=rows))
    assert result.status == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_id, tableoid::regclass::text FROM decisions_interaction")
        partitions = dict(cursor.fetchall())
    assert partitions == {
        times[0]: "decisions_interaction_default",
        times[1]: "decisions_interaction_default",
        times[2]: "decisions_interaction_2026_01",
    }
    stored = Interaction.objects.get(event_id=times[1])
    assert stored.occurred_at == datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
