"""Taking rows out of the log: by the commands, with the summaries; and by nobody else."""

import signal
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client

from dashboard.reports import REGISTRY
from decisions.models import Attribution, DecisionTrace, Interaction, Run
from segments.models import Segment
from summaries.materialising import materialise
from summaries.models import SUMMARIES, LogWatermark
from summaries.rebuilding import rebuild
from summaries.refreshing import refresh
from summaries.retention import NotMergedError, drop_months, months_ago
from tests.support import shop
from tests.support.asking import check_answers, check_question
from tests.support.bundles import Bundle
from tests.support.dice import Dice
from tests.support.ingesting import database_url, ingest, write_bundle
from tests.support.loading import load
from tests.support.materialising import wait_for_waiting
from tests.support.processes import output_of, start
from tests.support.questions import question
from tests.support.stored import assert_sums_are_right, sums_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "answers"])

GOLD = "segment_gold"
ANNA = "customer_1"  # a member of the segment
LOGS = ("interactions", "decision_traces", "runs", "attributions")
LOG_MODELS = (Interaction, DecisionTrace, Run, Attribution)
# Answers from log rows themselves, which retention takes away.
SEGMENTS_FROM_ROWS = {"selection_frequency", "why_not_ranked"}


@pytest.fixture
def client(transactional_db: None) -> Client:
    """A browser of somebody who may ask."""
    client = Client()
    client.force_login(User.objects.create_superuser("someone"))
    return client


@pytest.fixture
def bundle() -> Bundle:
    """The shop, and the same rows again, of more than two whole months before."""
    rows = shop.bundle()
    for entity in LOGS:
        rows[entity] += [long_ago(row) for row in rows[entity]]
    return rows


def long_ago(row: dict[str, Any], days: int = 95) -> dict[str, Any]:
    """The row as another one, so many days earlier."""
    time = next(name for name in row if name in ("occurredAt", "createdAt", "startedAt"))
    identity = "conversionId" if "conversionId" in row else "id"
    moment = datetime.fromisoformat(row[time]) - timedelta(days=days)
    return row | {identity: f"old_{row[identity]}", time: moment.isoformat()}


def fill(bundle: Bundle) -> None:
    """All of it, half of the log merged, and the segment materialised."""
    load({entity: rows for entity, rows in bundle.items() if entity not in LOGS})
    for half in (0, 1):
        load({entity: bundle[entity][half::2] for entity in LOGS})
        if half == 0:
            materialise(Segment.objects.get(external_id=GOLD).pk)
            refresh()


def without(bundle: Bundle, customer: str) -> Bundle:
    """The bundle as if there had never been the customer."""
    return {
        entity: [row for row in rows if customer not in (row.get("customerId"), row.get("id"))]
        for entity, rows in bundle.items()
    }


def run(command: str, *arguments: str) -> str:
    """Run the command in this process; returns what it says."""
    output = StringIO()
    call_command(command, *arguments, stdout=output)
    return output.getvalue()


def test_an_erased_customer_was_never_there(client: Client, bundle: Bundle, tmp_path: Path) -> None:
    fill(bundle)
    said = run("erase_customer", ANNA)
    rest = without(bundle, ANNA)
    for entity, name in [("interactions", "interactions"), ("decision_traces", "decision traces")]:
        assert f"{len(bundle[entity]) - len(rest[entity]):>10,} {name}" in said
    check_answers(client, rest, {GOLD})
    assert_sums_are_right()
    assert Segment.objects.get(external_id=GOLD).customer_count == 1
    # Files that come again do not bring anything back, and others lose nothing by it.
    files = write_bundle(tmp_path / "again", **{entity: bundle[entity] for entity in LOGS})
    again = ingest(files)
    for entity in LOGS:
        assert again.counts(f"{entity}.ndjson") == (0, len(bundle[entity]), 0)
    check_answers(client, rest, {GOLD})
    with pytest.raises(CommandError, match=f"Nothing is known of .*'{ANNA}'"):
        run("erase_customer", ANNA)


def test_an_erasure_that_is_killed_has_erased_nothing(client: Client, bundle: Bundle) -> None:
    fill(bundle)
    with psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE segments_customer IN SHARE MODE")  # its last step
        process = start("erase_customer", ANNA)
        wait_for_waiting(1)
        process.kill()
        process.communicate()
    wait_for_waiting(0)
    check_answers(client, bundle, {GOLD}, seeds=[1])
    output_of(start("erase_customer", ANNA))
    check_answers(client, without(bundle, ANNA), {GOLD}, seeds=[1])
    assert_sums_are_right()


def test_of_a_customer_whose_months_were_dropped_it_says_what_stays(bundle: Bundle) -> None:
    bundle["interactions"].append(
        long_ago(shop.bundle()["interactions"][0] | {"customerId": "old"})
    )
    fill(bundle)
    run("drop_partitions", "--older-than", "1")
    edge = f"Events before {months_ago(1)}-01 were dropped from the log"
    said = run("erase_customer", ANNA)
    assert said.splitlines()[-1].startswith(edge)
    with pytest.raises(
        CommandError, match=rf"Nothing is known of .*'old'.*\. {edge}.* keep their share"
    ):
        run("erase_customer", "old")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("erase_customer", ANNA), "Nothing was removed; run the same command again."),
        (("drop_partitions", "--older-than", "1"), "Run the same command again."),
        (("create_partitions", "--months", "12"), "Run the same command again."),
        (("refresh_summaries",), "What was merged stays so; run it again for the rest."),
    ],
)
@pytest.mark.parametrize("lost", [True, False], ids=["lost", "interrupted"])
def test_what_fails_in_the_middle_is_told_in_one_line(
    bundle: Bundle, command: tuple[str, ...], says: str, lost: bool
) -> None:
    fill(bundle)
    with psycopg.connect(database_url(), autocommit=True) as admin:
        admin.execute("DROP TABLE IF EXISTS " + ", ".join(coming_partitions()))
        with psycopg.connect(database_url()) as other:
            other.execute("LOCK TABLE summaries_logwatermark, decisions_interaction")
            process = start(*command)
            wait_for_waiting(1)
            if lost:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted "
                    "AND pid <> pg_backend_pid()"
                )
            else:
                process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
    begin = "The database failed: " if lost else "Interrupted. "
    (line,) = output.splitlines()
    assert line.startswith(f"CommandError: {begin}"), output
    assert line.endswith(says)
    assert process.returncode == (1 if lost else 130)


def coming_partitions() -> list[str]:
    return [
        f"{model._meta.db_table}_{months_ago(-ahead).replace('-', '_')}"
        for model in LOG_MODELS
        for ahead in range(1, 13)
    ]


def test_dropped_months_stay_in_the_summaries(client: Client, bundle: Bundle) -> None:
    fill(bundle)
    said = run("drop_partitions", "--older-than", "1")
    dropped = [line.removeprefix("dropped ") for line in said.splitlines()]
    assert {name[:-8] for name in dropped} == {model._meta.db_table for model in LOG_MODELS}
    assert Interaction.objects.count() < len(bundle["interactions"])

    def unchanged() -> None:
        # Questions about a segment would read its members' traces.
        for seed in range(12):
            for kind in REGISTRY:
                asked = question(bundle, kind, Dice(f"{seed} {kind}"))
                if "segmentId" not in asked or kind not in SEGMENTS_FROM_ROWS:
                    check_question(client, bundle, asked, {GOLD})

    unchanged()
    before = {summary: sums_of(summary) for summary in SUMMARIES}
    rebuild()
    assert {summary: sums_of(summary) for summary in SUMMARIES} == before
    unchanged()
    assert run("drop_partitions", "--older-than", "1") == "nothing is that old\n"


def test_dropping_fewer_months_later_does_not_forget_what_was_dropped(bundle: Bundle) -> None:
    fill(bundle)
    run("drop_partitions", "--older-than", "1")
    known = LogWatermark.objects.get(log="interactions").dropped_before
    # A straggler, of a month that nobody has seen.
    straggler = long_ago(shop.bundle()["interactions"][0], days=500)
    load({"interactions": [straggler]})
    assert "dropped" in run("drop_partitions", "--older-than", "12")
    assert LogWatermark.objects.get(log="interactions").dropped_before == known
    before = {summary: sums_of(summary) for summary in SUMMARIES}
    rebuild()
    assert {summary: sums_of(summary) for summary in SUMMARIES} == before


def test_months_that_are_not_merged_are_not_dropped(bundle: Bundle) -> None:
    fill(bundle)
    with pytest.raises(NotMergedError, match="interactions"):
        list(drop_months(months_ago(1)))
    assert Interaction.objects.count() == len(bundle["interactions"])
    with pytest.raises(CommandError, match="--older-than is 0; it must be 1 or more"):
        run("drop_partitions", "--older-than", "0")


def test_dropping_waits_for_nobody_who_waits_for_it(bundle: Bundle) -> None:
    """An answer that has read traces goes on to interactions."""
    fill(bundle)
    with psycopg.connect(database_url()) as reader:
        reader.execute("SELECT count(*) FROM decisions_decisiontrace")
        process = start("drop_partitions", "--older-than", "1")
        wait_for_waiting(1)
        reader.execute("SELECT count(*) FROM decisions_interaction")
    output_of(process)


@pytest.mark.parametrize("statement", ["UPDATE {} SET event = event", "DELETE FROM {}"])
@pytest.mark.parametrize("model", LOG_MODELS, ids=lambda model: model.__name__)
def test_the_log_is_not_changed_behind_our_back(model: Any, statement: str, bundle: Bundle) -> None:
    load(bundle)
    identity = "conversion_id" if model is Attribution else "event_id"
    statement = statement.replace("event", identity).format(model._meta.db_table)
    with pytest.raises(DatabaseError) as refused, connection.cursor() as cursor:
        cursor.execute(statement)
    message = str(refused.value)
    assert f"the log is append-only: {statement[:6]} of {model._meta.db_table}" in message
    assert "python manage.py erase_customer ID" in message
    assert "python manage.py drop_partitions --older-than MONTHS" in message
