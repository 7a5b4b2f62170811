"""What every answer should be: the contract in plain loops over the event rows.

It knows nothing of the product but the contract, and shares no code with it. It is slow, exact,
and as simple as can be, so that where it and the product differ the product is wrong.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.oracle import anomalies, decisions, misses, offers, overview, trends
from tests.oracle.compare import ANY, same
from tests.oracle.membership import members
from tests.oracle.question import ACCEPTED, PARAMETERS, Materialised, Question
from tests.oracle.world import Bundle, World

__all__ = ["ACCEPTED", "ANY", "TYPES", "answer", "members", "same"]

SAMPLE_CAP = 10_000
SAMPLED = ("selection_frequency", "why_not_ranked")
TYPES: dict[str, Callable[[Question], Any]] = {
    "summary": overview.summary,
    "acceptance_rate": offers.acceptance_rate,
    "offer_performance": offers.offer_performance,
    "offer_performance_grouped": offers.offer_performance_grouped,
    "channel_effectiveness": offers.channel_effectiveness,
    "budget_burn": overview.budget_burn,
    "funnel": overview.funnel,
    "attribution_summary": trends.attribution_summary,
    "daily_trend": trends.daily_trend,
    "revenue_trend": trends.revenue_trend,
    "model_metrics_trend": trends.model_metrics_trend,
    "latency_trend": trends.latency_trend,
    "policy_impact": overview.policy_impact,
    "score_distribution": decisions.score_distribution,
    "degraded_scoring": decisions.degraded_scoring,
    "selection_frequency": decisions.selection_frequency,
    "anomaly_candidates": anomalies.anomaly_candidates,
    "why_not_ranked": misses.why_not_ranked,
}


def answer(
    bundle: Bundle,
    parameters: Mapping[str, str],
    as_of: datetime,
    time_zone: str = "UTC",
    materialised: Materialised = (),
) -> dict[str, Any]:
    """The envelope that the endpoint should return at `as_of` for valid parameters.

    `bundle` holds acceptable rows by entity, as in the event files; several loads one after the
    other are one bundle with the rows in that order. `materialised` names the segments that
    are materialised: by their ids, if the membership is up to date; or as a mapping from their
    ids to the members that the last materialisation found. `warning`, where there must be one,
    is a list: of each tuple, at least one text has to occur in it (see `same`). `sampleSize`
    takes for granted that no trace was left out.
    """
    given = {name: value for name, value in parameters.items() if value != ""}
    kind = given.get("type", "summary")
    world = World(bundle, time_zone)
    question = Question(
        world=world,
        kind=kind,
        given={name: value for name, value in given.items() if name in ACCEPTED[kind]},
        as_of=as_of,
        materialised=materialised,
        warnings=[(name,) for name in given if name in PARAMETERS and name not in ACCEPTED[kind]],
    )
    envelope: dict[str, Any] = {"type": kind, "asOf": as_of.astimezone(UTC).isoformat()}
    if "days" in ACCEPTED[kind]:
        envelope["window"] = question.window.shown(time_zone)
    if kind == "anomaly_candidates":
        envelope["baselineWindow"] = question.baseline.shown(time_zone)
    unknown = question.unknown()
    if kind in SAMPLED:
        envelope |= {
            "sampleCap": SAMPLE_CAP,
            # How many traces match an id that names nothing is left open.
            "sampleSize": len(question.traces()) if unknown is None else ANY,
            "sampleTruncated": False if unknown is None else ANY,
        }
    if unknown is None:
        envelope["data"] = TYPES[kind](question)
    else:
        question.warnings.append((question.given[unknown], unknown))
        envelope["data"] = []
    if question.warnings:
        envelope["warning"] = question.warnings
    return envelope
