"""Permission to change rows of the log, which is append-only."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def changing_the_log() -> Iterator[None]:
    """Let statements inside update and delete log rows, in one transaction.

    Whoever does so has to keep the summaries right. A trigger refuses everybody else.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('decisions.maintenance', 'on', true)")
        yield
        cursor.execute("SELECT set_config('decisions.maintenance', 'off', true)")
