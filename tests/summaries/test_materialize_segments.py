"""`materialize_segments`: who belongs to which segment, and what the members did."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from decisions.append_only import changing_the_log, ingesting
from segments.models import Customer, Segment
from summaries.models import LogWatermark, SegmentInteractionSummary, SegmentInteractionTotals
from tests.support.materialising import (
    ADULTS,
    add_customers,
    add_interaction,
    add_segment,
    failure_of,
    figures,
    materialize,
    members,
    output_of,
    refresh,
    scan,
)
from tests.support.plans import scans

pytestmark = pytest.mark.django_db


def test_members_follow_the_customers() -> None:
    add_customers(ann=17, bob=18, cat=40)
    segment = add_segment()
    before = timezone.now()
    assert materialize() == {"adults": (0, 2, 0, 2)}
    assert members(segment) == {"bob", "cat"}
    segment.refresh_from_db()
    assert segment.customer_count == 2
    assert segment.materialized_at is not None
    assert before <= segment.materialized_at <= timezone.now()

    add_customers(ann=18, bob=17, dan=50)
    Customer.objects.filter(customer_id="cat").delete()
    assert materialize() == {"adults": (2, 2, 2, 2)}
    assert members(segment) == {"ann", "dan"}
    assert materialize() == {"adults": (2, 0, 0, 2)}


def test_active_segments_or_the_named_ones() -> None:
    add_customers(ann=17, bob=18)
    for status in ("draft", "active", "paused", "archived"):
        add_segment(status, [], status=status)
    assert list(materialize()) == ["active"]
    assert list(materialize("paused", "draft", "paused")) == ["draft", "paused"]
    done = Segment.objects.exclude(materialized_at=None).values_list("external_id", flat=True)
    assert set(done) == {"active", "draft", "paused"}


def test_without_active_segments_the_command_says_so() -> None:
    add_segment(status="draft")
    assert "There is no active segment" in output_of()


@pytest.mark.parametrize("strange", ["Adults", "%", "' OR 1=1 --", "[red]", "\0", ""])
def test_unknown_ids_are_named_and_nothing_changes(strange: str) -> None:
    add_customers(bob=18)
    segment = add_segment()
    assert f"No segment has the id {strange!r}, 'other'." in failure_of("adults", strange, "other")
    segment.refresh_from_db()
    assert (segment.materialized_at, members(segment)) == (None, set())


def test_changed_filters_take_effect_at_the_next_run() -> None:
    add_customers(ann=17, bob=18)
    segment = add_segment("young [b]", ADULTS)
    materialize()
    Segment.objects.update(filters=[{"field": "age", "operator": "lt", "value": 18}])
    segment.refresh_from_db()
    assert (segment.materialized_at, segment.customer_count) == (None, None)
    assert materialize() == {"young [b]": (1, 1, 1, 1)}
    assert members(segment) == {"ann"}
    segment.refresh_from_db()
    assert segment.materialized_at is not None


def test_filters_that_mean_nothing_stop_no_other_segment() -> None:
    add_customers(bob=18)
    wrong = add_segment("a", [*ADULTS, {"field": "age", "operator": "like", "value": 1}])
    right = add_segment("b")
    error = failure_of()
    assert "'a' is left as it was: filter 2: operator is 'like'" in error
    assert (members(wrong), members(right)) == (set(), {"bob"})


def test_view_of_the_members_lives_as_long_as_the_segment() -> None:
    add_customers(ann=17, bob=18)
    segment = add_segment()
    materialize()
    view = f"segments_members_{segment.pk}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT customer_id FROM {view}")
        assert cursor.fetchall() == [("bob",)]
        Segment.objects.update(filters=[{"field": "age", "operator": "eq", "value": 17}])
        materialize()
        cursor.execute(f"SELECT customer_id FROM {view}")
        assert cursor.fetchall() == [("ann",)]
        # Unchanged filters leave it alone: replacing it would wait for those who read it.
        cursor.execute("SELECT xmin FROM pg_class WHERE relname = %s", [view])
        version = cursor.fetchone()
        materialize()
        cursor.execute("SELECT xmin FROM pg_class WHERE relname = %s", [view])
        assert cursor.fetchone() == version
        segment.delete()
        cursor.execute("SELECT to_regclass(%s)", [view])
        assert cursor.fetchone() == (None,)


CUSTOMERS = st.sampled_from(["ann", "bob", "cat"])
INTERACTIONS = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["impression", "click", "conversion", "dismiss"]),
        "occurred_at": st.sampled_from(
            [datetime(2026, 1, 30, 23, 59, 59, tzinfo=UTC) + timedelta(hours=h) for h in (0, 1)]
        ),
        "value": st.none() | st.just(Decimal("0.0001")) | st.just(Decimal(-5)),
        "cost": st.none() | st.just(Decimal("99999999999999.9999")),
    }
)
STEPS = st.one_of(
    st.tuples(st.just("ingest"), CUSTOMERS, INTERACTIONS),
    st.tuples(st.just("change"), CUSTOMERS, st.sampled_from([17, 18])),
    st.tuples(st.just("delete"), CUSTOMERS, st.none()),
    st.tuples(st.just("materialise"), st.none(), st.none()),
    st.tuples(st.just("refresh"), st.none(), st.none()),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=4, max_size=16))
def test_figures_cover_the_whole_history_of_the_members(steps: list[tuple[str, Any, Any]]) -> None:
    with changing_the_log(), connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE decisions_interaction, decisions_interactionkey, summaries_logwatermark, "
            "segments_customer, summaries_interactionsummary, summaries_segmentinteractionsummary, "
            "segments_segmentmembership; "
            "DELETE FROM segments_segment"
        )
    segment = add_segment()
    add_segment("all", [])
    for step, customer, detail in [*steps, ("materialise", None, None)]:
        match step:
            case "ingest":
                add_interaction(customer, **detail)
            case "change":
                add_customers(**{customer: detail})
            case "delete":
                Customer.objects.filter(customer_id=customer).delete()
            case "materialise":
                materialize()
            case "refresh":
                refresh()
        assert figures() == scan()
    adults = Customer.objects.filter(attributes__age__gte=18)
    assert members(segment) == set(adults.values_list("customer_id", flat=True))


def test_nothing_is_kept_of_those_who_left() -> None:
    add_customers(bob=18)
    add_segment()
    add_interaction("bob", value=Decimal(5))
    materialize()
    refresh()
    assert SegmentInteractionSummary.objects.exists()
    add_customers(bob=17)
    materialize()
    assert not SegmentInteractionSummary.objects.exists()


def test_an_answer_looks_up_the_members_of_the_tail_alone() -> None:
    segment = add_segment()
    add_interaction("c0")
    with ingesting(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO segments_customer "
            "SELECT 'c' || number, '{\"age\": 18}' FROM generate_series(1, 50000) number"
        )
        cursor.execute(
            "INSERT INTO decisions_interaction (occurred_at, offer_id, channel_id, "
            "outcome_type_id, customer_id, event_id) "
            "SELECT occurred_at, offer_id, channel_id, outcome_type_id, 'c' || number, number "
            "FROM decisions_interaction, generate_series(1, 50000) number"
        )
        cursor.execute("ANALYZE decisions_interaction")
        cursor.execute("SELECT max(id) - 10 FROM decisions_interaction")
        (merged_id,) = cursor.fetchone()
        LogWatermark.objects.update_or_create(log="interactions", defaults={"merged_id": merged_id})
        materialize()
    plan = SegmentInteractionTotals.objects.filter(segment=segment).explain()
    assert "Seq Scan on segments_segmentmembership" not in plan
    assert scans(plan, "decisions_interaction") == []
