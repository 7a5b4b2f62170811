"""What a decision trace means for each offer, as ingestion stores it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from decisions.append_only import changing_the_log
from decisions.models import ContactPolicy, DecisionTrace, QualificationRule
from offers.models import Offer
from tests.support.loading import load

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
# "B" < "a" < "ä" by code point, in no locale's order; keys are given in the order of this list.
IDS = ["ä", "a", "B", "c", "d"]


def catalogue() -> dict[str, list[dict[str, Any]]]:
    """Offers, rules and policies that share their ids."""
    return {
        "channels": [{"id": "web", "name": "Web", "type": "web", "status": "active"}],
        "decision_flows": [{"id": "flow", "name": "Flow", "status": "active"}],
        "offers": [{"id": name, "name": name, "status": "active"} for name in IDS],
        "qualification_rules": [{"id": name, "name": name, "type": "age"} for name in IDS],
        "contact_policies": [{"id": name, "name": name, "type": "cooldown"} for name in IDS],
    }


def trace(**lists: Any) -> dict[str, Any]:
    """The event row of a trace with these lists."""
    return {
        "id": "trace",
        "customerId": "somebody",
        "channelId": "web",
        "decisionFlowId": "flow",
        "createdAt": (NOW - timedelta(minutes=1)).isoformat(),
        **lists,
    }


def qualified(offer: str, rule: str, *, passed: bool) -> dict[str, Any]:
    return {"offerId": offer, "ruleId": rule, "passed": passed}


def limited(offer: str, policy: str, *, blocked: bool) -> dict[str, Any]:
    return {"offerId": offer, "policyId": policy, "blocked": blocked}


def scored(offer: str, score: float, rank: int | None = None) -> dict[str, Any]:
    return {"offerId": offer, "score": score, "rank": rank}


def selected(offer: str, rank: int) -> dict[str, Any]:
    return {"offerId": offer, "rank": rank}


Found = dict[str, tuple[str, str | None, int | None, str | None]]


def outcomes_of(**lists: Any) -> Found:
    """By offer: eligible, scored, selected as letters; stage of the miss; rank; cause."""
    load({**catalogue(), "decision_traces": [trace(**lists)]})
    row = DecisionTrace.objects.get()
    names: dict[int, dict[int, str]] = {
        stage: {entity.pk: entity.external_id for entity in model.objects.all()}
        for stage, model in ((1, QualificationRule), (2, ContactPolicy), (3, Offer), (0, Offer))
    }
    stages = [None, "qualification", "contact_policy", "outranked"]
    found: Found = {}
    for offer, state, rank, cause in zip(
        row.outcome_offers, row.outcome_states, row.outcome_ranks, row.outcome_causes, strict=True
    ):
        letters = "".join(letter for bit, letter in ((1, "e"), (2, "s"), (4, "S")) if state & bit)
        stage = state >> 3
        found[names[0][offer]] = (
            letters,
            stages[stage],
            rank,
            None if cause is None else names[stage][cause],
        )
    return found


def test_each_way_through_a_decision() -> None:
    assert outcomes_of(
        qualificationResults=[
            qualified("ä", "a", passed=True),
            qualified("a", "c", passed=True),
            qualified("B", "a", passed=False),
        ],
        contactPolicyResults=[
            limited("a", "d", blocked=True),
            limited("c", "a", blocked=False),
        ],
        scoringResults=[scored("d", 0.5), scored("a", 0.75)],
        selectedOffers=[selected("d", 4)],
    ) == {
        "ä": ("e", None, None, None),  # passed and no more: eligible, but not considered
        "a": ("es", "contact_policy", 1, "d"),  # scored although blocked
        "B": ("", "qualification", None, "a"),
        "d": ("esS", None, 4, None),  # the rank of selection comes before that of scoring
        # "c" has an entry of a policy that let it pass, and that is no candidacy
    }


def test_the_first_stage_counts_and_in_it_the_smallest_id_by_code_point() -> None:
    assert outcomes_of(
        qualificationResults=[
            qualified("a", "ä", passed=False),
            qualified("a", "a", passed=False),
            qualified("a", "B", passed=False),
            qualified("a", "c", passed=True),
            qualified("c", "a", passed=True),
        ],
        contactPolicyResults=[
            limited("a", "B", blocked=True),
            limited("c", "ä", blocked=True),
            limited("c", "d", blocked=True),
            limited("c", "B", blocked=False),
        ],
    ) == {"a": ("", "qualification", None, "B"), "c": ("", "contact_policy", None, "d")}


def test_who_outranked_an_offer_is_the_lowest_rank_then_the_smallest_id() -> None:
    assert outcomes_of(
        scoringResults=[scored("c", 0.9, 1), scored("ä", 0.5, 2)],
        # The first offer of this list comes twice: its lowest rank counts.
        selectedOffers=[selected("a", 9), selected("ä", 2), selected("B", 2), selected("a", 2)],
    ) == {
        "c": ("es", "outranked", 1, "B"),
        "ä": ("esS", None, 2, None),
        "a": ("eS", None, 2, None),
        "B": ("eS", None, 2, None),
    }


def test_outranked_by_nobody() -> None:
    assert outcomes_of(scoringResults=[scored("c", 0.9)]) == {"c": ("es", "outranked", 1, None)}


def test_nothing_at_all() -> None:
    assert outcomes_of(qualificationResults=None, selectedOffers=[]) == {}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("outcome_states", "{7,8}"),  # one position too many
        ("outcome_states", "{3}"),  # scored, not selected, and yet no miss
        ("outcome_states", "{4}"),  # selected, not eligible
        ("outcome_states", "{NULL}"),
        ("outcome_ranks", "{0}"),
        ("outcome_causes", "{}"),
        ("outcome_offers", "{0}"),  # not the offer that was selected
    ],
)
def test_the_database_refuses_outcomes_that_contradict_themselves(column: str, value: str) -> None:
    load(
        {
            **catalogue(),
            "decision_traces": [
                trace(scoringResults=[scored("a", 1)], selectedOffers=[selected("a", 1)])
            ],
        }
    )
    change = f"UPDATE decisions_decisiontrace SET {column} = %s"
    with (
        pytest.raises(IntegrityError, match="check constraint"),
        changing_the_log(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change, [value])
