"""Customers, segments, their members, and the sums of these."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# The rows of decisions/migrations/0003_summaries.py, for the present members of each segment, and the
# sums that are stored of them.
VIEWS = """
CREATE VIEW segments_interaction_row AS
SELECT segment_id, row.*
FROM decisions_interaction_row row JOIN segments_segmentmembership USING (customer_id);

CREATE VIEW segments_decision_row AS
SELECT segment_id, 0 AS cell, row.*
FROM decisions_decision_row row JOIN segments_segmentmembership USING (customer_id);

CREATE VIEW segments_offer_decision_row AS
SELECT segment_id, 0 AS cell, row.*
FROM decisions_offer_decision_row row JOIN segments_segmentmembership USING (customer_id);

CREATE VIEW segments_consideration_row AS
SELECT segment_id, 0 AS cell, row.*
FROM decisions_consideration_row row JOIN segments_segmentmembership USING (customer_id);
"""
DROP_VIEWS = """
DROP VIEW segments_interaction_row, segments_decision_row, segments_offer_decision_row,
          segments_consideration_row;
"""
# As in decisions/migrations/0003_summaries.py: the stored rows, and those of the log beyond the mark.
UNION = """
CREATE VIEW segments_{name}_sums AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, segment_id, cell, day, {columns}
FROM segments_{stored}
UNION ALL
SELECT log_id, log_at, segment_id, 0, day, {columns}
FROM segments_{name}_row
WHERE log_id > coalesce((SELECT folded_id FROM decisions_summarymark WHERE summary = '{log}'), 0)
  AND log_id < 9223372036854775807
"""
RANKS = ", ".join(f"rank_{rank}" for rank in range(1, 11))
UNIONS = {
    "interaction": (
        *("segmentinteractionsummary", "interactions", "offer_id, channel_id, "),
        "interactions, impressions, positive, negative, conversions, revenue, cost",
    ),
    "decision": ("segmentdecisionsummary", "decisions", "", "traces"),
    "offer_decision": (
        *("segmentofferdecisionsummary", "decisions", "offer_id, "),
        f"eligible, scored, selected, ranked, rank_sum, {RANKS}",
    ),
}

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

# `materialize_segments` makes a view segments_members_<id> for each segment.
DELETED_SEGMENT = """
CREATE FUNCTION segments_segment_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP VIEW IF EXISTS %I', 'segments_members_' || OLD.id);
    RETURN NULL;
END $$;
CREATE TRIGGER segments_segment_deleted AFTER DELETE ON segments_segment
FOR EACH ROW EXECUTE FUNCTION segments_segment_deleted();
"""
DROP_DELETED_SEGMENT = """
DROP TRIGGER segments_segment_deleted ON segments_segment;
DROP FUNCTION segments_segment_deleted;
"""
# The views depend on the customers' table: it could not be dropped or changed under them.
DROP_MEMBERS_VIEWS = """
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT viewname FROM pg_views
        WHERE schemaname = current_schema AND viewname ~ '^segments_members_[0-9]+$'
    LOOP
        EXECUTE format('DROP VIEW %I', name);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("decisions", "0003_summaries"),
    ]

    operations = [
        migrations.CreateModel(
            name="SegmentDecisionRow",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
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
                "db_table": "segments_decision_row",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentDecisionSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("traces", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "segment",
                        "cell",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "segments_decision_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentInteractionSums",
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
                        "segment",
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
                "db_table": "segments_interaction_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentConsiderationRow",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
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
                "db_table": "segments_consideration_row",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentOfferDecisionRow",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
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
                "db_table": "segments_offer_decision_row",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SegmentOfferDecisionSums",
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
                        "segment",
                        "cell",
                        "offer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "segments_offer_decision_sums",
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
                        condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="segments_segment_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
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
            name="SegmentDecisionSummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("traces", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "segment",
                        "cell",
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
                        "segment",
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
                        "segment",
                        "cell",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["segment", "customer_id"], name="segments_membership_segment"
                    )
                ],
            },
        ),
        migrations.RunSQL(VIEWS, DROP_VIEWS),
        *(
            migrations.RunSQL(
                UNION.format(name=name, stored=stored, log=log, columns=dimensions + measures),
                f"DROP VIEW segments_{name}_sums",
            )
            for name, (stored, log, dimensions, measures) in UNIONS.items()
        ),
        migrations.RunSQL(CHANGED_FILTERS, DROP_CHANGED_FILTERS),
        migrations.RunSQL(DELETED_SEGMENT, DROP_DELETED_SEGMENT),
        migrations.RunSQL("", DROP_MEMBERS_VIEWS),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(("customer_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                name="segments_customer_customer_id_plain",
                violation_error_message="An id has at least one character, and no control characters.",
            ),
        ),
    ]
