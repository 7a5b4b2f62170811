"""The calendar window that an answer is about."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Window:
    """Calendar days in a time zone, from `first` to `last`, both included.

    Raises ValueError if `last` lies before `first`.
    """

    first: date
    last: date
    time_zone: str

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a window cannot end on {self.last} and begin on {self.first}")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @classmethod
    def ending(cls, as_of: datetime, days: int, time_zone: str) -> Self:
        """The `days` days that end with the day of the instant `as_of`."""
        today = as_of.astimezone(ZoneInfo(time_zone)).date()
        return cls(today - timedelta(days=days - 1), today, time_zone)

    def before(self, days: int) -> "Window":
        """The `days` days just before this window."""
        last = self.first - timedelta(days=1)
        return Window(last - timedelta(days=days - 1), last, self.time_zone)

    @property
    def start(self) -> datetime:
        """The first instant of the window."""
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first instant after the window."""
        return self._midnight(self.last + timedelta(days=1))

    def dates(self) -> list[date]:
        """Every day of the window, ascending."""
        return [self.first + timedelta(days=offset) for offset in range(self.days)]

    def _midnight(self, day: date) -> datetime:
        """When `day` begins: the earlier midnight where clocks go back over it, and the end of
        the gap where they skip it. PostgreSQL's cast from date takes the later one, so
        instants are always computed here.
        """
        return datetime.combine(day, time.min, tzinfo=ZoneInfo(self.time_zone))
