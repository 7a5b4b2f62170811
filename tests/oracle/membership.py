"""Which customers belong to a segment: every customer, every filter, one after the other.

A segment holds customers: an id that only the log mentions has no attributes to look at, and is
in no segment, not even in one without filters.
"""

from collections.abc import Callable, Iterable
from typing import Any

from tests.oracle.numbers import exact


def members(segment: dict[str, Any], customers: Iterable[dict[str, Any]]) -> frozenset[str]:
    """The ids of the customers for whom all filters of the segment hold."""
    return frozenset(
        customer["id"]
        for customer in customers
        if all(holds(condition, customer["attributes"]) for condition in segment["filters"])
    )


def holds(condition: dict[str, Any], attributes: dict[str, Any]) -> bool:
    """Whether a filter holds. A missing or null attribute satisfies is_not_set alone."""
    present = attributes.get(condition["field"])
    if present is None:
        return bool(condition["operator"] == "is_not_set")
    return OPERATORS[condition["operator"]](present, condition.get("value"))


def is_number(value: object) -> bool:
    """Truth values are numbers for Python, but not for JSON."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(one: object, other: object) -> bool:
    """The same JSON type and the same value; 1 and 1.0 are the same number."""
    if is_number(one) and is_number(other):
        return exact(one) == exact(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


def contains(present: object, given: object) -> bool:
    """A part of a string, or an element of a list."""
    if isinstance(present, str):
        return isinstance(given, str) and given in present
    return isinstance(present, list) and any(equal(element, given) for element in present)


def compare(present: object, given: object) -> int | None:
    """Below 0 if less, 0 if the same, above 0 if more: numbers among numbers, strings among
    strings by code point. None for anything else.
    """
    if is_number(present) and is_number(given):
        one, other = exact(present), exact(given)
        return (one > other) - (one < other)
    if isinstance(present, str) and isinstance(given, str):
        return (present > given) - (present < given)
    return None


def ordered(fits: Callable[[int], bool]) -> Callable[[Any, Any], bool]:
    """The operator that holds where the two compare, and as `fits` wants it."""

    def operator(present: object, given: object) -> bool:
        order = compare(present, given)
        return order is not None and fits(order)

    return operator


# For attributes that are there.
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "is_set": lambda _present, _given: True,
    "is_not_set": lambda _present, _given: False,
    "eq": equal,
    "neq": lambda present, given: not equal(present, given),
    "in": lambda present, given: any(equal(present, choice) for choice in given),
    "not_in": lambda present, given: not any(equal(present, choice) for choice in given),
    "contains": contains,
    # The opposite: a number contains nothing, so it does not contain the value either.
    "not_contains": lambda present, given: not contains(present, given),
    "gt": ordered(lambda order: order > 0),
    "gte": ordered(lambda order: order >= 0),
    "lt": ordered(lambda order: order < 0),
    "lte": ordered(lambda order: order <= 0),
}
