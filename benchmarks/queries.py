"""The types' questions as hand-written SQL on the rows of the log, for three databases.

One text does for PostgreSQL, DuckDB and ClickHouse but for what unnests arrays and finds
percentiles. They answer with keys and sums, which the product would still have to name, divide
and sort: less work than an answer. {since} and {until} are instants, {before} the start of the
baseline; {member} is a condition, empty without a segment.
"""

from typing import Literal

Dialect = Literal["postgresql", "duckdb", "clickhouse"]

_JOINED = """
FROM decisions_interaction i JOIN decisions_outcometype t ON t.id = i.outcome_type_id
WHERE i.occurred_at >= {since} AND i.occurred_at < {until} {member}
"""
_IMPRESSIONS = "count(*) FILTER (WHERE t.category = 'impression')"
_POSITIVE = "count(*) FILTER (WHERE t.classification = 'positive')"
_CONVERSIONS = "count(*) FILTER (WHERE t.is_conversion)"
_WINDOW = "WHERE created_at >= {since} AND created_at < {until} {member}"
_TRACES = f"FROM decisions_decisiontrace i {_WINDOW}"
_RANKS = ", ".join(f"count(*) FILTER (WHERE place = {rank})" for rank in range(1, 11))
_BINS = ", ".join(
    f"count(*) FILTER (WHERE score >= {low / 10} AND score < {(low + 1) / 10 + low // 9})"
    for low in range(10)
)

# Types with one text for all.
COMMON: dict[str, str] = {
    "acceptance_rate": f"""
SELECT offer_id, {_IMPRESSIONS}, {_POSITIVE} {_JOINED} GROUP BY offer_id ORDER BY 2 DESC, 1""",
    "offer_performance": f"""
SELECT offer_id, {_IMPRESSIONS}, {_CONVERSIONS}, sum(coalesce(value, 0)) {_JOINED}
GROUP BY offer_id ORDER BY 2 DESC, 1 LIMIT 20""",
    "offer_performance_grouped": f"""
SELECT channel_id, offer_id, impressions, conversions, revenue FROM (
    SELECT *, row_number() OVER (
        PARTITION BY channel_id ORDER BY impressions DESC, offer_id) AS place
    FROM (SELECT channel_id, offer_id, {_IMPRESSIONS} AS impressions,
                 {_CONVERSIONS} AS conversions, sum(coalesce(value, 0)) AS revenue
          {_JOINED} GROUP BY channel_id, offer_id) sums
) ranked WHERE place <= 20 ORDER BY 1, 3 DESC, 2""",
    "channel_effectiveness": f"""
SELECT channel_id, {_IMPRESSIONS}, {_CONVERSIONS} {_JOINED} GROUP BY channel_id ORDER BY 2 DESC""",
    "budget_burn": """
SELECT offer_id, channel_id, sum(coalesce(cost, 0)) FILTER (WHERE occurred_at >= {days_20}),
       sum(coalesce(cost, 0)) FILTER (WHERE occurred_at >= {days_80}), sum(coalesce(cost, 0))
FROM decisions_interaction WHERE occurred_at >= {days_200} AND occurred_at < {until}
GROUP BY offer_id, channel_id ORDER BY 1, 2""",
    "attribution_summary": """
SELECT model, count(*), sum(total_value) FROM decisions_attribution
WHERE created_at >= {since} AND created_at < {until} GROUP BY model ORDER BY 3 DESC""",
    "daily_trend": f"""
SELECT CAST(occurred_at AS date), {_IMPRESSIONS}, {_CONVERSIONS} {_JOINED} GROUP BY 1 ORDER BY 1""",
    "revenue_trend": """
SELECT CAST(occurred_at AS date), sum(coalesce(value, 0)) FROM decisions_interaction i
WHERE occurred_at >= {since} AND occurred_at < {until} {member} GROUP BY 1 ORDER BY 1""",
    "degraded_scoring": """
SELECT coalesce(degraded_reason, 'unknown'), count(*) FILTER (WHERE degraded_scoring), count(*)
FROM decisions_decisiontrace
WHERE created_at >= {since} AND created_at < {until} AND scores > 0 GROUP BY 1 ORDER BY 1""",
    # Rates by offer, and the spread of daily revenue: the larger half of what the type asks.
    "anomaly_candidates": f"""
SELECT offer_id,
       sum(impressions) FILTER (WHERE day >= CAST({{since}} AS date)),
       sum(positive) FILTER (WHERE day >= CAST({{since}} AS date)),
       sum(revenue) FILTER (WHERE day >= CAST({{since}} AS date)),
       sum(impressions) FILTER (WHERE day < CAST({{since}} AS date)),
       sum(positive) FILTER (WHERE day < CAST({{since}} AS date)),
       sum(revenue) FILTER (WHERE day < CAST({{since}} AS date)),
       sum(revenue * revenue) FILTER (WHERE day < CAST({{since}} AS date))
FROM (SELECT offer_id, CAST(occurred_at AS date) AS day, {_IMPRESSIONS} AS impressions,
             {_POSITIVE} AS positive, sum(coalesce(value, 0)) AS revenue
      {_JOINED.replace("{since}", "{before}")} GROUP BY 1, 2) daily
GROUP BY offer_id ORDER BY 1""",
}
_SELECTION = f"""
SELECT offer, count(*), count(*) FILTER (WHERE {{scored}}), count(*) FILTER (WHERE {{selected}}),
       count(place), sum(place), {_RANKS}
FROM (%s) entry WHERE {{eligible}} GROUP BY offer ORDER BY 4 DESC, 2 DESC, 1"""
_WHY = """
SELECT {stage} AS stage, cause, count(*) FROM (%s) entry
WHERE offer = {offer} GROUP BY 1, 2 ORDER BY 1, 2"""
_UNNESTED = "unnest(outcome_offers) AS offer, unnest(outcome_states) AS state"
_ARRAY_JOINED = "outcome_offers AS offer, outcome_states AS state"
_STATES = {"scored": 2, "selected": 4, "eligible": 1}
_BITS = {name: f"(state & {bit}) > 0" for name, bit in _STATES.items()}
_CLICKHOUSE_BITS = {name: f"bitAnd(state, {bit}) > 0" for name, bit in _STATES.items()}


def _joined_arrays(columns: str, selected: str) -> str:
    """ClickHouse unnests arrays side by side by joining them."""
    return f"SELECT {selected} FROM decisions_decisiontrace i ARRAY JOIN {columns} {_WINDOW}"


def _with(text: str, parts: dict[str, str]) -> str:
    for name, value in parts.items():
        text = text.replace("{" + name + "}", value)
    return text


def _unnesting() -> dict[str, str]:
    return {
        "selection_frequency": _with(
            _SELECTION % f"SELECT {_UNNESTED}, unnest(outcome_ranks) AS place {_TRACES}", _BITS
        ),
        "why_not_ranked": _with(
            _WHY % f"SELECT {_UNNESTED}, unnest(outcome_causes) AS cause {_TRACES}",
            {"stage": "state >> 3"},
        ),
        "score_distribution": (
            f"SELECT {_BINS} FROM (SELECT unnest(scored_scores) AS score {_TRACES}) e"
        ),
    }


_LATENCY = """
SELECT CAST(started_at AS date), %s, count(*) FROM decisions_run
WHERE started_at >= {since} AND started_at < {until}
  AND status IN ('completed', 'failed') AND latency_ms IS NOT NULL GROUP BY 1 ORDER BY 1"""
_PERCENTILE = ", ".join(
    f"percentile_cont({share}) WITHIN GROUP (ORDER BY latency_ms)" for share in (0.5, 0.99)
)

QUERIES: dict[Dialect, dict[str, str]] = {
    "postgresql": {
        **COMMON,
        "degraded_scoring": COMMON["degraded_scoring"].replace(
            "scores > 0", "cardinality(scored_offers) > 0"
        ),
        **_unnesting(),
        "latency_trend": _LATENCY % _PERCENTILE,
    },
    "duckdb": {
        **COMMON,
        "degraded_scoring": COMMON["degraded_scoring"].replace("scores", "len(scored_offers)"),
        **_unnesting(),
        "latency_trend": _LATENCY
        % "quantile_cont(latency_ms, 0.5), quantile_cont(latency_ms, 0.99)",
    },
    "clickhouse": {
        **COMMON,
        "degraded_scoring": COMMON["degraded_scoring"].replace("scores", "length(scored_offers)"),
        "selection_frequency": _with(
            _SELECTION
            % _joined_arrays(f"{_ARRAY_JOINED}, outcome_ranks AS place", "offer, state, place"),
            _CLICKHOUSE_BITS,
        ),
        "why_not_ranked": _with(
            _WHY
            % _joined_arrays(f"{_ARRAY_JOINED}, outcome_causes AS cause", "offer, state, cause"),
            {"stage": "bitShiftRight(state, 3)"},
        ),
        "score_distribution": f"SELECT {_BINS} FROM ("
        + _joined_arrays("scored_scores AS score", "score")
        + ") e",
        "latency_trend": _LATENCY
        % "quantileExactInclusive(0.5)(latency_ms), quantileExactInclusive(0.99)(latency_ms)",
    },
}
# Those of them that can be asked about a segment.
OF_SEGMENTS = (
    "acceptance_rate",
    "offer_performance",
    "offer_performance_grouped",
    "channel_effectiveness",
    "daily_trend",
    "revenue_trend",
    "selection_frequency",
    "why_not_ranked",
)
