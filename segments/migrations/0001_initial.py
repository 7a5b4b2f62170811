"""Customers, segments, memberships, and interactions per segment."""

import django.db.models.deletion
from django.db import migrations, models

# As decisions_interaction_daily, joined with the present members.
SEGMENT_INTERACTION_DAILY = """
CREATE VIEW segments_interaction_daily AS
SELECT segment_id, day, offer_id, channel_id,
       interactions, impressions, positive, negative, conversions, revenue, cost
FROM segments_segmentinteractionsummary
UNION ALL
SELECT member.segment_id, row.occurred_at::date, row.offer_id, row.channel_id,
       1::bigint,
       (type.category = 'impression')::integer::bigint,
       (type.classification = 'positive')::integer::bigint,
       (type.classification = 'negative')::integer::bigint,
       type.is_conversion::integer::bigint,
       coalesce(row.value, 0),
       coalesce(row.cost, 0)
FROM decisions_interaction row
JOIN decisions_outcometype type ON type.id = row.outcome_type_id
JOIN segments_segmentmembership member ON member.customer_id = row.customer_id
WHERE row.id > coalesce(
    (SELECT folded_id FROM decisions_summarymark WHERE summary = 'interactions'), 0)
"""

CHANGED_FILTERS = """
CREATE FUNCTION segments_segment_changed_filters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.materialized_at := NULL;
    NEW.customer_count := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER segments_segment_changed_filters BEFORE UPDATE ON segments_segment
FOR EACH ROW WHEN (OLD.filters IS DISTINCT FROM NEW.filters)
EXECUTE FUNCTION segments_segment_changed_filters();
"""
DROP_CHANGED_FILTERS = """
DROP TRIGGER segments_segment_changed_filters ON segments_segment;
DROP FUNCTION segments_segment_changed_filters;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("offers", "0001_initial"),
        ("decisions", "0003_summaries"),
    ]

    operations = [
        migrations.CreateModel(
            name="SegmentInteractionDaily",
            fields=[
                ("day", models.DateField(help_text="in the reporting time zone")),
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
                        "day",
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
                "db_table": "segments_interaction_daily",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "customer_id",
                    models.CharField(
                        db_collation="C",
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                ("attributes", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "ordering": ["customer_id"],
            },
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.AutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        db_collation="C", max_length=64, unique=True, verbose_name="id"
                    ),
                ),
                ("name", models.CharField(db_collation="C")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("archived", "Archived"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                (
                    "filters",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="list of {field, operator, value?}; all must hold",
                    ),
                ),
                ("materialized_at", models.DateTimeField(editable=False, null=True)),
                ("customer_count", models.BigIntegerField(editable=False, null=True)),
            ],
            options={
                "ordering": ["external_id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        name="segments_segment_id_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "active", "paused", "archived"])
                        ),
                        name="segments_segment_status",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SegmentInteractionSummary",
            fields=[
                ("day", models.DateField(help_text="in the reporting time zone")),
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
                        "day",
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
            name="SegmentMembership",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id",
                        "segment",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "customer_id",
                    models.CharField(db_collation="C", max_length=64, verbose_name="customer id"),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="segments.segment",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(SEGMENT_INTERACTION_DAILY, "DROP VIEW segments_interaction_daily"),
        migrations.RunSQL(CHANGED_FILTERS, DROP_CHANGED_FILTERS),
    ]
