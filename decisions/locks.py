"""The lock that keeps the writers of the summaries apart.

Refreshing moves the mark up to which the log has been folded in; materialising a segment folds
the history up to that mark for customers who joined or left. Each is right only while the other
stands still. Segments can be materialised side by side: they write different rows.
"""

from django.db import connection

_SUMMARIES = 7226450914  # any number, as long as nobody else uses it


def lock_summaries() -> None:
    """Be the only writer of the summaries, and the only one to move the mark.

    Waits for all others, and lasts to the end of the transaction.
    """
    _lock("SELECT pg_advisory_xact_lock(%s)")


def lock_summaries_shared() -> None:
    """Keep the mark where it is; others may hold this lock as well.

    Waits for `lock_summaries` alone, and lasts to the end of the transaction.
    """
    _lock("SELECT pg_advisory_xact_lock_shared(%s)")


def _lock(statement: str) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("Outside of a transaction the lock would be gone at once.")
    with connection.cursor() as cursor:
        cursor.execute(statement, [_SUMMARIES])
