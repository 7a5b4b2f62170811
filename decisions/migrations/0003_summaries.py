"""The summary of interactions, and its union with the tail."""

import django.db.models.deletion
from django.db import migrations, models

# The tail must not aggregate here: the outer query does, and only then is the guess of rows
# beyond the mark harmless. The casts to date use the session's time zone, the reporting one.
INTERACTION_DAILY = """
CREATE VIEW decisions_interaction_daily AS
SELECT day, offer_id, channel_id,
       interactions, impressions, positive, negative, conversions, revenue, cost
FROM decisions_interactionsummary
UNION ALL
SELECT row.occurred_at::date, row.offer_id, row.channel_id,
       1::bigint,
       (type.category = 'impression')::integer::bigint,
       (type.classification = 'positive')::integer::bigint,
       (type.classification = 'negative')::integer::bigint,
       type.is_conversion::integer::bigint,
       coalesce(row.value, 0),
       coalesce(row.cost, 0)
FROM decisions_interaction row
JOIN decisions_outcometype type ON type.id = row.outcome_type_id
WHERE row.id > coalesce(
    (SELECT folded_id FROM decisions_summarymark WHERE summary = 'interactions'), 0)
"""


class Migration(migrations.Migration):
    dependencies = [("decisions", "0002_log")]

    operations = [
        migrations.CreateModel(
            name="SummaryMark",
            fields=[
                ("summary", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("folded_id", models.BigIntegerField(default=0)),
                ("refreshed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="InteractionSummary",
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="InteractionDaily",
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
                "db_table": "decisions_interaction_daily",
                "managed": False,
            },
        ),
        migrations.RunSQL(INTERACTION_DAILY, "DROP VIEW decisions_interaction_daily"),
    ]
