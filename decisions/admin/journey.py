"""A decision trace as a journey: what became of each candidate offer, and why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from django.contrib.admin.utils import quote
from django.urls import reverse

from decisions.admin.addresses import traces_address
from decisions.models import ContactPolicy, DecisionTrace, MissStage, QualificationRule
from decisions.outcomes import ELIGIBLE, SELECTED, STAGE_UNIT
from offers.models import Entity, Offer


class Fate(IntEnum):
    """What became of a candidate, in the order in which a journey tells it."""

    SELECTED = 1
    OUTRANKED = 2
    ELIGIBLE = 3
    BLOCKED = 4
    FAILED = 5
    MENTIONED = 6

    @classmethod
    def of(cls, state: int) -> "Fate":
        """From the state that ingestion found."""
        if state & SELECTED:
            return cls.SELECTED
        missed = _MISSES.get(state // STAGE_UNIT)
        return missed or (cls.ELIGIBLE if state & ELIGIBLE else cls.MENTIONED)

    @property
    def stage(self) -> str | None:
        """The word for it in the address of a search."""
        return _STAGES.get(self)


_MISSES = {
    MissStage.QUALIFICATION.value: Fate.FAILED,
    MissStage.CONTACT_POLICY.value: Fate.BLOCKED,
    MissStage.OUTRANKED.value: Fate.OUTRANKED,
}
_STAGES = {
    Fate.SELECTED: "selected",
    **{fate: MissStage(number).label for number, fate in _MISSES.items()},
}
# In words, and the kind of label that unfold shows them as.
FATES: dict[Fate, tuple[str, str]] = {
    Fate.SELECTED: ("selected", "success"),
    Fate.OUTRANKED: ("outranked", "warning"),
    Fate.ELIGIBLE: ("eligible, not scored", "info"),
    Fate.BLOCKED: ("blocked by policy", "danger"),
    Fate.FAILED: ("failed rule", "danger"),
    Fate.MENTIONED: ("not considered", "default"),
}


@dataclass(frozen=True)
class NamedLink:
    """An offer, a rule or a policy as a page names it."""

    name: str
    external_id: str
    address: str


@dataclass(frozen=True)
class Check:
    """A rule or policy, whether the offer got past it, and why."""

    by: NamedLink
    passed: bool
    reason: str | None


@dataclass
class Candidate:
    """An offer's way through a decision."""

    offer: NamedLink
    fate: Fate = Fate.MENTIONED
    cause: NamedLink | None = None
    qualification: list[Check] = field(default_factory=list)
    policies: list[Check] = field(default_factory=list)
    score: float | None = None
    rank: int | None = None
    selected_rank: int | None = None

    @property
    def told(self) -> str:
        """Its fate in words."""
        return FATES[self.fate][0]

    @property
    def kind(self) -> str:
        """The kind of label for its fate."""
        return FATES[self.fate][1]

    @property
    def reason(self) -> str | None:
        """Why the rule failed or the policy blocked, if the engine said so."""
        checks = [*self.qualification, *self.policies]
        reasons = (c.reason for c in checks if c.by == self.cause and not c.passed and c.reason)
        return next(reasons, None)

    @property
    def percent(self) -> float:
        """The score as the length of a bar."""
        return round(100 * (self.score or 0), 1)

    @property
    def alike(self) -> str:
        """Other decisions in which the offer had this fate."""
        cause = self.cause.external_id if self.cause else None
        return traces_address(self.offer.external_id, self.fate.stage, cause)

    def place(self) -> tuple[float, ...]:
        """Where to tell it: as selected, then as ranked, then those that fell out on the way."""
        last = float("inf")
        return (
            last if self.selected_rank is None else self.selected_rank,
            self.fate,
            last if self.rank is None else self.rank,
        )


@dataclass(frozen=True)
class TraceJourney:
    """A trace and its candidates."""

    trace: DecisionTrace
    candidates: list[Candidate]

    @classmethod
    def of(cls, trace: DecisionTrace) -> "TraceJourney":
        """The journey of the trace. Three queries, however many candidates there are."""
        candidates = _candidates(trace)
        return cls(trace, sorted(candidates, key=lambda c: (*c.place(), c.offer.external_id)))

    @property
    def fates(self) -> list[tuple[str, str, int]]:
        """How many candidates had each fate, for each that any had."""
        counts = Counter(candidate.fate for candidate in self.candidates)
        return [(*FATES[fate], counts[fate]) for fate in sorted(counts)]

    @property
    def degraded(self) -> str:
        """Why the scoring was degraded, if it was."""
        return f"degraded: {self.trace.get_degraded_reason_display() or 'unknown'}"

    @property
    def customer_address(self) -> str:
        return reverse("admin:segments_customer_change", args=[quote(self.trace.customer_id)])

    @property
    def decisions_address(self) -> str:
        """All decisions for the customer."""
        return self._of_customer("decisiontrace")

    @property
    def interactions_address(self) -> str:
        """What the customer did."""
        return self._of_customer("interaction")

    def _of_customer(self, model: str) -> str:
        name = f"admin:decisions_{model}_changelist"
        return reverse(name, query={"q": self.trace.customer_id})


def _candidates(trace: DecisionTrace) -> Iterable[Candidate]:
    """Every offer that the trace mentions."""
    keys = {
        *trace.qualification_offers,
        *trace.policy_offers,
        *trace.scored_offers,
        *trace.selected_offers,
    }
    offers = _references(Offer, keys)
    rules = _references(QualificationRule, set(trace.qualification_rules))
    policies = _references(ContactPolicy, set(trace.policy_policies))
    found = {key: Candidate(offers[key]) for key in keys}
    for key, rule, passed, reason in zip(
        trace.qualification_offers,
        trace.qualification_rules,
        trace.qualification_passed,
        trace.qualification_reasons,
        strict=True,
    ):
        found[key].qualification.append(Check(rules[rule], passed, reason))
    for key, policy, blocked, reason in zip(
        trace.policy_offers,
        trace.policy_policies,
        trace.policy_blocked,
        trace.policy_reasons,
        strict=True,
    ):
        found[key].policies.append(Check(policies[policy], not blocked, reason))
    for key, score, rank in zip(
        trace.scored_offers, trace.scored_scores, trace.scored_ranks, strict=True
    ):
        found[key].score, found[key].rank = score, rank
    for key, rank in zip(trace.selected_offers, trace.selected_ranks, strict=True):
        found[key].selected_rank = rank
    named = {Fate.FAILED: rules, Fate.BLOCKED: policies, Fate.OUTRANKED: offers}
    for key, state, cause in zip(
        trace.outcome_offers, trace.outcome_states, trace.outcome_causes, strict=True
    ):
        fate = found[key].fate = Fate.of(state)
        if cause is not None:
            found[key].cause = named[fate][cause]
    return found.values()


def _references(kind: type[Entity], keys: set[int]) -> dict[int, NamedLink]:
    options = kind._meta
    name = f"admin:{options.app_label}_{options.model_name}_change"
    found = {key: NamedLink("unknown", "?", "") for key in keys}
    entities = kind._default_manager.in_bulk(keys)
    for key, entity in entities.items():
        found[key] = NamedLink(str(entity), entity.external_id, reverse(name, args=[key]))
    return found
