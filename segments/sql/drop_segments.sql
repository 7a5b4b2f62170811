-- The members' views depend on the customers' table: it could not be dropped or changed under them.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT viewname FROM pg_views
        WHERE schemaname = current_schema AND viewname ~ '^segments_members_[0-9]+$'
    LOOP
        EXECUTE format('DROP VIEW %I', name);
    END LOOP;
END $$;
DROP FUNCTION segments_segment_changed_filters, segments_segment_deleted CASCADE;
