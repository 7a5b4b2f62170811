"""Materialising a segment: bringing its members, and their sums, in line with its filters.

One transaction a segment: whoever is killed leaves everything as it was before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, LiteralString

from django.db import connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone
from psycopg import sql

from config.transactions import repeated
from decisions.locks import lock_summaries_shared
from segments.compilation import members_query, parse_filters
from segments.models import Segment, SegmentMembership
from summaries.merging import add, analyze, contributions
from summaries.models import SEGMENT_SUMMARIES, LogWatermark

PHASES = ("waiting", "comparing", "storing", "adding up")

# Room for hashing a million ids, where the usual setting is meant for small queries; and reading
# an index is as cheap as on today's disks: at the usual 4, PostgreSQL would rather scan the
# log of 10 million than look up 10,000 customers, which takes four times as long.
_PLANNING = "SET LOCAL work_mem = '64MB'; SET LOCAL random_page_cost = 1.1"
# A full join can only hash or merge. Anti-joins may loop over an index, and would: nobody can
# tell the planner how many customers a condition on JSON lets through. In the order of the
# indexes that are read and filled with the outcome, page after page.
_COMPARE: LiteralString = """
CREATE TEMPORARY TABLE segments_change ON COMMIT DROP AS
SELECT coalesce(found.customer_id, member.customer_id) AS customer_id,
       CASE WHEN member.customer_id IS NULL THEN 1 ELSE -1 END AS sign
FROM {view} found
FULL JOIN (
    SELECT customer_id FROM segments_segmentmembership WHERE segment_id = {segment}
) member ON member.customer_id = found.customer_id
WHERE found.customer_id IS NULL OR member.customer_id IS NULL
ORDER BY 1
"""
_REMOVE: LiteralString = """
DELETE FROM segments_segmentmembership member USING segments_change change
WHERE change.sign = -1
  AND member.customer_id = change.customer_id AND member.segment_id = {segment}
"""
_ADD: LiteralString = """
INSERT INTO segments_segmentmembership (customer_id, segment_id)
SELECT customer_id, {segment} FROM segments_change WHERE sign = 1
"""
# The histories of a hundredth of the customers are ranges of the log's primary key, which starts
# with the customer; for many more, the log is scanned once.
_HISTORY: LiteralString = """
(SELECT customer_id, sign, {segment} AS segment_id FROM segments_change) change
JOIN {rows} USING (customer_id)
WHERE log_id <= {watermark}
"""


@dataclass(frozen=True)
class MembershipChange:
    """What materialising did to a segment, in customers."""

    segment: Segment
    before: int
    joined: int
    left: int
    seconds: float

    @property
    def after(self) -> int:
        """How many members the segment has now."""
        return self.before + self.joined - self.left


def materialise(
    key: int, begin: Callable[[str], None] = lambda _phase: None
) -> MembershipChange | None:
    """Materialise the segment with this primary key; None if it has been deleted.

    `begin` is told each of PHASES. Raises InvalidFilterError.
    """
    return repeated(partial(_materialise, key, begin))


def _materialise(key: int, begin: Callable[[str], None]) -> MembershipChange | None:
    started = perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        begin("waiting")
        lock_summaries_shared()
        # Another run, and whoever changes the filters, waits here for this transaction's end.
        segment = (
            Segment.objects.select_for_update()
            .annotate(filters_text=Cast("filters", TextField()))
            .filter(pk=key)
            .first()
        )
        if segment is None:
            return None
        begin("comparing")
        members = members_query(parse_filters(segment.filters_text))
        parts: dict[str, sql.Composable] = {
            "segment": sql.Literal(key),
            "view": _present_view(cursor, f"segments_members_{key}", members),
        }
        before = SegmentMembership.objects.filter(segment=key).count()
        cursor.execute(_PLANNING)
        moment = timezone.now()
        cursor.execute(sql.SQL(_COMPARE).format(**parts))
        cursor.execute("ANALYZE segments_change")
        begin("storing")
        cursor.execute(sql.SQL(_REMOVE).format(**parts))
        left = cursor.rowcount
        cursor.execute(sql.SQL(_ADD).format(**parts))
        joined = cursor.rowcount
        begin("adding up")
        if joined or left:
            _add_history(cursor, sql.Literal(key))
        cursor.execute("DROP TABLE segments_change")
        segment.materialized_at = moment
        segment.customer_count = before + joined - left
        segment.save(update_fields=["materialized_at", "customer_count"])
    return MembershipChange(segment, before, joined, left, perf_counter() - started)


def _present_view(cursor: Any, name: str, members: sql.Composed) -> sql.Identifier:
    """The view of the members, replaced only if it says something else.

    Replacing one waits for everybody who reads it, such as a backup of the database. Its comment
    tells what it was made from, which the database rewrites.
    """
    view = sql.Identifier(name)
    cursor.execute(
        "SELECT obj_description(to_regclass(%s), 'pg_class') = %s",
        [name, members.as_string(cursor)],
    )
    if cursor.fetchone() != (True,):
        text = sql.Literal(members.as_string(cursor))
        cursor.execute(sql.SQL("CREATE OR REPLACE VIEW {} AS {}").format(view, members))
        cursor.execute(sql.SQL("COMMENT ON VIEW {} IS {}").format(view, text))
    return view


def _add_history(cursor: Any, segment: sql.Literal) -> None:
    """Add the history of the customers in the table segments_change, each by its `sign`.

    Only as far as the log has been merged: the rest is the tail of the segment's totals. The
    watermarks must stand still until the end of the transaction (decisions/locks.py).
    """
    watermarks = dict(LogWatermark.objects.values_list("log", "merged_id"))
    for summary in SEGMENT_SUMMARIES:
        of_all = summary.of_members or summary
        history = sql.SQL(_HISTORY).format(
            segment=segment,
            rows=sql.Identifier(of_all.contributions_view()),
            watermark=sql.Literal(watermarks.get(summary.log.entity, 0)),
        )
        sums_of_segment = sql.SQL("segment_id = {}").format(segment)
        add(cursor, summary, contributions(summary, history, "sign"), sums_of_segment)


def analyze_members() -> None:
    """Tell the planner about the new rows, which the next answers join."""
    analyze([SegmentMembership, *SEGMENT_SUMMARIES])
