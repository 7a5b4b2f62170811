"""A whole answer of each type as an example, two days long."""

from typing import Any

from dashboard.parameters.declared import BASELINE_DAYS, DAYS
from dashboard.reports.base import Report


def example(report: type[Report]) -> dict[str, Any]:
    """The example of a type's data, with the envelope around it."""
    zone = {"timeZone": "UTC"}
    parts: dict[str, Any] = {"type": report.name, "asOf": "2026-03-10T09:41:07.254310Z"}
    if DAYS in report.accepts:
        parts["window"] = {"days": 2, "from": "2026-03-09", "to": "2026-03-10", **zone}
    if BASELINE_DAYS in report.accepts:
        parts["baselineWindow"] = {"days": 2, "from": "2026-03-07", "to": "2026-03-08", **zone}
    if report.sampled:
        parts |= {"sampleCap": 10_000, "sampleSize": 4789, "sampleTruncated": False}
    return {**parts, "data": report.example}
