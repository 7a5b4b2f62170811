"""Admin pages of the log and of what it refers to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.contrib.messages import get_messages
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from config.admin_base import EstimatePaginator, estimated_rows
from decisions.append_only import ingesting
from decisions.logs import INTERACTIONS
from decisions.models import (
    AlgorithmModel,
    Attribution,
    ContactPolicy,
    DecisionFlow,
    DecisionTrace,
    EntityUse,
    Interaction,
    ModelMetric,
    OutcomeType,
    QualificationRule,
    Run,
    Suppression,
)
from decisions.partitions import ensure_partitions, following, month_of
from offers.models import Channel, Offer
from tests.offers.test_admin import (
    address,
    assert_constant_queries,
    named,
    signed_in,
)
from tests.support.plans import scans

pytestmark = pytest.mark.django_db

PARTITIONED = [Interaction, DecisionTrace, Run, Attribution]
LOG = [*PARTITIONED, ModelMetric]


def make_outcome_type(number: int) -> OutcomeType:
    return named(OutcomeType, number, classification="positive", category="response")


def make_policy(number: int) -> ContactPolicy:
    return named(ContactPolicy, number, type="cooldown")


def make_interaction(number: int, **fields: Any) -> Interaction:
    values: dict[str, Any] = {
        "event_id": f"interaction_{number}",
        "customer_id": f"customer_{number}",
        "occurred_at": timezone.now(),
        "value": 5,
        **fields,
    }
    references: dict[str, Callable[[], models.Model]] = {
        "offer": lambda: named(Offer, number),
        "channel": lambda: named(Channel, number, type="web"),
        "outcome_type": lambda: make_outcome_type(number),
        "decision_flow": lambda: named(DecisionFlow, number),
    }
    return Interaction.objects.create(
        **{name: make() for name, make in references.items() if name not in values}, **values
    )


def make_trace(number: int, **fields: Any) -> DecisionTrace:
    return DecisionTrace.objects.create(
        event_id=f"trace_{number}",
        customer_id=f"customer_{number}",
        channel=named(Channel, number, type="web"),
        decision_flow=named(DecisionFlow, number),
        created_at=timezone.now(),
        **fields,
    )


def make_run(number: int) -> Run:
    return Run.objects.create(
        event_id=f"run_{number}",
        decision_flow=named(DecisionFlow, number),
        channel=named(Channel, number, type="web"),
        status="completed",
        latency_ms=12,
        started_at=timezone.now(),
    )


def make_attribution(number: int) -> Attribution:
    return Attribution.objects.create(
        conversion_id=f"conversion_{number}",
        customer_id=f"customer_{number}",
        model="linear",
        total_value=10,
        created_at=timezone.now(),
        touchpoints=[{"offerId": "<b>o</b>", "channelId": "c", "credit": 1, "value": 10}],
    )


def make_metric(number: int) -> ModelMetric:
    return ModelMetric.objects.create(
        model=named(AlgorithmModel, number, type="gbm"),
        recorded_at=timezone.now(),
        auc=0.75,
        feature_importance={"age": 0.25, "income": 0.5},
    )


def make_suppression(number: int) -> Suppression:
    return Suppression.objects.create(
        external_id=f"suppression_{number}",
        customer_id=f"customer_{number}",
        policy=make_policy(number),
        offer=named(Offer, number),
        created_at=timezone.now(),
    )


MAKE: dict[type[models.Model], Callable[[int], Any]] = {
    OutcomeType: make_outcome_type,
    DecisionFlow: lambda number: named(DecisionFlow, number),
    QualificationRule: lambda number: named(QualificationRule, number, type="age"),
    ContactPolicy: make_policy,
    AlgorithmModel: lambda number: named(AlgorithmModel, number, type="gbm"),
    Suppression: make_suppression,
    Interaction: make_interaction,
    DecisionTrace: make_trace,
    Run: make_run,
    Attribution: make_attribution,
    ModelMetric: make_metric,
}


@pytest.mark.parametrize("model", MAKE)
def test_pages_open_with_constant_queries(model: type[models.Model]) -> None:
    assert_constant_queries(model, MAKE[model])


@pytest.mark.parametrize("model", LOG)
def test_the_log_is_read_only_even_for_a_superuser(model: type[models.Model]) -> None:
    row = MAKE[model](1)
    client = signed_in()
    assert client.get(address(model, "add")).status_code == 403
    page = client.get(address(model, "change", row.pk)).content
    assert b'name="_save"' not in page
    assert client.post(address(model, "change", row.pk), {"event_id": "x"}).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    client.post(address(model, "changelist"), data)
    assert model._default_manager.get() == row


def test_what_an_outcome_type_that_is_used_counts_as_cannot_change() -> None:
    used = make_interaction(1).outcome_type
    data = {"name": "N", "classification": "negative", "category": "response"}
    page = signed_in().post(address(OutcomeType, "change", used.pk), data)
    assert page.status_code == 200
    assert "is used by interactions: its classification" in page.content.decode()
    used.refresh_from_db()
    assert used.classification == "positive"


@pytest.mark.parametrize("action", ["delete", "changelist"])
def test_a_model_that_was_used_a_moment_ago_stays_with_a_message(action: str) -> None:
    """The page was shown before; its metric has not been seen by those who confirm."""
    used = named(AlgorithmModel, 1, type="gbm")
    EntityUse.objects.create(entity="decisions_algorithmmodel", key=used.pk)
    client = signed_in()
    url = address(AlgorithmModel, action, *([used.pk] if action == "delete" else []))
    data = {"action": "delete_selected", "_selected_action": used.pk, "post": "yes"}
    answer = client.post(url, data)
    assert answer.status_code == 302
    (message,) = get_messages(answer.wsgi_request)
    assert str(message) == (
        'The database refuses this: model "algorithmmodel_1" is used by the log: '
        "it cannot be deleted."
    )
    assert AlgorithmModel.objects.get() == used


@pytest.mark.parametrize(
    ("model", "term"),
    [
        (Interaction, "interaction_2"),
        (Interaction, "customer_2"),
        (DecisionTrace, "trace_2"),
        (DecisionTrace, "customer_2"),
        (Run, "run_2"),
        (Attribution, "conversion_2"),
        (Attribution, "customer_2"),
        (Suppression, "customer_2"),
    ],
)
def test_search_finds_the_event_of_exactly_this_id(model: type[models.Model], term: str) -> None:
    rows = [MAKE[model](number) for number in (1, 2, 22)]
    client = signed_in()
    page = client.get(address(model, "changelist"), {"q": f" {term} "}).content.decode()
    found = [row for row in rows if address(model, "change", row.pk) in page]
    assert found == [rows[1]]


def test_search_finds_an_id_that_names_both_a_customer_and_an_event() -> None:
    event = make_interaction(1, event_id="same")
    customers = make_interaction(2, customer_id="same")
    make_interaction(3)
    page = signed_in().get(address(Interaction, "changelist"), {"q": "same"}).content.decode()
    linked = {key for key in (event.pk, customers.pk) if f"/{key}/change/" in page}
    assert linked == {event.pk, customers.pk}
    assert "interaction_3" not in page


def fill_log(rows: int = 30_000) -> None:
    """Interactions of many customers, of the last 60 days in the order of ingestion."""
    make_interaction(0, occurred_at=timezone.now() - timedelta(days=60))
    with ingesting(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO decisions_interaction (occurred_at, offer_id, channel_id, "
            "outcome_type_id, customer_id, event_id) "
            "SELECT now() - (%(rows)s - n) * interval '60 days' / %(rows)s, offer_id, channel_id, "
            "outcome_type_id, 'c' || n %% 5000, 'e' || n "
            "FROM decisions_interaction, generate_series(1, %(rows)s - 1) n",
            {"rows": rows},
        )
        cursor.execute(
            "INSERT INTO decisions_interactionkey (event_id, row_id) "
            "SELECT event_id, id FROM decisions_interaction ON CONFLICT DO NOTHING"
        )
        cursor.execute("ANALYZE decisions_interaction, decisions_interactionkey")


def plans(parameters: dict[str, str]) -> tuple[list[str], list[str]]:
    """How PostgreSQL counts and how it reads the rows of the list of interactions."""
    client = signed_in()
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address(Interaction, "changelist"), parameters)
    assert page.status_code == 200
    counting: list[str] = []
    reading: list[str] = []
    for sql in [query["sql"] for query in captured]:
        if 'FROM "decisions_interaction"' not in sql:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        (counting if sql.startswith("SELECT COUNT(*)") else reading).append(plan)
    assert counting
    assert reading
    return counting, reading


@pytest.mark.parametrize("parameters", [{"q": "c17"}, {"q": "e17"}, {"q": "c17", "period": "7"}])
def test_search_never_scans_the_log(parameters: dict[str, str]) -> None:
    fill_log()
    for plan in [plan for part in plans(parameters) for plan in part]:
        assert scans(plan, "decisions_interaction") == [], plan


@pytest.mark.parametrize("parameters", [{}, {"o": "2"}, {"period": "30"}])
def test_lists_neither_sort_nor_count_the_whole_log(parameters: dict[str, str]) -> None:
    fill_log()
    counting, reading = plans(parameters)
    for plan in reading:
        assert "Sort  (" not in plan, plan
        assert "Seq Scan" not in plan, plan
    for plan in counting:
        assert "Limit" in plan, plan


def test_period_reads_only_the_partitions_of_its_months() -> None:
    today = timezone.now().date()
    months = [following(month_of(today), offset) for offset in range(-4, 2)]
    ensure_partitions(INTERACTIONS, months)
    fill_log()
    for plan in [plan for part in plans({"period": "7"}) for plan in part]:
        assert f"decisions_interaction_{months[4].replace('-', '_')}" in plan, plan
        for month in months[:3]:
            assert f"decisions_interaction_{month.replace('-', '_')}" not in plan, plan


def test_a_large_log_has_about_as_many_rows_as_the_planner_believes() -> None:
    fill_log(12_000)
    assert estimated_rows(Interaction) == 12_000
    everything = Interaction.objects.order_by("-id")
    assert EstimatePaginator(everything, 100).count == 12_000
    # Filtered, it stops counting; and what it can count is exact.
    assert EstimatePaginator(everything.filter(id__gt=0), 100).count == 10_001
    assert EstimatePaginator(everything.filter(event_id="e17"), 100).count == 1


def test_periods_are_days_of_the_reporting_time_zone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REPORTING_TIME_ZONE = "Asia/Tokyo"
    now = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)  # 01:00 on 11 March in Tokyo
    monkeypatch.setattr("decisions.admin.periods.timezone.now", lambda: now)
    shared = {
        "offer": named(Offer, 1),
        "channel": named(Channel, 1, type="web"),
        "outcome_type": make_outcome_type(1),
    }
    hours_ago = {"today": 1, "yesterday": 2, "in_7": 6 * 24, "in_30": 29 * 24, "past": 30 * 24}
    for number, (name, hours) in enumerate(hours_ago.items()):
        moment = now - timedelta(hours=hours)
        make_interaction(number, event_id=name, occurred_at=moment, **shared)
    client = signed_in()
    page = client.get(address(Interaction, "changelist"), {"period": "8"})
    assert "Last 8 days" in page.content.decode()
    expected = {
        "1": {"today"},
        "7": {"today", "yesterday", "in_7"},
        "30": {"today", "yesterday", "in_7", "in_30"},
        "older": {"past"},
        "8": {"today", "yesterday", "in_7"},
        "365": {*hours_ago},
        "nonsense": {*hours_ago},
    }
    for period, names in expected.items():
        page = client.get(address(Interaction, "changelist"), {"period": period}).context["cl"]
        assert {row.event_id for row in page.result_list} == names, period


@pytest.mark.parametrize("choice", ["channel__id__exact", "outcome_type__id__exact"])
def test_log_is_filtered_by_what_it_refers_to(choice: str) -> None:
    rows = [make_interaction(number) for number in (1, 2)]
    key = getattr(rows[0], choice.split("__", maxsplit=1)[0] + "_id")
    page = signed_in().get(address(Interaction, "changelist"), {choice: key}).context["cl"]
    assert list(page.result_list) == rows[:1]


@pytest.mark.django_db(transaction=True)
def test_list_that_takes_too_long_is_explained(settings: Settings) -> None:
    settings.ANSWER_TIMEOUT_SECONDS = 0.2
    client = signed_in()
    with psycopg.connect(**connection.get_connection_params(), autocommit=False) as other:
        other.execute("LOCK TABLE decisions_interaction IN ACCESS EXCLUSIVE MODE")
        response = client.get(address(Interaction, "changelist"))
    (message,) = get_messages(response.wsgi_request)
    assert "not ready after 0.2 s" in str(message)
    # The limit was this list's alone.
    assert client.get(response["Location"]).status_code == 200
    assert client.get(address(Interaction, "changelist")).status_code == 200


def test_touchpoints_and_importances_are_tables() -> None:
    client = signed_in()
    page = client.get(address(Attribution, "change", make_attribution(1).pk)).content.decode()
    assert "&lt;b&gt;o&lt;/b&gt;" in page
    assert "<b>o</b>" not in page
    page = client.get(address(ModelMetric, "change", make_metric(2).pk)).content.decode()
    assert page.index("income") < page.index(">age<")


OUTCOME = {"name": "Changed", "classification": "negative", "category": "response"}


def test_meaning_of_a_used_outcome_type_stays_and_the_form_says_why() -> None:
    kind = make_interaction(1).outcome_type
    client = signed_in()
    response = client.post(address(OutcomeType, "change", kind.pk), OUTCOME)
    assert response.status_code == 200
    page = response.content.decode()
    assert "is used by interactions" in page
    assert "add a new outcome type" in page
    kind.refresh_from_db()
    assert (kind.name, kind.classification) == ("Name 1", "positive")
    # Its name may change.
    changed = {**OUTCOME, "classification": "positive"}
    assert client.post(address(OutcomeType, "change", kind.pk), changed).status_code == 302
    kind.refresh_from_db()
    assert kind.name == "Changed"


def test_meaning_of_an_unused_outcome_type_changes() -> None:
    kind = make_outcome_type(1)
    client = signed_in()
    assert client.post(address(OutcomeType, "change", kind.pk), OUTCOME).status_code == 302
    kind.refresh_from_db()
    assert kind.classification == "negative"


def test_conversion_that_is_not_positive_is_a_form_error() -> None:
    data = {**OUTCOME, "external_id": "new", "is_conversion": "on"}
    response = signed_in().post(address(OutcomeType, "add"), data)
    assert response.status_code == 200
    assert "Only a positive outcome can be a conversion." in response.content.decode()


def test_viewer_sees_the_log() -> None:
    row = make_interaction(1)
    client = signed_in("decisions.view_interaction")
    assert b"interaction_1" in client.get(address(Interaction, "changelist")).content
    assert client.get(address(Interaction, "change", row.pk)).status_code == 200
    assert client.get(address(Run, "changelist")).status_code == 403


def test_suppressions_are_filtered_by_whether_they_are_active() -> None:
    active, expired = make_suppression(1), make_suppression(2)
    Suppression.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    client = signed_in()
    for choice, expected in {"yes": active, "no": expired}.items():
        page = client.get(address(Suppression, "changelist"), {"active": choice}).context["cl"]
        assert list(page.result_list) == [expected]
