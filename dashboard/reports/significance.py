"""Whether a change is more than chance, decided in exact arithmetic.

Formulae: NIST/SEMATECH e-Handbook of Statistical Methods, sections 7.2.2 and 7.3.3.
"""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

Severity = Literal["critical", "warning", "info"]
# An exact number: a numerator over a positive denominator. It is not reduced, since that takes
# several times as long as all the rest, and most changes are only compared with thresholds.
Ratio = tuple[int, int]

# From the worst: the |z| and the |%| from which on a change is that severe.
THRESHOLDS: dict[Severity, tuple[int, int]] = {
    "critical": (4, 50),
    "warning": (3, 30),
    "info": (2, 15),
}


class Change(NamedTuple):
    """A measure now and before, what each rests on, and the variance of the difference.

    `variance` is what it would be if nothing had changed; z is undefined unless it is positive.
    """

    current: Ratio
    baseline: Ratio
    current_count: int
    baseline_count: int
    variance: Ratio

    @property
    def difference(self) -> Ratio:
        """How much the measure grew."""
        (now, parts), (before, parts_before) = self.current, self.baseline
        return now * parts_before - before * parts, parts * parts_before

    @property
    def percent(self) -> Ratio | None:
        """The change relative to the baseline, null if that is 0."""
        (change, parts), (before, parts_before) = self.difference, self.baseline
        return (100 * change * parts_before, parts * abs(before)) if before else None

    @property
    def z_squared(self) -> Ratio | None:
        """The square of z, which is rational where z is not."""
        (change, parts), (variance, variance_parts) = self.difference, self.variance
        return (change**2 * variance_parts, parts**2 * variance) if variance > 0 else None

    @property
    def z_score(self) -> float | None:
        """By how many standard deviations the measure changed."""
        if self.z_squared is None:
            return None
        return math.copysign(math.sqrt(nearest(self.z_squared)), self.difference[0])

    @property
    def severity(self) -> Severity | None:
        """The worse of what z and the percentage say; null where neither is remarkable."""
        z_squared, z_parts = self.z_squared or (0, 1)
        percent, percent_parts = self.percent or (0, 1)
        for severity, (z_limit, percent_limit) in THRESHOLDS.items():
            if z_squared >= z_limit**2 * z_parts or abs(percent) >= percent_limit * percent_parts:
                return severity
        return None


def nearest(ratio: Ratio) -> float:
    """The ratio in double precision."""
    numerator, denominator = ratio
    return numerator / denominator


def change_of_rate(
    successes: int, trials: int, successes_before: int, trials_before: int
) -> Change:
    """The change between two proportions: the pooled two-proportion z test.

    z = (p₁ - p₂) / √(p (1 - p) (1/n₁ + 1/n₂)) with p = (x₁ + x₂) / (n₁ + n₂), undefined unless
    0 < p < 1. With X = x₁ + x₂ and N = n₁ + n₂ the variance is X (N - X) / (N n₁ n₂).
    """
    pooled, together = successes + successes_before, trials + trials_before
    return Change(
        (successes, trials),
        (successes_before, trials_before),
        trials,
        trials_before,
        (pooled * (together - pooled), together * trials * trials_before),
    )


def per_day(total: Decimal, days: int | Fraction) -> Ratio:
    """The mean amount of a day."""
    amount, parts = total.as_integer_ratio()
    return amount * days.denominator, parts * days.numerator


class DailyAmounts(NamedTuple):
    """Amounts of so many days: their sum, and the sum of their squares."""

    total: Decimal
    squares: Decimal
    days: int

    @property
    def variance(self) -> Ratio:
        """The square of the sample standard deviation; 0 for a single day.

        s² = (∑ x² - n x̄²) / (n - 1).
        """
        if self.days < 2:
            return 0, 1
        (mean, parts), (squares, squares_parts) = (
            per_day(self.total, self.days),
            self.squares.as_integer_ratio(),
        )
        return (
            squares * parts**2 - self.days * mean**2 * squares_parts,
            squares_parts * parts**2 * (self.days - 1),
        )


def change_of_daily_mean(mean: Ratio, days: int, before: DailyAmounts) -> Change:
    """The change of a daily amount from the days before.

    z = (current - baseline) / (s / √days), s being the sample standard deviation of the daily
    amounts before; undefined for fewer than 2 days, and where each day had the same amount.
    """
    variance, parts = before.variance
    baseline = per_day(before.total, before.days)
    return Change(mean, baseline, days, before.days, (variance, parts * days))
