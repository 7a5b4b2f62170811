"""The log, what it refers to, and the triggers that guard both."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from decisions.sql import text, undo

LOG_TABLES = text("0001_log_tables", "decisions.migrations")
GUARDS = text("0001_guards", "decisions.migrations")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("offers", "0001_initial"),
    ]

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
                "verbose_name": "model",
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
            name="AttributionKey",
            fields=[
                ("row_id", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "conversion_id",
                        "model",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "conversion_id",
                    models.CharField(db_collation="C", max_length=64, verbose_name="conversion id"),
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
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("conversion_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")
                        ),
                        name="decisions_attributionkey_conversion_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    )
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
            name="EntityUse",
            fields=[
                (
                    "id",
                    models.AutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity", models.CharField(help_text="table")),
                ("key", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["entity", "key"], name="decisions_entityuse_key")],
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
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "recorded_at__gte",
                                datetime.datetime(1, 1, 2, 0, 0, tzinfo=datetime.UTC),
                            ),
                            (
                                "recorded_at__lte",
                                datetime.datetime(
                                    2870, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.UTC
                                ),
                            ),
                        ),
                        name="decisions_modelmetric_recorded_at_in_calendar",
                        violation_error_message="A time must lie in the years 1 to 2870.",
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="decisions_suppression_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("customer_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="decisions_suppression_customer_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "created_at__gte",
                                datetime.datetime(1, 1, 2, 0, 0, tzinfo=datetime.UTC),
                            ),
                            (
                                "created_at__lte",
                                datetime.datetime(
                                    9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.UTC
                                ),
                            ),
                        ),
                        name="decisions_suppression_created_at_in_calendar",
                        violation_error_message="A time must lie in the years 1 to 9999.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "expires_at__gte",
                                datetime.datetime(1, 1, 2, 0, 0, tzinfo=datetime.UTC),
                            ),
                            (
                                "expires_at__lte",
                                datetime.datetime(
                                    9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.UTC
                                ),
                            ),
                        ),
                        name="decisions_suppression_expires_at_in_calendar",
                        violation_error_message="A time must lie in the years 1 to 9999.",
                    ),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Interaction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                primary_key=True, serialize=False, verbose_name="ingestion order"
                            ),
                        ),
                        (
                            "event_id",
                            models.CharField(
                                db_collation="C", max_length=64, verbose_name="interaction id"
                            ),
                        ),
                        (
                            "customer_id",
                            models.CharField(
                                db_collation="C", max_length=64, verbose_name="customer id"
                            ),
                        ),
                        ("occurred_at", models.DateTimeField()),
                        ("value", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                        ("cost", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
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
                            "creative",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="offers.creative",
                            ),
                        ),
                        (
                            "decision_flow",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
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
                            "outcome_type",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="decisions.outcometype",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="DecisionTrace",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                primary_key=True, serialize=False, verbose_name="ingestion order"
                            ),
                        ),
                        (
                            "event_id",
                            models.CharField(
                                db_collation="C", max_length=64, verbose_name="trace id"
                            ),
                        ),
                        (
                            "customer_id",
                            models.CharField(
                                db_collation="C", max_length=64, verbose_name="customer id"
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        (
                            "qualification_offers",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "qualification_rules",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "qualification_passed",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BooleanField(), default=list, size=None
                            ),
                        ),
                        (
                            "qualification_reasons",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(null=True), default=list, size=None
                            ),
                        ),
                        (
                            "policy_offers",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "policy_policies",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "policy_blocked",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BooleanField(), default=list, size=None
                            ),
                        ),
                        (
                            "policy_reasons",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(null=True), default=list, size=None
                            ),
                        ),
                        (
                            "scored_offers",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "scored_scores",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.FloatField(null=True), default=list, size=None
                            ),
                        ),
                        (
                            "scored_ranks",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "selected_offers",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "selected_ranks",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "outcome_offers",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "outcome_states",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.SmallIntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "outcome_ranks",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(null=True), default=list, size=None
                            ),
                        ),
                        (
                            "outcome_causes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(null=True), default=list, size=None
                            ),
                        ),
                        ("degraded_scoring", models.BooleanField(default=False)),
                        (
                            "degraded_reason",
                            models.CharField(
                                choices=[("model_error", "Model Error"), ("timeout", "Timeout")],
                                max_length=11,
                                null=True,
                            ),
                        ),
                        ("total_latency_ms", models.FloatField(null=True)),
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
                        "ordering": ["-id"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Run",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                primary_key=True, serialize=False, verbose_name="ingestion order"
                            ),
                        ),
                        (
                            "event_id",
                            models.CharField(
                                db_collation="C", max_length=64, verbose_name="run id"
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("completed", "Completed"),
                                    ("failed", "Failed"),
                                    ("running", "Running"),
                                ],
                                max_length=9,
                            ),
                        ),
                        ("latency_ms", models.IntegerField(null=True)),
                        ("started_at", models.DateTimeField()),
                        (
                            "channel",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
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
                        "ordering": ["-id"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Attribution",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                primary_key=True, serialize=False, verbose_name="ingestion order"
                            ),
                        ),
                        (
                            "conversion_id",
                            models.CharField(
                                db_collation="C", max_length=64, verbose_name="conversion id"
                            ),
                        ),
                        (
                            "customer_id",
                            models.CharField(
                                db_collation="C", max_length=64, verbose_name="customer id"
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
                        ("total_value", models.DecimalField(decimal_places=4, max_digits=18)),
                        ("created_at", models.DateTimeField()),
                        (
                            "touchpoints",
                            models.JSONField(
                                default=list,
                                help_text="as ingested: offerId, channelId, credit (0 to 1), value",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="InteractionKey",
                    fields=[
                        ("row_id", models.BigIntegerField()),
                        (
                            "event_id",
                            models.CharField(
                                db_collation="C",
                                max_length=64,
                                primary_key=True,
                                serialize=False,
                                verbose_name="id",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="DecisionTraceKey",
                    fields=[
                        ("row_id", models.BigIntegerField()),
                        (
                            "event_id",
                            models.CharField(
                                db_collation="C",
                                max_length=64,
                                primary_key=True,
                                serialize=False,
                                verbose_name="id",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="RunKey",
                    fields=[
                        ("row_id", models.BigIntegerField()),
                        (
                            "event_id",
                            models.CharField(
                                db_collation="C",
                                max_length=64,
                                primary_key=True,
                                serialize=False,
                                verbose_name="id",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
            ],
            database_operations=[migrations.RunSQL(LOG_TABLES, undo(LOG_TABLES))],
        ),
        migrations.RunSQL(GUARDS, undo(GUARDS)),
    ]
