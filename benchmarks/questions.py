"""The questions that are measured, and the same in the words of hand-written SQL."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.client import address
from benchmarks.queries import OF_SEGMENTS, QUERIES, Dialect
from dashboard.parameters import declared
from dashboard.reports import REGISTRY
from decisions.window import Window
from offers.models import Offer
from segments.models import Segment

DAYS = (7, 30, 365)
SEGMENT, OFFER = "segment_tier_3", "offer_030"
# Beside each type's default.
GROUPINGS = {"offer_performance_grouped": ["segment"], "score_distribution": ["offer"]}


@dataclass(frozen=True)
class Measured:
    """A question; `days` is null for types without a window."""

    type: str
    days: int | None
    segment: bool = False
    group_by: str | None = None

    @property
    def path(self) -> str:
        """Its address."""
        parameters: dict[str, Any] = {}
        if self.days:
            parameters["days"] = self.days
        if self.segment:
            parameters["segmentId"] = SEGMENT
        if self.group_by:
            parameters["groupBy"] = self.group_by
        if self.type == "why_not_ranked":
            parameters["offerId"] = OFFER
        return address(self.type, **parameters)

    def described(self) -> dict[str, Any]:
        """Its fields, for the report."""
        return asdict(self)

    def sql(self, dialect: Dialect) -> str | None:
        """The query that asks the log, or None where the type reads the catalogue alone."""
        if self.group_by or self.type not in QUERIES[dialect]:
            return None
        text = QUERIES[dialect][self.type]
        window = Window.ending(datetime.now(UTC), self.days or 1, "UTC")
        parts = {
            "since": window.start,
            "until": window.end,
            "before": window.before(window.days).start,
            **{f"days_{days}": window.start - timedelta(days=days) for days in (20, 80, 200)},
        }
        for name, moment in parts.items():
            text = text.replace("{" + name + "}", f"'{moment:%Y-%m-%d %H:%M:%S}'")
        text = text.replace("{offer}", str(Offer.objects.get(external_id=OFFER).pk))
        return text.replace("{member}", _member() if self.segment else "")


def _member() -> str:
    key = Segment.objects.get(external_id=SEGMENT).pk
    return (
        "AND i.customer_id IN (SELECT customer_id FROM segments_segmentmembership "
        f"WHERE segment_id = {key})"
    )


def questions() -> Iterator[Measured]:
    """All types, with each number of days, with and without a segment."""
    for name, report in REGISTRY.items():
        for days in DAYS if declared.DAYS in report.accepts else (None,):
            yield Measured(name, days)
            if name in OF_SEGMENTS:
                yield Measured(name, days, segment=True)
            for grouping in GROUPINGS.get(name, []):
                yield Measured(name, days, group_by=grouping)
