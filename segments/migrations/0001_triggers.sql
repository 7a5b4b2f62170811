-- Other filters undo a materialisation.
CREATE FUNCTION segments_segment_changed_filters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.materialized_at := NULL;
    NEW.customer_count := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER segments_segment_changed_filters BEFORE UPDATE ON segments_segment
FOR EACH ROW WHEN (OLD.filters IS DISTINCT FROM NEW.filters)
EXECUTE FUNCTION segments_segment_changed_filters();

-- Materialising makes a view segments_members_<id> for each segment.
CREATE FUNCTION segments_segment_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP VIEW IF EXISTS %I', 'segments_members_' || OLD.id);
    RETURN NULL;
END $$;
CREATE TRIGGER segments_segment_deleted AFTER DELETE ON segments_segment
FOR EACH ROW EXECUTE FUNCTION segments_segment_deleted();
