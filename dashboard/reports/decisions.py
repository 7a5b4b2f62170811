"""How offers fare in decisions: eligibility, selection, and what kept them out."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Value

from dashboard.parameters.declared import OF_DECISIONS, OFFER, SEGMENTED, WINDOWED
from dashboard.reports.base import OfferPart, Question, Report, Row, Sample, named, rate
from dashboard.reports.examples import BOOTS, SCARF
from decisions.logs import DECISION_TRACES
from decisions.models import ContactPolicy, MissStage, QualificationRule
from offers.models import Offer
from summaries.models import (
    ConsiderationTotals,
    DecisionTotals,
    LogWatermark,
    OfferDecisionTotals,
    SegmentConsiderationContributions,
    SegmentDecisionContributions,
    SegmentDecisionTotals,
    SegmentOfferDecisionContributions,
    SegmentOfferDecisionTotals,
    TraceQuerySet,
    TraceSample,
)

SAMPLE_CAP = 10_000
RANKS = 10
LONGEST_BEATEN_BY = 5


class SampledReport(Report):
    """A type that reads at most SAMPLE_CAP raw traces, the newest, beyond what is summed up."""

    sampled = True

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        self.sample = Sample(SAMPLE_CAP, 0, truncated=False)

    def covered(self, found: TraceSample, offers: TraceQuerySet[Any]) -> TraceQuerySet[Any]:
        """Restrict what is said of offers to the traces that an answer covers."""
        self.sample = Sample(SAMPLE_CAP, found.size, found.truncated)
        return offers.covered_by(found)


class SelectionRow(OfferPart):
    mandatory: bool
    eligible: int
    scored: int
    selected: int
    selection_rate: float | None
    average_rank: float | None
    rank_distribution: list[int]


class SelectionFrequencyReport(SampledReport):
    """How often each eligible offer was selected: selected / eligible, in traces.

    In one trace an offer is scored if it has a score; selected if it is among the selected offers;
    eligible if selected, or scored, or it passed qualification and no contact policy blocked it.
    averageRank is over the traces that rank it, null without any; rankDistribution counts
    ranks 1 to 10. The most selected first, then the most eligible.

    categoryId restricts the offers, the other parameters the traces. `sampleCap` limits how many
    traces are read that no summary covers, the newest first: those that came in since the last
    refresh, and with segmentId all that a channelId or decisionFlowId matches.
    """

    name = "selection_frequency"
    accepts = (*WINDOWED, *SEGMENTED, *OF_DECISIONS)
    example: ClassVar[Any] = [
        {
            **BOOTS,
            "mandatory": False,
            "eligible": 3200,
            "scored": 3150,
            "selected": 800,
            "selectionRate": 0.25,
            "averageRank": 2.4,
            "rankDistribution": [800, 1100, 640, 380, 150, 60, 15, 4, 1, 0],
        }
    ]

    def data(self) -> list[SelectionRow]:
        question = self.question
        only: dict[str, Any] = {
            "channel": question.channel,
            "decision_flow": question.decision_flow,
        }
        offer_decisions = self._offer_decisions(**only)
        shown = Offer.objects.all()
        if question.category is not None:
            shown = shown.filter(category=question.category)
            only["offer__in"] = shown
        measures = ["eligible", "scored", "selected", "ranked", "rank_sum"]
        ranks = [f"rank_{rank}" for rank in range(1, RANKS + 1)]
        sums = offer_decisions.sums(question.window, "offer_id", of=[*measures, *ranks], **only)
        totals = {key: counts for key, *counts in sums if counts[0]}
        offers = shown.filter(pk__in=totals).values_list("pk", "external_id", "name", "mandatory")
        rows = []
        for key, offer_id, name, mandatory in offers:
            eligible, scored, selected, ranked, rank_sum, *distribution = totals[key]
            row = SelectionRow(
                offer_id,
                name,
                mandatory=mandatory,
                eligible=eligible,
                scored=scored,
                selected=selected,
                selection_rate=rate(selected, eligible),
                average_rank=rate(int(rank_sum), ranked),
                rank_distribution=distribution,
            )
            rows.append(row)
        return sorted(rows, key=lambda row: (-row.selected, -row.eligible, row.offer_id))

    def _offer_decisions(self, **traces: Any) -> TraceQuerySet[Any]:
        """The sums; of a segment they are kept neither by channel nor by flow, so rows are read."""
        only: dict[str, Any] = {}
        decisions: Any = DecisionTotals
        offers: Any = OfferDecisionTotals
        if self.question.segment is not None:
            only = {"segment": self.question.segment}
            decisions, offers = SegmentDecisionTotals, SegmentOfferDecisionTotals
            if any(traces.values()):
                decisions, offers = SegmentDecisionContributions, SegmentOfferDecisionContributions
        found = decisions.objects.filter(**only).sample(self.question.window, SAMPLE_CAP, **traces)
        return self.covered(found, offers.objects.filter(**only))


class Reason(Row):
    stage: str
    id: str | None
    name: str | None
    count: int


class BeatenByRow(OfferPart):
    count: int


class Misses(OfferPart):
    considered: int
    selected: int
    missed: int
    miss_rate: float | None
    reasons: list[Reason]
    beaten_by: list[BeatenByRow]


class WhyNotRankedReport(SampledReport):
    """How often an offer was considered but not selected, and why: missed / considered.

    Considered are the traces in which it failed a qualification rule, was blocked by a contact
    policy, was scored, or was selected; absent is not a miss. Each miss has one stage, the
    first that applies: `qualification`, `contact_policy` (each with the id and the name of the
    rule or policy, the one with the smallest id), `outranked`. The reasons add up to missed.
    beatenBy: the offers that came first when this one was outranked, the top 5.

    `sampleCap` limits how many traces are read that no summary covers, the newest first: those that
    came in since the last refresh, and with segmentId all.
    """

    name = "why_not_ranked"
    accepts = (*WINDOWED, *SEGMENTED, OFFER)
    requires = (OFFER,)
    example: ClassVar[Any] = {
        **SCARF,
        "considered": 1000,
        "selected": 100,
        "missed": 900,
        "missRate": 0.9,
        "reasons": [
            {
                "stage": "contact_policy",
                "id": "policy_003",
                "name": "At most 3 emails a week",
                "count": 600,
            },
            {"stage": "outranked", "id": None, "name": None, "count": 300},
        ],
        "beatenBy": [{**BOOTS, "count": 240}],
    }

    def data(self) -> Misses:
        question, offer = self.question, self.question.offer
        if offer is None:
            raise ValueError("an offer is required")
        causes: Counter[tuple[int, int]] = Counter()
        winners: Counter[int] = Counter()
        for stage, cause, winner, count in self._considerations(offer).sums(
            question.window, "stage", "cause", "winner", of=["considered"], offer=offer
        ):
            causes[stage, cause] += count
            winners[winner] += count
        del winners[0]
        selected = causes.pop((0, 0), 0)
        missed = causes.total()
        return Misses(
            offer.external_id,
            offer.name,
            considered=selected + missed,
            selected=selected,
            missed=missed,
            miss_rate=rate(missed, selected + missed),
            reasons=_reasons(causes),
            beaten_by=_beaten_by(winners),
        )

    def _considerations(self, offer: Offer) -> TraceQuerySet[Any]:
        """The sums; of a segment none are kept, so traces that tell of the offer are read."""
        window, segment = self.question.window, self.question.segment
        if segment is None:
            found = DecisionTotals.objects.sample(window, SAMPLE_CAP)
            return self.covered(found, ConsiderationTotals.objects.all())
        traces = SegmentDecisionContributions.objects.filter(segment=segment)
        if LogWatermark.objects.filter(
            pk=DECISION_TRACES.entity, dropped_before__gt=window.start
        ).exists():
            found = traces.sample(window, SAMPLE_CAP)
        else:
            counted = SegmentDecisionTotals.objects.filter(segment=segment)
            found = traces.sample_by_day(counted, window, SAMPLE_CAP)
        considerations = SegmentConsiderationContributions.objects.filter(segment=segment)
        return self.covered(found, considerations.filter(outcome_offers__contains=[offer.pk]))


def _reasons(causes: Mapping[tuple[int, int], int]) -> list[Reason]:
    """What caused misses, the most frequent first, then in the order of the stages, then by id."""
    selects = [
        model._default_manager.order_by()
        .filter(pk__in=[cause for found, cause in causes if found == stage])
        .values_list(Value(stage), "pk", "external_id", "name")
        for stage, model in (
            (MissStage.QUALIFICATION, QualificationRule),
            (MissStage.CONTACT_POLICY, ContactPolicy),
        )
    ]
    names = {(stage, key): title for stage, key, *title in selects[0].union(selects[1], all=True)}
    rows = []
    for (stage, cause), count in causes.items():
        external_id, name = names.get((stage, cause), (None, None))
        rows.append((-count, stage, external_id or "", external_id, name))
    return [
        Reason(MissStage(stage).label, external_id, name, -count)
        for count, stage, _, external_id, name in sorted(rows, key=lambda row: row[:3])
    ]


def _beaten_by(winners: Mapping[int, int]) -> list[BeatenByRow]:
    """The most frequent winners."""
    rows = [
        BeatenByRow(*names, winners[key])
        for key, names in named(Offer.objects.filter(pk__in=winners)).items()
    ]
    return sorted(rows, key=lambda row: (-row.count, row.offer_id))[:LONGEST_BEATEN_BY]
