"""How offers do: acceptance, and performance alone and by group."""

from collections import defaultdict
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Sum

from dashboard.parameters.declared import DIMENSIONS, GROUP_BY, SEGMENTED, WINDOWED
from dashboard.reports.base import (
    UNCATEGORISED,
    CategoryPart,
    ChannelPart,
    OfferPart,
    Report,
    SegmentPart,
    money,
    named,
    rate,
)
from dashboard.reports.examples import BOOTS, EMAIL, PERFORMANCE, SCARF
from dashboard.snapshot import select
from offers.models import Offer, Status
from segments.models import Segment
from summaries.models import SegmentInteractionTotals, TotalsQuerySet

LONGEST_LIST = 20


class AcceptanceRow(OfferPart):
    impressions: int
    positive: int
    acceptance_rate: float | None


class AcceptanceRateReport(Report):
    """How often each offer is accepted: positive / impressions.

    Every offer with an impression or a positive outcome in the window, whatever its status, the
    most impressions first. A late click can push the rate over 1; without impressions it is null.
    """

    name = "acceptance_rate"
    accepts = (*WINDOWED, *SEGMENTED)
    example: ClassVar[Any] = [
        {**BOOTS, "impressions": 5210, "positive": 612, "acceptanceRate": 612 / 5210},
        {**SCARF, "impressions": 0, "positive": 3, "acceptanceRate": None},
    ]

    def data(self) -> list[AcceptanceRow]:
        sums = self.question.interactions().sums(
            self.question.window, "offer_id", of=["impressions", "positive"]
        )
        totals = {key: counts for key, *counts in sums if any(counts)}
        rows = []
        for key, names in named(Offer.objects.filter(pk__in=totals)).items():
            impressions, positive = totals[key]
            rows.append(AcceptanceRow(*names, impressions, positive, rate(positive, impressions)))
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


class OfferPerformanceReport(Report):
    """The 20 active offers with the most impressions: conversions, revenue and conversion rate.

    conversionRate = conversions / impressions. Offers without interactions count as zeros.
    """

    name = "offer_performance"
    accepts = (*WINDOWED, *SEGMENTED)
    example: ClassVar[Any] = [{**BOOTS, **PERFORMANCE}]

    def data(self) -> list[PerformanceRow]:
        sums = self.question.interactions().sums(
            self.question.window, "offer_id", of=["impressions", "conversions", "revenue"]
        )
        totals = {key: values for key, *values in sums}
        nothing = [0, 0, Decimal()]
        offers = [
            (*names, *totals.get(key, nothing))
            for key, names in named(Offer.objects.active()).items()
        ]
        offers.sort(key=lambda offer: (-offer[2], offer[0]))
        return [PerformanceRow(*performance(*offer)) for offer in offers[:LONGEST_LIST]]


# Chosen here, so that not every offer in every group is fetched. The inner queries are the ORM's.
LONGEST_OF_EACH_GROUP = """
SELECT "group", external_id, name, impressions::bigint, conversions::bigint, revenue
FROM (
    SELECT *, row_number() OVER (
        PARTITION BY "group" ORDER BY impressions DESC, external_id
    ) AS place
    FROM ({sums}) AS sums ("group", offer_id, interactions, impressions, conversions, revenue)
    JOIN ({offers}) AS offers (offer_id, external_id, name) USING (offer_id)
    WHERE interactions > 0
) AS placed
WHERE place <= %s
ORDER BY place
"""


class OfferPerformanceGroupedReport(Report):
    """The 20 active offers with the most impressions in each channel, category or segment.

    Offers with an interaction in the group and the window; rates as in offer_performance. Groups by
    name, uncategorised offers last. Segments are the active materialised ones, or the one
    that segmentId names; `warning` names active segments that are not materialised.
    """

    name = "offer_performance_grouped"
    accepts = (*WINDOWED, *SEGMENTED, GROUP_BY)
    default_grouping = "channel"
    # What the rows of a group are, and what tells groups apart.
    groups: ClassVar[dict[str, tuple[type[GroupRow], str]]] = {
        "channel": (ChannelPerformanceRow, "channel_id"),
        "category": (CategoryPerformanceRow, "offer__category_id"),
        "segment": (SegmentPerformanceRow, "segment_id"),
    }
    example: ClassVar[Any] = [{**EMAIL, **BOOTS, **PERFORMANCE}]

    def data(self) -> list[GroupRow]:
        grouping = str(self.question.group_by)
        row_type, dimension = self.groups[grouping]
        rows = self._segments() if grouping == "segment" else self.question.interactions()
        groups: dict[int | None, list[tuple[Any, ...]]] = defaultdict(list)
        for group, *offer in self._longest(rows, dimension):
            groups[group].append(performance(*offer))
        shown = DIMENSIONS[grouping]._default_manager.filter(pk__in=[*groups])
        ordered = named(shown.order_by("name", "external_id"))
        titles: list[tuple[int | None, Any]] = [*ordered.items()]
        return [
            row_type(*title, *row)
            for group, title in [*titles, (None, UNCATEGORISED)]
            for row in groups[group]
        ]

    def _longest(self, rows: TotalsQuerySet[Any], dimension: str) -> list[tuple[Any, ...]]:
        """The group and what `performance` takes, of each offer to show, in order."""
        measures = ("interactions", "impressions", "conversions", "revenue")
        groups = rows.within(self.question.window, dimension, "offer_id").order_by()
        sums = groups.values_list(dimension, "offer_id").annotate(
            **{f"sum_of_{measure}": Sum(measure) for measure in measures}
        )
        offers = Offer.objects.active().order_by().values_list("pk", "external_id", "name")
        sums_query, of_sums = sums.query.sql_with_params()
        offers_query, of_offers = offers.query.sql_with_params()
        query = LONGEST_OF_EACH_GROUP.format(sums=sums_query, offers=offers_query)
        return select(query, (*of_sums, *of_offers, LONGEST_LIST))

    def _segments(self) -> TotalsQuerySet[Any]:
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
        return SegmentInteractionTotals.objects.filter(
            segment__in=active.exclude(materialized_at=None)
        )


def performance(
    offer_id: str, offer_name: str, impressions: int, conversions: int, revenue: Decimal
) -> tuple[Any, ...]:
    """The fields of an offer's row: its names, its sums and its conversion rate."""
    conversion_rate = rate(conversions, impressions)
    return offer_id, offer_name, impressions, conversions, money(revenue), conversion_rate
