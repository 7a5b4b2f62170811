"""What differs from before. Severity and order are decided on exact fractions: z by its square."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.days import elapsed_part
from tests.oracle.numbers import descending
from tests.oracle.offers import by_channel, by_offer, impressions, positive, revenue
from tests.oracle.question import Question
from tests.oracle.world import Interaction, Row, Trace

SEVERITIES = ["critical", "warning", "info"]


@dataclass(frozen=True)
class Candidate:
    """A measure in both windows. `z_squared` is the square of the z score."""

    metric: str
    scope: str
    dimension_id: str | None
    dimension_name: str | None
    current: Fraction
    baseline: Fraction
    current_count: int
    baseline_count: int
    z_squared: Fraction | None

    @property
    def percent(self) -> Fraction | None:
        """The change, null from a baseline of 0."""
        if self.baseline == 0:
            return None
        return (self.current - self.baseline) / abs(self.baseline) * 100

    @property
    def severity(self) -> int | None:
        """The place in SEVERITIES, the worse of two rules."""
        z_squared, percent = self.z_squared, self.percent
        for place, (z, change) in enumerate([(4, 50), (3, 30), (2, 15)]):
            if z_squared is not None and z_squared >= z * z:
                return place
            if percent is not None and abs(percent) >= change:
                return place
        return None

    def shown(self) -> Row:
        """As the answer shows it."""
        z = None if self.z_squared is None else math.sqrt(self.z_squared)
        return {
            "metric": self.metric,
            "scope": self.scope,
            "dimensionId": self.dimension_id,
            "dimensionName": self.dimension_name,
            "current": float(self.current),
            "baseline": float(self.baseline),
            "currentCount": self.current_count,
            "baselineCount": self.baseline_count,
            "percentChange": None if self.percent is None else float(self.percent),
            "zScore": z if z is None or self.current >= self.baseline else -z,
            "severity": SEVERITIES[self.severity or 0],
        }


def anomaly_candidates(question: Question) -> list[Row]:
    found = [
        candidate
        for candidate in [*acceptance(question), *degraded(question), *revenues(question)]
        if candidate.severity is not None
    ]
    found.sort(
        key=lambda candidate: (
            candidate.severity,
            descending(candidate.z_squared),
            descending(None if candidate.percent is None else abs(candidate.percent)),
            candidate.metric,
            candidate.scope,
            candidate.dimension_id or "",
        )
    )
    return [candidate.shown() for candidate in found]


def proportion(
    metric: str,
    scope: str,
    dimension: tuple[str | None, str | None],
    current: tuple[int, int],
    baseline: tuple[int, int],
) -> Iterator[Candidate]:
    """Two proportions compared; nothing where one of them has no denominator."""
    (hits, count), (hits_before, count_before) = current, baseline
    if count == 0 or count_before == 0:
        return
    share, share_before = Fraction(hits, count), Fraction(hits_before, count_before)
    pooled = Fraction(hits + hits_before, count + count_before)
    z_squared = None
    if 0 < pooled < 1:
        variance = pooled * (1 - pooled) * (Fraction(1, count) + Fraction(1, count_before))
        z_squared = (share - share_before) ** 2 / variance
    yield Candidate(metric, scope, *dimension, share, share_before, count, count_before, z_squared)


def acceptance(question: Question) -> Iterator[Candidate]:
    def counts(rows: list[Interaction]) -> tuple[int, int]:
        return positive(rows), impressions(rows)

    now, before = question.interactions(), question.interactions(question.baseline)
    yield from proportion("acceptance_rate", "overall", (None, None), counts(now), counts(before))
    for scope, split, entity in (
        ("offer", by_offer, "offers"),
        ("channel", by_channel, "channels"),
    ):
        for key, rows in split(now).items():
            yield from proportion(
                "acceptance_rate",
                scope,
                (key, question.world.catalogue(entity)[key]["name"]),
                counts(rows),
                counts(split(before).get(key, [])),
            )


def degraded(question: Question) -> Iterator[Candidate]:
    def counts(traces: list[Trace]) -> tuple[int, int]:
        scored = [trace for trace in traces if trace.scores]
        return sum(trace.degraded for trace in scored), len(scored)

    yield from proportion(
        "degraded_scoring_rate",
        "overall",
        (None, None),
        counts(question.traces()),
        counts(question.traces(question.baseline)),
    )


def revenues(question: Question) -> Iterator[Candidate]:
    days, baseline_days = question.window.count, question.baseline.count
    if days < 2:
        return
    elapsed = days - 1 + elapsed_part(question.as_of, question.world.time_zone)
    now = by_offer(question.interactions())
    before = by_offer(question.interactions(question.baseline))
    for offer_id in now.keys() | before.keys():
        current = revenue(now.get(offer_id, [])) / elapsed
        rows = before.get(offer_id, [])
        daily = [revenue([row for row in rows if row.day == day]) for day in question.baseline]
        mean = sum(daily, Fraction(0)) / baseline_days
        z_squared = None
        if baseline_days >= 2:
            variance = sum(((value - mean) ** 2 for value in daily), Fraction(0)) / (
                baseline_days - 1
            )
            if variance:
                z_squared = (current - mean) ** 2 / (variance / days)
        name = question.world.catalogue("offers")[offer_id]["name"]
        yield Candidate(
            "revenue", "offer", offer_id, name, current, mean, days, baseline_days, z_squared
        )
