"""Filling a database, and what that says about writing: rates, and bytes on disk."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.core.management import call_command
from django.db import connection

from benchmarks import catalogue, log_data
from config.schema import ensure_schema
from decisions.logs import Log
from decisions.models import DecisionTrace, Interaction
from offers.models import Offer
from segments.models import Segment
from summaries.materialising import analyze_members, materialise
from summaries.refreshing import refresh

# Customers who leave the segment of tier 3, as many as join it: 1 % of its members in all.
CHANGE = """
UPDATE segments_customer
SET attributes = jsonb_set(attributes, '{tier}', to_jsonb(7 - (attributes ->> 'tier')::integer))
WHERE customer_id IN (
    (SELECT customer_id FROM segments_customer WHERE attributes @> '{"tier": 3}'
     ORDER BY md5(customer_id) LIMIT %(half)s)
    UNION ALL
    (SELECT customer_id FROM segments_customer WHERE attributes @> '{"tier": 4}'
     ORDER BY md5(customer_id) LIMIT %(half)s)
)
"""
# Bytes of a log with its indexes, of its identities, and of the sums of it.
SIZES = """
SELECT (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('decisions_interaction')),
       (SELECT sum(pg_total_relation_size(relid))
        FROM pg_partition_tree('decisions_decisiontrace')),
       pg_total_relation_size('decisions_interactionkey'),
       pg_total_relation_size('decisions_decisiontracekey'),
       (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
        WHERE relkind = 'r' AND relname ~ '^(decisions|segments)_.*summary$')
"""


def generate(interactions: int, told: Callable[[str], None]) -> dict[str, float]:
    """Fill an empty database; returns the seconds by table."""
    ensure_schema()
    if Offer.objects.exists():
        raise SystemExit("This directory was filled halfway: delete it, and run again.")
    catalogue.fill()
    return log_data.fill(interactions, told)


def prepare(told: Callable[[str], None]) -> dict[str, Any]:
    """Refresh and materialise; what was measured."""
    ensure_schema()
    told("refreshing")
    rates = measure_refreshing()
    told(f"materialising ({rates})")
    return {
        "refresh": rates,
        "materialise": measure_materialising(),
        "bytes": measure_sizes(),
    }


def measure_refreshing() -> dict[str, float]:
    """Rows per second, by log."""
    merged: dict[str, int] = {}
    seconds: dict[str, float] = {}
    last = perf_counter()

    def advanced(log: Log, done: int, _total: int) -> None:
        nonlocal last
        now = perf_counter()
        seconds[log.entity] = seconds.get(log.entity, 0) + now - last
        merged[log.entity], last = done, now

    refresh(advanced)
    return {log: merged[log] / seconds[log] for log in merged}


def measure_materialising() -> dict[str, float]:
    """Seconds for a segment of a tenth of all customers: first, unchanged, with 1 % changed."""
    tier = Segment.objects.get(external_id="segment_tier_3")
    first = materialise(tier.pk)
    analyze_members()
    same = materialise(tier.pk)
    members = first.after if first else 0
    with connection.cursor() as cursor:
        cursor.execute(CHANGE, {"half": members // 200})
        cursor.execute("VACUUM ANALYZE segments_customer")
    changed = materialise(tier.pk)
    started = perf_counter()
    call_command("materialize_segments", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {
        "members": members,
        "first": first.seconds if first else 0,
        "unchanged": same.seconds if same else 0,
        "changed": changed.seconds if changed else 0,
        "changed_members": changed.joined + changed.left if changed else 0,
        "other_19": perf_counter() - started,
    }


def measure_sizes() -> dict[str, float]:
    """Bytes on disk per event, indexes and identities included, and of all summaries."""
    with connection.cursor() as cursor:
        cursor.execute(SIZES)
        log, traces, log_keys, trace_keys, sums = map(float, cursor.fetchone())
    interactions, decisions = Interaction.objects.count(), DecisionTrace.objects.count()
    return {
        "interaction": (log + log_keys) / interactions,
        "decision_trace": (traces + trace_keys) / decisions,
        "summaries_in_all": sums,
    }
