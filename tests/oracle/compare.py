"""Comparing an answer with what the oracle expects."""

import math
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

TIMES = {"asOf", "recordedAt"}  # compared as instants, however they are written


class _Any:
    """Equals everything: the contract leaves the value open."""

    def __repr__(self) -> str:
        return "anything"


ANY = _Any()


def same(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> bool:
    """Whether an envelope says what the oracle's says; raises AssertionError with each
    difference if it does not.

    Expected ints (counts) and Decimals (money) must be met exactly, floats up to 1e-9 of their
    size; everything else exactly, order included. At the top level, null is as good as absent.
    `warning` must contain at least one text of each tuple expected, and be absent if none is.
    """
    found: list[str] = []
    for name in [*expected, *(name for name in actual if name not in expected)]:
        one, other = expected.get(name), actual.get(name)
        if name == "warning":
            found += warning_differences(one or [], other)
        else:
            found += differences(one, other, name)
    if found:
        raise AssertionError(
            f"{expected['type']}: {len(found)} differences\n  " + "\n  ".join(found[:20])
        )
    return True


def warning_differences(expected: list[tuple[str, ...]], actual: object) -> list[str]:
    """What the warning fails to say, or says without cause."""
    if not expected:
        return [f"warning: expected none, got {actual!r}"] if actual is not None else []
    text = actual if isinstance(actual, str) else ""
    return [
        f"warning: expected to read {' or '.join(map(repr, choices))}, got {actual!r}"
        for choices in expected
        if not any(choice in text for choice in choices)
    ]


def differences(expected: Any, actual: Any, path: str = "") -> list[str]:
    """One line for each place where two values differ."""
    if expected is ANY:
        return []
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return mapping_differences(expected, actual, path)
    if isinstance(expected, list) and isinstance(actual, list):
        found = []
        if len(expected) != len(actual):
            lengths = f"expected {len(expected)} entries, got {len(actual)}"
            found = [f"{path}: {lengths}: expected {expected!r}, got {actual!r}"]
        for place, (one, other) in enumerate(zip(expected, actual, strict=False)):
            found += differences(one, other, f"{path}[{place}]")
        return found
    if equal(expected, actual, path.rpartition(".")[2]):
        return []
    return [f"{path}: expected {expected!r}, got {actual!r}"]


def mapping_differences(
    expected: Mapping[str, Any], actual: Mapping[str, Any], path: str
) -> list[str]:
    """The differences of two objects, whose keys must be the same."""
    found = [f"{path}.{key}: missing" for key in expected if key not in actual]
    found += [f"{path}.{key}: not expected" for key in actual if key not in expected]
    for key in expected:
        if key in actual:
            found += differences(expected[key], actual[key], f"{path}.{key}")
    return found


def equal(expected: Any, actual: Any, name: str) -> bool:
    """Whether two scalars say the same."""
    if expected is None or isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if name in TIMES:
        return isinstance(actual, str) and moment(expected) == moment(actual)
    if isinstance(expected, int):
        return isinstance(actual, int) and expected == actual
    if isinstance(expected, Decimal):
        return isinstance(actual, int | float | Decimal) and expected == as_decimal(actual)
    if isinstance(expected, float):
        return isinstance(actual, int | float | Decimal) and math.isclose(
            expected, float(actual), rel_tol=1e-9, abs_tol=1e-12
        )
    return bool(type(expected) is type(actual) and expected == actual)


def as_decimal(number: float | Decimal) -> Decimal | None:
    """The decimal that JSON shows."""
    try:
        return Decimal(str(number))
    except InvalidOperation:
        return None


def moment(text: str) -> datetime | None:
    """The instant, or None for what is no timestamp."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
