"""Calendar days of the reporting time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo


def instant(text: str) -> datetime:
    """The instant, in UTC, that a timestamp with an offset names."""
    return datetime.fromisoformat(text).astimezone(UTC)


def day_of(moment: datetime, time_zone: str) -> date:
    """The day that `moment` belongs to."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def start_of(day: date, time_zone: str) -> datetime:
    """The first instant of a day: the end of the gap where clocks skip its midnight, and the
    first of two midnights where they go back over it.
    """
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def elapsed_part(moment: datetime, time_zone: str) -> Fraction:
    """Which part of its day has gone by at `moment`; the day may have 23 or 25 hours."""
    day = day_of(moment, time_zone)
    start, end = start_of(day, time_zone), start_of(day + timedelta(days=1), time_zone)
    microsecond = timedelta(microseconds=1)
    return Fraction((moment.astimezone(UTC) - start) // microsecond, (end - start) // microsecond)


@dataclass(frozen=True)
class Days:
    """`count` consecutive days, the last of which is `last`."""

    count: int
    last: date

    @property
    def first(self) -> date:
        """The first of them."""
        return self.last - timedelta(days=self.count - 1)

    def before(self, count: int) -> "Days":
        """The `count` days just before these."""
        return Days(count, self.first - timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Any:
        return (self.first + timedelta(days=offset) for offset in range(self.count))

    def shown(self, time_zone: str) -> dict[str, Any]:
        """As the envelope shows them."""
        return {
            "days": self.count,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "timeZone": time_zone,
        }
