"""From parameters to an answer: finding what they name, asking the report, wrapping its data."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
from django.conf import settings
from django.utils import timezone

from dashboard.parameters.declared import BASELINE_DAYS, DAYS, DIMENSIONS, FILTER
from dashboard.parameters.fields import shown
from dashboard.parameters.request import Parameters
from dashboard.reports.base import Question
from dashboard.snapshot import snapshot
from decisions.window import Window
from segments.models import Segment


class WindowPart(msgspec.Struct, rename="camel"):
    """The calendar days that an answer is about, from the first to the last."""

    days: int
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    time_zone: str


class Envelope(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """An answer as it is sent; what does not apply is left out."""

    type: str
    as_of: str
    window: WindowPart | None = None
    baseline_window: WindowPart | None = None
    sample_cap: int | None = None
    sample_size: int | None = None
    sample_truncated: bool | None = None
    warning: str | None = None
    data: Any


def answer(parameters: Parameters) -> Envelope:
    """Answer the question as of now."""
    with snapshot():
        return _answer(parameters, timezone.now())


def _answer(parameters: Parameters, as_of: datetime) -> Envelope:
    window = Window.ending(as_of, parameters.days, settings.REPORTING_TIME_ZONE)
    baseline = window.before(parameters.baseline_days)
    named, missing = _named(parameters)
    question = Question(as_of, window, baseline, parameters.group_by, **named)
    report = parameters.report(question)
    data = [] if missing else report.data()
    sample = report.sample
    ignored = (
        f"{name} has no effect on {report.name} and was not applied." for name in parameters.ignored
    )
    return Envelope(
        type=report.name,
        as_of=as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        window=_part(window) if DAYS in report.accepts else None,
        baseline_window=_part(baseline) if BASELINE_DAYS in report.accepts else None,
        sample_cap=sample.cap if sample else None,
        sample_size=sample.size if sample else None,
        sample_truncated=sample.truncated if sample else None,
        warning=" ".join((*ignored, *missing, *report.warnings)) or None,
        data=data,
    )


def _named(parameters: Parameters) -> tuple[dict[str, Any], list[str]]:
    """Find what the id parameters name, with a warning about each that names nothing."""
    found: dict[str, Any] = {}
    missing = []
    for parameter, external_id in parameters.given.items():
        model = parameter.entity
        if parameter is FILTER:
            model = DIMENSIONS[str(parameters.group_by)]
        if model is None:
            continue
        entity = model._default_manager.filter(external_id=external_id).first()
        if entity is None:
            noun = model._meta.verbose_name
            missing.append(
                f"{parameter.name}: there is no {noun} with the id {shown(external_id)}."
            )
        elif isinstance(entity, Segment) and entity.materialized_at is None:
            missing.append(
                f"{parameter.name}: the segment {external_id!r} is not materialised "
                "(run: python manage.py materialize_segments)."
            )
        found[parameter.attribute] = entity
    return found, missing


def _part(window: Window) -> WindowPart:
    return WindowPart(
        days=window.days, first=window.first, last=window.last, time_zone=window.time_zone
    )
