"""What a row needs to know beyond itself: the ids there are, the clock, and the shift of times."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import connection, models
from psycopg import sql

from ingestion.rows.base import NULL, RejectedRowError
from offers.models import FIRST_INSTANT

FUTURE_TOLERANCE = timedelta(minutes=5)
# How most senders write times, once they are known to be ones. PostgreSQL understands it as Python
# does, and to match it takes half as long as to write the time anew.
PLAIN_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)")


class Reference(dict[str, str]):
    """Surrogate keys by external id of one catalogue table, as texts for COPY.

    Read at first use. For ids that are not there it is read once more in each batch, since
    somebody else may have added them meanwhile.
    """

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__()
        self._table = model._meta.db_table
        self._noun = str(model._meta.verbose_name)
        self.up_to_date = False

    def __missing__(self, external_id: str) -> str:
        if not self.up_to_date:
            self._read()
            if external_id in self:
                return self[external_id]
        raise RejectedRowError(f"no {self._noun} has the id {external_id!r}; ingest it first")

    def optional(self, external_id: str | None) -> str:
        """The key of `external_id`, or NULL if there is none."""
        return NULL if external_id is None else self[external_id]

    def _read(self) -> None:
        query = sql.SQL("SELECT external_id, id::text FROM {}").format(sql.Identifier(self._table))
        with connection.cursor() as cursor:
            cursor.execute(query)
            self.update(cursor.fetchall())
        self.up_to_date = True


class References(dict[type[models.Model], Reference]):
    """One Reference a model, made when first asked for."""

    def __missing__(self, model: type[models.Model]) -> Reference:
        self[model] = Reference(model)
        return self[model]


@dataclass
class Context:
    """Shared by all rows of a run. `shift` moves instants, `shift_days` dates."""

    shift: timedelta = timedelta(0)
    shift_days: timedelta = timedelta(0)
    references: References = field(default_factory=References)
    newest_allowed: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.begin_batch()

    def begin_batch(self) -> None:
        """Read the clock, and give ids that were unknown another chance."""
        self.newest_allowed = datetime.now(UTC) + FUTURE_TOLERANCE
        for reference in self.references.values():
            reference.up_to_date = False

    def instant(self, text: str, name: str) -> str:
        """A timestamp with an offset, in UTC and shifted."""
        return self._moment(text, name).isoformat()

    def optional_instant(self, text: str | None, name: str) -> str:
        """As `instant`, or NULL."""
        return NULL if text is None else self.instant(text, name)

    def event_time(self, text: str, name: str) -> str:
        """As `instant`, for the time of an event, which may not lie in the future.

        The same instant need not have the same text always.
        """
        moment = self._moment(text, name)
        if moment > self.newest_allowed:
            raise RejectedRowError(
                f"{name} {text!r} lies more than 5 minutes ahead of the clock; "
                "an event must have happened"
            )
        if not self.shift and PLAIN_UTC.fullmatch(text):
            return text
        return moment.isoformat()

    def day(self, day: date, name: str) -> str:
        """A calendar day, shifted by whole days."""
        try:
            return (day + self.shift_days).isoformat()
        except OverflowError:
            raise RejectedRowError(f"{name} {day} leaves the calendar when shifted") from None

    def _moment(self, text: str, name: str) -> datetime:
        try:
            moment = parse_instant(text)
            if self.shift:
                moment += self.shift
        except (ValueError, OverflowError):
            raise RejectedRowError(
                f"{name} {text[:40]!r} is not an ISO 8601 timestamp with an offset, "
                "such as 2026-01-31T12:00:00Z"
            ) from None
        if moment < FIRST_INSTANT:
            raise RejectedRowError(
                f"{name} {text[:40]!r} lies before 0001-01-02, the first day of every time zone"
            )
        return moment


def parse_instant(text: str) -> datetime:
    """The instant, in UTC, that an ISO 8601 timestamp with an offset names.

    Raises ValueError, or OverflowError beyond the calendar.
    """
    moment = datetime.fromisoformat(text)
    # Python lets any character part date and time; besides T, RFC 3339 knows t and a space.
    if moment.tzinfo is None or not ("T" in text or " " in text or "t" in text):
        raise ValueError("no offset, or no T")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
