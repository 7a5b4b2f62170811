"""Instants at which calendars go wrong, for random bundles."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

LATEST = timedelta(minutes=4)  # ahead of the clock; five are accepted
OFFSETS = [timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-9))]


def midnights(as_of: datetime, time_zone: str) -> list[datetime]:
    """When the days around the edges of common windows begin, and those around the latest two
    changes of the clocks; today first, since failing examples shrink to the first.
    """
    zone = ZoneInfo(time_zone)
    today = as_of.astimezone(zone).date()

    def midnight(days_ago: int) -> datetime:
        day = today - timedelta(days=days_ago)
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)

    changes = [ago for ago in range(364) if midnight(ago - 1) - midnight(ago) != timedelta(days=1)]
    around = [ago + near for ago in changes[:2] for near in (0, -1, 1)]
    return [midnight(ago) for ago in [*range(9), 13, 14, 29, 30, *around, 364, 365, 400]]


def instants(as_of: datetime, time_zone: str) -> st.SearchStrategy[datetime]:
    """Times of events up to `as_of` and a little later, mostly where days meet."""
    zone = ZoneInfo(time_zone)
    starts = midnights(as_of, time_zone)
    recent = starts[:7]
    since_midnight = [
        *(timedelta(hours=12), timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1)),
        *(timedelta(hours=1, minutes=30), timedelta(hours=2, minutes=30), timedelta(hours=23)),
        timedelta(hours=23, minutes=59, seconds=59, microseconds=999_999),
    ]
    moment = st.builds(
        lambda start, after: start + after,
        st.sampled_from(recent) | st.sampled_from(starts),
        st.sampled_from(since_midnight),
    )
    now = st.sampled_from([as_of, as_of + LATEST, as_of - timedelta(seconds=1)])
    return st.one_of(moment, moment, moment, now).map(
        lambda instant: min(instant, as_of + LATEST).astimezone(zone).astimezone(UTC)
    )


def written(moment: datetime, time_zone: str, way: int) -> str:
    """An instant as a timestamp, with one offset or another."""
    match way:
        case 0:
            return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case 1:
            return moment.astimezone(ZoneInfo(time_zone)).isoformat()
    return moment.astimezone(OFFSETS[way % 2]).isoformat()


def timestamps(as_of: datetime, time_zone: str) -> st.SearchStrategy[str]:
    """Texts of `instants`."""
    return st.builds(
        written, instants(as_of, time_zone), st.just(time_zone), st.sampled_from(range(4))
    )
