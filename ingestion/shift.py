"""By how much `--shift-to-now` moves the times of a bundle."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import connection
from psycopg import sql

from ingestion.context import Context, parse_instant
from ingestion.rows.base import LogEventRow
from ingestion.source import Source


@dataclass(frozen=True)
class Event:
    """A log row, by its time and its identity in the outside world."""

    moment: datetime
    row_type: type[LogEventRow]
    identity: tuple[str, ...]


def newest_event(source: Source, row_type: type[LogEventRow]) -> Event | None:
    """The latest among the rows of the right form, or None if there is none."""
    decode = msgspec.json.Decoder(row_type).decode
    newest: Event | None = None
    for batch in source.batches():
        for line in batch.lines:
            try:
                row = decode(line)
                moment = parse_instant(getattr(row, row_type.log.time))
            except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
                continue  # the second pass says what is wrong with it
            if newest is None or moment > newest.moment:
                identity = tuple(getattr(row, name) for name in row_type.identity_fields)
                newest = Event(moment, row_type, identity)
    return newest


def shifted_context(events: Iterable[Event], now: datetime) -> Context:
    """Moves the newest of the events, of which there is at least one, to `now`.

    A bundle that was ingested before moves as it did then. Otherwise a rerun would not recognise
    model metrics, whose time is part of their identity; they come last in a bundle, so
    the newest of the other events is known whenever a metric is.
    """
    by_age = sorted(events, key=lambda event: event.moment)
    newest = by_age[-1].moment
    shift = now - newest
    for event in reversed(by_age):
        if event.row_type.log.keys is not None:
            stored = _stored_moment(event)
            if stored is not None:
                shift = stored - event.moment
            break
    zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
    days = ((newest + shift).astimezone(zone).date() - newest.astimezone(zone).date()).days
    return Context(shift=shift, shift_days=timedelta(days=days))


def _stored_moment(event: Event) -> datetime | None:
    """The time under which an event was ingested; None if it was not, or has expired since."""
    row_type = event.row_type
    log = row_type.log
    if log.keys is None or any("\0" in text for text in event.identity):
        return None
    query = sql.SQL(
        "SELECT {time} FROM {keys} keys JOIN {log} log ON log.id = keys.row_id WHERE {identity}"
    ).format(
        time=sql.Identifier("log", log.time),
        keys=sql.Identifier(log.keys._meta.db_table),
        log=sql.Identifier(log.table),
        identity=sql.SQL(" AND ").join(
            sql.SQL("{} = %s").format(sql.Identifier("keys", column))
            for column in row_type.identity
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, event.identity)
        row: tuple[datetime] | None = cursor.fetchone()
    return row[0] if row else None
