"""How answers as CSV are asked for, and what comes with them."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from dashboard.presentation import header_value
from tests.dashboard.test_csv import read
from tests.dashboard.test_endpoint import error
from tests.support.shop import ADDRESS, Shop
from tests.test_contract import STILL, each_type, needed

AROUND = {
    "window": "x-window",
    "baselineWindow": "x-baseline-window",
    "sampleCap": "x-sample-cap",
    "sampleSize": "x-sample-size",
    "sampleTruncated": "x-sample-truncated",
    "warning": "x-warning",
}


@each_type
def test_what_is_around_the_data_is_in_headers(kind: str, shop: Shop) -> None:
    envelope = shop.ask(**needed(kind))
    response = shop.get(needed(kind) | {"format": "csv"})
    assert envelope["asOf"] <= response["x-as-of"] <= datetime.now(UTC).isoformat()
    for part, header in AROUND.items():
        value = envelope.get(part)
        if isinstance(value, dict):
            parts = dict(part.split("=") for part in response[header].split("; "))
            assert parts == {name: str(part) for name, part in value.items()}
        else:
            assert response.get(header) == (None if value is None else json.dumps(value))
    day = response["x-as-of"][:10]
    assert response["content-disposition"] == f'attachment; filename="{kind}_{day}.csv"'


def test_file_is_named_after_the_day_where_the_reports_are_read(shop: Shop, settings: Any) -> None:
    settings.REPORTING_TIME_ZONE = "Pacific/Kiritimati"  # 14 hours ahead: a different day, often
    response = shop.get({"type": "daily_trend", "format": "csv"})
    assert f"to={read(response)[1][-1]['date']};" in response["x-window"]
    assert f"_{read(response)[1][-1]['date']}.csv" in response["content-disposition"]


@pytest.mark.parametrize(
    "strange", ["x\r\nSet-Cookie: a=b", "Schüße 😀", "100 % = 1%0D%0A", "\u2028"]
)
def test_warning_is_one_header_of_ascii(strange: str, shop: Shop) -> None:
    parameters = {"type": "daily_trend", "segmentId": strange, "modelId": "m"}
    response = shop.get(parameters | {"format": "csv"})
    assert re.fullmatch(r"[ -~]+", response["x-warning"])
    assert unquote(response["x-warning"]) == shop.ask(**parameters)["warning"]
    assert "set-cookie" not in response


def test_long_warning_is_cut() -> None:
    warning = "ü" * 1000
    assert unquote(header_value(warning)) == warning
    assert unquote(header_value(warning + "!")) == warning[:-1] + "…"


@each_type
def test_format_is_no_matter_of_the_type(kind: str, shop: Shop) -> None:
    parameters = needed(kind) | STILL.get(kind, {})
    plain, named = shop.get(parameters), shop.get(parameters | {"format": "json"})
    assert named["etag"] == plain["etag"]
    assert "warning" not in named.json() or kind in STILL
    assert shop.get(parameters | {"format": ""})["etag"] == plain["etag"]


@each_type
def test_etag_is_of_the_csv_and_saves_it(kind: str, shop: Shop) -> None:
    parameters = needed(kind) | STILL.get(kind, {})
    as_json = shop.get(parameters)
    first, second = (shop.get(parameters | {"format": "csv"}) for _ in range(2))
    assert first["x-as-of"] < second["x-as-of"]
    assert first["etag"] == second["etag"] != as_json["etag"]
    assert first["etag"].startswith('W/"')
    saved = shop.get(parameters | {"format": "csv"}, **{"if-none-match": first["etag"]})
    assert (saved.status_code, saved.content, saved["etag"]) == (304, b"", first["etag"])
    assert "Accept" in saved["vary"]
    other = shop.get(parameters | {"format": "csv"}, **{"if-none-match": as_json["etag"]})
    assert other.status_code == 200


def test_etag_covers_the_headers(shop: Shop) -> None:
    parameters = {"type": "summary", "format": "csv"}
    plain, warned = shop.get(parameters), shop.get(parameters | {"days": "7"})
    assert plain.content == warned.content
    assert plain["etag"] != warned["etag"]


def test_head_tells_what_get_would(shop: Shop) -> None:
    parameters = {"type": "funnel", "format": "csv"}
    got, head = shop.get(parameters), shop.client().head(ADDRESS, parameters)
    assert (head.status_code, head.content) == (200, b"")
    for header in ("etag", "content-length", "content-type", "content-disposition", "vary"):
        assert head[header] == got[header]


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("text/csv; charset=utf-8", "csv"),
        ("text/csv; header=present; q=0.5, application/json;q=0.4", "csv"),
        ("application/json;q=0.5, text/csv", "csv"),
        ("text/csv, */*;q=0.1", "csv"),
        ("*/*, text/csv", "csv"),
        ("text/csv, application/json", "csv"),
        ("text/html, text/csv;q=0.9, */*;q=0.8", "csv"),
        ("application/json, text/csv", "json"),
        ("application/json, text/csv;q=0.9", "json"),
        ("text/csv;q=0.5, */*", "json"),
        ("text/csv;q=0, */*", "json"),
        ("text/csv;q=0", "json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"),
        ("text/plain", "json"),
        ("*/*", "json"),
        ("", "json"),
        (None, "json"),
    ],
)
def test_format_is_what_the_client_prefers_unless_it_is_named(
    accept: str | None, sent: str, shop: Shop
) -> None:
    headers = {} if accept is None else {"accept": accept}
    types = {"csv": "text/csv", "json": "application/json"}
    response = shop.get({}, **headers)
    assert response["content-type"].partition(";")[0] == types[sent]
    assert {"Accept", "Authorization", "Cookie"} <= set(response["vary"].split(", "))
    for name, media_type in types.items():
        response = shop.get({"format": name}, **headers)
        assert response["content-type"].partition(";")[0] == media_type


@pytest.mark.parametrize("value", ["CSV", "xlsx", "csv ", "csv\0", "\0", "x" * 5000])
def test_other_formats_are_refused(value: str, shop: Shop) -> None:
    response = shop.get({"format": value})
    found = error(response)
    assert (response.status_code, found["code"]) == (400, "INVALID_PARAMETER")
    assert found["parameter"] == "format"
    assert "json, csv" in found["message"]


def test_format_given_twice_is_refused(shop: Shop) -> None:
    found = error(shop.client().get(f"{ADDRESS}?format=csv&format=csv"))
    assert (found["code"], found["parameter"]) == ("INVALID_PARAMETER", "format")


def test_errors_are_json(shop: Shop) -> None:
    for parameters, headers in [({"format": "csv"}, {}), ({}, {"accept": "text/csv"})]:
        assert error(shop.get(parameters | {"days": "0"}, **headers))["parameter"] == "days"
        anonymous = Client().get(ADDRESS, parameters, headers=headers)
        assert error(anonymous)["code"] == "UNAUTHENTICATED"
