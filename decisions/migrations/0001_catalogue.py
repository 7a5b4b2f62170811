"""What the log refers to, and the two logs that are too small to partition."""

from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="AlgorithmModel",
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
                ("type", models.CharField()),
            ],
            options={
                "ordering": ["external_id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="decisions_algorithmmodel_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "active", "paused", "archived"])
                        ),
                        name="decisions_algorithmmodel_status",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactPolicy",
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
                    "type",
                    models.CharField(
                        help_text="small letters, digits, _; such as frequency_cap, cooldown, time_window",
                        max_length=64,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "contact policies",
                "ordering": ["external_id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="decisions_contactpolicy_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("type__regex", "^[a-z][a-z0-9_]{0,63}$")),
                        name="decisions_contactpolicy_type",
                        violation_error_message="The type must be a word of small letters, digits and _.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DecisionFlow",
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
            ],
            options={
                "ordering": ["external_id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="decisions_decisionflow_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "active", "paused", "archived"])
                        ),
                        name="decisions_decisionflow_status",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutcomeType",
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
                    "classification",
                    models.CharField(
                        choices=[
                            ("positive", "Positive"),
                            ("negative", "Negative"),
                            ("neutral", "Neutral"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[("impression", "Impression"), ("response", "Response")],
                        max_length=10,
                    ),
                ),
                ("is_conversion", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["external_id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="decisions_outcometype_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("classification__in", ["positive", "negative", "neutral"])
                        ),
                        name="decisions_outcometype_classification",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("category__in", ["impression", "response"])),
                        name="decisions_outcometype_category",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_conversion", False),
                            ("classification", "positive"),
                            _connector="OR",
                        ),
                        name="decisions_outcometype_conversion_is_positive",
                        violation_error_message="Only a positive outcome can be a conversion.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QualificationRule",
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
                ("type", models.CharField()),
            ],
            options={
                "ordering": ["external_id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="decisions_qualificationrule_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ModelMetric",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        primary_key=True, serialize=False, verbose_name="ingestion order"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("auc", models.FloatField(null=True)),
                ("feature_importance", models.JSONField(default=dict)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="metrics",
                        to="decisions.algorithmmodel",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("model", "recorded_at"), name="decisions_modelmetric_identity"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("auc__gte", 0), ("auc__lte", 1)),
                        name="decisions_modelmetric_auc",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "external_id",
                    models.CharField(
                        db_collation="C", max_length=64, unique=True, verbose_name="id"
                    ),
                ),
                (
                    "customer_id",
                    models.CharField(db_collation="C", max_length=64, verbose_name="customer id"),
                ),
                ("reason", models.CharField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "offer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="offers.offer",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suppressions",
                        to="decisions.contactpolicy",
                    ),
                ),
            ],
            options={
                "ordering": ["external_id"],
                "indexes": [
                    models.Index(fields=["expires_at"], name="decisions_suppression_expiry"),
                    models.Index(fields=["customer_id"], name="decisions_suppression_customer"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="modelmetric",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recorded_at__gte", datetime(1, 1, 2, tzinfo=UTC)),
                    ("recorded_at__lte", datetime(2870, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
                ),
                name="decisions_modelmetric_recorded_at_in_calendar",
                violation_error_message="A time must lie in the years 1 to 2870.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                name="decisions_suppression_external_id_plain",
                violation_error_message="An id has at least one character, and no control characters.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(("customer_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                name="decisions_suppression_customer_id_plain",
                violation_error_message="An id has at least one character, and no control characters.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("created_at__gte", datetime(1, 1, 2, tzinfo=UTC)),
                    ("created_at__lte", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
                ),
                name="decisions_suppression_created_at_in_calendar",
                violation_error_message="A time must lie in the years 1 to 9999.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__gte", datetime(1, 1, 2, tzinfo=UTC)),
                    ("expires_at__lte", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
                ),
                name="decisions_suppression_expires_at_in_calendar",
                violation_error_message="A time must lie in the years 1 to 9999.",
            ),
        ),
    ]
