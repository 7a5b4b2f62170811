"""Filters compiled to SQL equal a naive evaluation, whatever text they and the customers hold."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments.compilation import members_query, parse_filters
from segments.filters import OPERATORS
from tests.oracle.membership import holds, is_number

pytestmark = pytest.mark.django_db

HOSTILE = [
    *(
        "",
        "'",
        "''",
        '"',
        '""',
        "\\",
        "\\\\",
        "\\'",
        "%",
        "%s",
        "%(a)s",
        "%%",
        "_",
        "{}",
        "{field}",
    ),
    "$$",
    "$1",
    "?",
    ":a",
    "--",
    "/*",
    ";",
    "\n",
    "\t",
    "\x7f",
    "\u0085",
    "\ufeff",
    "\\u0000",
    "'; DROP TABLE segments_customer; --",
    "' OR '1'='1",
    "x' || 'y",
    "E'\\'",
    "null",
    "0",
    "-1",
    "é",
    "e\u0301",
    "ß",
    "ss",
    "İ",
    "Z",
    "a",
    "B",
    "\uffff",
    "\U0001f600",
    "\U0010ffff",
    "日本",
]
# PostgreSQL stores neither NUL nor halves of surrogate pairs; ingestion refuses both.
ALPHABET = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
TEXT = st.sampled_from(HOSTILE) | st.text(ALPHABET, max_size=6)
FIELDS = st.sampled_from(["a", "A", "0", "'", "%s", '"\\']) | TEXT.filter(bool)
NUMBERS = (
    st.sampled_from([0, 1, 5, 1.0, 0.1, -0.0, 1e30, 10**30, 5e-324, 2**53, 2.0**53, 2**53 + 1])
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXT | st.sampled_from(["5", "true", "1"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def to_json(value: Any) -> str:
    """JSON with exact numbers."""

    def plain(item: Any) -> Any:
        match item:
            case bool():
                return item
            case int():
                return Decimal(item)
            case list():
                return [plain(entry) for entry in item]
            case dict():
                return {key: plain(entry) for key, entry in item.items()}
        return item

    return msgspec.json.Encoder(decimal_format="number").encode(plain(value)).decode()


def lookalikes(value: Any) -> Iterator[Any]:
    """Values that a careless comparison takes for this one, and parts and wholes of it."""
    yield [value]
    yield to_json(value)
    match value:
        case bool():
            yield int(value)
        case int() | float():
            yield from (value == 1, -value)
        case str():
            yield from (value[1:], value.upper(), f"a{value}")
        case list():
            yield from value
            yield from (value[1:], [*value, 1], value[::-1])
        case dict():
            yield {**value, "a": 1}


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Filters and customers' attributes, which share names and values often enough to match."""
    fields = draw(st.lists(FIELDS, min_size=1, max_size=3, unique=True))
    pool = draw(st.lists(VALUES, min_size=2, max_size=6))
    pool += [twin for value in list(pool) for twin in lookalikes(value)]
    values = st.sampled_from(pool)
    customers = draw(
        st.lists(st.dictionaries(st.sampled_from(fields), values | VALUES), min_size=1, max_size=8)
    )
    some = values | st.lists(values, max_size=3)
    filters = []
    for _ in range(draw(st.integers(1, 2))):
        condition: dict[str, Any] = {
            "field": draw(st.sampled_from(fields)),
            "operator": draw(st.sampled_from(list(OPERATORS))),
        }
        match condition["operator"]:
            case "is_set" | "is_not_set":
                pass
            case "in" | "not_in":
                condition["value"] = draw(st.lists(values, max_size=4))
            case "gt" | "gte" | "lt" | "lte":
                orders = [value for value in pool if isinstance(value, str) or is_number(value)]
                orderable = st.sampled_from(orders or [0, "a"]) | NUMBERS | TEXT
                condition["value"] = draw(
                    orderable | values.filter(lambda value: value is not None)
                )
            case _:
                condition["value"] = draw(some.filter(lambda value: value is not None))
        filters.append(condition)
    return filters, customers


def members(filters: list[dict[str, Any]], customers: list[dict[str, Any]]) -> list[int]:
    """The places of the customers who match, as the database stores and finds them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM segments_customer")
        cursor.execute(
            "INSERT INTO segments_customer SELECT place - 1, attributes "
            "FROM unnest(%s::jsonb[]) WITH ORDINALITY AS given (attributes, place)",
            [[to_json(attributes) for attributes in customers]],
        )
        cursor.execute("SELECT %s::jsonb::text", [to_json(filters)])
        cursor.execute(members_query(parse_filters(cursor.fetchone()[0])))
        return sorted(int(customer) for (customer,) in cursor.fetchall())


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_sql_equals_naive_evaluation(
    case: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    filters, customers = case
    expected = [
        place
        for place, attributes in enumerate(customers)
        if all(holds(condition, attributes) for condition in filters)
    ]
    assert members(filters, customers) == expected


# What each operator makes of an attribute, worked out by hand: (operator, value, attributes that
# satisfy it, attributes that do not).
BY_HAND: list[tuple[str, Any, list[Any], list[Any]]] = [
    ("eq", 1, [1, Decimal("1.0")], [True, "1", [1], None]),
    ("eq", True, [True], [1, "true", False, None]),
    ("eq", "5", ["5"], [5, "5 ", None]),
    ("eq", {"a": [1, None]}, [{"a": [Decimal("1.00"), None]}], [{"a": [None, 1]}, {"a": [1]}, {}]),
    ("neq", True, [1, "true", False, []], [True, None]),
    ("gt", 5, [6, Decimal("5.0000000000000000000001"), 10**40], [5, "6", True, [6], None]),
    ("gte", 5, [5, Decimal("5.0")], [Decimal("4.9999999999999999999999"), "5", None]),
    ("lt", "a", ["B", "", "Z"], ["a", "b", "é", 0, None]),
    ("lte", "\uffff", ["z", "\uffff", "\ufeff"], ["\U0001f600", None]),
    ("gte", True, [], [True, False, 1, 2, "true", "z", None]),
    ("lte", [1], [], [[1], [], 1, "[1]", None]),
    ("lt", {"a": 1}, [], [{"a": 0}, {}, 0, "", None]),
    ("in", [1, "a", None], [1, "a"], [True, "1", None, "b"]),
    ("in", [], [], [1, "a", None]),
    ("not_in", [1, None], [True, "1", 2, []], [1, Decimal("1.0"), None]),
    ("not_in", [], [1, ""], [None]),
    ("contains", "%", ["100%", "%", ["%"]], ["100", ["100%"], {"%": 1}, 5, None]),
    ("contains", "", ["", "a", [""]], [[], ["a"], 0, None]),
    ("contains", 1, [[1], ["a", Decimal("1.0")]], [1, "1", [True], [[1]], ["1"], None]),
    ("contains", [1], [[[1]], [2, [Decimal("1.0")]]], [[1], [[1, 2]], [[1, 1]], [[]], None]),
    ("contains", {"a": 1}, [[{"a": 1}]], [{"a": 1}, [{"a": 1, "b": 2}], None]),
    ("not_contains", "a", ["b", ["ab"], 5, {"a": 1}], ["cat", ["a"], None]),
    ("is_set", None, [0, False, "", [], {}], [None]),
    ("is_not_set", None, [None], [0, False, "", [], {}]),
]


@pytest.mark.parametrize(("operator", "value", "satisfying", "failing"), BY_HAND)
def test_operators(operator: str, value: Any, satisfying: list[Any], failing: list[Any]) -> None:
    condition = {"field": "x", "operator": operator, "value": value}
    customers: list[dict[str, Any]] = [{"x": attribute} for attribute in satisfying + failing]
    found = [customers[place]["x"] for place in members([condition], customers)]
    assert found == satisfying
    missing = members([condition], [{}, {"X": value}])
    assert missing == ([0, 1] if operator == "is_not_set" else [])


def test_no_filters_are_everyone_and_several_must_all_hold() -> None:
    customers = [{"a": 1, "b": 1}, {"a": 1}, {"b": 1}, {}]
    both = [{"field": field, "operator": "eq", "value": 1} for field in "ab"]
    assert members([], customers) == [0, 1, 2, 3]
    assert members(both, customers) == [0]


def test_numbers_of_filters_stay_exact() -> None:
    text = json.dumps([{"field": "x", "operator": "eq", "value": 0}])
    exact = text.replace("0", "0.1000000000000000000000000001")
    (condition,) = parse_filters(exact)
    assert str(condition.value) == "0.1000000000000000000000000001"
