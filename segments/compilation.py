"""Filters compiled to SQL.

An attribute's name and a filter's value are data, which may hold any text: statements are
composed from the constants below and escaped literals, never formatted. What they mean:

- An attribute that is missing or null satisfies `is_not_set` and no other operator.
- Values are equal as JSON, types included: 1 and 1.0 are equal, 1, true and "1" are not.
  `neq`, `not_in` and `not_contains` hold where the attribute is set and the opposite fails.
- `gt`, `gte`, `lt`, `lte` hold between two numbers, exactly, or two strings, by code point, and
  between no other values, whatever the filter compares with.
- `contains` looks for a string in a string, and for an equal element in a list; in anything
  else there is nothing to be found.
"""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any, LiteralString

import msgspec
from psycopg import sql

from segments.filters import Filter, InvalidFilterError, validate_filters

# {attribute} is null where the attribute is missing; a condition that is null does not hold.
# jsonb equality is strict as it is, and so is its order of numbers.
_CONDITIONS: dict[str, LiteralString] = {
    "eq": "{attribute} = {value}",
    "neq": "{attribute} <> 'null' AND {attribute} <> {value}",
    "in": "{attribute} <> 'null' AND {attribute} = ANY ({values})",
    "not_in": "{attribute} <> 'null' AND {attribute} <> ALL ({values})",
    "contains": "{contained}",
    "not_contains": "{attribute} <> 'null' AND NOT {contained}",
    "is_set": "{attribute} <> 'null'",
    "is_not_set": "coalesce({attribute}, 'null') = 'null'",
}
_NUMBER_ORDER: LiteralString = (
    "jsonb_typeof({attribute}) = 'number' AND {attribute} {order} {value}"
)
# jsonb would order strings as the database's language does.
_STRING_ORDER: LiteralString = (
    "jsonb_typeof({attribute}) = 'string' AND ({attribute} #>> '{{}}') COLLATE \"C\" {order} {text}"
)
# PostgreSQL sees that nobody is found before it reads any row.
_NO_ORDER: LiteralString = "false"
_ORDERS: dict[str, LiteralString] = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_IN_STRING: LiteralString = (
    "CASE jsonb_typeof({attribute}) "
    "WHEN 'string' THEN strpos(({attribute} #>> '{{}}') COLLATE \"C\", {text}) > 0 "
    "ELSE {attribute} @> {list} END"
)
# Of the value's own type, an element is contained only if it is equal.
_SCALAR_IN_LIST: LiteralString = "{attribute} @> {list}"
# @> would also find a list or an object that holds more than the value's entries.
_CONTAINER_IN_LIST: LiteralString = (
    "CASE jsonb_typeof({attribute}) WHEN 'array' THEN EXISTS ("
    "SELECT FROM jsonb_array_elements({attribute}) AS element WHERE element = {value}) "
    "ELSE false END"
)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def parse_filters(text: str) -> list[Filter]:
    """The filters that the database holds as JSON, their numbers exact, as decimals.

    Raises InvalidFilterError.
    """
    try:
        filters = validate_filters(json.loads(text, parse_int=float))
        exact: list[dict[str, Any]] = json.loads(text, parse_int=Decimal, parse_float=Decimal)
    except RecursionError as error:
        raise InvalidFilterError("a value holds lists in lists in lists") from error
    return [
        replace(checked, value=entry.get("value"))
        for checked, entry in zip(filters, exact, strict=True)
    ]


def members_query(filters: list[Filter]) -> sql.Composed:
    """A SELECT of the `customer_id` of each customer for whom all filters hold.

    It contains percent signs as they are: execute it without parameters.
    """
    query = sql.Composed([sql.SQL("SELECT customer_id\nFROM segments_customer")])
    if not filters:
        return query
    conditions = sql.SQL("\n  AND ").join(
        sql.SQL("({})").format(_condition(condition)) for condition in filters
    )
    return sql.SQL("{}\nWHERE {}").format(query, conditions)


def _condition(condition: Filter) -> sql.Composed:
    attribute = sql.SQL("(attributes -> {})").format(sql.Literal(condition.field))
    value = condition.value
    parts: dict[str, sql.Composable] = {"attribute": attribute, "value": _jsonb(value)}
    if isinstance(value, str):
        parts["text"] = sql.Literal(value)
    if condition.operator in _ORDERS:
        parts["order"] = sql.SQL(_ORDERS[condition.operator])
        return sql.SQL(_order(value)).format(**parts)
    if condition.operator in {"in", "not_in"}:
        parts["values"] = sql.SQL("ARRAY[{}]::jsonb[]").format(
            sql.SQL(", ").join(map(_jsonb, value))
        )
    if condition.operator in {"contains", "not_contains"}:
        parts["contained"] = _contained(value, {**parts, "list": _jsonb([value])})
    return sql.SQL(_CONDITIONS[condition.operator]).format(**parts)


def _order(value: Any) -> LiteralString:
    match value:
        case str():
            return _STRING_ORDER
        case bool() | list() | dict():  # a bool is an int to Python, but no number
            return _NO_ORDER
    return _NUMBER_ORDER


def _contained(value: Any, parts: dict[str, sql.Composable]) -> sql.Composed:
    if isinstance(value, str):
        return sql.SQL(_IN_STRING).format(**parts)
    if isinstance(value, list | dict):
        return sql.SQL(_CONTAINER_IN_LIST).format(**parts)
    return sql.SQL(_SCALAR_IN_LIST).format(**parts)


def _jsonb(value: Any) -> sql.Composed:
    text = _ENCODER.encode(value).decode()
    return sql.SQL("{}::jsonb").format(sql.Literal(text))
