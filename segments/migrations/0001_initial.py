"""Customers, segments, and who belongs to which."""

import django.db.models.deletion
from django.db import migrations, models

from decisions.sql import text

TRIGGERS = text("0001_triggers", "segments.migrations")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("customer_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="segments_customer_customer_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    )
                ],
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
        migrations.RunSQL(TRIGGERS, text("drop_segments", "segments.sql")),
    ]
