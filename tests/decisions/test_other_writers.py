"""Rows that other programs insert keep every promise that ingestion makes, or are refused."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import psycopg
import pytest
from django.contrib.postgres.fields import ArrayField
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from psycopg import sql

from decisions.append_only import changing_the_log, ingesting
from decisions.models import (
    AlgorithmModel,
    Attribution,
    AttributionKey,
    ContactPolicy,
    DecisionFlow,
    DecisionTrace,
    DecisionTraceKey,
    EntityUse,
    Interaction,
    InteractionKey,
    ModelMetric,
    OutcomeType,
    QualificationRule,
    Run,
    RunKey,
)
from decisions.models.log import LAST_EVENT
from ingestion.context import Context
from ingestion.entities import ENTITIES
from ingestion.parser import Parser
from ingestion.source import Batch
from ingestion.writers import writer_for
from offers.models import FIRST_INSTANT, Channel, Creative, Offer
from segments.models import Customer
from summaries.buckets import SPAN_BITS
from summaries.models import LogWatermark
from summaries.refreshing import refresh
from tests.support.ingesting import (
    ATTRIBUTION,
    CATALOGUE,
    INTERACTION,
    METRIC,
    RUN,
    TRACE,
    database_url,
    ingest,
    write_bundle,
)
from tests.support.loading import encode, load
from tests.support.stored import assert_sums_are_right

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0)
Fields = dict[str, Any]


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    load(CATALOGUE)


def key(model: type[models.Model], external_id: str) -> int:
    """The number by which the log refers to it."""
    return int(model._default_manager.get(external_id=external_id).pk)


def row_of(model: type[models.Model]) -> Fields:
    """The columns of a row that nobody minds."""
    offer, channel = key(Offer, "offer_1"), key(Channel, "web")
    flow, rule = key(DecisionFlow, "flow"), key(QualificationRule, "adult")
    rows: dict[type[models.Model], Fields] = {
        Interaction: {
            "event_id": "e",
            "customer_id": "c",
            "occurred_at": NOW,
            "offer_id": offer,
            "channel_id": channel,
            "outcome_type_id": key(OutcomeType, "click"),
            "creative_id": key(Creative, "banner"),
            "decision_flow_id": flow,
        },
        DecisionTrace: {
            "event_id": "e",
            "customer_id": "c",
            "created_at": NOW,
            "total_latency_ms": 1,
            "channel_id": channel,
            "decision_flow_id": flow,
            "degraded_scoring": False,
            **{name: [] for name in LISTS},
            "qualification_offers": [offer],
            "qualification_rules": [rule],
            "qualification_passed": [False],
            "qualification_reasons": [None],
            "outcome_offers": [offer],
            "outcome_states": [8],
            "outcome_ranks": [None],
            "outcome_causes": [rule],
        },
        Run: {
            "event_id": "e",
            "decision_flow_id": flow,
            "channel_id": channel,
            "started_at": NOW,
            "status": "completed",
            "latency_ms": 5,
        },
        Attribution: {
            "conversion_id": "e",
            "customer_id": "c",
            "model": "linear",
            "created_at": NOW,
            "total_value": 5,
            "touchpoints": "[]",
        },
        ModelMetric: {
            "model_id": key(AlgorithmModel, "model"),
            "recorded_at": NOW,
            "feature_importance": "{}",
        },
    }
    return rows[model]


LISTS = [
    field.attname for field in DecisionTrace._meta.concrete_fields if isinstance(field, ArrayField)
]
TIME: dict[type[models.Model], str] = {
    Interaction: "occurred_at",
    DecisionTrace: "created_at",
    Run: "started_at",
    Attribution: "created_at",
    ModelMetric: "recorded_at",
}
LOGS = [*TIME]
PARTITIONED = LOGS[:4]
KEYS: dict[type[models.Model], type[models.Model]] = {
    Interaction: InteractionKey,
    DecisionTrace: DecisionTraceKey,
    Run: RunKey,
    Attribution: AttributionKey,
}


def insert(model: type[models.Model], into: Any = "", **changes: Any) -> int:
    """Insert a row as any program may, into the log or one of its partitions; returns its id."""
    columns = {**row_of(model), **changes}
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
        sql.Identifier(into or model._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*columns.values()])
        return int(cursor.fetchone()[0])


@contextmanager
def refused(saying: str) -> Iterator[None]:
    """Nothing is stored."""
    tables: list[type[models.Model]] = [*LOGS, *KEYS.values(), EntityUse]
    before = [model._default_manager.count() for model in tables]
    connection.check_constraints()  # what is left to check would keep TRUNCATE from beginning
    with pytest.raises(DatabaseError, match=saying), transaction.atomic():
        yield
    assert [model._default_manager.count() for model in tables] == before


@pytest.mark.parametrize("model", LOGS, ids=lambda model: model.__name__)
@pytest.mark.parametrize(
    "moment", ["infinity", "-infinity", "0001-01-01 23:59+00", "0044-03-15 12:00+00 BC"]
)
def test_times_that_no_day_can_be_counted_for_are_refused(
    model: type[models.Model], moment: str
) -> None:
    with refused(r"violates check constraint|ahead of the clock"):
        insert(model, **{TIME[model]: moment})
    insert(model, **{TIME[model]: "0001-01-02 00:00+00"})
    refresh()
    assert_sums_are_right()


@pytest.mark.parametrize("model", LOGS, ids=lambda model: model.__name__)
def test_the_future_is_refused(model: type[models.Model]) -> None:
    now = datetime.now(UTC)
    for moment in (now + timedelta(minutes=6), "2871-01-01 00:00+00", "290000-01-01 00:00+00"):
        with refused("violates check constraint|more than 5 minutes ahead of the clock"):
            insert(model, **{TIME[model]: moment})
    insert(model, **{TIME[model]: now + timedelta(minutes=4)})


def test_no_clock_and_no_time_zone_leads_out_of_the_buckets() -> None:
    """Even while ingestion itself is trusted."""
    for zone in available_timezones():
        for moment in (FIRST_INSTANT, LAST_EVENT):
            assert 0 < moment.astimezone(ZoneInfo(zone)).toordinal() < 2**SPAN_BITS
    with pytest.raises(IntegrityError), ingesting():
        insert(Run, started_at=LAST_EVENT + timedelta(days=1))


@pytest.mark.parametrize("text", ["", "a\tb", "\x1f", "\x7f", "a\u0085", "\x9f", "x" * 65, "\n"])
def test_ids_are_plain_everywhere(text: str) -> None:
    for model in PARTITIONED:
        for column in ("event_id", "conversion_id", "customer_id"):
            if column in row_of(model):
                with refused("violates check constraint|too long"):
                    insert(model, **{column: text})
    for entity in (Offer, Channel, OutcomeType, DecisionFlow, ContactPolicy):
        with refused("violates check constraint|too long"):
            entity._default_manager.create(external_id=text, name="N", **KIND.get(entity, {}))
    with refused("violates check constraint|too long"):
        Customer.objects.create(customer_id=text)
    for keys in (InteractionKey, DecisionTraceKey, RunKey):
        with refused("violates check constraint|too long"):
            keys._default_manager.create(event_id=text, row_id=1)


KIND: dict[type[models.Model], Fields] = {
    Channel: {"type": "web"},
    OutcomeType: {"classification": "positive", "category": "response"},
    ContactPolicy: {"type": "cooldown"},
}


def test_any_other_character_may_be_in_an_id() -> None:
    for number, text in enumerate(["x" * 64, " ", "ä\u2028", "\u00a0", "😀", "~", "\\"]):
        insert(Interaction, event_id=text, customer_id=text)
        Offer.objects.create(external_id=text, name=str(number))


@pytest.mark.parametrize("latency", ["-1", "86400001", "NaN", "Infinity"])
def test_latencies_are_those_of_a_day(latency: str) -> None:
    with refused("violates check constraint"):
        insert(DecisionTrace, total_latency_ms=latency)
    if latency.lstrip("-").isdigit():
        with refused("violates check constraint"):
            insert(Run, latency_ms=latency)
    insert(DecisionTrace, total_latency_ms=86_400_000)
    insert(Run, latency_ms=86_400_000)


REFERENCES = [
    *((Interaction, name) for name in ("offer_id", "channel_id", "outcome_type_id")),
    *((Interaction, name) for name in ("creative_id", "decision_flow_id")),
    *((Run, name) for name in ("channel_id", "decision_flow_id")),
    *((DecisionTrace, name) for name in ("channel_id", "decision_flow_id")),
]


@pytest.mark.parametrize(("model", "column"), REFERENCES)
def test_references_that_lead_nowhere_are_refused(model: type[models.Model], column: str) -> None:
    with refused("it refers to a missing "):
        insert(model, **{column: 2_000_000_000})


@pytest.mark.parametrize(
    ("changes", "noun"),
    [
        ({"qualification_offers": [-1]}, "offer"),
        ({"qualification_rules": [-1]}, "qualification rule"),
        ({"qualification_rules": [None]}, "qualification rule"),
        ({"outcome_causes": [-1]}, "qualification rule"),
        ({"outcome_states": [16], "outcome_causes": [-1]}, "contact policy"),
        ({"outcome_states": [27], "outcome_causes": [-1]}, "offer"),
        ({"outcome_offers": [-1]}, "offer"),
        (
            {"policy_offers": [-1], "policy_policies": [-1], "policy_blocked": [True],
             "policy_reasons": [None]},
            "contact policy",
        ),
    ],
)  # fmt: skip
def test_so_are_those_in_the_lists_of_a_trace(changes: Fields, noun: str) -> None:
    with refused(f"it refers to a missing {noun}"):
        insert(DecisionTrace, **changes)


@pytest.mark.parametrize("straight", [False, True], ids=["log", "partition"])
@pytest.mark.parametrize("model", PARTITIONED, ids=lambda model: model.__name__)
def test_a_row_that_somebody_inserted_is_known(
    model: type[models.Model], straight: bool, tmp_path: Path
) -> None:
    at = "2026-01-31 12:00+00"
    into = ""
    if straight:  # into the partition that ingestion makes
        ingest(bundle(tmp_path / "before", "before"))
        into = f"{model._meta.db_table}_2026_01"
    before = model._default_manager.count()
    row = insert(model, into=into, **{TIME[model]: at})
    assert KEYS[model]._default_manager.get(row_id=row)
    for time in (at, "2026-01-30 12:00+00"):
        with refused('"e" is known already|duplicate key'):
            insert(model, into=into, **{TIME[model]: time})
    result = ingest(bundle(tmp_path / "again", "e"))
    file = f"{FILES[model]}.ndjson"
    assert (result.status, result.counts(file)) == (0, (0, 1, 0))
    assert model._default_manager.count() == before + 1
    ingest(bundle(tmp_path / "other", "f"))
    with refused('"f" is known already(.|\n)*manage.py ingest'):
        insert(model, **({"conversion_id": "f"} if model is Attribution else {"event_id": "f"}))


FILES: dict[type[models.Model], str] = {
    Interaction: "interactions",
    DecisionTrace: "decision_traces",
    Run: "runs",
    Attribution: "attributions",
}


def bundle(directory: Path, name: str) -> Path:
    """One event of each log."""
    return write_bundle(
        directory,
        interactions=[{**INTERACTION, "id": name}],
        decision_traces=[{**TRACE, "id": name}],
        runs=[{**RUN, "id": name}],
        attributions=[{**ATTRIBUTION, "conversionId": name}],
    )


def test_a_metric_that_somebody_inserted_is_known(tmp_path: Path) -> None:
    insert(ModelMetric, recorded_at=METRIC["recordedAt"])
    result = ingest(write_bundle(tmp_path, model_metrics=[METRIC]))
    assert result.counts("model_metrics.ndjson") == (0, 1, 0)


def test_ids_come_from_the_sequence() -> None:
    """One that the summaries are past would be in no sum and no tail."""
    drawn = insert(Interaction, event_id="a")
    insert(Interaction, event_id="b")
    refresh()
    for number in (-1, 0, drawn, drawn + 1, drawn + 1000, 2**63 - 1):
        with refused("does not come from the sequence of decisions_interaction"):
            insert(Interaction, event_id="c", id=number)
    with connection.cursor() as cursor, refused("does not come from the sequence"):
        row = {**row_of(Run), "id": 7}
        columns = sql.SQL(", ").join(map(sql.Identifier, row))
        with (
            connection.wrap_database_errors,
            cursor.copy(sql.SQL("COPY decisions_run ({}) FROM STDIN").format(columns)) as sink,
        ):
            sink.write_row([*row.values()])
    insert(Interaction, event_id="c")
    refresh()
    assert_sums_are_right()
    assert LogWatermark.objects.get(log="interactions").merged_id == drawn + 2


def test_a_sequence_that_was_set_back_is_told_and_loses_nothing(tmp_path: Path) -> None:
    insert(Interaction, event_id="a")
    drawn = insert(Interaction, event_id="b")
    refresh()
    name = "pg_get_serial_sequence('decisions_interaction', 'id')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval({name}, 1)")
    saying = f"was set back to 2, but rows up to {drawn} are in the summaries; run: SELECT setval"
    with refused(saying):
        insert(Interaction, event_id="c")
    file = write_bundle(tmp_path, interactions=[INTERACTION])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval({name}, 1)")
    failed = ingest(file)
    assert failed.status == 1
    assert "was set back to 2" in failed.output
    refresh()
    assert_sums_are_right()
    with connection.cursor() as cursor:  # as the message says
        cursor.execute(f"SELECT setval({name}, {drawn})")
    assert ingest(file).counts("interactions.ndjson") == (1, 0, 0)
    insert(Interaction, event_id="c")
    refresh()
    assert_sums_are_right()
    assert Interaction.objects.count() == 4


@pytest.mark.parametrize("table", [*LOGS, *KEYS.values(), EntityUse], ids=lambda t: t.__name__)
@pytest.mark.parametrize("statement", ["TRUNCATE {}", "DELETE FROM {}", "UPDATE {0} SET {1} = {1}"])
def test_nothing_is_taken_away_behind_our_back(table: type[models.Model], statement: str) -> None:
    load(TRACKS)
    name = table._meta.db_table
    column = "entity" if table is EntityUse else "row_id" if table in KEYS.values() else "id"
    verb, _, _ = statement.partition(" ")
    with refused(f"the log is append-only: {verb} of "), connection.cursor() as cursor:
        cursor.execute(statement.format(name, column))


TRACKS = {
    "interactions": [INTERACTION],
    "decision_traces": [TRACE],
    "runs": [RUN],
    "attributions": [ATTRIBUTION],
    "model_metrics": [METRIC],
}


@pytest.mark.parametrize("model", PARTITIONED, ids=lambda model: model.__name__)
def test_nor_from_a_partition(model: type[models.Model]) -> None:
    load(TRACKS)
    for partition in ("2026_01", "default"):
        name = f"{model._meta.db_table}_{partition}"
        with refused(f"TRUNCATE of {name} is refused"), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {name}")


# Each with something that it is used by.
USED: list[tuple[type[models.Model], str]] = [
    (Offer, "offer_1"),
    (Channel, "web"),
    (Creative, "banner"),
    (OutcomeType, "click"),
    (DecisionFlow, "flow"),
    (QualificationRule, "adult"),
    (ContactPolicy, "weekly"),
    (AlgorithmModel, "model"),
]
USING = {
    **TRACKS,
    "interactions": [{**INTERACTION, "creativeId": "banner"}],
    "decision_traces": [
        {
            **TRACE,
            "qualificationResults": [{"offerId": "offer_2", "ruleId": "adult", "passed": False}],
            "contactPolicyResults": [{"offerId": "offer_2", "policyId": "weekly", "blocked": True}],
        }
    ],
}


def use_from_file() -> None:
    load(USING)


def use_from_elsewhere() -> None:
    at = "2026-01-31 12:00+00"
    insert(Interaction, occurred_at=at)
    policy: Fields = {
        "policy_offers": [key(Offer, "offer_2")],
        "policy_policies": [key(ContactPolicy, "weekly")],
        "policy_blocked": [True],
        "policy_reasons": [None],
    }
    insert(DecisionTrace, created_at=at, **policy)
    insert(ModelMetric)


def use_and_erase() -> None:
    use_from_file()
    call_command("erase_customer", "anna", stdout=StringIO())
    assert not Interaction.objects.exists()


def use_and_drop() -> None:
    use_from_elsewhere()
    with changing_the_log():  # as if the months had been dropped
        for model in PARTITIONED:
            model._default_manager.all().delete()


@pytest.mark.parametrize("use", [use_from_file, use_from_elsewhere, use_and_erase, use_and_drop])
@pytest.mark.parametrize(("entity", "external_id"), USED)
def test_what_was_ever_used_stays(
    entity: type[models.Model], external_id: str, use: Callable[[], None]
) -> None:
    use()
    table = entity._meta.db_table
    for statement, saying in (
        ("DELETE FROM {} WHERE external_id = %s", "is used by the log: it cannot be deleted"),
        ("UPDATE {} SET external_id = 'new' WHERE external_id = %s", "its id cannot change"),
        ("UPDATE {} SET id = -1 WHERE external_id = %s", "its id cannot change"),
        ("TRUNCATE {} CASCADE -- %s", "TRUNCATE .*is refused"),
    ):
        with refused(saying), connection.cursor() as cursor:
            cursor.execute(statement.format(table), [external_id])
    rows = entity._default_manager.filter(external_id=external_id)
    assert rows.update(name="Another") == 1


def test_what_was_never_used_goes() -> None:
    load(
        {
            "suppressions": [
                {
                    "id": "s",
                    "customerId": "anna",
                    "policyId": "weekly",
                    "createdAt": "2026-01-01T00:00:00Z",
                }
            ]
        }
    )
    call_command("erase_customer", "anna", stdout=StringIO())
    for entity, external_id in USED:
        if entity not in (Offer, Channel, ContactPolicy):  # the banner's; the suppression's
            entity._default_manager.filter(external_id=external_id).update(external_id="new")
            entity._default_manager.filter(external_id="new").delete()
    Offer.objects.filter(external_id="offer_3").delete()
    with refused("weekly.* is used by the log"):
        ContactPolicy.objects.filter(external_id="weekly").delete()


@pytest.mark.django_db(transaction=True)
def test_what_is_being_used_for_the_first_time_stays() -> None:
    """Whoever wants to delete it waits, and then sees that it is used."""
    with psycopg.connect(database_url()) as writer:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM offers_offer WHERE external_id = 'offer_3'")
            (offer,) = cursor.fetchone()
        columns = {**row_of(Interaction), "offer_id": offer}
        writer.execute(
            sql.SQL("INSERT INTO decisions_interaction ({}) VALUES ({})").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.SQL(", ").join(sql.Placeholder() * len(columns)),
            ),
            [*columns.values()],
        )
        with psycopg.connect(database_url()) as deleter:
            deleter.execute("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                deleter.execute("DELETE FROM offers_offer WHERE external_id = 'offer_3'")
        writer.commit()
    with refused("is used by the log"):
        Offer.objects.filter(external_id="offer_3").delete()


@pytest.mark.django_db(transaction=True)
def test_first_uses_do_not_wait_for_each_other() -> None:
    statement = """
        INSERT INTO decisions_interaction
            (event_id, customer_id, occurred_at, offer_id, channel_id, outcome_type_id)
        SELECT %s, 'c', now(), offer.id, channel.id, outcome.id
        FROM offers_offer offer, offers_channel channel, decisions_outcometype outcome
        WHERE offer.external_id = 'offer_3' AND outcome.external_id = 'click'
    """
    with psycopg.connect(database_url()) as one, psycopg.connect(database_url()) as other:
        one.execute(statement, ["one"])
        other.execute("SET lock_timeout = '5s'")
        other.execute(statement, ["other"])
    assert Interaction.objects.count() == 2


def test_a_row_of_a_file_about_an_offer_that_was_deleted_meanwhile_is_rejected() -> None:
    rows = [
        {**INTERACTION, "id": f"i{number}", "offerId": f"offer_{number}"} for number in (1, 2, 3)
    ]
    parsed = Parser(ENTITIES["interactions"], Context()).parse(Batch(1, [encode(r) for r in rows]))
    Offer.objects.get(external_id="offer_3").delete()
    writer = writer_for(ENTITIES["interactions"])
    written = writer.write(writer.prepare(parsed.records))
    assert written.refused == [(2, "it refers to a missing offer")]
    assert written.loaded == 2
    assert {row.event_id for row in InteractionKey.objects.all()} == {"i1", "i2"}


def test_an_outcome_type_keeps_its_meaning_after_its_months_are_gone() -> None:
    load(TRACKS)
    change = OutcomeType.objects.filter(external_id="click")
    with changing_the_log():
        Interaction.objects.all().delete()
    with refused('outcome type "click" is used by interactions: its classification'):
        change.update(classification="negative")
    OutcomeType.objects.filter(external_id="accept").update(classification="negative")
    change.update(name="Clicked")
