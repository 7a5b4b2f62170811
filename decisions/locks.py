"""Who waits for whom: the locks of all who write to the log or its summaries.

Everybody takes what they need of these from top to bottom, so nobody waits in a circle:

1. The schema lock (config/schema.py): `migrate`.
2. The summaries lock, below. Alone: refreshing, rebuilding, erasing, dropping months, and moving
   rows out of a default partition. Shared: materialising a segment.
3. Rows of the catalogue, of segments, customers and suppressions, in the order of their ids.
4. `decisions_entityuse`, what the log has ever referred to: writers of the log add to it; a
   trigger of whoever deletes an entity, or changes what it means, locks it against these.
5. One log in a transaction (erasing takes all, but has no lock on them that excludes anybody): the
   table itself, then its default partition, then others. Ingestion takes ROW EXCLUSIVE on
   the table before it draws ids; who adds a partition SHARE UPDATE EXCLUSIVE, which only
   others of the kind wait for, then ACCESS EXCLUSIVE on the default partition; who drops months
   ACCESS EXCLUSIVE on all. Nobody reads a partition before they have locked the table.
6. Identities of events, in their order.
7. Rows of the summaries, which the summaries lock protects already.

Other programs may take locks in another order, in transactions of many statements. What they
run into is done again (config/transactions.py).

The summaries lock keeps the writers of the summaries apart. Refreshing moves the watermark of a
log; materialising a segment adds the history up to that watermark, for customers who joined or
left. Each is right only while the other stands still. Segments can be materialised side by side:
they write different rows.
"""

from typing import Any

from django.db import connection
from psycopg import sql

# Who waits for a lock that excludes readers holds up all readers that come later. A long reader,
# such as a backup, is therefore not waited for longer than answers can bear.
EXCLUDE_READERS_WITHIN = "3s"

_SUMMARIES = 7226450914  # any number, as long as nobody else uses it


def exclude_readers(cursor: Any, lock: sql.Composable) -> None:
    """Run a LOCK TABLE that excludes readers, in a transaction.

    Raises OperationalError (55P03) if somebody has read the table for too long; the transaction is
    lost then, and may be tried again.
    """
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [EXCLUDE_READERS_WITHIN])
    cursor.execute(lock)
    cursor.execute("SELECT set_config('lock_timeout', '0', true)")


def lock_summaries() -> None:
    """Be the only writer of the summaries, and the only one to move the watermarks.

    Waits for all others, and lasts to the end of the transaction.
    """
    _lock("SELECT pg_advisory_xact_lock(%s)")


def lock_summaries_shared() -> None:
    """Keep the watermarks where they are; others may hold this lock as well.

    Waits for `lock_summaries` alone, and lasts to the end of the transaction.
    """
    _lock("SELECT pg_advisory_xact_lock_shared(%s)")


def _lock(statement: str) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("Outside of a transaction the lock would be gone at once.")
    with connection.cursor() as cursor:
        cursor.execute(statement, [_SUMMARIES])
