"""Folding the history of customers who joined or left a segment into the segment's sums.

The sums hold what the present members did, as far as the log has been folded in; what came after
is added as they are read. So a customer who joins brings all that is folded in, and
one who leaves takes it away.
"""

from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from decisions.models import SummaryMark


@dataclass(frozen=True)
class SegmentSums:
    """A table of sums by segment and `dimensions`, which are its key.

    `rows` is a query of what each log row adds: log_id, customer_id, dimensions and measures.
    """

    table: str
    mark: str
    rows: LiteralString
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]


# The cast to date uses the session's time zone, the reporting one.
SUMS = (
    SegmentSums(
        table="segments_segmentinteractionsummary",
        mark="interactions",
        rows="""
            SELECT row.id AS log_id, row.customer_id,
                   row.occurred_at::date AS day, row.offer_id, row.channel_id,
                   1 AS interactions,
                   (type.category = 'impression')::integer AS impressions,
                   (type.classification = 'positive')::integer AS positive,
                   (type.classification = 'negative')::integer AS negative,
                   type.is_conversion::integer AS conversions,
                   coalesce(row.value, 0) AS revenue,
                   coalesce(row.cost, 0) AS cost
            FROM decisions_interaction row
            JOIN decisions_outcometype type ON type.id = row.outcome_type_id
        """,
        dimensions=("day", "offer_id", "channel_id"),
        measures=(
            *("interactions", "impressions", "positive", "negative"),
            *("conversions", "revenue", "cost"),
        ),
    ),
)
# The histories of a hundredth of the customers are ranges of the log's primary key, which starts
# with the customer; for many more, the log is scanned once.
_FOLD: LiteralString = """
INSERT INTO {table} AS stored (segment_id, {dimensions}, {measures})
SELECT {segment}, {dimensions}, {changes}
FROM segments_change JOIN ({rows}) history USING (customer_id)
WHERE log_id <= {mark}
GROUP BY {dimensions}
ON CONFLICT (segment_id, {dimensions}) DO UPDATE SET ({measures}) = ROW ({totals})
"""
_FORGET_EMPTY: LiteralString = """
DELETE FROM {table} WHERE segment_id = {segment} AND ROW ({measures}) = ROW ({zeros})
"""


def fold_change(cursor: Any, segment: sql.Literal) -> None:
    """Fold the history of the customers in the table segments_change, each by its `sign`.

    The marks must stand still until the end of the transaction (decisions/locks.py).
    """
    marks = dict(SummaryMark.objects.values_list("summary", "folded_id"))
    for sums in SUMS:
        mark = marks.get(sums.mark, 0)
        if mark:
            parts = _parts(sums, segment, mark)
            cursor.execute(sql.SQL(_FOLD).format(**parts))
            cursor.execute(sql.SQL(_FORGET_EMPTY).format(**parts))


def _parts(sums: SegmentSums, segment: sql.Literal, mark: int) -> dict[str, sql.Composable]:
    measures = [sql.Identifier(name) for name in sums.measures]
    comma = sql.SQL(", ")
    return {
        "table": sql.Identifier(sums.table),
        "segment": segment,
        "mark": sql.Literal(mark),
        "rows": sql.SQL(sums.rows),
        "dimensions": comma.join(map(sql.Identifier, sums.dimensions)),
        "measures": comma.join(measures),
        "changes": comma.join(sql.SQL("sum(sign * {})").format(name) for name in measures),
        "totals": comma.join(
            sql.SQL("stored.{0} + excluded.{0}").format(name) for name in measures
        ),
        "zeros": comma.join([sql.SQL("0")] * len(measures)),
    }
