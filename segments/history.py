"""Folding the history of customers who joined or left a segment into the segment's sums.

Only as far as the log has been folded in: the rest is added to the sums as they are read.
"""

from typing import Any, LiteralString

from psycopg import sql

from decisions.folding import add, contributions
from decisions.models import (
    DecisionMeasures,
    InteractionMeasures,
    Measures,
    OfferDecisionMeasures,
    SummaryMark,
)
from decisions.refreshing import SUMMARIES as OF_ALL
from decisions.refreshing import Summaries
from segments.models import (
    SegmentDecisionSummary,
    SegmentInteractionSummary,
    SegmentOfferDecisionSummary,
)

# Each with the view of the rows that it adds up for all customers.
_ROWS: dict[type[Measures], str] = {
    SegmentInteractionSummary: InteractionMeasures.rows,
    SegmentDecisionSummary: DecisionMeasures.rows,
    SegmentOfferDecisionSummary: OfferDecisionMeasures.rows,
}
OF_SEGMENTS: Summaries = tuple(_ROWS)
SUMMARIES: Summaries = (*OF_ALL, *OF_SEGMENTS)

# The histories of a hundredth of the customers are ranges of the log's primary key, which starts
# with the customer; for many more, the log is scanned once.
_HISTORY: LiteralString = """
(SELECT customer_id, sign, {segment} AS segment_id FROM segments_change) change
JOIN {rows} USING (customer_id)
WHERE log_id <= {mark}
"""


def fold_change(cursor: Any, segment: sql.Literal) -> None:
    """Fold the history of the customers in the table segments_change, each by its `sign`.

    The marks must stand still until the end of the transaction (decisions/locks.py).
    """
    marks = dict(SummaryMark.objects.values_list("summary", "folded_id"))
    for stored, rows in _ROWS.items():
        mark = sql.Literal(marks.get(stored.log, 0))
        history = sql.SQL(_HISTORY).format(segment=segment, rows=sql.Identifier(rows), mark=mark)
        sums_of_segment = sql.SQL("segment_id = {}").format(segment)
        add(cursor, stored, contributions(stored, history, "sign"), sums_of_segment)
