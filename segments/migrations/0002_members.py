"""An index of a segment's members, a quicker tail, and the end of a deleted segment's view."""

import django.db.models.deletion
from django.db import migrations, models

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
DROP_VIEWS = """
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

# As before, but for the upper bound of `id`, which no row reaches. With it PostgreSQL expects the
# tail to be a 200th of the log rather than a third, and looks its few customers up in the
# membership's primary key instead of reading all members.
SEGMENT_INTERACTION_DAILY = """
CREATE OR REPLACE VIEW segments_interaction_daily AS
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
  AND row.id < 9223372036854775807
"""


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="segmentmembership",
            index=models.Index(
                fields=["segment", "customer_id"], name="segments_membership_segment"
            ),
        ),
        migrations.AlterField(
            model_name="segmentmembership",
            name="segment",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to="segments.segment",
            ),
        ),
        migrations.RunSQL(SEGMENT_INTERACTION_DAILY, migrations.RunSQL.noop),
        migrations.RunSQL(DELETED_SEGMENT, DROP_DELETED_SEGMENT),
        migrations.RunSQL("", DROP_VIEWS),
    ]
