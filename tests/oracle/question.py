"""What is asked: the type's parameters, its windows, and the rows in scope."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.oracle.days import Days, day_of
from tests.oracle.membership import members
from tests.oracle.world import Interaction, Row, Trace, World

SEGMENTED = {"days", "segmentId"}
ACCEPTED: dict[str, set[str]] = {
    "summary": set(),
    "acceptance_rate": SEGMENTED,
    "offer_performance": SEGMENTED,
    "offer_performance_grouped": SEGMENTED | {"groupBy"},
    "channel_effectiveness": SEGMENTED,
    "budget_burn": set(),
    "funnel": set(),
    "attribution_summary": {"days"},
    "daily_trend": SEGMENTED,
    "revenue_trend": SEGMENTED,
    "model_metrics_trend": {"days", "modelId"},
    "latency_trend": {"days"},
    "policy_impact": set(),
    "score_distribution": {"days", "groupBy", "filterId"},
    "degraded_scoring": {"days"},
    "selection_frequency": SEGMENTED | {"channelId", "categoryId", "decisionFlowId"},
    "anomaly_candidates": {"days", "baselineDays"},
    "why_not_ranked": SEGMENTED | {"offerId"},
}
PARAMETERS = {
    "days",
    "modelId",
    "groupBy",
    "filterId",
    "segmentId",
    "channelId",
    "categoryId",
    "decisionFlowId",
    "offerId",
    "baselineDays",
}
NAMES = {
    "modelId": "models",
    "segmentId": "segments",
    "channelId": "channels",
    "categoryId": "categories",
    "decisionFlowId": "decision_flows",
    "offerId": "offers",
}
GROUPS = {"channel": "channels", "offer": "offers", "category": "categories"}

Materialised = Mapping[str, Collection[str]] | Collection[str]
# Texts of which a warning must contain at least one, for each thing that it has to say.
Warnings = list[tuple[str, ...]]


@dataclass
class Question:
    """One call. `given` holds the parameters that the type accepts and that are not empty."""

    world: World
    kind: str
    given: dict[str, str]
    as_of: datetime
    materialised: Materialised
    warnings: Warnings = field(default_factory=list)
    _members: dict[str, Collection[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.today = day_of(self.as_of, self.world.time_zone)
        self.window = Days(int(self.given.get("days", "7")), self.today)
        self.baseline = self.window.before(int(self.given.get("baselineDays", self.window.count)))

    def unknown(self) -> str | None:
        """The parameter whose id names nothing, or a segment that was never materialised."""
        for parameter, named in self.given.items():
            entity = NAMES.get(parameter)
            if parameter == "filterId":
                entity = GROUPS[self.given["groupBy"]]
            if entity and named not in self.world.catalogue(entity):
                return parameter
            if parameter == "segmentId" and named not in self.materialised:
                return parameter
        return None

    def members_of(self, segment: Row) -> Collection[str]:
        """Its customers, as the last materialisation found them (if we were told)."""
        if isinstance(self.materialised, Mapping):
            return self.materialised[segment["id"]]
        if segment["id"] not in self._members:
            customers = self.world.catalogue("customers").values()
            self._members[segment["id"]] = members(segment, customers)
        return self._members[segment["id"]]

    def interactions(self, days: Days | None = None) -> list[Interaction]:
        """Those of the segment asked for (if any) in the window."""
        within = days or self.window
        return [
            row
            for row in self.world.interactions
            if row.day in within and self._in_segment(row.customer_id)
        ]

    def traces(self, days: Days | None = None) -> list[Trace]:
        """Those in the window that match the filters."""
        within = days or self.window
        return [
            trace
            for trace in self.world.traces
            if trace.day in within
            and self._in_segment(trace.customer_id)
            and trace.channel_id == self.given.get("channelId", trace.channel_id)
            and trace.flow_id == self.given.get("decisionFlowId", trace.flow_id)
        ]

    def offer(self, offer_id: str) -> Row:
        """{offerId, offerName}."""
        name = self.world.catalogue("offers")[offer_id]["name"]
        return {"offerId": offer_id, "offerName": name}

    def channel(self, channel_id: str) -> Row:
        """{channelId, channelName}."""
        name = self.world.catalogue("channels")[channel_id]["name"]
        return {"channelId": channel_id, "channelName": name}

    def category(self, category_id: str | None) -> Row:
        """{categoryId, categoryName}."""
        if category_id is None:
            return {"categoryId": None, "categoryName": "Uncategorised"}
        name = self.world.catalogue("categories")[category_id]["name"]
        return {"categoryId": category_id, "categoryName": name}

    def category_of(self, offer_id: str) -> str | None:
        """The present category of an offer."""
        category: str | None = self.world.catalogue("offers")[offer_id].get("categoryId")
        return category

    def _in_segment(self, customer_id: str) -> bool:
        segment_id = self.given.get("segmentId")
        if segment_id is None:
            return True
        return customer_id in self.members_of(self.world.catalogue("segments")[segment_id])
