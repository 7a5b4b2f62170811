"""Instants at which calendars go wrong, for random bundles."""

from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

from tests.support.dice import Dice

AHEAD = timedelta(minutes=4)  # of the clock; five are accepted
NEAR_MIDNIGHT = [timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1)]
OFFSETS = [timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-9))]


class Moments:
    """Times of events up to `as_of` and a little later, in one bundle."""

    def __init__(self, as_of: datetime, time_zone: str, dice: Dice) -> None:
        starts = midnights(as_of, time_zone)
        self._as_of = as_of
        self._zone = ZoneInfo(time_zone)
        # Some bundles lie close together, so that there is something to count on each day.
        self._starts = dice.choice([starts[:3], starts[:5], starts[:9], starts[:9] + starts])

    def instant(self, dice: Dice) -> datetime:
        """An event's time, often where days meet."""
        if dice.maybe(0.1):
            return self._as_of + dice.choice([timedelta(0), AHEAD, -timedelta(seconds=1)])
        moment = dice.choice(self._starts)
        if dice.maybe(0.4):
            moment += dice.choice(NEAR_MIDNIGHT)
        else:
            moment += timedelta(minutes=30 * dice.randrange(50))
        return min(moment, self._as_of + AHEAD)

    def text(self, dice: Dice) -> str:
        """An event's time as a timestamp, with one offset or another."""
        moment = self.instant(dice)
        match dice.randrange(4):
            case 0:
                return moment.astimezone(self._zone).isoformat()
            case 1:
                return moment.astimezone(dice.choice(OFFSETS)).isoformat()
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@cache
def midnights(as_of: datetime, time_zone: str) -> list[datetime]:
    """When days begin: today, those before at the edges of common windows, and those around the
    latest two changes of the clocks.
    """
    zone = ZoneInfo(time_zone)
    today = as_of.astimezone(zone).date()

    def midnight(days_ago: int) -> datetime:
        day = today - timedelta(days=days_ago)
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)

    changes = [ago for ago in range(364) if midnight(ago - 1) - midnight(ago) != timedelta(days=1)]
    around = [ago + near for ago in changes[:2] for near in (0, -1, 1)]
    return [midnight(ago) for ago in [*range(9), 13, 14, 29, 30, *around, 364, 365, 400]]
