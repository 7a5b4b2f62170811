"""The summaries of decision traces for segments, and their unions with the tail."""

import django.db.models.deletion
from django.db import migrations, models

# As decisions_decision_daily and so on, joined with the present members before arrays are unnested.
# A short tail looks up its customers, as long as the planner expects it to be short.
UNIONS = """
CREATE VIEW segments_decision_daily AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at,
       segment_id, day, channel_id, decision_flow_id,
       traces, scored, degraded, degraded_model_error, degraded_timeout, degraded_unknown
FROM segments_segmentdecisionsummary
UNION ALL
SELECT log_id, log_at, segment_id, day, channel_id, decision_flow_id,
       traces, scored, degraded, degraded_model_error, degraded_timeout, degraded_unknown
FROM decisions_decision_row
JOIN segments_segmentmembership USING (customer_id)
WHERE log_id > coalesce((SELECT folded_id FROM decisions_summarymark WHERE summary = 'decisions'), 0)
  AND log_id < 9223372036854775807;

CREATE VIEW segments_offer_decision_daily AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at,
       segment_id, day, channel_id, decision_flow_id, offer_id,
       eligible, scored, selected, ranked, rank_sum,
       rank_1, rank_2, rank_3, rank_4, rank_5, rank_6, rank_7, rank_8, rank_9, rank_10
FROM segments_segmentofferdecisionsummary
UNION ALL
SELECT log_id, log_at, segment_id, day, channel_id, decision_flow_id, offer_id,
       eligible, scored, selected, ranked, rank_sum,
       rank_1, rank_2, rank_3, rank_4, rank_5, rank_6, rank_7, rank_8, rank_9, rank_10
FROM (
    SELECT id AS log_id, created_at AS log_at, segment_id, created_at::date AS day,
           channel_id, decision_flow_id,
           unnest(outcome_offers) AS offer_id,
           unnest(outcome_states) AS state,
           unnest(outcome_ranks) AS rank
    FROM decisions_decisiontrace
    JOIN segments_segmentmembership USING (customer_id)
) outcome, decisions_offer_measures(state, rank)
WHERE state & 1 <> 0
  AND log_id > coalesce((SELECT folded_id FROM decisions_summarymark WHERE summary = 'decisions'), 0)
  AND log_id < 9223372036854775807;

CREATE VIEW segments_miss_daily AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at,
       segment_id, day, offer_id, stage, cause, winner, misses
FROM segments_segmentmisssummary
UNION ALL
SELECT log_id, log_at, segment_id, day, offer_id, stage, cause, winner, misses
FROM (
    SELECT id AS log_id, created_at AS log_at, segment_id, created_at::date AS day,
           unnest(outcome_offers) AS offer_id,
           unnest(outcome_states) AS state,
           unnest(outcome_causes) AS culprit
    FROM decisions_decisiontrace
    JOIN segments_segmentmembership USING (customer_id)
) outcome, decisions_miss_measures(state, culprit)
WHERE state >> 3 <> 0
  AND log_id > coalesce((SELECT folded_id FROM decisions_summarymark WHERE summary = 'decisions'), 0)
  AND log_id < 9223372036854775807;
"""
DROP_UNIONS = """
DROP VIEW segments_decision_daily, segments_offer_decision_daily, segments_miss_daily;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0004_decision_summaries"),
        ("offers", "0001_initial"),
        ("segments", "0002_members"),
    ]

    operations = [
        migrations.CreateModel(
            name="SegmentDecisionDaily",
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
                        "segment",
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
                "db_table": "segments_decision_daily",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentMissDaily",
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
                        "segment",
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
                "db_table": "segments_miss_daily",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentOfferDecisionDaily",
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
                        "segment",
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
                "db_table": "segments_offer_decision_daily",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentDecisionSummary",
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
                        "segment",
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
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentMissSummary",
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
                        "segment",
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
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentOfferDecisionSummary",
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
                        "segment",
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
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunSQL(UNIONS, DROP_UNIONS),
    ]
