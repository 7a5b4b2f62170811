"""How offers do: acceptance, and performance alone and by group."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from dashboard.services.base import (
    DIMENSIONS,
    UNCATEGORISED,
    CategoryPart,
    ChannelPart,
    OfferPart,
    SegmentPart,
    Service,
    money,
    named,
    rate,
)
from decisions.models import SumsQuerySet
from offers.models import Offer, Status
from segments.models import Segment, SegmentInteractionSums

LONGEST_LIST = 20


class AcceptanceRow(OfferPart):
    impressions: int
    positive: int
    acceptance_rate: float | None


class AcceptanceRate(Service):
    """How often each offer is accepted: positive / impressions.

    Every offer with an impression or a positive outcome in the window, whatever its status, the
    most impressions first. A late click can push the rate over 1; without impressions it is null.
    """

    accepts = frozenset({"days", "segmentId"})

    def data(self) -> list[AcceptanceRow]:
        sums = self.question.interactions().sums(
            self.question.window, "offer_id", of=["impressions", "positive"]
        )
        totals = {key: counts for key, *counts in sums if any(counts)}
        rows = [
            AcceptanceRow(*names, impressions, positive, rate(positive, impressions))
            for key, names in named(Offer.objects.filter(pk__in=totals)).items()
            for impressions, positive in [totals[key]]
        ]
        return sorted(rows, key=lambda row: (-row.impressions, row.offer_id))


class PerformanceRow(OfferPart):
    impressions: int
    conversions: int
    revenue: Decimal
    conversion_rate: float | None


class ChannelPerformanceRow(ChannelPart):
    offer_id: str
    offer_name: str
    impressions: int
    conversions: int
    revenue: Decimal
    conversion_rate: float | None


class CategoryPerformanceRow(CategoryPart):
    offer_id: str
    offer_name: str
    impressions: int
    conversions: int
    revenue: Decimal
    conversion_rate: float | None


class SegmentPerformanceRow(SegmentPart):
    offer_id: str
    offer_name: str
    impressions: int
    conversions: int
    revenue: Decimal
    conversion_rate: float | None


GroupRow = ChannelPerformanceRow | CategoryPerformanceRow | SegmentPerformanceRow


class OfferPerformance(Service):
    """The 20 active offers with the most impressions: conversions, revenue and conversion rate.

    conversionRate = conversions / impressions. Offers without interactions count as zeros.
    """

    accepts = frozenset({"days", "segmentId"})

    def data(self) -> list[PerformanceRow]:
        sums = self.question.interactions().sums(
            self.question.window, "offer_id", of=["impressions", "conversions", "revenue"]
        )
        totals = {key: values for key, *values in sums}
        nothing = [0, 0, Decimal()]
        rows = [
            performance(names, *totals.get(key, nothing))
            for key, names in named(Offer.objects.active()).items()
        ]
        return top(rows)


class OfferPerformanceGrouped(Service):
    """The 20 active offers with the most impressions in each channel, category or segment.

    Offers with an interaction in the group and the window; rates as in offer_performance. Groups by
    name, uncategorised offers last. Segments are the active materialised ones, or the one
    that segmentId names; `warning` names active segments that are not materialised.
    """

    accepts = frozenset({"days", "segmentId", "groupBy"})
    groupings = ("channel", "category", "segment")
    default_grouping = "channel"
    # What the rows of a group are, and what tells groups apart.
    GROUPS: ClassVar[dict[str, tuple[type[GroupRow], str]]] = {
        "channel": (ChannelPerformanceRow, "channel_id"),
        "category": (CategoryPerformanceRow, "offer__category_id"),
        "segment": (SegmentPerformanceRow, "segment_id"),
    }

    def data(self) -> list[GroupRow]:
        grouping = str(self.question.group_by)
        row_type, dimension = self.GROUPS[grouping]
        rows = self._segments() if grouping == "segment" else self.question.interactions()
        sums = rows.sums(
            *(self.question.window, dimension, "offer_id"),
            of=["interactions", "impressions", "conversions", "revenue"],
        )
        offers = named(Offer.objects.active())
        groups: dict[int | None, list[PerformanceRow]] = defaultdict(list)
        for group, offer, interactions, *values in sums:
            if interactions and offer in offers:
                groups[group].append(performance(offers[offer], *values))
        shown = DIMENSIONS[grouping]._default_manager.filter(pk__in=[*groups])  # noqa: SLF001 - documented API
        ordered = named(shown.order_by("name", "external_id"))
        titles: list[tuple[int | None, Any]] = [*ordered.items()]
        return [
            row_type(*title, *msgspec.structs.astuple(row))
            for group, title in [*titles, (None, UNCATEGORISED)]
            for row in top(groups[group])
        ]

    def _segments(self) -> SumsQuerySet[Any]:
        """The interactions of each segment to show."""
        if self.question.segment is not None:
            return self.question.interactions()
        active = Segment.objects.filter(status=Status.ACTIVE)
        missing = active.filter(materialized_at=None).values_list("external_id", flat=True)
        if missing:
            self.warnings.append(
                f"Not materialised and left out: {', '.join(missing)} "
                "(run: python manage.py materialize_segments)."
            )
        return SegmentInteractionSums.objects.filter(
            segment__in=active.exclude(materialized_at=None)
        )


def performance(
    offer: tuple[str, str], impressions: int, conversions: int, revenue: Decimal
) -> PerformanceRow:
    """The row of an offer: its sums and its conversion rate."""
    conversion_rate = rate(conversions, impressions)
    return PerformanceRow(*offer, impressions, conversions, money(revenue), conversion_rate)


def top(rows: Iterable[PerformanceRow]) -> list[PerformanceRow]:
    """The rows with the most impressions, as many as fit a list."""
    return sorted(rows, key=lambda row: (-row.impressions, row.offer_id))[:LONGEST_LIST]
