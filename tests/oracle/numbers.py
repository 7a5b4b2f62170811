"""Exact arithmetic. Fractions all the way; the last step alone rounds."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

CENT = Decimal("0.01")


def exact(number: object) -> Fraction:
    """What a JSON number says: a float means its shortest decimal, and null counts as 0."""
    return Fraction(0) if number is None else Fraction(Decimal(str(number)))


def money(amount: Fraction) -> Decimal:
    """Rounded to 2 places, halves away from zero."""
    cents, rest = divmod(abs(amount) * 100, 1)
    cents += 1 if rest >= Fraction(1, 2) else 0
    return Decimal(int(cents) if amount > 0 else -int(cents)) * CENT  # 0 has no sign


def rate(numerator: Fraction | int, denominator: Fraction | int) -> float | None:
    """A ratio of two sums, null where there is nothing to divide by."""
    return None if denominator == 0 else float(Fraction(numerator) / Fraction(denominator))


def descending(number: Fraction | float | None) -> tuple[bool, Fraction]:
    """Sorts from high to low, nulls last."""
    return (True, Fraction(0)) if number is None else (False, -Fraction(number))


def percentile(values: Iterable[int], part: Fraction) -> float | None:
    """The value below which `part` of the values lie, interpolated between neighbours."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))
