"""How an answer is sent: as JSON, or as CSV with what is around the data in headers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.http import HttpRequest

from dashboard.answers import Envelope, WindowPart
from dashboard.csv_export import as_csv
from dashboard.parameters.request import CSV, JSON, Parameters

# Decimals are numbers in JSON; msgspec writes them as exactly as they are.
encode = msgspec.json.Encoder(decimal_format="number").encode

JSON_TYPE = "application/json"
CSV_TYPE = "text/csv"
# What the types in an Accept header stand for.
ACCEPTED = {JSON_TYPE: JSON, "application/*": JSON, "*/*": JSON, CSV_TYPE: CSV}

# Where CSV has what is around the data: the field of the envelope, its header, and what it says.
AS_OF = "X-As-Of"
AROUND: list[tuple[str, str, str]] = [
    ("as_of", AS_OF, "`asOf`, the instant that the answer is about."),
    ("window", "X-Window", "`window`: `days=7; from=2026-03-04; to=2026-03-10; timeZone=UTC`."),
    ("baseline_window", "X-Baseline-Window", "`baselineWindow`, in the same form."),
    ("sample_cap", "X-Sample-Cap", "`sampleCap`, how many raw traces are read at most."),
    ("sample_size", "X-Sample-Size", "`sampleSize`, how many traces match and were covered."),
    ("sample_truncated", "X-Sample-Truncated", "`sampleTruncated`: `true` or `false`."),
    (
        "warning",
        "X-Warning",
        "`warning`, in percent-encoded UTF-8 but for printable ASCII; cut after 1,000 characters.",
    ),
]
# Proxies give a response's headers 4 to 8 KB in all.
LONGEST_WARNING = 1000
PRINTABLE = "".join(map(chr, range(ord(" "), ord("~")))).replace("%", "")


@dataclass(frozen=True)
class Presentation:
    """Response body and headers, and the bytes that the ETag covers: everything but `asOf`."""

    body: bytes
    headers: dict[str, str]
    lasting: bytes


def present(envelope: Envelope, parameters: Parameters, request: HttpRequest) -> Presentation:
    """Encode the answer as the parameter `format` says, or as the client prefers."""
    if (parameters.format or preferred(request)) == CSV:
        return _csv(envelope, parameters)
    body = encode(envelope)
    # The instant comes second, just after the type.
    lasting = body.replace(envelope.as_of.encode(), b"", 1)
    return Presentation(body, {"Content-Type": JSON_TYPE}, lasting)


def preferred(request: HttpRequest) -> str:
    """Return CSV if the Accept header names it and prefers it to JSON, otherwise JSON.

    What is preferred has the higher quality, else is more specific, else comes first.
    """
    for accepted in request.accepted_types:
        kind = f"{accepted.main_type}/{accepted.sub_type}"
        if kind in ACCEPTED:
            return ACCEPTED[kind]
    return JSON


def _csv(envelope: Envelope, parameters: Parameters) -> Presentation:
    body = as_csv(parameters.report, parameters.group_by, envelope.data).encode()
    instant = datetime.fromisoformat(envelope.as_of)
    today = instant.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE)).date()
    headers = {
        "Content-Type": f"{CSV_TYPE}; charset=utf-8; header=present",
        "Content-Disposition": f'attachment; filename="{envelope.type}_{today}.csv"',
    }
    for field, header, _ in AROUND:
        value = getattr(envelope, field)
        if value is not None:
            headers[header] = header_value(value)
    lasting = "\n".join(text for header, text in headers.items() if header != AS_OF)
    return Presentation(body, headers, lasting.encode() + b"\n" + body)


def header_value(value: Any) -> str:
    """Encode a value of the envelope for a header: printable ASCII, cut to what proxies accept."""
    match value:
        case WindowPart():
            parts = msgspec.to_builtins(value)
            return "; ".join(f"{name}={part}" for name, part in parts.items())
        case bool():
            return "true" if value else "false"
    text = str(value)
    if len(text) > LONGEST_WARNING:
        text = text[: LONGEST_WARNING - 1] + "…"
    return quote(text, safe=PRINTABLE)
