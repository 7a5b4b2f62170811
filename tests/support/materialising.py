"""Customers, segments and interactions for tests, and runs of `materialize_segments`."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import psycopg
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Q

from decisions.models import Interaction, OutcomeType
from offers.models import Channel, Offer
from segments.models import Customer, Segment, SegmentMembership
from summaries import refreshing
from summaries.buckets import TAIL, days_of
from summaries.models import SegmentInteractionTotals
from tests.support.ingesting import ROOT, database_url

ADULTS = [{"field": "age", "operator": "gte", "value": 18}]
MEASURES = (
    "interactions",
    "impressions",
    "positive",
    "negative",
    "conversions",
    "revenue",
    "cost",
)
Key = tuple[int, date, int, int]


def add_customers(**ages: int) -> None:
    """Customers by their ids, with their ages."""
    for customer_id, age in ages.items():
        Customer.objects.update_or_create(
            customer_id=customer_id, defaults={"attributes": {"age": age}}
        )


def add_segment(external_id: str = "adults", filters: Any = ADULTS, **fields: Any) -> Segment:
    """A segment, active and not materialised."""
    fields = {"name": external_id.title(), "status": "active", "filters": filters, **fields}
    return Segment.objects.create(external_id=external_id, **fields)


def add_interaction(customer_id: str, outcome: str = "impression", **fields: Any) -> Interaction:
    """An interaction of the customer."""
    offer, _ = Offer.objects.get_or_create(external_id="offer", defaults={"name": "Offer"})
    channel, _ = Channel.objects.get_or_create(
        external_id="web", defaults={"name": "Web", "type": "web"}
    )
    fields = {"occurred_at": datetime(2026, 1, 31, 12, tzinfo=UTC), **fields}
    return Interaction.objects.create(
        event_id=f"event_{Interaction.objects.count()}",
        customer_id=customer_id,
        outcome_type=OutcomeType.objects.get(external_id=outcome),
        offer=offer,
        channel=channel,
        **fields,
    )


def members(segment: Segment) -> set[str]:
    """The stored members."""
    rows = SegmentMembership.objects.filter(segment=segment)
    return set(rows.values_list("customer_id", flat=True))


def figures() -> dict[Key, tuple[Any, ...]]:
    """What answers would be made of, but for sums without a single interaction."""
    sums: dict[Key, list[Any]] = {}
    none, beyond = days_of(1)
    finest = Q(bucket=TAIL) | Q(bucket__gt=none, bucket__lt=beyond)
    for row in SegmentInteractionTotals.objects.filter(finest).values_list(
        "segment_id", "day", "offer_id", "channel_id", *MEASURES
    ):
        before = sums.setdefault(row[:4], [0] * len(MEASURES))
        sums[row[:4]] = [one + other for one, other in zip(before, row[4:], strict=True)]
    return {key: tuple(found) for key, found in sums.items() if any(found)}


def scan(up_to: int | None = None) -> dict[Key, tuple[Any, ...]]:
    """The same from the log, one row and one member after the other."""
    sums: dict[Key, Counter[str]] = {}
    memberships = list(SegmentMembership.objects.values_list("customer_id", "segment_id"))
    for row in Interaction.objects.select_related("outcome_type"):
        if up_to is not None and row.pk > up_to:
            continue
        kind = row.outcome_type
        measures = {
            "interactions": 1,
            "impressions": kind.category == "impression",
            "positive": kind.classification == "positive",
            "negative": kind.classification == "negative",
            "conversions": kind.is_conversion,
            "revenue": row.value or Decimal(),
            "cost": row.cost or Decimal(),
        }
        for customer_id, segment in memberships:
            if customer_id == row.customer_id:
                key = (segment, row.occurred_at.date(), row.offer_id, row.channel_id)
                sums.setdefault(key, Counter()).update(measures)
    return {key: tuple(found[name] for name in MEASURES) for key, found in sums.items()}


def refresh() -> None:
    """Merge what is in the log."""
    refreshing.refresh()


def materialize(*ids: str) -> dict[str, tuple[int, ...]]:
    """Run the command in this process; returns before, joined, left, after by segment."""
    return counts(output_of(*ids))


def output_of(*ids: str) -> str:
    """Run the command in this process; returns what it says."""
    output = StringIO()
    call_command("materialize_segments", *ids, stdout=output)
    return output.getvalue()


def failure_of(*ids: str) -> str:
    """Run the command, which must fail, in this process; returns the error."""
    try:
        call_command("materialize_segments", *ids, stdout=StringIO())
    except CommandError as error:
        return str(error)
    raise AssertionError("materialize_segments did not fail")


def counts(output: str) -> dict[str, tuple[int, ...]]:
    """The closing table, but for the seconds."""
    rows = [line.strip("│ ").split("│") for line in output.splitlines() if line.startswith("│")]
    return {row[0].strip(): tuple(int(cell.replace(",", "")) for cell in row[1:5]) for row in rows}


def start(*ids: str, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """Start the command in a process of its own, on the database of the tests."""
    return subprocess.Popen(
        [sys.executable, ROOT / "manage.py", "materialize_segments", *ids],
        env={**os.environ, "DATABASE_URL": database_url(), "COLUMNS": "100"},
        stdout=output,
        stderr=output,
        text=True,
    )


@contextmanager
def writing_blocked() -> Iterator[None]:
    """Let nobody write memberships: runs of the command get stuck in the middle."""
    with psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE segments_segmentmembership IN SHARE MODE")
        yield
        other.rollback()


def wait_for_waiting(number: int) -> None:
    """Until so many connections to the database of the tests wait for a lock."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN "
                "(SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
            )
            if cursor.fetchone() == (number,):
                return
        time.sleep(0.02)
    raise AssertionError(f"there are not {number} connections waiting for a lock")
