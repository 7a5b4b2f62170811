"""The statements that make the views, with column lists from the declarations."""

from decisions.logs import PARTITIONED
from decisions.sql import text
from summaries.models import READ_BY_SEGMENT, SUMMARIES, Measures

FOLDER = "summaries.sql"
# The upper bound excludes nothing, but with it the planner expects 1 in 200 rows beyond the
# watermark instead of a third: it then takes the index on `id`, and neither reads a whole log nor
# starts workers for a few rows.
TAIL = """
SELECT log_id, log_at, 0 AS bucket, day, {columns}
FROM {contributions}
WHERE log_id > coalesce((SELECT merged_id FROM summaries_logwatermark WHERE log = '{log}'), 0)
  AND log_id < 9223372036854775807
"""
# Types are the same in both halves, or conditions would not reach them.
TOTALS = """
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, bucket, day, {columns}
FROM {stored}
UNION ALL
SELECT log_id, log_at, bucket, day, {columns}
FROM {tail}
"""
OF_MEMBERS = """
SELECT segment_id, 0 AS bucket, contribution.*
FROM {contributions} AS contribution
JOIN segments_segmentmembership USING (customer_id)
"""
MERGED_ID = """
CREATE FUNCTION summaries_merged_id(log_table text) RETURNS bigint LANGUAGE sql AS $$
    SELECT coalesce(max(merged_id), 0) FROM summaries_logwatermark WHERE log = CASE log_table
        {names}
    END
$$;
"""


def functions() -> str:
    """What the views and the triggers of the log call."""
    names = "\n        ".join(f"WHEN '{log.table}' THEN '{log.entity}'" for log in PARTITIONED)
    return text("measures", FOLDER) + MERGED_ID.format(names=names)


def views() -> dict[str, str]:
    """The text of each view by its name, in an order in which each refers only to earlier ones."""
    found: dict[str, str] = {}
    for summary in SUMMARIES:
        found |= _views_of(summary)
    for measures in READ_BY_SEGMENT:
        found[f"summaries_segment_{measures.name}_contributions"] = _of_members(measures)
    return found


def statements() -> str:
    made = [f"CREATE VIEW {name} AS{query.rstrip()};" for name, query in views().items()]
    return "\n".join([functions(), *made])


def _views_of(summary: type[Measures]) -> dict[str, str]:
    columns = ", ".join([*summary.dimension_columns(), *summary.measure_columns()])
    contributions, tail = summary.contributions_view(), f"summaries_{summary.name}_tail"
    of_members = summary.of_members
    return {
        contributions: _of_members(of_members) if of_members else "\n" + text(summary.name, FOLDER),
        tail: TAIL.format(columns=columns, contributions=contributions, log=summary.log.entity),
        f"summaries_{summary.name}_totals": TOTALS.format(
            columns=columns, stored=summary._meta.db_table, tail=tail
        ),
    }


def _of_members(measures: type[Measures]) -> str:
    return OF_MEMBERS.format(contributions=measures.contributions_view())
