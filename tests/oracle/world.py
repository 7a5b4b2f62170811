"""A bundle as the oracle sees it: catalogue rows by id, and log rows with their meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from tests.oracle.days import day_of, instant
from tests.oracle.numbers import exact

Row = dict[str, Any]
Bundle = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Outcome:
    """What an interaction counts as."""

    impression: bool
    positive: bool
    conversion: bool


BUILT_IN = {
    "impression": Outcome(impression=True, positive=False, conversion=False),
    **dict.fromkeys(
        ["click", "accept", "share", "save", "requested_info"],
        Outcome(impression=False, positive=True, conversion=False),
    ),
    **dict.fromkeys(
        ["conversion", "convert"], Outcome(impression=False, positive=True, conversion=True)
    ),
    **dict.fromkeys(
        [
            "dismiss",
            "not_interested",
            "opt_out",
            "complaint",
            "defer",
            "deferred",
            "recommendation",
            "not_presented",
            "expired",
        ],
        Outcome(impression=False, positive=False, conversion=False),
    ),
}


@dataclass(frozen=True)
class Interaction:
    """An interaction, on the day that it happened."""

    customer_id: str
    offer_id: str
    channel_id: str
    outcome: Outcome
    day: date
    value: Fraction
    cost: Fraction


@dataclass(frozen=True)
class Trace:
    """A decision, each offer once in every list."""

    customer_id: str
    channel_id: str
    flow_id: str
    day: date
    degraded: bool
    degraded_reason: str | None
    qualified: frozenset[str]  # offers with an entry, whatever it says
    failed: dict[str, set[str]]  # offer -> rules that it failed
    blocked: dict[str, set[str]]  # offer -> policies that blocked it
    scores: dict[str, float | None]  # none: scored without a number
    scored_ranks: dict[str, int]
    selected_ranks: dict[str, int]

    def eligible(self) -> set[str]:
        """Selected, or scored, or passed qualification with no policy against it."""
        passed = {
            offer
            for offer in self.qualified
            if offer not in self.failed and offer not in self.blocked
        }
        return passed | set(self.scores) | set(self.selected_ranks)

    def rank(self, offer: str) -> int | None:
        """The offer's place among the selected, or else among the scored."""
        return self.selected_ranks.get(offer, self.scored_ranks.get(offer))


class World:
    """All rows, read once. The last catalogue row of an id wins, and the first log row."""

    def __init__(self, bundle: Bundle, time_zone: str) -> None:
        self.bundle = bundle
        self.time_zone = time_zone
        self._catalogues: dict[str, dict[str, Row]] = {}
        self.outcomes = dict(BUILT_IN)
        for row in bundle.get("outcome_types", ()):
            self.outcomes[row["key"]] = Outcome(
                impression=row["category"] == "impression",
                positive=row["classification"] == "positive",
                conversion=bool(row.get("isConversion")),
            )
        self.interactions = [
            self._interaction(row) for row in first_wins(bundle.get("interactions", ()), "id")
        ]
        self.traces = [
            self._trace(row) for row in first_wins(bundle.get("decision_traces", ()), "id")
        ]

    def catalogue(self, entity: str) -> dict[str, Row]:
        """The rows of an entity by id, ascending."""
        if entity not in self._catalogues:
            rows = {row["id"]: row for row in self.bundle.get(entity, ())}
            self._catalogues[entity] = dict(sorted(rows.items()))
        return self._catalogues[entity]

    def log(self, entity: str, *identity: str) -> list[Row]:
        """The rows of a log, each identity once."""
        return first_wins(self.bundle.get(entity, ()), *identity)

    def present_offers(self) -> dict[str, Row]:
        """Offers that have not been deleted."""
        return {
            offer_id: offer
            for offer_id, offer in self.catalogue("offers").items()
            if offer.get("deletedAt") is None
        }

    def day(self, timestamp: str) -> date:
        """The day of an event."""
        return day_of(instant(timestamp), self.time_zone)

    def _interaction(self, row: Row) -> Interaction:
        return Interaction(
            customer_id=row["customerId"],
            offer_id=row["offerId"],
            channel_id=row["channelId"],
            outcome=self.outcomes[row["outcome"]],
            day=self.day(row["occurredAt"]),
            value=exact(row.get("value")),
            cost=exact(row.get("cost")),
        )

    def _trace(self, row: Row) -> Trace:
        qualifications = row.get("qualificationResults") or []
        failed: dict[str, set[str]] = {}
        for entry in qualifications:
            if not entry["passed"]:
                failed.setdefault(entry["offerId"], set()).add(entry["ruleId"])
        blocked: dict[str, set[str]] = {}
        for entry in row.get("contactPolicyResults") or []:
            if entry["blocked"]:
                blocked.setdefault(entry["offerId"], set()).add(entry["policyId"])
        scores, scored_ranks = score_once(row.get("scoringResults") or [])
        selected: dict[str, int] = {}
        for entry in row.get("selectedOffers") or []:
            rank = selected.get(entry["offerId"], entry["rank"])
            selected[entry["offerId"]] = min(rank, entry["rank"])
        return Trace(
            customer_id=row["customerId"],
            channel_id=row["channelId"],
            flow_id=row["decisionFlowId"],
            day=self.day(row["createdAt"]),
            degraded=bool(row.get("degradedScoring")),
            degraded_reason=row.get("degradedReason"),
            qualified=frozenset(entry["offerId"] for entry in qualifications),
            failed=failed,
            blocked=blocked,
            scores=scores,
            scored_ranks=scored_ranks,
            selected_ranks=selected,
        )


def first_wins(rows: Sequence[Row], *identity: str) -> list[Row]:
    """The rows without those whose identity an earlier one had.

    A time in an identity is the instant, however it is written.
    """
    kept: dict[tuple[str | datetime, ...], Row] = {}
    for row in rows:
        key = tuple(instant(row[name]) if name.endswith("At") else row[name] for name in identity)
        kept.setdefault(key, row)
    return list(kept.values())


def score_once(entries: Sequence[Row]) -> tuple[dict[str, float | None], dict[str, int]]:
    """Score and rank of each offer: the highest score, the lowest rank, and all ranks afresh
    (descending score, those without a score last, ties by first position) if an offer is left
    without one.
    """
    scores: dict[str, float | None] = {}
    ranks: dict[str, int | None] = {}
    for entry in entries:
        offer, score, rank = entry["offerId"], entry["score"], entry.get("rank")
        numbers = [float(each) for each in (scores.get(offer), score) if each is not None]
        scores[offer] = max(numbers, default=None)
        known = ranks.setdefault(offer, rank)
        if rank is not None and (known is None or rank < known):
            ranks[offer] = rank
    given = {offer: rank for offer, rank in ranks.items() if rank is not None}
    if len(given) == len(scores):
        return scores, given
    positions = list(scores)  # dictionaries keep the order of first insertion
    afresh = sorted(
        positions,
        key=lambda offer: (
            scores[offer] is None,
            -(scores[offer] or 0),
            positions.index(offer),
        ),
    )
    return scores, {offer: place for place, offer in enumerate(afresh, start=1)}
