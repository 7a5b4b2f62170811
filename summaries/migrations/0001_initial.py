"""The summaries, their views, and how far they have got."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from decisions.sql import text, undo

VIEWS = text("0001_views", "summaries.migrations")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("decisions", "0001_initial"),
        ("offers", "0001_initial"),
        ("segments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AttributionTotals",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
                        "model",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "summaries_attribution_totals",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ConsiderationTotals",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
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
                "db_table": "summaries_consideration_totals",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="DecisionTotals",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
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
                "db_table": "summaries_decision_totals",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="InteractionTotals",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
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
                "db_table": "summaries_interaction_totals",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="LatencyTotals",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("latency_ms", models.IntegerField()),
                ("runs", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "bucket",
                        "latency_ms",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "summaries_latency_totals",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="OfferDecisionTotals",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
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
                "db_table": "summaries_offer_decision_totals",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ScoreTotals",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
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
                "db_table": "summaries_score_totals",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentConsiderationContributions",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
                ),
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
                ("log_id", models.BigIntegerField()),
                (
                    "outcome_offers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "segment",
                        "log_id",
                        "offer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "summaries_segment_consideration_contributions",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentDecisionContributions",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
                ),
                ("log_at", models.DateTimeField(null=True)),
                ("traces", models.IntegerField()),
                ("scored", models.IntegerField(help_text="traces with at least one score")),
                ("degraded", models.IntegerField()),
                ("degraded_model_error", models.IntegerField()),
                ("degraded_timeout", models.IntegerField()),
                ("degraded_unknown", models.IntegerField(help_text="without a reason")),
                ("log_id", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "segment",
                        "log_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "summaries_segment_decision_contributions",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentDecisionTotals",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("traces", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "segment",
                        "bucket",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "summaries_segment_decision_totals",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentInteractionTotals",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "segment",
                        "bucket",
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
                "db_table": "summaries_segment_interaction_totals",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentOfferDecisionContributions",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
                ),
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
                ("log_id", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "segment",
                        "log_id",
                        "offer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "summaries_segment_offer_decision_contributions",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentOfferDecisionTotals",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "segment",
                        "bucket",
                        "offer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "summaries_segment_offer_decision_totals",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="AttributionSummary",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
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
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
                ),
                ("latency_ms", models.IntegerField()),
                ("runs", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "bucket",
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
            name="LogWatermark",
            fields=[
                ("log", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("merged_id", models.BigIntegerField(default=0)),
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
            name="ConsiderationSummary",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
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
            name="DecisionSummary",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
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
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
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
            name="OfferDecisionSummary",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
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
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "bucket",
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
            name="SegmentDecisionSummary",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
                ),
                ("traces", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "segment",
                        "bucket",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
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
            name="SegmentInteractionSummary",
            fields=[
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "segment",
                        "bucket",
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
                (
                    "bucket",
                    models.IntegerField(help_text="grouping set and span of days; 0 is the tail"),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="the first of the bucket, in the reporting time zone"
                    ),
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
                        "segment",
                        "bucket",
                        "offer",
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
        migrations.RunSQL(VIEWS, undo(VIEWS)),
    ]
