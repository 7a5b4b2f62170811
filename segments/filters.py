"""The filters of a segment: what they may say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Which values an operator compares with; None: none, and one that is given does not matter. What
# has no order is accepted by the operators of order as well: the filter never holds.
ANYTHING = (str, int, float, bool, list, dict)
OPERATORS: dict[str, tuple[type, ...] | None] = {
    "eq": ANYTHING,
    "neq": ANYTHING,
    "gt": ANYTHING,
    "gte": ANYTHING,
    "lt": ANYTHING,
    "lte": ANYTHING,
    "in": (list,),
    "not_in": (list,),
    "contains": ANYTHING,
    "not_contains": ANYTHING,
    "is_set": None,
    "is_not_set": None,
}


class InvalidFilterError(ValueError):
    """A filter that cannot be used; the message names it by its place, from 1."""


@dataclass(frozen=True)
class Filter:
    """A condition on one attribute of a customer."""

    field: str
    operator: str
    value: Any = None


def validate_filters(filters: object) -> list[Filter]:
    """The filters that a list of {field, operator, value?} describes.

    Keys beyond these are ignored. Raises InvalidFilterError.
    """
    if not isinstance(filters, list):
        raise InvalidFilterError("filters must be a list of {field, operator, value}")
    return [_filter(f"filter {place}", entry) for place, entry in enumerate(filters, start=1)]


def _filter(name: str, entry: object) -> Filter:
    if not isinstance(entry, Mapping):
        raise InvalidFilterError(f"{name} must be an object with field, operator and value")
    field, operator, value = entry.get("field"), entry.get("operator"), entry.get("value")
    if not isinstance(field, str) or not field:
        raise InvalidFilterError(f"{name}: field must be the name of an attribute")
    if not isinstance(operator, str) or operator not in OPERATORS:
        raise InvalidFilterError(
            f"{name}: operator is {operator!r}; accepted are {', '.join(OPERATORS)}"
        )
    if _holds_nul(field) or _holds_nul(value):
        raise InvalidFilterError(f"{name} contains a NUL character (\\u0000); leave it out")
    _check_value(name, operator, value)
    return Filter(field, operator, value)


def _check_value(name: str, operator: str, value: object) -> None:
    accepted = OPERATORS[operator]
    if accepted is None:
        return
    if value is None:
        raise InvalidFilterError(
            f"{name}: {operator} needs a value; a missing attribute is found with is_not_set"
        )
    if not isinstance(value, accepted):
        raise InvalidFilterError(f"{name}: the value of {operator} must be a list")


def _holds_nul(value: object) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any(map(_holds_nul, value))
        case dict():
            return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return False
