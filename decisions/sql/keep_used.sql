-- History would lose its names, or change its meaning. The lock waits for whoever has noted a use and
-- not committed yet, and holds up others who want to.
CREATE FUNCTION decisions_keep_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('decisions.maintenance', true) = 'on' THEN
        RETURN NULL;
    END IF;
    LOCK TABLE decisions_entityuse IN SHARE MODE;
    IF TG_OP = 'TRUNCATE' THEN
        IF EXISTS (SELECT FROM decisions_entityuse WHERE entity = TG_TABLE_NAME) THEN
            RAISE EXCEPTION 'the log uses entities of %: TRUNCATE is refused', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM decisions_entityuse WHERE entity = TG_TABLE_NAME AND key = OLD.id) THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% "%" is used by the log: it cannot be deleted', TG_ARGV[0], OLD.external_id
            USING ERRCODE = 'restrict_violation';
    ELSIF (OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id) THEN
        RAISE EXCEPTION '% "%" is used by the log: its id cannot change', TG_ARGV[0], OLD.external_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RAISE EXCEPTION 'outcome type "%" is used by interactions: its classification, category and isConversion cannot change; add a new outcome type', OLD.external_id
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER decisions_keep_meaning BEFORE UPDATE ON decisions_outcometype FOR EACH ROW WHEN (
    (OLD.classification, OLD.category, OLD.is_conversion)
    IS DISTINCT FROM (NEW.classification, NEW.category, NEW.is_conversion)
) EXECUTE FUNCTION decisions_keep_used('outcome type');
