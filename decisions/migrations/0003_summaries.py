"""Summaries of the log, and the views that unite them with the rows not yet folded in."""

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
CREATE FUNCTION decisions_consideration_measures(state smallint, culprit integer)
RETURNS TABLE (stage smallint, cause integer, winner integer, considered integer)
LANGUAGE sql IMMUTABLE ROWS 1 AS $$
    SELECT (state >> 3)::smallint,
           CASE WHEN state >> 3 < 3 THEN coalesce(culprit, 0) ELSE 0 END,
           CASE WHEN state >> 3 < 3 THEN 0 ELSE coalesce(culprit, 0) END,
           1
$$;
"""
# What one row of the log adds to each summary, ungrouped: for the unions with the tail below, and
# for folding the log in. The casts to date use the session's time zone, the reporting one.
ROWS = """
CREATE VIEW decisions_interaction_row AS
SELECT row.id AS log_id, row.occurred_at AS log_at, row.customer_id,
       row.occurred_at::date AS day, row.offer_id, row.channel_id,
       1::bigint AS interactions,
       (type.category = 'impression')::integer::bigint AS impressions,
       (type.classification = 'positive')::integer::bigint AS positive,
       (type.classification = 'negative')::integer::bigint AS negative,
       type.is_conversion::integer::bigint AS conversions,
       coalesce(row.value, 0) AS revenue,
       coalesce(row.cost, 0) AS cost
FROM decisions_interaction row
JOIN decisions_outcometype type ON type.id = row.outcome_type_id;

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

-- Arrays are unnested side by side in a list of columns, which takes half as long as a function in
-- FROM. Comparing with <> lets the planner expect many rows, so that it groups them by hashing.
CREATE VIEW decisions_offer_decision_row AS
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, channel_id, decision_flow_id, offer_id, measure.*
FROM decisions_decisiontrace,
     LATERAL (SELECT unnest(outcome_offers) AS offer_id,
                     unnest(outcome_states) AS state,
                     unnest(outcome_ranks) AS rank) outcome,
     decisions_offer_measures(state, rank) measure
WHERE state & 1 <> 0;

CREATE VIEW decisions_consideration_row AS
SELECT id AS log_id, created_at AS log_at, customer_id, outcome_offers,
       created_at::date AS day, offer_id, measure.*
FROM decisions_decisiontrace,
     LATERAL (SELECT unnest(outcome_offers) AS offer_id,
                     unnest(outcome_states) AS state,
                     unnest(outcome_causes) AS culprit) outcome,
     decisions_consideration_measures(state, culprit) measure
WHERE state >> 2 <> 0;

CREATE VIEW decisions_score_row AS
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, channel_id, offer_id,
       1 AS scored,
       (score * 1e18)::bigint::numeric AS score_sum,
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
FROM decisions_decisiontrace,
     LATERAL (SELECT unnest(scored_offers) AS offer_id, unnest(scored_scores) AS score) entry;

CREATE VIEW decisions_latency_row AS
SELECT id AS log_id, started_at AS log_at,
       started_at::date AS day, latency_ms, 1 AS runs
FROM decisions_run
WHERE status IN ('completed', 'failed') AND latency_ms IS NOT NULL;

CREATE VIEW decisions_attribution_row AS
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, model, 1 AS conversions, total_value
FROM decisions_attribution;
"""
# The stored rows, and ungrouped those of the log beyond the mark: the outer query adds up. Types are
# the same in both halves, or conditions would not reach them. The upper bound excludes nothing, but
# with it the planner expects 1 in 200 rows beyond the mark instead of a third: it then takes the
# index on `id`, and neither reads a whole log nor starts workers for a few rows.
UNION = """
CREATE VIEW decisions_{name}_sums AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, cell, day, {columns}
FROM decisions_{stored}
UNION ALL
SELECT log_id, log_at, 0, day, {columns}
FROM decisions_{name}_row
WHERE log_id > coalesce((SELECT folded_id FROM decisions_summarymark WHERE summary = '{log}'), 0)
  AND log_id < 9223372036854775807
"""
# What has been folded in must not change behind the summaries' back. The commands that change the log
# and the summaries together say so by the setting, for their transaction alone.
APPEND_ONLY = """
CREATE FUNCTION decisions_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('decisions.maintenance', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'the log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'To erase a customer run: python manage.py erase_customer ID. '
                     'To drop old months run: python manage.py drop_partitions --older-than MONTHS.';
END $$;
CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_interaction
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();
CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_decisiontrace
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();
CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_run
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();
CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_attribution
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();
"""
DROP_APPEND_ONLY = """
DROP TRIGGER decisions_append_only ON decisions_interaction;
DROP TRIGGER decisions_append_only ON decisions_decisiontrace;
DROP TRIGGER decisions_append_only ON decisions_run;
DROP TRIGGER decisions_append_only ON decisions_attribution;
DROP FUNCTION decisions_append_only;
"""
RANKS = ", ".join(f"rank_{rank}" for rank in range(1, 11))
BINS = ", ".join(f"bin_{place}" for place in range(10))
UNIONS = {
    "interaction": (
        *("interactionsummary", "interactions", "offer_id, channel_id, "),
        "interactions, impressions, positive, negative, conversions, revenue, cost",
    ),
    "decision": (
        *("decisionsummary", "decisions", "channel_id, decision_flow_id, traces, scored, "),
        "degraded, degraded_model_error, degraded_timeout, degraded_unknown",
    ),
    "offer_decision": (
        *("offerdecisionsummary", "decisions", "offer_id, channel_id, decision_flow_id, "),
        f"eligible, scored, selected, ranked, rank_sum, {RANKS}",
    ),
    "consideration": (
        "considerationsummary",
        "decisions",
        "offer_id, stage, cause, winner, ",
        "considered",
    ),
    "score": ("scoresummary", "decisions", "offer_id, channel_id, ", f"scored, score_sum, {BINS}"),
    "latency": ("latencysummary", "runs", "latency_ms, ", "runs"),
    "attribution": (
        *("attributionsummary", "attributions", "model, "),
        "conversions, total_value",
    ),
}
DROP = """
DROP VIEW decisions_interaction_sums, decisions_decision_sums, decisions_offer_decision_sums,
          decisions_consideration_sums, decisions_score_sums, decisions_latency_sums,
          decisions_attribution_sums;
DROP VIEW decisions_interaction_row, decisions_decision_row, decisions_offer_decision_row,
          decisions_consideration_row, decisions_score_row, decisions_latency_row,
          decisions_attribution_row;
DROP FUNCTION decisions_offer_measures, decisions_consideration_measures;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0002_log"),
        ("offers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AttributionSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                (
                    "model",
                    models.CharField(
                        choices=[
                            ("last_touch", "Last Touch"),
                            ("first_touch", "First Touch"),
                            ("linear", "Linear"),
                            ("time_decay", "Time Decay"),
                            ("position_based", "Position Based"),
                        ],
                        max_length=14,
                    ),
                ),
                ("conversions", models.IntegerField()),
                ("total_value", models.DecimalField(decimal_places=4, max_digits=30)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "model",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_attribution_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="DecisionSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("traces", models.IntegerField()),
                ("scored", models.IntegerField(help_text="traces with at least one score")),
                ("degraded", models.IntegerField()),
                ("degraded_model_error", models.IntegerField()),
                ("degraded_timeout", models.IntegerField()),
                ("degraded_unknown", models.IntegerField(help_text="without a reason")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
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
                "db_table": "decisions_decision_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="InteractionSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                (
                    "interactions",
                    models.BigIntegerField(help_text="all of them, whatever the outcome"),
                ),
                ("impressions", models.BigIntegerField()),
                ("positive", models.BigIntegerField()),
                ("negative", models.BigIntegerField()),
                ("conversions", models.BigIntegerField()),
                ("revenue", models.DecimalField(decimal_places=4, max_digits=30)),
                ("cost", models.DecimalField(decimal_places=4, max_digits=30)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "offer",
                        "channel",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_interaction_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="LatencySums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("latency_ms", models.IntegerField()),
                ("runs", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "latency_ms",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_latency_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ConsiderationSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
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
                ("considered", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "offer",
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
                "db_table": "decisions_consideration_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="OfferDecisionSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
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
                        "cell",
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
                "db_table": "decisions_offer_decision_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ScoreSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
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
                        "cell",
                        "offer",
                        "channel",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_score_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="AttributionSummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                (
                    "model",
                    models.CharField(
                        choices=[
                            ("last_touch", "Last Touch"),
                            ("first_touch", "First Touch"),
                            ("linear", "Linear"),
                            ("time_decay", "Time Decay"),
                            ("position_based", "Position Based"),
                        ],
                        max_length=14,
                    ),
                ),
                ("conversions", models.IntegerField()),
                ("total_value", models.DecimalField(decimal_places=4, max_digits=30)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "model",
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
            name="LatencySummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("latency_ms", models.IntegerField()),
                ("runs", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
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
            name="SummaryMark",
            fields=[
                ("summary", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("folded_id", models.BigIntegerField(default=0)),
                ("refreshed_at", models.DateTimeField(null=True)),
                (
                    "dropped_before",
                    models.DateTimeField(
                        help_text="older rows of the log are gone, but the summaries know them",
                        null=True,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DecisionSummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("traces", models.IntegerField()),
                ("scored", models.IntegerField(help_text="traces with at least one score")),
                ("degraded", models.IntegerField()),
                ("degraded_model_error", models.IntegerField()),
                ("degraded_timeout", models.IntegerField()),
                ("degraded_unknown", models.IntegerField(help_text="without a reason")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
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
            name="InteractionSummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                (
                    "interactions",
                    models.BigIntegerField(help_text="all of them, whatever the outcome"),
                ),
                ("impressions", models.BigIntegerField()),
                ("positive", models.BigIntegerField()),
                ("negative", models.BigIntegerField()),
                ("conversions", models.BigIntegerField()),
                ("revenue", models.DecimalField(decimal_places=4, max_digits=30)),
                ("cost", models.DecimalField(decimal_places=4, max_digits=30)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "offer",
                        "channel",
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
        migrations.CreateModel(
            name="ConsiderationSummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
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
                ("considered", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "offer",
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
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
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
                        "cell",
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
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
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
                        "cell",
                        "offer",
                        "channel",
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
        migrations.RunSQL(MEASURES + ROWS, DROP),
        *(
            migrations.RunSQL(
                UNION.format(name=name, stored=stored, log=log, columns=dimensions + measures),
                migrations.RunSQL.noop,
            )
            for name, (stored, log, dimensions, measures) in UNIONS.items()
        ),
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
    ]
