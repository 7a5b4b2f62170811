"""The types that read decision traces and runs: what random bundles (test_exact) do not reach.

That is stored sums beside the tail, sampling, percentiles of many runs, and which parts of the log
are read.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import quantiles
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from dashboard.reports import decisions as reports
from decisions.logs import DECISION_TRACES
from decisions.models import DecisionTrace
from decisions.partitions import ensure_partitions, following, month_of
from decisions.window import Window
from segments.models import Segment
from summaries import models as summaries
from summaries.materialising import materialise
from summaries.models import LogWatermark
from summaries.refreshing import refresh
from tests.support.bundles import Bundle
from tests.support.loading import empty_database, load

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "answers"])

Row = dict[str, Any]


@pytest.fixture(autouse=True)
def _emptied() -> Iterator[None]:
    _empty()
    yield
    _empty()


def _empty() -> None:
    empty_database()
    LogWatermark.objects.all().delete()


@pytest.fixture
def client() -> Client:
    """A browser of somebody who may ask."""
    client = Client()
    client.force_login(User.objects.create_superuser("someone"))
    return client


def ask(client: Client, **parameters: str | int) -> Row:
    """The answer."""
    response = client.get("/api/v1/dashboard-data", parameters)
    assert response.status_code == 200, response.content
    envelope: Row = response.json()
    return envelope


def catalogue() -> Bundle:
    """Two of what traces refer to; a deleted offer among them, and everybody's segment."""
    return {
        "categories": [{"id": "shoes", "name": "Shoes"}],
        "channels": [
            {"id": name, "name": name.title(), "type": "web", "status": "active"}
            for name in ("mail", "web")
        ],
        "decision_flows": [{"id": "flow", "name": "Flow", "status": "active"}],
        "offers": [
            {"id": "boots", "name": "Boots", "status": "active", "categoryId": "shoes"},
            {"id": "scarf", "name": "Scarf", "status": "active", "mandatory": True},
            {"id": "tie", "name": "Tie", "status": "draft", "deletedAt": "2020-01-01T00:00:00Z"},
        ],
        "qualification_rules": [
            {"id": name, "name": name.upper(), "type": "age"} for name in ("age", "stock")
        ],
        "contact_policies": [{"id": "pause", "name": "Pause", "type": "cooldown"}],
        "customers": [{"id": "ann", "attributes": {"vip": True}}],
        "segments": [
            {
                "id": "vips",
                "name": "VIPs",
                "status": "active",
                "filters": [{"field": "vip", "operator": "eq", "value": True}],
            }
        ],
    }


def trace(name: str, minutes_ago: float, **fields: Any) -> Row:
    """A trace in which boots were scored and outranked by a selected scarf."""
    moment = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return {
        "id": name,
        "customerId": "bob",
        "channelId": "web",
        "decisionFlowId": "flow",
        "createdAt": moment.isoformat(),
        "scoringResults": [{"offerId": "boots", "score": 0.3}],
        "selectedOffers": [{"offerId": "scarf", "rank": 1}],
        **fields,
    }


def eligible(client: Client, **parameters: str | int) -> tuple[dict[str, int], int, bool]:
    """How often each offer was eligible, and how much of the log the answer covers."""
    found = ask(client, type="selection_frequency", days=2, **parameters)
    offers = {row["offerId"]: row["eligible"] for row in found["data"]}
    return offers, found["sampleSize"], found["sampleTruncated"]


def considered(client: Client, **parameters: str | int) -> tuple[int, int, bool]:
    """How often boots were considered, and how much of the log the answer covers."""
    found = ask(client, type="why_not_ranked", offerId="boots", days=2, **parameters)
    return found["data"]["considered"], found["sampleSize"], found["sampleTruncated"]


def test_the_newest_of_the_tail_are_read_up_to_the_cap(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tie = [{"offerId": "tie", "rank": 1}]
    load(catalogue())
    load(
        {
            "decision_traces": [
                trace("in the middle", 3),
                trace("oldest", 5, selectedOffers=tie),
                trace("newest", 1, customerId="ann"),
                trace("old", 4, channelId="mail"),
            ]
        }
    )
    materialise(Segment.objects.get().pk)
    assert ask(client, type="why_not_ranked", offerId="boots")["sampleCap"] == 10_000
    # (offers eligible, traces covered, some left out) for each cap
    for cap, expected in {
        4: ({"boots": 4, "scarf": 3, "tie": 1}, 4, False),
        3: ({"boots": 3, "scarf": 3}, 3, True),
        1: ({"boots": 1, "scarf": 1}, 1, True),
    }.items():
        monkeypatch.setattr(reports, "SAMPLE_CAP", cap)
        assert eligible(client) == expected
        assert considered(client) == (expected[0]["boots"], *expected[1:])
        # What does not match takes no place in the sample.
        assert eligible(client, channelId="mail") == ({"boots": 1, "scarf": 1}, 1, False)
        assert eligible(client, segmentId="vips") == ({"boots": 1, "scarf": 1}, 1, False)
        assert considered(client, segmentId="vips") == (1, 1, False)
        # The offer asked about does not narrow the sample.
        about_tie = ask(client, type="why_not_ranked", offerId="tie")
        assert about_tie["sampleSize"] == min(cap, 4)


def test_of_the_same_instant_the_last_ingested_are_the_newest(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_instant = trace("first", 1)["createdAt"]
    load(catalogue())
    load(
        {
            "decision_traces": [
                trace("first", 1, createdAt=same_instant),
                trace("second", 1, createdAt=same_instant, scoringResults=[]),
            ]
        }
    )
    monkeypatch.setattr(reports, "SAMPLE_CAP", 1)
    assert eligible(client) == ({"scarf": 1}, 1, True)


def test_of_a_segment_the_newest_traces_of_members_are_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_days(name: str, *days_ago: int) -> list[Row]:
        return [
            trace(f"{name} {number}", 24 * 60 * days + number, customerId=customer)
            for number, days in enumerate(days_ago)
            for customer in ("ann", "bob")  # ann alone is a member
        ]

    load(catalogue())
    load({"decision_traces": of_days("stored", 0, 0, 1, 3, 3, 3, 4)})
    materialise(Segment.objects.get().pk)
    refresh()
    load({"decision_traces": of_days("late", 0, 1, 3, 4)})
    for cap in range(1, 13):
        monkeypatch.setattr(reports, "SAMPLE_CAP", cap)
        found = ask(client, type="why_not_ranked", offerId="boots", days=10, segmentId="vips")
        assert found["data"]["considered"] == found["sampleSize"] == min(cap, 11)
        assert found["sampleTruncated"] == (cap < 11)


def test_what_is_summed_up_is_exact_and_free_of_the_cap(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(catalogue())
    load({"decision_traces": [trace(f"stored {number}", number) for number in range(5)]})
    materialise(Segment.objects.get().pk)
    refresh()
    monkeypatch.setattr(reports, "SAMPLE_CAP", 2)
    assert eligible(client) == ({"boots": 5, "scarf": 5}, 5, False)
    load({"decision_traces": [trace(f"late {number}", 60 + number) for number in range(3)]})
    assert eligible(client) == ({"boots": 7, "scarf": 7}, 7, True)
    assert considered(client) == (7, 7, True)
    # The other types read all of the tail.
    assert ask(client, type="degraded_scoring", days=2)["data"]["totalCount"] == 8


def test_an_offer_from_all_sides(client: Client) -> None:
    failed = {"offerId": "boots", "ruleId": "stock", "passed": False}
    load(catalogue())
    load(
        {
            "decision_traces": [
                trace("outranked", 1),
                trace("outranked again", 2, customerId="ann"),
                trace("by nobody", 3, selectedOffers=None),
                trace("won", 4, selectedOffers=[{"offerId": "boots", "rank": 12}]),
                trace("absent", 5, scoringResults=None),
                trace("failed", 6, qualificationResults=[failed, {**failed, "ruleId": "age"}]),
                trace(
                    "blocked",
                    7,
                    scoringResults=None,
                    contactPolicyResults=[
                        {"offerId": "boots", "policyId": "pause", "blocked": True}
                    ],
                ),
                trace(
                    "eligible and no more",
                    8,
                    scoringResults=None,
                    qualificationResults=[{**failed, "passed": True}],
                    selectedOffers=[{"offerId": "tie", "rank": 1}],
                ),
            ]
        }
    )
    assert ask(client, type="why_not_ranked", offerId="boots", days=2)["data"] == {
        "offerId": "boots",
        "offerName": "Boots",
        "considered": 6,
        "selected": 1,
        "missed": 5,
        "missRate": 5 / 6,
        "reasons": [
            {"stage": "outranked", "id": None, "name": None, "count": 3},
            {"stage": "qualification", "id": "age", "name": "AGE", "count": 1},
            {"stage": "contact_policy", "id": "pause", "name": "Pause", "count": 1},
        ],
        "beatenBy": [{"offerId": "scarf", "offerName": "Scarf", "count": 2}],
    }
    found = ask(client, type="selection_frequency", days=2)["data"]
    assert [row["offerId"] for row in found] == ["scarf", "boots", "tie"]
    assert found[1] == {
        "offerId": "boots",
        "offerName": "Boots",
        "mandatory": False,
        "eligible": 6,
        "scored": 5,
        "selected": 1,
        "selectionRate": 1 / 6,
        "averageRank": (1 + 1 + 1 + 12 + 1) / 5,
        "rankDistribution": [4, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    }
    assert found[0]["mandatory"] is True
    shoes = ask(client, type="selection_frequency", days=2, categoryId="shoes")
    assert (shoes["data"], shoes["sampleSize"]) == ([found[1]], 8)
    nothing = ask(client, type="why_not_ranked", offerId="tie", days=2)["data"]
    assert (nothing["considered"], nothing["missRate"]) == (1, 0)


def test_scores_fall_into_the_bin_that_their_decimals_say(client: Client) -> None:
    scores = [0, 0.1, 0.2, 0.3, 0.6, 0.7, 0.9, 1, 0.1 + 0.2, 0.29999999999999993, 0.9999999999]
    load(catalogue())
    load(
        {
            "decision_traces": [
                trace(str(score), 1, scoringResults=[{"offerId": "boots", "score": score}])
                for score in scores
            ]
        }
    )
    bins = ask(client, type="score_distribution", days=2)["data"]
    assert [row["count"] for row in bins] == [1, 1, 2, 2, 0, 0, 1, 1, 0, 3]
    edges = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert [(row["binStart"], row["binEnd"]) for row in bins] == [*pairwise(edges)]
    [group] = ask(client, type="score_distribution", days=2, groupBy="offer")["data"]
    assert (group.pop("bins"), group.pop("mean")) == (bins, pytest.approx(sum(scores) / 11))
    assert group == {"offerId": "boots", "offerName": "Boots", "count": 11}
    other = ask(client, type="score_distribution", days=2, groupBy="offer", filterId="tie")
    assert (other["data"], "warning" in other) == ([], False)


def test_offer_without_a_score_is_scored_but_in_no_histogram(client: Client) -> None:
    """Whether its traces have been merged into the summaries or not."""
    load(catalogue())
    scores: dict[str, list[tuple[str, float | None]]] = {
        "1": [("boots", None), ("tie", 0.5)],
        "2": [("boots", None)],
        "3": [("boots", 0.75)],
    }
    load(
        {
            "decision_traces": [
                trace(
                    name,
                    1,
                    degradedScoring=True,
                    scoringResults=[{"offerId": offer, "score": score} for offer, score in entries],
                )
                for name, entries in scores.items()
            ]
        }
    )
    for _ in range(2):
        bins = ask(client, type="score_distribution", days=2)["data"]
        assert [row["count"] for row in bins] == [0, 0, 0, 0, 0, 1, 0, 1, 0, 0]
        groups = ask(client, type="score_distribution", days=2, groupBy="offer")["data"]
        shown = {row["offerId"]: (row["count"], row["mean"]) for row in groups}
        assert shown == {"boots": (1, 0.75), "tie": (1, 0.5)}
        offers = ask(client, type="selection_frequency", days=2)["data"]
        ranks = {row["offerId"]: (row["scored"], row["averageRank"]) for row in offers}
        assert (ranks["boots"], ranks["tie"]) == ((3, 4 / 3), (1, 1.0))
        assert ask(client, type="degraded_scoring", days=2)["data"]["totalCount"] == 3
        refresh()


def test_percentiles_of_many_runs_are_those_of_all_of_them(client: Client) -> None:
    dice = random.Random(7)  # noqa: S311 - not for secrets
    now = datetime.now(UTC)
    latencies: dict[str, list[int]] = {}
    runs = []
    for number in range(900):
        moment = now - timedelta(days=number % 3)
        latency = int(dice.lognormvariate(4, 1))
        latencies.setdefault(str(moment.date()), []).append(latency)
        runs.append(
            {
                "id": f"run {number}",
                "decisionFlowId": "flow",
                "status": dice.choice(["completed", "failed"]),
                "latencyMs": latency,
                "startedAt": moment.isoformat(),
            }
        )
    load({**catalogue(), "runs": runs[:450]})
    refresh()
    load({"runs": runs[450:]})
    days = ask(client, type="latency_trend", days=5)["data"]
    assert days[:2] == [
        {"date": str(now.date() - timedelta(days=ago)), "p50": None, "p99": None, "runs": 0}
        for ago in (4, 3)
    ]
    assert Counter(row["runs"] for row in days) == {0: 2, 300: 3}
    for row in days[2:]:
        hundredths = quantiles(latencies[row["date"]], n=100, method="inclusive")
        assert (row["p50"], row["p99"]) == pytest.approx((hundredths[49], hundredths[98]))


@pytest.fixture
def old_month() -> Iterator[str]:
    """The name of a month's partition that ends before the window."""
    this_month = month_of(datetime.now(UTC).date())
    made = ensure_partitions(DECISION_TRACES, [this_month, following(this_month, -6)])
    yield following(this_month, -6).replace("-", "_")
    with connection.cursor() as cursor:
        for name in made:
            cursor.execute(f"DROP TABLE {name}")


@pytest.mark.parametrize(
    "view",
    [
        summaries.OfferDecisionTotals,
        summaries.ConsiderationTotals,
        summaries.SegmentOfferDecisionTotals,
        summaries.SegmentConsiderationContributions,
    ],
)
def test_conditions_reach_the_log_and_months_before_the_window_are_left_alone(
    view: Any, old_month: str
) -> None:
    now = datetime.now(UTC)
    rows = view.objects.within(Window.ending(now, 7, "UTC"))
    assert old_month in DecisionTrace.objects.filter(pk=1).explain()
    assert old_month not in rows.explain()
    newest = summaries.TraceSample(1, (now - timedelta(days=1), 17))
    nodes = rows.covered_by(newest).explain().split("->")
    scans = [node for node in nodes if "on decisions_decisiontrace" in node.partition("\n")[0]]
    scans = [node for node in scans if "Bitmap Index Scan" not in node]
    assert scans
    assert all("(id > 17)" in scan and "(created_at >= " in scan for scan in scans), scans
