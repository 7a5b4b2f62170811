"""Event rows of decision traces, normalised so that each list ranks an offer once."""

from typing import ClassVar

import msgspec

from decisions import logs
from decisions import models as decisions
from decisions.outcomes import STAGE_UNIT, outcomes
from ingestion.context import Context
from ingestion.rows.base import (
    FractionalMilliseconds,
    Id,
    LogEventRow,
    Rank,
    Record,
    Share,
    boolean,
    key_array,
    number_array,
    optional,
    text_array,
)
from offers import models as offers

# Looked up once: an enumeration is slow to give its values.
QUALIFICATION = decisions.MissStage.QUALIFICATION.value
CONTACT_POLICY = decisions.MissStage.CONTACT_POLICY.value
OUTRANKED = decisions.MissStage.OUTRANKED.value


class QualificationResult(msgspec.Struct, rename="camel", gc=False):
    """Whether an offer passed a qualification rule."""

    offer_id: Id
    rule_id: Id
    passed: bool
    reason: str | None = None


class ContactPolicyResult(msgspec.Struct, rename="camel", gc=False):
    """Whether a contact policy blocked an offer."""

    offer_id: Id
    policy_id: Id
    blocked: bool
    reason: str | None = None


class ScoringResult(msgspec.Struct, rename="camel", gc=False):
    """How well an offer suits the customer."""

    offer_id: Id
    score: Share | None
    rank: Rank | None = None


class SelectedOffer(msgspec.Struct, rename="camel", gc=False):
    """An offer that was chosen, and its place."""

    offer_id: Id
    rank: Rank


class DecisionTraceRow(LogEventRow):
    log: ClassVar = logs.DECISION_TRACES
    model: ClassVar = logs.DECISION_TRACES.model
    identity: ClassVar[tuple[str, ...]] = logs.DECISION_TRACES.identity
    columns: ClassVar[tuple[str, ...]] = (
        "created_at",
        "total_latency_ms",
        "channel_id",
        "decision_flow_id",
        "degraded_scoring",
        "degraded_reason",
        "customer_id",
        "event_id",
        "qualification_offers",
        "qualification_rules",
        "qualification_passed",
        "qualification_reasons",
        "policy_offers",
        "policy_policies",
        "policy_blocked",
        "policy_reasons",
        "scored_offers",
        "scored_scores",
        "scored_ranks",
        "selected_offers",
        "selected_ranks",
        "outcome_offers",
        "outcome_states",
        "outcome_ranks",
        "outcome_causes",
    )
    id: Id
    customer_id: Id
    channel_id: Id
    decision_flow_id: Id
    created_at: str
    qualification_results: list[QualificationResult] | None = None
    contact_policy_results: list[ContactPolicyResult] | None = None
    scoring_results: list[ScoringResult] | None = None
    selected_offers: list[SelectedOffer] | None = None
    degraded_scoring: bool | None = None
    degraded_reason: decisions.DegradedReason | None = None
    total_latency_ms: FractionalMilliseconds | None = None

    def record(self, context: Context) -> Record:
        offer = context.references[offers.Offer]
        rule = context.references[decisions.QualificationRule]
        policy = context.references[decisions.ContactPolicy]
        qualified = self.qualification_results or ()
        limited = self.contact_policy_results or ()
        scored = each_offer_once(self.scoring_results or [])
        ranks = {entry.offer_id: entry.rank for entry in scored if entry.rank is not None}
        selected = lowest_ranks(self.selected_offers or [])
        states, all_ranks, causes = outcomes(qualified, limited, ranks, selected)
        # What the cause of a miss is depends on the stage.
        named = {QUALIFICATION: rule, CONTACT_POLICY: policy, OUTRANKED: offer}
        cause_keys = dict.fromkeys(states, "NULL")
        for missed, cause in causes.items():
            cause_keys[missed] = named[states[missed] // STAGE_UNIT][cause]
        return (
            context.event_time(self.created_at, "createdAt"),
            optional(self.total_latency_ms),
            context.references[offers.Channel][self.channel_id],
            context.references[decisions.DecisionFlow][self.decision_flow_id],
            boolean(self.degraded_scoring),
            optional(self.degraded_reason),
            self.customer_id,
            self.id,
            key_array([offer[entry.offer_id] for entry in qualified]),
            key_array([rule[entry.rule_id] for entry in qualified]),
            number_array([entry.passed for entry in qualified]),
            text_array([entry.reason for entry in qualified]),
            key_array([offer[entry.offer_id] for entry in limited]),
            key_array([policy[entry.policy_id] for entry in limited]),
            number_array([entry.blocked for entry in limited]),
            text_array([entry.reason for entry in limited]),
            key_array([offer[entry.offer_id] for entry in scored]),
            number_array([entry.score for entry in scored]),
            number_array(list(ranks.values())),
            key_array([offer[offer_id] for offer_id in selected]),
            number_array(list(selected.values())),
            key_array([offer[offer_id] for offer_id in states]),
            number_array(list(states.values())),
            number_array(list(map(all_ranks.get, states))),
            key_array(cause_keys.values()),
        )


def each_offer_once(entries: list[ScoringResult]) -> list[ScoringResult]:
    """Each offer's highest score and lowest rank, at its first position.

    If any rank is missing then, all are assigned afresh: descending score, none at the end, ties
    by position.
    """
    once: dict[str, ScoringResult] = {}
    for entry in entries:
        first = once.setdefault(entry.offer_id, entry)
        if first is not entry:
            first.score = max(first, entry, key=_by_score).score
            first.rank = min(filter(None, (first.rank, entry.rank)), default=None)
    scored = list(once.values())
    if None in [entry.rank for entry in scored]:
        for rank, entry in enumerate(sorted(scored, key=_by_score, reverse=True), start=1):
            entry.rank = rank
    return scored


def _by_score(entry: ScoringResult) -> float:
    return -1 if entry.score is None else entry.score


def lowest_ranks(entries: list[SelectedOffer]) -> dict[str, int]:
    """The lowest rank of each selected offer."""
    ranks: dict[str, int] = {}
    for entry in entries:
        ranks[entry.offer_id] = min(entry.rank, ranks.get(entry.offer_id, entry.rank))
    return ranks
