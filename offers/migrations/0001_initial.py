"""The catalogue."""

import datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Approval",
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
                ("entity_type", models.CharField()),
                (
                    "entity_id",
                    models.CharField(db_collation="C", max_length=64, verbose_name="entity id"),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("create", "Create"), ("update", "Update"), ("delete", "Delete")],
                        max_length=8,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "ordering": ["external_id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="offers_approval_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entity_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="offers_approval_entity_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["create", "update", "delete"])),
                        name="offers_approval_action",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["pending", "approved", "rejected"])),
                        name="offers_approval_status",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Category",
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
            ],
            options={
                "verbose_name_plural": "categories",
                "ordering": ["external_id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="offers_category_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Channel",
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
                    "type",
                    models.CharField(
                        help_text="small letters, digits, _; such as email, push, sms, in_app, web",
                        max_length=64,
                    ),
                ),
            ],
            options={
                "ordering": ["external_id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                        name="offers_channel_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "active", "paused", "archived"])
                        ),
                        name="offers_channel_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("type__regex", "^[a-z][a-z0-9_]{0,63}$")),
                        name="offers_channel_type",
                        violation_error_message="The type must be a word of small letters, digits and _.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Experiment",
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
                        name="offers_experiment_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "active", "paused", "archived"])
                        ),
                        name="offers_experiment_status",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Journey",
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
                        name="offers_journey_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "active", "paused", "archived"])
                        ),
                        name="offers_journey_status",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
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
                ("mandatory", models.BooleanField(default=False)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="offers.category",
                    ),
                ),
            ],
            options={
                "ordering": ["external_id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Creative",
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
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="creatives",
                        to="offers.channel",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="creatives",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "ordering": ["external_id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Budget",
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
                    "scope",
                    models.CharField(
                        choices=[
                            ("global", "Global"),
                            ("category", "Category"),
                            ("offer", "Offer"),
                            ("channel", "Channel"),
                        ],
                        max_length=8,
                    ),
                ),
                ("period_start", models.DateField()),
                ("period_end", models.DateField(help_text="inclusive")),
                ("allocated", models.DecimalField(decimal_places=4, max_digits=18)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="offers.category",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="offers.channel",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "ordering": ["external_id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Trigger",
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
                        name="offers_trigger_external_id_plain",
                        violation_error_message="An id has at least one character, and no control characters.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "active", "paused", "archived"])
                        ),
                        name="offers_trigger_status",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                name="offers_offer_external_id_plain",
                violation_error_message="An id has at least one character, and no control characters.",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "active", "paused", "archived"])),
                name="offers_offer_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deleted_at__gte", datetime.datetime(1, 1, 2, 0, 0, tzinfo=datetime.UTC)),
                    (
                        "deleted_at__lte",
                        datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.UTC),
                    ),
                ),
                name="offers_offer_deleted_at_in_calendar",
                violation_error_message="A time must lie in the years 1 to 9999.",
            ),
        ),
        migrations.AddConstraint(
            model_name="creative",
            constraint=models.CheckConstraint(
                condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                name="offers_creative_external_id_plain",
                violation_error_message="An id has at least one character, and no control characters.",
            ),
        ),
        migrations.AddConstraint(
            model_name="creative",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "active", "paused", "archived"])),
                name="offers_creative_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("external_id__regex", "^[^\\x01-\\x1f\\x7f-\\x9f]+$")),
                name="offers_budget_external_id_plain",
                violation_error_message="An id has at least one character, and no control characters.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ["global", "category", "offer", "channel"])),
                name="offers_budget_scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("category", None), ("channel", None), ("offer", None), ("scope", "global")
                    ),
                    models.Q(
                        ("category__isnull", False),
                        ("channel", None),
                        ("offer", None),
                        ("scope", "category"),
                    ),
                    models.Q(
                        ("category", None),
                        ("channel", None),
                        ("offer__isnull", False),
                        ("scope", "offer"),
                    ),
                    models.Q(
                        ("category", None),
                        ("channel__isnull", False),
                        ("offer", None),
                        ("scope", "channel"),
                    ),
                    _connector="OR",
                ),
                name="offers_budget_scope_names_its_target",
                violation_error_message="Name exactly the category, offer or channel of the scope.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_end__gte", models.F("period_start"))),
                name="offers_budget_period_not_reversed",
                violation_error_message="The period ends before it starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("period_end__lte", datetime.date(9999, 12, 31)),
                    ("period_start__gte", datetime.date(1, 1, 1)),
                ),
                name="offers_budget_period_in_calendar",
                violation_error_message="The period leaves the calendar.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("allocated__gte", 0)),
                name="offers_budget_allocated_not_negative",
                violation_error_message="The allocated amount is negative.",
            ),
        ),
    ]
