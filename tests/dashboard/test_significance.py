"""Changes are measured and judged as the formulas say, without rounding."""

from decimal import Context, Decimal
from fractions import Fraction
from statistics import variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.reports.significance import (
    DailyAmounts,
    Ratio,
    Severity,
    change_of_daily_mean,
    change_of_rate,
    per_day,
)

counts = st.integers(0, 10**6)
trials = st.integers(1, 10**6)
amounts = st.decimals(-(10**9), 10**9, places=4)
EXACT = Context(prec=100)


def value(ratio: Ratio | None) -> Fraction | None:
    """What the ratio stands for."""
    return None if ratio is None else Fraction(*ratio)


def percent(now: Fraction, before: Fraction) -> Fraction | None:
    """The change in percent."""
    return (now - before) / abs(before) * 100 if before else None


def summed(daily: list[Decimal]) -> DailyAmounts:
    """What a database makes of the amounts of days."""
    total = squares = Decimal()
    for amount in daily:
        total = EXACT.add(total, amount)
        squares = EXACT.add(squares, EXACT.multiply(amount, amount))
    return DailyAmounts(total, squares, len(daily))


@given(counts, trials, counts, trials)
def test_change_of_a_rate(hits: int, count: int, hits_before: int, count_before: int) -> None:
    change = change_of_rate(hits, count, hits_before, count_before)
    now, before = Fraction(hits, count), Fraction(hits_before, count_before)
    pooled = Fraction(hits + hits_before, count + count_before)
    z_squared = None
    if 0 < pooled < 1:
        spread = pooled * (1 - pooled) * (Fraction(1, count) + Fraction(1, count_before))
        z_squared = (now - before) ** 2 / spread
    assert (value(change.current), value(change.baseline)) == (now, before)
    assert (value(change.z_squared), value(change.percent)) == (z_squared, percent(now, before))


@given(amounts, st.integers(2, 365), st.fractions(0, 1), st.lists(amounts, min_size=1))
def test_change_of_a_daily_mean(
    total: Decimal, days: int, today: Fraction, daily: list[Decimal]
) -> None:
    elapsed = days - 1 + today
    change = change_of_daily_mean(per_day(total, elapsed), days, summed(daily))
    past = [Fraction(amount) for amount in daily]
    now, before = Fraction(total) / elapsed, sum(past, Fraction()) / len(past)
    spread = variance(past) / days if len(past) > 1 else 0
    z_squared = (now - before) ** 2 / spread if spread else None
    assert (value(change.current), value(change.baseline)) == (now, before)
    assert (value(change.z_squared), value(change.percent)) == (z_squared, percent(now, before))


@pytest.mark.parametrize(
    ("hits", "severity"),
    [
        *[(30, "critical"), (29, "warning"), (26, "warning"), (25, "info"), (23, "info")],
        *[(10, "critical"), (11, "warning"), (14, "warning"), (15, "info"), (17, "info")],
        *[(22, None), (18, None)],
    ],
)
def test_percentages_on_a_threshold_reach_it(hits: int, severity: Severity | None) -> None:
    """From 20 of 100, so that 3 hits are 15 % and no z score is remarkable by itself."""
    assert change_of_rate(hits, 100, 20, 100).severity == severity


@pytest.mark.parametrize(
    ("mean", "severity"),
    [
        *[("104", "critical"), ("103.9999", "warning"), ("103", "warning"), ("102.9999", "info")],
        *[("102", "info"), ("101.9999", None), ("98", "info"), ("98.0001", None)],
    ],
)
def test_z_scores_on_a_threshold_reach_it(mean: str, severity: Severity | None) -> None:
    """Two days of 99 and 101 before two days: a standard error of 1, and 1 %, around 100."""
    before = summed([Decimal(99), Decimal(101)])
    change = change_of_daily_mean(per_day(2 * Decimal(mean), 2), 2, before)
    assert change.severity == severity
    assert change.z_score == pytest.approx(float(mean) - 100)
