"""`refresh_summaries` merges each row of the log once, whoever writes, waits or dies meanwhile."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from decisions.append_only import ingesting
from decisions.locks import lock_summaries
from decisions.models import DecisionTrace, Interaction, Run
from decisions.window import Window
from segments.models import Segment
from summaries import refreshing
from summaries.materialising import materialise
from summaries.models import SUMMARIES, ConsiderationSummary, InteractionTotals
from summaries.rebuilding import rebuild
from summaries.refreshing import refresh, status
from tests.support import shop
from tests.support.freezing import FreezingProxy
from tests.support.ingesting import database_url
from tests.support.loading import load
from tests.support.materialising import wait_for_waiting
from tests.support.processes import insert, output_of, session_of, start, wait_until
from tests.support.stored import assert_sums_are_right

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _full_shop(transactional_db: None) -> None:
    """Rows of all kinds, a materialised segment, and nothing merged."""
    load(shop.bundle())
    materialise(Segment.objects.get(external_id="segment_gold").pk)


def total_interactions() -> int:
    """What the answers make their sums of."""
    now = datetime.now(UTC)
    (total,) = InteractionTotals.objects.total(Window.ending(now, 365, "UTC"), of=["interactions"])
    return int(total)


def waiting() -> dict[str, int]:
    """Rows that are not merged, by log."""
    return {found.log.entity: found.waiting for found in status()}


NOTHING = {"interactions": 0, "decision_traces": 0, "runs": 0, "attributions": 0}


@pytest.mark.parametrize("step", [1, 7, 1_000_000])
def test_rows_are_merged_in_steps_of_any_length(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing, "STEP", step)
    told: list[tuple[str, int, int]] = []
    refresh(lambda log, done, total: told.append((log.entity, done, total)))
    assert waiting() == NOTHING
    assert_sums_are_right()
    for log in NOTHING:
        done = [(ids, total) for name, ids, total in told if name == log]
        assert done == sorted(done)
        assert done[-1][0] == done[-1][1]
    assert refresh() == NOTHING  # once is enough
    assert_sums_are_right()


def test_a_killed_run_leaves_what_it_began_to_the_next() -> None:
    with psycopg.connect(database_url()) as other:
        # Stuck in the middle: some sums about decisions are written, others are not.
        other.execute(f"LOCK TABLE {ConsiderationSummary._meta.db_table} IN SHARE MODE")
        process = start("refresh_summaries")
        wait_for_waiting(1)
        process.kill()
        process.communicate()
    wait_for_waiting(0)
    assert waiting()["decision_traces"] == DecisionTrace.objects.count()
    assert_sums_are_right()
    output_of(start("refresh_summaries"))
    assert waiting() == NOTHING
    assert_sums_are_right()


def test_runs_at_once_merge_each_row_once() -> None:
    with psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE summaries_interactionsummary IN SHARE MODE")
        processes = [start("refresh_summaries"), start("refresh_summaries", "--rebuild")]
        wait_for_waiting(2)
    for process in processes:
        output_of(process)
    assert waiting() == NOTHING
    assert_sums_are_right()


def test_a_row_that_is_committed_late_is_not_lost_and_holds_nobody_up() -> None:
    with psycopg.connect(database_url()) as late, psycopg.connect(database_url()) as other:
        drawn = insert(late, "late")
        assert insert(other, "early") > drawn
        other.commit()
        process = start("refresh_summaries")
        wait_until(lambda: session_of(process, "pg_locks"))
        # Behind a lock that waits for the late one, this would wait too.
        other.execute("SET lock_timeout = '20s'")
        insert(other, "meanwhile")
        other.commit()
        before = total_interactions()
        late.commit()
    output_of(process)
    assert status()[0].merged_id > drawn
    assert_sums_are_right()
    assert total_interactions() == before + 1 == Interaction.objects.count()


def test_a_row_that_is_rolled_back_is_not_waited_for_again() -> None:
    with psycopg.connect(database_url()) as other:
        insert(other, "never")
        other.rollback()
        refresh()
    assert waiting() == NOTHING
    assert_sums_are_right()


def test_a_row_with_an_id_of_its_own_does_not_hide_those_after_it() -> None:
    row = Interaction.objects.first()
    assert row
    row.pk, row.event_id = row.pk + 1000, "ahead"
    with ingesting():  # which alone may give an id
        row.save(force_insert=True)
    refresh()
    with psycopg.connect(database_url()) as other:
        insert(other, "after")
    assert total_interactions() == Interaction.objects.count()
    refresh()
    assert total_interactions() == Interaction.objects.count()
    assert waiting()["interactions"] == 1
    assert_sums_are_right()


def test_sums_that_were_tampered_with_are_made_anew() -> None:
    refresh()
    today = datetime.now(UTC).date()
    for days in (None, today - timedelta(days=1)):
        with connection.cursor() as cursor:
            for summary in SUMMARIES:
                table, counter = summary._meta.db_table, summary.measure_columns()[0]
                cursor.execute(
                    f"UPDATE {table} SET {counter} = {counter} + 1 WHERE day >= %s",
                    [days or today.replace(year=1)],
                )
                cursor.execute(f"DELETE FROM {table} WHERE day = (SELECT max(day) FROM {table})")
        with pytest.raises(AssertionError):
            assert_sums_are_right()
        rebuild(first=days)
        assert_sums_are_right()


def test_rebuilding_some_days_leaves_the_others() -> None:
    refresh()
    today = datetime.now(UTC).date()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE summaries_interactionsummary SET interactions = interactions + 1")
    with pytest.raises(CommandError, match=r"--to 2026-01-01 lies before --from 2026-01-02"):
        call_command("refresh_summaries", "--rebuild", "--from=2026-01-02", "--to=2026-01-01")
    call_command("refresh_summaries", "--rebuild", f"--from={today}", stdout=StringIO())
    one_day = Window.ending(datetime.now(UTC), 1, "UTC")
    rows = Interaction.objects.filter(occurred_at__gte=one_day.start).count()
    assert InteractionTotals.objects.total(one_day, of=["interactions"]) == [rows]
    assert total_interactions() > Interaction.objects.count()  # the older days, as they were


def test_status_tells_rows_and_seconds() -> None:
    def lines() -> dict[str, list[str]]:
        output = StringIO()
        call_command("refresh_summaries", "--status", stdout=output)
        table = [line for line in output.getvalue().splitlines() if line.startswith("│")]
        cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in table]
        return {row[0]: row[1:] for row in cells}

    rows = Interaction.objects.count()
    before = lines()["interactions"]
    assert (before[1], before[2], before[3]) == (f"{rows:,}", "unknown", "never")
    refresh()
    _, count, lag, refreshed = lines()["interactions"]
    assert (count, lag) == ("0", "0 s")
    assert refreshed.startswith(f"{datetime.now(UTC):%Y-%m}")
    with psycopg.connect(database_url()) as other:
        insert(other, "new")
        other.execute("UPDATE summaries_logwatermark SET refreshed_at = now() - interval '2 hours'")
    _, count, lag, _ = lines()["interactions"]
    assert count == "1"
    assert 7200 <= int(lag.removesuffix(" s").replace(",", "")) < 7300
    # A run that finds nothing new knows that there is nothing: what comes later has not waited.
    refresh()
    with psycopg.connect(database_url()) as other:
        other.execute("UPDATE summaries_logwatermark SET refreshed_at = now() - interval '2 hours'")
    refresh()
    with psycopg.connect(database_url()) as other:
        insert(other, "newer")
    assert int(lines()["interactions"][2].removesuffix(" s").replace(",", "")) < 7000


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_watching_goes_on_until_it_is_stopped(stop: signal.Signals) -> None:
    process = start("refresh_summaries", "--watch", "0.05")
    wait_until(lambda: waiting() == NOTHING)
    with psycopg.connect(database_url()) as other:
        insert(other, "new")
    wait_until(lambda: waiting() == NOTHING)
    os.kill(process.pid, stop)
    said = output_of(process)
    assert said.endswith("stopped\n")
    assert "Traceback" not in said
    assert_sums_are_right()


def test_watching_outlives_the_loss_of_its_connection() -> None:
    process = start("refresh_summaries", "--watch", "0.05")
    wait_until(lambda: waiting() == NOTHING)
    with psycopg.connect(database_url()) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            [connection.connection.info.backend_pid],
        )
        insert(other, "new")
    wait_until(lambda: waiting() == NOTHING)
    process.terminate()
    assert "The database failed" in output_of(process)
    assert_sums_are_right()


# What makes the database refuse the sums of runs, and of nothing else.
BROKEN = "ALTER TABLE summaries_latencysummary ADD CONSTRAINT broken CHECK (runs < 0) NOT VALID"
MENDED = "ALTER TABLE summaries_latencysummary DROP CONSTRAINT IF EXISTS broken"


@pytest.fixture
def _broken() -> Iterator[None]:
    """Runs cannot be merged."""
    with connection.cursor() as cursor:
        cursor.execute(BROKEN)
        yield
        cursor.execute(MENDED)


@pytest.mark.usefixtures("_broken")
def test_a_log_that_cannot_be_merged_does_not_keep_others_from_it() -> None:
    process = start("refresh_summaries")
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert said == (
        "CommandError: The database failed: some logs were not merged (runs: new row for "
        'relation "summaries_latencysummary" violates check constraint "broken"). What was merged '
        "stays so; run it again for the rest.\n"
    )
    assert waiting() == NOTHING | {"runs": Run.objects.count()}
    assert_sums_are_right()


def test_watching_begins_before_there_is_a_database() -> None:
    with FreezingProxy() as proxy:
        url, port = proxy.url, proxy.port
    process = start("refresh_summaries", "--watch", "0.05", url=url)
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("The database cannot be reached: ")
    assert line.endswith("and that DATABASE_URL names it. Trying again.\n")
    with psycopg.connect(database_url()) as other:
        insert(other, "new")
    with FreezingProxy(port):
        wait_until(lambda: waiting() == NOTHING)
        process.terminate()
        assert output_of(process).endswith("stopped\n")


@pytest.mark.usefixtures("_broken")
def test_watching_outlives_an_error_of_any_kind() -> None:
    process = start("refresh_summaries", "--watch", "0.05")
    wait_until(lambda: waiting()["attributions"] == 0)
    with psycopg.connect(database_url()) as other:
        insert(other, "new")
    wait_until(lambda: waiting()["interactions"] == 0)
    assert waiting()["runs"]
    with connection.cursor() as cursor:
        cursor.execute(MENDED)
    wait_until(lambda: waiting() == NOTHING)
    process.terminate()
    lines = output_of(process).splitlines()
    assert lines[-1] == "stopped"
    failures = {line for line in lines if line.startswith("The database failed")}
    assert len(failures) == 1
    assert failures.pop().endswith('violates check constraint "broken"). Trying again.')
    assert_sums_are_right()


def test_interrupted_in_the_middle_it_says_what_to_do() -> None:
    with transaction.atomic():
        lock_summaries()
        process = start("refresh_summaries")
        wait_for_waiting(1)
        os.kill(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run it again" in said
    assert "Traceback" not in said


def test_plain_inserts_beside_refreshes_are_all_counted_at_any_moment() -> None:
    """Each session's rows are committed a few at a time, in transactions that overlap."""
    before = Interaction.objects.count()

    def write(name: int) -> None:
        with psycopg.connect(database_url()) as session:
            for number in range(60):
                insert(session, f"{name}-{number}")
                if number % (name + 2) == 0:
                    session.commit()

    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write, name) for name in range(3)]
        while not all(writer.done() for writer in writers):
            refresh()
            assert_sums_are_right()
        for writer in writers:
            writer.result()
    assert total_interactions() == Interaction.objects.count() == before + 180
    refresh()
    assert total_interactions() == before + 180
    assert_sums_are_right()
