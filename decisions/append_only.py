"""Permission to change rows of the log, which is append-only, and to add rows as ingestion does."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def changing_the_log() -> Iterator[None]:
    """Let statements inside update and delete log rows, in one transaction.

    Whoever does so has to keep the summaries right. A trigger refuses everybody else.
    """
    with _setting("decisions.maintenance"):
        yield


@contextmanager
def ingesting() -> Iterator[None]:
    """Let statements inside add log rows that have been checked, in one transaction.

    Whoever does so has to store the rows' identities and note what they refer to. A trigger does
    it for everybody else, row by row.
    """
    with _setting("decisions.ingesting"):
        yield


@contextmanager
def _setting(name: str) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [name])
        yield
        cursor.execute("SELECT set_config(%s, 'off', true)", [name])
