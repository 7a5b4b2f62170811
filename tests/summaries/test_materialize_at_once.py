"""`materialize_segments` killed, run twice, and beside all that goes on."""

import os
import pty
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from decisions.locks import lock_summaries
from segments.models import Customer, Segment
from tests.support.ingesting import (
    CATALOGUE,
    INTERACTION,
    database_url,
    finish,
    start_ingest,
    write_bundle,
)
from tests.support.materialising import (
    add_customers,
    add_interaction,
    add_segment,
    counts,
    figures,
    materialize,
    members,
    refresh,
    scan,
    start,
    wait_for_waiting,
    writing_blocked,
)

pytestmark = pytest.mark.django_db(transaction=True)


def finished(process: subprocess.Popen[str]) -> dict[str, tuple[int, ...]]:
    """The closing table of a run that must succeed."""
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    return counts(output)


@pytest.fixture
def adults() -> Segment:
    """A segment whose members are to change from bob to cat, with a merged history."""
    add_customers(ann=17, bob=18, cat=17)
    for customer in ("ann", "bob", "cat"):
        add_interaction(customer)
    segment = add_segment()
    materialize()
    refresh()
    add_interaction("cat")
    add_customers(bob=17, cat=18)
    return segment


def test_a_killed_run_changes_nothing_and_the_next_does_it_all(adults: Segment) -> None:
    known = figures()
    adults.refresh_from_db()
    stamp = adults.materialized_at
    with writing_blocked():
        process = start()
        wait_for_waiting(1)
        process.kill()
        process.communicate()
        assert process.returncode < 0
        assert (members(adults), figures()) == ({"bob"}, known)
    wait_for_waiting(0)
    adults.refresh_from_db()
    assert (members(adults), figures(), adults.materialized_at) == ({"bob"}, known, stamp)
    assert materialize() == {"adults": (1, 1, 1, 1)}
    assert members(adults) == {"cat"}
    assert figures() == scan()


def test_two_runs_at_once_do_the_work_once(adults: Segment) -> None:
    with writing_blocked():
        one, other = start(), start()
        wait_for_waiting(2)
    results = sorted([finished(one)["adults"], finished(other)["adults"]])
    assert results == [(1, 0, 0, 1), (1, 1, 1, 1)]
    assert members(adults) == {"cat"}
    assert figures() == scan()


def test_filters_that_change_meanwhile_leave_the_segment_not_materialised(adults: Segment) -> None:
    def change() -> None:
        with psycopg.connect(database_url()) as other:
            other.execute("UPDATE segments_segment SET filters = '[]'")

    with ThreadPoolExecutor(1) as pool:
        with writing_blocked():
            process = start()
            wait_for_waiting(1)
            changing = pool.submit(change)
            wait_for_waiting(2)
        assert finished(process) == {"adults": (1, 1, 1, 1)}
        changing.result()
    adults.refresh_from_db()
    assert adults.materialized_at is None
    assert materialize() == {"adults": (1, 2, 0, 3)}
    assert figures() == scan()


def test_the_mark_stands_still_meanwhile(adults: Segment) -> None:
    with transaction.atomic():
        lock_summaries()
        process = start()
        wait_for_waiting(1)
        refresh()
    assert finished(process) == {"adults": (1, 1, 1, 1)}
    assert members(adults) == {"cat"}
    assert figures() == scan()


def test_a_deleted_segment_is_left_out(adults: Segment) -> None:
    with psycopg.connect(database_url()) as other:
        other.execute("DELETE FROM segments_segment")
        process = start()
        wait_for_waiting(1)
    output, _ = process.communicate(timeout=120)
    assert (process.returncode, "adults" in output) == (0, False)


def test_beside_a_running_ingestion(tmp_path: Path) -> None:
    bundle = write_bundle(
        tmp_path / "bundle",
        packed=False,
        **CATALOGUE,
        customers=[
            {"id": f"c{number % 5000}", "attributes": {"age": number * 7919 % 36}}
            for number in range(40_000)
        ],
        interactions=[
            {**INTERACTION, "id": f"i{number}", "customerId": f"c{number % 5000}"}
            for number in range(40_000)
        ],
    )
    segment = add_segment()
    ingestion = start_ingest("--no-refresh", bundle)
    seen = set()
    while ingestion.poll() is None:
        seen.add(materialize()["adults"][3])
        time.sleep(0.02)
    assert finish(ingestion).status == 0
    assert len(seen) > 1, "the ingestion was over before the first run"
    materialize()
    adults = Customer.objects.filter(attributes__age__gte=18)
    assert members(segment) == set(adults.values_list("customer_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM decisions_interaction "
            "JOIN segments_segmentmembership USING (customer_id)"
        )
        (expected,) = cursor.fetchone()
    assert sum(sums[0] for sums in figures().values()) == expected


def test_a_terminal_gets_a_progress_bar(adults: Segment) -> None:
    terminal, inside = pty.openpty()
    with writing_blocked():
        process = start(output=inside)
        os.close(inside)
        shown = read_until(terminal, b"adults: storing")
        assert b"0/1" in shown
    shown = read_until(terminal, b" segments in ")
    assert b"joined" in shown
    assert process.wait(60) == 0
    os.close(terminal)


def read_until(terminal: int, expected: bytes) -> bytes:
    """What the terminal shows up to this."""
    shown = b""
    while expected not in shown:
        shown += os.read(terminal, 4096)
    return shown
