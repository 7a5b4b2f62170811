"""Whether a change is more than chance, decided in exact arithmetic.

Formulae: NIST/SEMATECH e-Handbook of Statistical Methods, sections 7.2.2 and 7.3.3.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

Severity = Literal["critical", "warning", "info"]

# From the worst: the |z| and the |%| from which on a change is that severe.
THRESHOLDS: dict[Severity, tuple[int, int]] = {
    "critical": (4, 50),
    "warning": (3, 30),
    "info": (2, 15),
}


@dataclass(frozen=True)
class Change:
    """A measure now and before, what each rests on, and the variance of the difference.

    `variance` is what it would be if nothing had changed; z is undefined unless it is positive.
    """

    current: Fraction
    baseline: Fraction
    current_count: int
    baseline_count: int
    variance: Fraction

    @cached_property
    def percent(self) -> Fraction | None:
        """The change relative to the baseline, null if that is 0."""
        if not self.baseline:
            return None
        return (self.current - self.baseline) / abs(self.baseline) * 100

    @cached_property
    def z_squared(self) -> Fraction | None:
        """The square of z, which is rational where z is not."""
        if self.variance <= 0:
            return None
        return (self.current - self.baseline) ** 2 / self.variance

    @property
    def z_score(self) -> float | None:
        """By how many standard deviations the measure changed."""
        if self.z_squared is None:
            return None
        return math.copysign(math.sqrt(self.z_squared), self.current - self.baseline)

    @cached_property
    def severity(self) -> Severity | None:
        """The worse of what z and the percentage say; null where neither is remarkable."""
        z_squared, percent = self.z_squared or Fraction(), abs(self.percent or Fraction())
        for severity, (z_limit, percent_limit) in THRESHOLDS.items():
            if z_squared >= z_limit**2 or percent >= percent_limit:
                return severity
        return None


def change_of_rate(
    successes: int, trials: int, successes_before: int, trials_before: int
) -> Change:
    """The change between two proportions: the pooled two-proportion z test.

    z = (p₁ - p₂) / √(p (1 - p) (1/n₁ + 1/n₂)) with p = (x₁ + x₂) / (n₁ + n₂), undefined unless
    0 < p < 1. Raises ZeroDivisionError without trials.
    """
    pooled = Fraction(successes + successes_before, trials + trials_before)
    return Change(
        Fraction(successes, trials),
        Fraction(successes_before, trials_before),
        trials,
        trials_before,
        pooled * (1 - pooled) * (Fraction(1, trials) + Fraction(1, trials_before)),
    )


@dataclass(frozen=True)
class DailyAmounts:
    """Amounts of so many days: their sum, and the sum of their squares."""

    total: Decimal
    squares: Decimal
    days: int

    @property
    def mean(self) -> Fraction:
        """The amount of a day."""
        return Fraction(self.total) / self.days

    @property
    def variance(self) -> Fraction:
        """The square of the sample standard deviation; 0 for a single day."""
        if self.days < 2:
            return Fraction()
        return (Fraction(self.squares) - self.days * self.mean**2) / (self.days - 1)


def change_of_daily_mean(mean: Fraction, days: int, before: DailyAmounts) -> Change:
    """The change of a daily amount from the days before.

    z = (current - baseline) / (s / √days), s being the sample standard deviation of the daily
    amounts before; undefined for fewer than 2 days, and where each day had the same amount.
    """
    return Change(mean, before.mean, days, before.days, before.variance / days)
