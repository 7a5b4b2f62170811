"""What a segment's filters would find now, without storing anything."""

from dataclasses import dataclass

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from psycopg import sql
from psycopg.errors import QueryCanceled

from segments.compilation import members_query, parse_filters
from segments.models import Segment


@dataclass(frozen=True)
class Preview:
    """The query that finds a segment's members and how many there are; None: too slow to tell."""

    query: str
    customers: int | None


def preview(key: int) -> Preview:
    """The preview of the segment with this primary key, by its filters as stored.

    Counts for `counting_seconds` at most. Raises InvalidFilterError.
    """
    texts = Segment.objects.values_list(Cast("filters", TextField()), flat=True)
    members = members_query(parse_filters(texts.get(pk=key)))
    with connection.cursor() as cursor:
        return Preview(members.as_string(cursor.cursor), _count(members))


def counting_seconds() -> float:
    """Half of what a request may take: the page around the number takes time as well."""
    return settings.ANSWER_TIMEOUT_SECONDS / 2  # type: ignore[no-any-return]


def _count(members: sql.Composed) -> int | None:
    timeout = str(max(1, round(counting_seconds() * 1000)))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [timeout])
            cursor.execute(sql.SQL("SELECT count(*) FROM ({}) members").format(members))
            (customers,) = cursor.fetchone()
            # The time limit goes with it, if this is part of a longer transaction.
            transaction.set_rollback(True)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return None
    return int(customers)
