"""How channels do, and how conversions are attributed."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Q

from dashboard.parameters.declared import SEGMENTED, WINDOWED
from dashboard.reports.base import ChannelPart, Report, Row, money, named, rate
from dashboard.reports.examples import APP, EMAIL
from decisions.models import AttributionModel
from offers.models import Channel, Status
from summaries.models import AttributionTotals


class EffectivenessRow(ChannelPart):
    impressions: int
    conversions: int
    effectiveness_rate: float | None


class ChannelEffectivenessReport(Report):
    """How well each channel converts: conversions / impressions.

    Active channels, and any other with an interaction in the window; the most impressions first.
    """

    name = "channel_effectiveness"
    accepts = (*WINDOWED, *SEGMENTED)
    example: ClassVar[Any] = [
        {**EMAIL, "impressions": 8000, "conversions": 200, "effectivenessRate": 0.025},
        {**APP, "impressions": 0, "conversions": 0, "effectivenessRate": None},
    ]

    def data(self) -> list[EffectivenessRow]:
        sums = self.question.interactions().sums(
            self.question.window, "channel_id", of=["impressions", "conversions", "interactions"]
        )
        totals = {key: counts for key, *counts, interactions in sums if interactions}
        shown = Channel.objects.filter(Q(status=Status.ACTIVE) | Q(pk__in=totals))
        rows = []
        for key, names in named(shown).items():
            impressions, conversions = totals.get(key, (0, 0))
            effectiveness = rate(conversions, impressions)
            rows.append(EffectivenessRow(*names, impressions, conversions, effectiveness))
        return sorted(rows, key=lambda row: (-row.impressions, row.channel_id))


class AttributionSummaryRow(Row):
    model: AttributionModel
    conversions: int
    total_value: Decimal


class AttributionSummaryReport(Report):
    """What each attribution model makes of the conversions of the window: how many, worth how much.

    By the time of the attribution; the highest value first.
    """

    name = "attribution_summary"
    accepts = WINDOWED
    example: ClassVar[Any] = [
        {"model": "last_touch", "conversions": 148, "totalValue": 8864.5},
        {"model": "linear", "conversions": 140, "totalValue": 8510},
    ]

    def data(self) -> list[AttributionSummaryRow]:
        rows = AttributionTotals.objects.sums(
            self.question.window, "model", of=["conversions", "total_value"]
        )
        exact = sorted(rows, key=lambda row: (-row[2], row[0]))
        return [
            AttributionSummaryRow(model, conversions, money(total))
            for model, conversions, total in exact
            if conversions
        ]
