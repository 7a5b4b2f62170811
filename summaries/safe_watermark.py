"""How far a log can be merged: no row up to there is still to come.

Ids are drawn in order but committed in any order. A writer locks the log before it draws one, as
INSERT and COPY do by themselves, so waiting for all who hold that lock now is enough. It is looked
at and not asked for: a lock on the log that waits for one slow writer would hold up all others
behind it.
"""

import time
from typing import LiteralString

from django.db import connection
from psycopg import sql

from decisions.logs import Log

_PAUSE = 0.01, 0.5  # seconds between looks, the first and the longest

# Ids that were drawn and are committed. A row that came with an id of its own, ahead of the
# sequence, waits until the sequence has passed it.
_HIGHEST: LiteralString = """
SELECT least(
    (SELECT coalesce(max(id), 0) FROM {log}),
    coalesce(pg_sequence_last_value(pg_get_serial_sequence({name}, 'id')::regclass), 0)
)
"""
# By virtual transaction, which prepared transactions have too. Whoever writes straight into a
# partition may draw ids as well.
_WRITERS: LiteralString = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND relation IN (SELECT relid FROM pg_partition_tree({name}::regclass))
  AND pid IS DISTINCT FROM pg_backend_pid()
"""


def safe_watermark(log: Log) -> int:
    """An id up to which every row is committed, or will never be. Waits for open writers."""
    parts = {
        "log": sql.Identifier(log.table),
        "name": sql.Literal(log.table),
    }
    pause, longest = _PAUSE
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_HIGHEST).format(**parts))
        highest = int(cursor.fetchone()[0])
        looked = sql.SQL(_WRITERS).format(**parts)
        cursor.execute(looked)
        waiting = set(cursor.fetchall())
        while waiting:
            time.sleep(pause)
            pause = min(2 * pause, longest)
            cursor.execute(looked)
            waiting.intersection_update(cursor.fetchall())
    return highest
