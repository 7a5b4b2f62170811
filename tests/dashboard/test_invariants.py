"""What must hold between answers, whatever the events were."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments.models import Segment
from summaries.materialising import materialise
from summaries.refreshing import refresh
from tests.support.bundles import Bundle, bundles, ids_of
from tests.support.loading import empty_database, load

# A part of the customers, all others, and both together.
PARTS = {
    "left": [{"field": "half", "operator": "eq", "value": "left"}],
    "right": [{"field": "half", "operator": "neq", "value": "left"}],
    "everyone": [],
}
HALVES = ("left", "right")
Ask = Callable[..., Any]


def with_parts(bundle: Bundle) -> Bundle:
    """The bundle with all customers of its log known, each in one half."""
    log = [row for rows in bundle.values() for row in rows if "customerId" in row]
    known = {row["id"]: row["attributes"] for row in bundle["customers"]}
    known |= {row["customerId"]: {} for row in log if row["customerId"] not in known}
    customers = [
        {"id": name, "attributes": {**attributes, "half": "left" if place % 2 else "right"}}
        for place, (name, attributes) in enumerate(sorted(known.items()))
    ]
    segments = [
        {"id": name, "name": name, "status": "active", "filters": filters}
        for name, filters in PARTS.items()
    ]
    return {**bundle, "customers": customers, "segments": segments}


@pytest.mark.django_db(transaction=True, databases=["default", "answers"])
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_answers_agree_with_each_other(data: st.DataObject) -> None:
    empty_database()
    bundle = with_parts(data.draw(bundles(datetime.now(UTC))))
    load(bundle)
    if data.draw(st.booleans()):
        refresh()
    for segment in Segment.objects.all():
        materialise(segment.pk)
    user, _ = User.objects.get_or_create(username="someone", is_superuser=True)
    client = Client()
    client.force_login(user)

    def ask(kind: str, **parameters: Any) -> Any:
        response = client.get("/api/v1/dashboard-data", {"type": kind, "days": 30, **parameters})
        assert response.status_code == 200, response.content
        return response.json()["data"]

    days_equal_channels(ask)
    selection_is_possible(ask)
    histograms_hold_all_scores(ask)
    for offer in ids_of(bundle, "offers"):
        misses_have_reasons(ask, offer)
    parts_make_up_the_whole(ask, ids_of(bundle, "offers"))


def days_equal_channels(ask: Ask) -> None:
    """Sums over days and over channels are the same."""
    for part in ({}, {"segmentId": "left"}):
        days = ask("daily_trend", **part)
        channels = ask("channel_effectiveness", **part)
        for measure in ("impressions", "conversions"):
            assert total(days, measure) == total(channels, measure)
        accepted = ask("acceptance_rate", **part)
        assert total(accepted, "impressions") == total(days, "impressions")


def selection_is_possible(ask: Ask) -> None:
    """Only eligible offers are scored or selected; ranks are those of ranked offers."""
    for row in ask("selection_frequency"):
        assert max(row["scored"], row["selected"]) <= row["eligible"]
        assert 0 <= row["selectionRate"] <= 1
        assert sum(row["rankDistribution"]) <= row["eligible"]
        assert (row["averageRank"] is None) <= (sum(row["rankDistribution"]) == 0)


def histograms_hold_all_scores(ask: Ask) -> None:
    """Bins add up to the same number in all and in groups: the offers scored with a number."""
    scored = total(ask("score_distribution"), "count")
    assert scored <= total(ask("selection_frequency"), "scored")
    for grouping in ("channel", "offer", "category"):
        groups = ask("score_distribution", groupBy=grouping)
        assert total(groups, "count") == scored
        for group in groups:
            assert total(group["bins"], "count") == group["count"]
            assert 0 <= group["mean"] <= 1


def misses_have_reasons(ask: Ask, offer: str) -> None:
    """The reasons add up, and nobody was beaten more often than outranked."""
    found = ask("why_not_ranked", offerId=offer)
    assert found["missed"] == found["considered"] - found["selected"]
    assert total(found["reasons"], "count") == found["missed"]
    outranked = total([row for row in found["reasons"] if row["stage"] == "outranked"], "count")
    assert total(found["beatenBy"], "count") <= outranked


def parts_make_up_the_whole(ask: Ask, offers: list[str]) -> None:
    """A segment of everyone is no segment, and the two halves add up to it."""
    kinds = [
        "acceptance_rate",
        "offer_performance",
        "offer_performance_grouped",
        "channel_effectiveness",
        "daily_trend",
        "revenue_trend",
        "selection_frequency",
    ]
    for kind in kinds:
        assert ask(kind, segmentId="everyone") == ask(kind)
    for offer in offers[:2]:
        whole = ask("why_not_ranked", offerId=offer)
        assert ask("why_not_ranked", offerId=offer, segmentId="everyone") == whole
        halves = [
            ask("why_not_ranked", offerId=offer, segmentId=half) for half in ("left", "right")
        ]
        for measure in ("considered", "selected", "missed"):
            assert total(halves, measure) == whole[measure]
    sums: Counter[tuple[str, str]] = Counter()
    for half in HALVES:
        for row in ask("daily_trend", segmentId=half):
            for measure in ("impressions", "conversions"):
                sums[row["date"], measure] += row[measure]
    for row in ask("daily_trend"):
        for measure in ("impressions", "conversions"):
            assert sums[row["date"], measure] == row[measure]


def total(rows: list[dict[str, Any]], measure: str) -> Any:
    """The sum over the rows."""
    return sum(row[measure] for row in rows)
