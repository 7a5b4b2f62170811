"""A decision trace as a table: what became of each candidate offer."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from decisions.models import ContactPolicy, DecisionTrace, QualificationRule
from offers.models import Entity, Offer

# Rule or policy, whether the offer got past it, and why.
Check = tuple[str, bool, str | None]


@dataclass
class Candidate:
    """An offer's way through a decision."""

    offer_key: int
    external_id: str
    name: str
    qualification: list[Check] = field(default_factory=list)
    policies: list[Check] = field(default_factory=list)
    score: float | None = None
    rank: int | None = None
    selected_rank: int | None = None

    def place(self) -> tuple[float, float, str]:
        """Where to list it: selected offers first, then ranked ones, then those that fell out."""
        last = float("inf")
        return (
            last if self.selected_rank is None else self.selected_rank,
            last if self.rank is None else self.rank,
            self.external_id,
        )

    def cells(self) -> tuple[object, ...]:
        """Offer, qualification, contact policies, score, rank, selected."""
        address = reverse("admin:offers_offer_change", args=[self.offer_key])
        return (
            format_html('<a href="{}">{}</a> ({})', address, self.name, self.external_id),
            _checks(self.qualification, "passed", "failed"),
            _checks(self.policies, "allowed", "blocked"),
            "-" if self.score is None else self.score,
            "-" if self.rank is None else self.rank,
            "no" if self.selected_rank is None else f"yes, rank {self.selected_rank}",
        )


def candidates(trace: DecisionTrace) -> list[Candidate]:
    """Every offer that the trace mentions. Three queries, however many there are."""
    offers = Offer.objects.in_bulk(
        {
            *trace.qualification_offers,
            *trace.policy_offers,
            *trace.scored_offers,
            *trace.selected_offers,
        }
    )
    rules = QualificationRule.objects.in_bulk(set(trace.qualification_rules))
    policies = ContactPolicy.objects.in_bulk(set(trace.policy_policies))
    found: dict[int, Candidate] = {}

    def candidate(key: int) -> Candidate:
        offer = offers.get(key)
        names = (offer.external_id, str(offer)) if offer else ("?", "unknown offer")
        return found.setdefault(key, Candidate(key, *names))

    for key, rule, passed, reason in zip(
        trace.qualification_offers,
        trace.qualification_rules,
        trace.qualification_passed,
        trace.qualification_reasons,
        strict=True,
    ):
        candidate(key).qualification.append((_name(rules.get(rule)), passed, reason))
    for key, policy, blocked, reason in zip(
        trace.policy_offers,
        trace.policy_policies,
        trace.policy_blocked,
        trace.policy_reasons,
        strict=True,
    ):
        candidate(key).policies.append((_name(policies.get(policy)), not blocked, reason))
    for key, score, rank in zip(
        trace.scored_offers, trace.scored_scores, trace.scored_ranks, strict=True
    ):
        candidate(key).score, candidate(key).rank = score, rank
    for key, rank in zip(trace.selected_offers, trace.selected_ranks, strict=True):
        candidate(key).selected_rank = rank
    return sorted(found.values(), key=Candidate.place)


def _name(entity: Entity | None) -> str:
    return f"{entity} ({entity.external_id})" if entity else "unknown"


def _checks(checks: list[Check], good: str, bad: str) -> SafeString | str:
    if not checks:
        return "-"
    return format_html_join(
        "",
        "<div>{}: <strong>{}</strong>{}</div>",
        (
            (name, good if passed else bad, f" ({reason})" if reason else "")
            for name, passed, reason in checks
        ),
    )
