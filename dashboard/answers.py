"""From parameters to an answer: finding what they name, asking the service, wrapping its data."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
from django.conf import settings
from django.utils import timezone

from dashboard.parameters import Parameters, shown
from dashboard.reports.base import DIMENSIONS, Question
from dashboard.snapshot import snapshot
from decisions.models import AlgorithmModel, DecisionFlow
from decisions.window import Window
from offers.models import Category, Channel, Entity, Offer
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


# What each id parameter names, and where the question keeps it.
ENTITIES: dict[str, tuple[type[Entity], str]] = {
    "modelId": (AlgorithmModel, "model"),
    "segmentId": (Segment, "segment"),
    "channelId": (Channel, "channel"),
    "categoryId": (Category, "category"),
    "decisionFlowId": (DecisionFlow, "decision_flow"),
    "offerId": (Offer, "offer"),
}


def answer(parameters: Parameters) -> Envelope:
    """The answer, as of now."""
    with snapshot():
        return _answer(parameters, timezone.now())


def _answer(parameters: Parameters, as_of: datetime) -> Envelope:
    zone = settings.REPORTING_TIME_ZONE
    window = Window.ending(as_of, parameters.days, zone)
    baseline = window.before(parameters.baseline_days)
    named, missing = _named(parameters)
    question = Question(as_of, window, baseline, parameters.group_by, **named)
    service = parameters.service(question)
    data = [] if missing else service.data()
    sample = service.sample
    ignored = (
        f"{name} has no effect on {parameters.name} and was not applied."
        for name in parameters.ignored
    )
    accepts = parameters.service.accepts
    return Envelope(
        type=parameters.name,
        as_of=as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        window=_part(window) if "days" in accepts else None,
        baseline_window=_part(baseline) if "baselineDays" in accepts else None,
        sample_cap=sample.cap if sample else None,
        sample_size=sample.size if sample else None,
        sample_truncated=sample.truncated if sample else None,
        warning=" ".join((*ignored, *missing, *service.warnings)) or None,
        data=data,
    )


def _named(parameters: Parameters) -> tuple[dict[str, Any], list[str]]:
    """What the id parameters name, and a warning about each that names nothing."""
    found: dict[str, Any] = {}
    missing = []
    for name, external_id in parameters.given.items():
        if name == "filterId":
            model, place = DIMENSIONS[str(parameters.group_by)], "filter_by"
        elif name in ENTITIES:
            model, place = ENTITIES[name]
        else:
            continue
        entity = model._default_manager.filter(external_id=external_id).first()
        if entity is None:
            missing.append(f"{name}: there is no {_noun(model)} with the id {shown(external_id)}.")
        elif isinstance(entity, Segment) and entity.materialized_at is None:
            missing.append(
                f"{name}: the segment {external_id!r} is not materialised "
                "(run: python manage.py materialize_segments)."
            )
        found[place] = entity
    return found, missing


def _noun(model: type[Entity]) -> str:
    return str(model._meta.verbose_name)


def _part(window: Window) -> WindowPart:
    return WindowPart(
        days=window.days, first=window.first, last=window.last, time_zone=window.time_zone
    )
