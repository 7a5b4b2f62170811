"""The summaries of decision traces and runs, and their unions with the tails."""

import django.db.models.deletion
from django.db import migrations, models

# What the outcome of an offer adds to the summaries. Bits of a state: 1 eligible, 2 scored,
# 4 selected; the rest is the stage of a miss. The planner puts the bodies in place of the calls.
MEASURES = """
CREATE FUNCTION decisions_offer_measures(state smallint, rank integer)
RETURNS TABLE (
    eligible integer, scored integer, selected integer, ranked integer, rank_sum bigint,
    rank_1 integer, rank_2 integer, rank_3 integer, rank_4 integer, rank_5 integer,
    rank_6 integer, rank_7 integer, rank_8 integer, rank_9 integer, rank_10 integer
) LANGUAGE sql IMMUTABLE ROWS 1 AS $$
    SELECT state & 1,
           state >> 1 & 1,
           state >> 2 & 1,
           (rank IS NOT NULL)::integer,
           coalesce(rank, 0)::bigint,
           coalesce(rank = 1, false)::integer,
           coalesce(rank = 2, false)::integer,
           coalesce(rank = 3, false)::integer,
           coalesce(rank = 4, false)::integer,
           coalesce(rank = 5, false)::integer,
           coalesce(rank = 6, false)::integer,
           coalesce(rank = 7, false)::integer,
           coalesce(rank = 8, false)::integer,
           coalesce(rank = 9, false)::integer,
           coalesce(rank = 10, false)::integer
$$;
CREATE FUNCTION decisions_miss_measures(state smallint, culprit integer)
RETURNS TABLE (stage integer, cause integer, winner integer, misses integer)
LANGUAGE sql IMMUTABLE ROWS 1 AS $$
    SELECT state >> 3,
           CASE WHEN state >> 3 < 3 THEN culprit ELSE 0 END,
           CASE WHEN state >> 3 < 3 THEN 0 ELSE coalesce(culprit, 0) END,
           1
$$;
"""
DROP_MEASURES = """
DROP FUNCTION decisions_offer_measures, decisions_miss_measures;
"""

# What one row of the log adds to each summary, ungrouped: for the unions with the tail below, and
# for folding the log in. The casts to date use the session's time zone, the reporting one.
ROWS = """
CREATE VIEW decisions_decision_row AS
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, channel_id, decision_flow_id,
       1 AS traces,
       (cardinality(scored_offers) > 0)::integer AS scored,
       (cardinality(scored_offers) > 0 AND degraded_scoring)::integer AS degraded,
       (cardinality(scored_offers) > 0 AND degraded_scoring
        AND degraded_reason IS NOT DISTINCT FROM 'model_error')::integer
           AS degraded_model_error,
       (cardinality(scored_offers) > 0 AND degraded_scoring
        AND degraded_reason IS NOT DISTINCT FROM 'timeout')::integer AS degraded_timeout,
       (cardinality(scored_offers) > 0 AND degraded_scoring
        AND degraded_reason IS NULL)::integer AS degraded_unknown
FROM decisions_decisiontrace;

-- Arrays are unnested side by side in the list of columns, which takes half as long as a function in
-- FROM. Comparing with <> lets the planner expect many rows, so that it groups them by hashing.
CREATE VIEW decisions_offer_decision_row AS
SELECT log_id, log_at, customer_id, day, channel_id, decision_flow_id, offer_id, measure.*
FROM (
    SELECT id AS log_id, created_at AS log_at, customer_id, created_at::date AS day,
           channel_id, decision_flow_id,
           unnest(outcome_offers) AS offer_id,
           unnest(outcome_states) AS state,
           unnest(outcome_ranks) AS rank
    FROM decisions_decisiontrace
) outcome, decisions_offer_measures(state, rank) measure
WHERE state & 1 <> 0;

CREATE VIEW decisions_miss_row AS
SELECT log_id, log_at, customer_id, day, offer_id, measure.*
FROM (
    SELECT id AS log_id, created_at AS log_at, customer_id, created_at::date AS day,
           unnest(outcome_offers) AS offer_id,
           unnest(outcome_states) AS state,
           unnest(outcome_causes) AS culprit
    FROM decisions_decisiontrace
) outcome, decisions_miss_measures(state, culprit) measure
WHERE state >> 3 <> 0;

CREATE VIEW decisions_score_row AS
SELECT log_id, log_at, customer_id, day, channel_id, offer_id,
       1 AS scored,
       (score * 1e18)::bigint AS score_sum,
       (score < 0.1)::integer AS bin_0,
       (score >= 0.1 AND score < 0.2)::integer AS bin_1,
       (score >= 0.2 AND score < 0.3)::integer AS bin_2,
       (score >= 0.3 AND score < 0.4)::integer AS bin_3,
       (score >= 0.4 AND score < 0.5)::integer AS bin_4,
       (score >= 0.5 AND score < 0.6)::integer AS bin_5,
       (score >= 0.6 AND score < 0.7)::integer AS bin_6,
       (score >= 0.7 AND score < 0.8)::integer AS bin_7,
       (score >= 0.8 AND score < 0.9)::integer AS bin_8,
       (score >= 0.9)::integer AS bin_9
FROM (
    SELECT id AS log_id, created_at AS log_at, customer_id, created_at::date AS day, channel_id,
           unnest(scored_offers) AS offer_id,
           unnest(scored_scores) AS score
    FROM decisions_decisiontrace
) entry;

CREATE VIEW decisions_latency_row AS
SELECT id AS log_id, started_at AS log_at,
       started_at::date AS day, latency_ms, 1 AS runs
FROM decisions_run
WHERE status IN ('completed', 'failed') AND latency_ms IS NOT NULL;
"""
DROP_ROWS = """
DROP VIEW decisions_decision_row, decisions_offer_decision_row, decisions_miss_row,
          decisions_score_row, decisions_latency_row;
"""

# As in decisions_interaction_daily, the tail must not aggregate here. The upper bound excludes
# nothing, but with it the planner expects 1 in 200 rows beyond the mark instead of a third: it then
# takes the index on `id`, and neither reads a whole log nor starts workers for a few rows.
UNIONS = """
CREATE VIEW decisions_decision_daily AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, day, channel_id, decision_flow_id,
       traces, scored, degraded, degraded_model_error, degraded_timeout, degraded_unknown
FROM decisions_decisionsummary
UNION ALL
SELECT log_id, log_at, day, channel_id, decision_flow_id,
       traces, scored, degraded, degraded_model_error, degraded_timeout, degraded_unknown
FROM decisions_decision_row
WHERE log_id > coalesce((SELECT folded_id FROM decisions_summarymark WHERE summary = 'decisions'), 0)
  AND log_id < 9223372036854775807;

CREATE VIEW decisions_offer_decision_daily AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at,
       day, channel_id, decision_flow_id, offer_id,
       eligible, scored, selected, ranked, rank_sum,
       rank_1, rank_2, rank_3, rank_4, rank_5, rank_6, rank_7, rank_8, rank_9, rank_10
FROM decisions_offerdecisionsummary
UNION ALL
SELECT log_id, log_at, day, channel_id, decision_flow_id, offer_id,
       eligible, scored, selected, ranked, rank_sum,
       rank_1, rank_2, rank_3, rank_4, rank_5, rank_6, rank_7, rank_8, rank_9, rank_10
FROM decisions_offer_decision_row
WHERE log_id > coalesce((SELECT folded_id FROM decisions_summarymark WHERE summary = 'decisions'), 0)
  AND log_id < 9223372036854775807;

CREATE VIEW decisions_miss_daily AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at,
       day, offer_id, stage, cause, winner, misses
FROM decisions_misssummary
UNION ALL
SELECT log_id, log_at, day, offer_id, stage, cause, winner, misses
FROM decisions_miss_row
WHERE log_id > coalesce((SELECT folded_id FROM decisions_summarymark WHERE summary = 'decisions'), 0)
  AND log_id < 9223372036854775807;

CREATE VIEW decisions_score_daily AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, day, channel_id, offer_id,
       scored, score_sum,
       bin_0, bin_1, bin_2, bin_3, bin_4, bin_5, bin_6, bin_7, bin_8, bin_9
FROM decisions_scoresummary
UNION ALL
SELECT log_id, log_at, day, channel_id, offer_id,
       scored, score_sum,
       bin_0, bin_1, bin_2, bin_3, bin_4, bin_5, bin_6, bin_7, bin_8, bin_9
FROM decisions_score_row
WHERE log_id > coalesce((SELECT folded_id FROM decisions_summarymark WHERE summary = 'decisions'), 0)
  AND log_id < 9223372036854775807;

CREATE VIEW decisions_latency_daily AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, day, latency_ms, runs
FROM decisions_latencysummary
UNION ALL
SELECT log_id, log_at, day, latency_ms, runs
FROM decisions_latency_row
WHERE log_id > coalesce((SELECT folded_id FROM decisions_summarymark WHERE summary = 'runs'), 0)
  AND log_id < 9223372036854775807;
"""
DROP_UNIONS = """
DROP VIEW decisions_decision_daily, decisions_offer_decision_daily, decisions_miss_daily,
          decisions_score_daily, decisions_latency_daily;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0003_summaries"),
        ("offers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DecisionDaily",
            fields=[
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("day", models.DateField(help_text="in the reporting time zone")),
                ("traces", models.IntegerField()),
                ("scored", models.IntegerField(help_text="traces with at least one score")),
                ("degraded", models.IntegerField()),
                ("degraded_model_error", models.IntegerField()),
                ("degraded_timeout", models.IntegerField()),
                ("degraded_unknown", models.IntegerField(help_text="without a reason")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "channel",
                        "decision_flow",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_decision_daily",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="LatencyDaily",
            fields=[
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("day", models.DateField(help_text="in the reporting time zone")),
                ("latency_ms", models.IntegerField()),
                ("runs", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "latency_ms",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_latency_daily",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="MissDaily",
            fields=[
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("day", models.DateField(help_text="in the reporting time zone")),
                (
                    "stage",
                    models.SmallIntegerField(
                        choices=[(1, "qualification"), (2, "contact_policy"), (3, "outranked")]
                    ),
                ),
                (
                    "cause",
                    models.IntegerField(help_text="key of the failed rule or the blocking policy"),
                ),
                ("winner", models.IntegerField(help_text="key of the offer that outranked it")),
                ("misses", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "offer",
                        "day",
                        "stage",
                        "cause",
                        "winner",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_miss_daily",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="OfferDecisionDaily",
            fields=[
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("day", models.DateField(help_text="in the reporting time zone")),
                (
                    "eligible",
                    models.IntegerField(help_text="traces in which the offer was eligible"),
                ),
                ("scored", models.IntegerField()),
                ("selected", models.IntegerField()),
                ("ranked", models.IntegerField()),
                ("rank_sum", models.BigIntegerField()),
                ("rank_1", models.IntegerField()),
                ("rank_2", models.IntegerField()),
                ("rank_3", models.IntegerField()),
                ("rank_4", models.IntegerField()),
                ("rank_5", models.IntegerField()),
                ("rank_6", models.IntegerField()),
                ("rank_7", models.IntegerField()),
                ("rank_8", models.IntegerField()),
                ("rank_9", models.IntegerField()),
                ("rank_10", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "channel",
                        "decision_flow",
                        "offer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_offer_decision_daily",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ScoreDaily",
            fields=[
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("day", models.DateField(help_text="in the reporting time zone")),
                ("scored", models.IntegerField()),
                (
                    "score_sum",
                    models.DecimalField(
                        decimal_places=0,
                        help_text="in units of 10^-18, so that it is exact",
                        max_digits=40,
                    ),
                ),
                ("bin_0", models.IntegerField()),
                ("bin_1", models.IntegerField()),
                ("bin_2", models.IntegerField()),
                ("bin_3", models.IntegerField()),
                ("bin_4", models.IntegerField()),
                ("bin_5", models.IntegerField()),
                ("bin_6", models.IntegerField()),
                ("bin_7", models.IntegerField()),
                ("bin_8", models.IntegerField()),
                ("bin_9", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "channel",
                        "offer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_score_daily",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="LatencySummary",
            fields=[
                ("day", models.DateField(help_text="in the reporting time zone")),
                ("latency_ms", models.IntegerField()),
                ("runs", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "latency_ms",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DecisionSummary",
            fields=[
                ("day", models.DateField(help_text="in the reporting time zone")),
                ("traces", models.IntegerField()),
                ("scored", models.IntegerField(help_text="traces with at least one score")),
                ("degraded", models.IntegerField()),
                ("degraded_model_error", models.IntegerField()),
                ("degraded_timeout", models.IntegerField()),
                ("degraded_unknown", models.IntegerField(help_text="without a reason")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "channel",
                        "decision_flow",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.channel",
                    ),
                ),
                (
                    "decision_flow",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="decisions.decisionflow",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MissSummary",
            fields=[
                ("day", models.DateField(help_text="in the reporting time zone")),
                (
                    "stage",
                    models.SmallIntegerField(
                        choices=[(1, "qualification"), (2, "contact_policy"), (3, "outranked")]
                    ),
                ),
                (
                    "cause",
                    models.IntegerField(help_text="key of the failed rule or the blocking policy"),
                ),
                ("winner", models.IntegerField(help_text="key of the offer that outranked it")),
                ("misses", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "offer",
                        "day",
                        "stage",
                        "cause",
                        "winner",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OfferDecisionSummary",
            fields=[
                ("day", models.DateField(help_text="in the reporting time zone")),
                (
                    "eligible",
                    models.IntegerField(help_text="traces in which the offer was eligible"),
                ),
                ("scored", models.IntegerField()),
                ("selected", models.IntegerField()),
                ("ranked", models.IntegerField()),
                ("rank_sum", models.BigIntegerField()),
                ("rank_1", models.IntegerField()),
                ("rank_2", models.IntegerField()),
                ("rank_3", models.IntegerField()),
                ("rank_4", models.IntegerField()),
                ("rank_5", models.IntegerField()),
                ("rank_6", models.IntegerField()),
                ("rank_7", models.IntegerField()),
                ("rank_8", models.IntegerField()),
                ("rank_9", models.IntegerField()),
                ("rank_10", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "channel",
                        "decision_flow",
                        "offer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.channel",
                    ),
                ),
                (
                    "decision_flow",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="decisions.decisionflow",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ScoreSummary",
            fields=[
                ("day", models.DateField(help_text="in the reporting time zone")),
                ("scored", models.IntegerField()),
                (
                    "score_sum",
                    models.DecimalField(
                        decimal_places=0,
                        help_text="in units of 10^-18, so that it is exact",
                        max_digits=40,
                    ),
                ),
                ("bin_0", models.IntegerField()),
                ("bin_1", models.IntegerField()),
                ("bin_2", models.IntegerField()),
                ("bin_3", models.IntegerField()),
                ("bin_4", models.IntegerField()),
                ("bin_5", models.IntegerField()),
                ("bin_6", models.IntegerField()),
                ("bin_7", models.IntegerField()),
                ("bin_8", models.IntegerField()),
                ("bin_9", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "channel",
                        "offer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.channel",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunSQL(MEASURES, DROP_MEASURES),
        migrations.RunSQL(ROWS, DROP_ROWS),
        migrations.RunSQL(UNIONS, DROP_UNIONS),
    ]
