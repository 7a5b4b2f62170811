"""Month partitions are made when they are needed, whoever else is writing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from decisions.append_only import ingesting
from decisions.logs import INTERACTIONS, RUNS
from decisions.models import Interaction, Run
from decisions.partitions import ensure_partitions, following, month_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _drop_future_partitions() -> None:
    """Truncating after each test leaves partitions where they are."""
    with connection.cursor() as cursor:
        for months in range(1, 13):
            month = following(month_of(datetime.now(UTC).date()), months).replace("-", "_")
            for log in ("interaction", "decisiontrace", "run", "attribution"):
                cursor.execute(f"DROP TABLE IF EXISTS decisions_{log}_{month}")


def coming(months: int) -> str:
    return following(month_of(datetime.now(UTC).date()), months)


def partitions(log: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::text FROM pg_partition_tree(%s) WHERE isleaf", [log])
        return {name for (name,) in cursor.fetchall()}


def test_months_are_counted_across_years() -> None:
    assert following("2025-12") == "2026-01"
    assert following("2026-01", -1) == "2025-12"
    assert following("2026-06", 30) == "2028-12"


def test_rows_that_wait_in_the_default_partition_move_to_their_month() -> None:
    month = coming(2)
    name = f"decisions_run_{month.replace('-', '_')}"
    edges = [f"{month}-01T00:00:00+00:00", f"{following(month)}-01T00:00:00+00:00"]
    with ingesting():  # the clock was wrong
        Run.objects.bulk_create(
            Run(event_id=text, decision_flow_id=1, status="completed", started_at=text)
            for text in edges
        )
    # Not by the way, since answers that are being made might miss them.
    assert ensure_partitions(RUNS, [month]) == []
    assert ensure_partitions(RUNS, [month], move=True) == [name]
    assert ensure_partitions(RUNS, [month], move=True) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_id, tableoid::regclass::text FROM decisions_run")
        assert dict(cursor.fetchall()) == {edges[0]: name, edges[1]: "decisions_run_default"}
        # It has what the others have: the indexes of the log.
        cursor.execute("SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass", [name])
        assert cursor.fetchone() == (2,)


def test_stray_months_get_no_partition() -> None:
    assert ensure_partitions(RUNS, ["0001-01", "9999-12", coming(13)]) == []


def test_a_month_is_added_while_another_is_being_written_to() -> None:
    """And by several at once: one makes it, the others see that it is there."""
    ensure_partitions(INTERACTIONS, [coming(0)])

    def add(_: int) -> list[str]:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20s'")
            return ensure_partitions(INTERACTIONS, [coming(1)])
        finally:
            connection.close()

    with ingesting():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE ONLY decisions_interaction IN ROW EXCLUSIVE MODE")
        Interaction.objects.create(
            event_id="writing",
            customer_id="anna",
            offer_id=1,
            channel_id=1,
            outcome_type_id=1,
            occurred_at=datetime.now(UTC),
        )
        with ThreadPoolExecutor(2) as threads:
            made = list(threads.map(add, range(2)))
    name = f"decisions_interaction_{coming(1).replace('-', '_')}"
    assert sorted(made) == [[], [name]]
    assert name in partitions("decisions_interaction")


def test_command_makes_room_for_the_coming_months() -> None:
    output = StringIO()
    call_command("create_partitions", months=2, stdout=output)
    for log in ("interaction", "decisiontrace", "run", "attribution"):
        names = {f"decisions_{log}_{coming(n).replace('-', '_')}" for n in range(3)}
        assert names <= partitions(f"decisions_{log}")
        assert f"created decisions_{log}_{coming(2).replace('-', '_')}" in output.getvalue()
    output = StringIO()
    call_command("create_partitions", months=2, stdout=output)
    assert output.getvalue().count("has them all") == 4
    with pytest.raises(CommandError, match="from 0 to 12"):
        call_command("create_partitions", months=13)
