"""How offers are scored, and how often scoring has to do without its models."""

from collections.abc import Sequence
from typing import Any, ClassVar

from dashboard.parameters.declared import DIMENSIONS, FILTER, GROUP_BY, WINDOWED
from dashboard.reports.base import (
    UNCATEGORISED,
    CategoryPart,
    ChannelPart,
    OfferPart,
    Report,
    Row,
    named,
    rate,
)
from summaries.models import DecisionTotals, ScoreTotals

BINS = 10
SCORE_UNIT = 10**18  # ScoreTotals adds up scores in such parts of 1


class Bin(Row):
    bin_start: float
    bin_end: float
    count: int


class ChannelScores(ChannelPart):
    count: int
    mean: float
    bins: list[Bin]


class OfferScores(OfferPart):
    count: int
    mean: float
    bins: list[Bin]


class CategoryScores(CategoryPart):
    count: int
    mean: float
    bins: list[Bin]


GroupScores = ChannelScores | OfferScores | CategoryScores


class ScoreDistributionReport(Report):
    """How the scores of the window spread over 0 to 1: 10 bins of width 0.1.

    A score counts once per offer and trace, the highest if there are several. A bin holds its
    lower edge but not its upper one, except for the last, which holds 1.

    With groupBy, the bins of each channel, offer or present category that has scores (or only
    of the one that filterId names), and the mean score; the most scores first.
    """

    name = "score_distribution"
    accepts = (*WINDOWED, GROUP_BY, FILTER)
    # What the rows of a group are, and what tells groups apart.
    groups: ClassVar[dict[str, tuple[type[GroupScores], str]]] = {
        "channel": (ChannelScores, "channel_id"),
        "offer": (OfferScores, "offer_id"),
        "category": (CategoryScores, "offer__category_id"),
    }
    example: ClassVar[Any] = [
        {"binStart": tenth / 10, "binEnd": (tenth + 1) / 10, "count": count}
        for tenth, count in enumerate([310, 842, 1204, 990, 610, 402, 233, 120, 61, 17])
    ]

    def data(self) -> list[Bin] | list[GroupScores]:
        question = self.question
        counts = [f"bin_{place}" for place in range(BINS)]
        if question.group_by is None:
            return bins(ScoreTotals.objects.total(question.window, of=counts))
        row_type, dimension = self.groups[question.group_by]
        only = {dimension: question.filter_by and question.filter_by.pk}
        sums = ScoreTotals.objects.sums(
            question.window, dimension, of=["scored", "score_sum", *counts], **only
        )
        shown = DIMENSIONS[question.group_by]._default_manager
        names = named(shown.filter(pk__in=[key for key, *_ in sums if key]))
        groups = []
        for key, scored, total, *found in sums:
            if scored:
                title: Any = names.get(key, UNCATEGORISED)
                measures: tuple[Any, ...] = (
                    scored,
                    int(total) / (scored * SCORE_UNIT),
                    bins(found),
                )
                groups.append(row_type(*title, *measures))
        return sorted(groups, key=_place)


def bins(counts: Sequence[int]) -> list[Bin]:
    """The bins with these counts."""
    return [Bin(place / BINS, (place + 1) / BINS, count) for place, count in enumerate(counts)]


def _place(group: GroupScores) -> tuple[int, bool, str]:
    """Where to list it: the most scores first, then by id, uncategorised offers last."""
    match group:
        case ChannelScores():
            return -group.count, False, group.channel_id
        case OfferScores():
            return -group.count, False, group.offer_id
    return -group.count, group.category_id is None, group.category_id or ""


class DegradedReasonRow(Row):
    reason: str
    count: int


class Degradation(Row):
    degraded_count: int
    total_count: int
    degraded_rate: float | None
    by_reason: list[DegradedReasonRow]


class DegradedScoringReport(Report):
    """How often decisions had to do without proper scores: degraded / all, in traces with a score.

    The rate is null without such traces. A degraded trace without a reason is "unknown"; the most
    frequent reason first.
    """

    name = "degraded_scoring"
    accepts = WINDOWED
    example: ClassVar[Any] = {
        "degradedCount": 31,
        "totalCount": 4789,
        "degradedRate": 31 / 4789,
        "byReason": [{"reason": "timeout", "count": 22}, {"reason": "unknown", "count": 9}],
    }

    def data(self) -> Degradation:
        reasons = ("model_error", "timeout", "unknown")
        measures = ["degraded", "scored", *(f"degraded_{reason}" for reason in reasons)]
        totals = DecisionTotals.objects.total(self.question.window, of=measures)
        degraded, scored, *counts = totals
        by_reason = [
            DegradedReasonRow(reason, count)
            for reason, count in zip(reasons, counts, strict=True)
            if count
        ]
        return Degradation(
            degraded,
            scored,
            rate(degraded, scored),
            sorted(by_reason, key=lambda row: (-row.count, row.reason)),
        )
