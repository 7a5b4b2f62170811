"""Commands as processes of their own, and plain INSERT sessions, on the database of the tests."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
from django.db import connection

from tests.support.ingesting import ROOT, database_url

INSERT = """
INSERT INTO decisions_interaction
    (event_id, customer_id, offer_id, channel_id, outcome_type_id, occurred_at, value)
SELECT %(event)s, %(customer)s, offer.id, channel.id, outcome.id, %(at)s, %(value)s
FROM (SELECT id FROM offers_offer ORDER BY id LIMIT 1) offer,
     (SELECT id FROM offers_channel ORDER BY id LIMIT 1) channel,
     (SELECT id FROM decisions_outcometype WHERE external_id = 'conversion') outcome
RETURNING id
"""


def start(command: str, *arguments: str, url: str = "", **env: str) -> subprocess.Popen[str]:
    """Start `manage.py command`, on the database of the tests or another one."""
    return subprocess.Popen(
        [sys.executable, ROOT / "manage.py", command, *arguments],
        env={**os.environ, "DATABASE_URL": url or database_url(), "COLUMNS": "100", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def output_of(process: subprocess.Popen[str]) -> str:
    """What a process that must succeed said."""
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    return output


def insert(session: psycopg.Connection, event: str, at: datetime | None = None) -> int:
    """Insert a conversion as any program may, in the session's transaction; returns its id."""
    row = {"event": event, "customer": "plain", "at": at or datetime.now(UTC), "value": "1.25"}
    found = session.execute(INSERT, row).fetchone()
    assert found
    return int(found[0])


def wait_until(condition: Callable[[], bool]) -> None:
    """Until it holds; fails after a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def session_of(process: subprocess.Popen[str], query: str) -> bool:
    """Whether another session on this database runs, or last ran, a query with this text."""
    assert process.poll() is None, "the process is over"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND position(%s IN query) > 0)",
            [query],
        )
        return bool(cursor.fetchone()[0])
