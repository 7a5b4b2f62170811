-- What has been merged into the summaries must not change behind their back. The commands that change
-- the log and the summaries together say so by the setting, for their transaction alone.
CREATE FUNCTION decisions_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('decisions.maintenance', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'the log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'To erase a customer run: python manage.py erase_customer ID. '
                     'To drop old months run: python manage.py drop_partitions --older-than MONTHS.';
END $$;

CREATE FUNCTION decisions_before_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('decisions.drawn_' || TG_ARGV[0], coalesce(
        pg_sequence_last_value(pg_get_serial_sequence(TG_ARGV[0], 'id')::regclass), 0)::text, true);
    RETURN NULL;
END $$;

CREATE FUNCTION decisions_guard_statements(partition regclass, log text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER decisions_append_only_truncate BEFORE TRUNCATE ON %s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION decisions_append_only()', partition);
    EXECUTE format('CREATE TRIGGER decisions_before_insert BEFORE INSERT ON %s '
                   'FOR EACH STATEMENT '
                   'WHEN (current_setting(''decisions.ingesting'', true) IS DISTINCT FROM ''on'') '
                   'EXECUTE FUNCTION decisions_before_insert(%L)', partition, log);
END $$;

-- What ingestion checks and remembers, for rows that others insert, one by one.

-- A row with an id that the summaries are past would never get into them.
CREATE FUNCTION decisions_check_id(log text, id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    merged bigint := summaries_merged_id(log);
BEGIN
    IF id <= merged THEN
        RAISE EXCEPTION 'the sequence of % was set back to %, but rows up to % are in the summaries; run: SELECT setval(''%'', %)',
            log, id, merged, pg_get_serial_sequence(log, 'id'), merged
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END $$;

CREATE FUNCTION decisions_draw_ids(log text, how_many integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    ids regclass := pg_get_serial_sequence(log, 'id');
    drawn text;
    first bigint;
BEGIN
    SELECT string_agg(id::text, ' '), min(id) INTO drawn, first
    FROM (SELECT nextval(ids) AS id FROM generate_series(1, how_many)) row;
    PERFORM decisions_check_id(log, first);
    RETURN drawn;
END $$;

-- First noted, then looked for: who deletes an entity locks the notes, so it is gone by now or stays.
CREATE FUNCTION decisions_note_use(catalogue text, noun text, keys integer[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    fresh integer[] := ARRAY(
        SELECT DISTINCT wanted FROM unnest(keys) wanted WHERE NOT EXISTS (
            SELECT FROM decisions_entityuse WHERE entity = catalogue AND key = wanted));
    missing record;
BEGIN
    IF cardinality(fresh) = 0 THEN
        RETURN;
    END IF;
    INSERT INTO decisions_entityuse (entity, key)
    SELECT catalogue, key FROM unnest(fresh) key WHERE key IS NOT NULL;
    EXECUTE format('SELECT wanted FROM unnest($1) wanted '
                   'WHERE NOT EXISTS (SELECT FROM %I WHERE id = wanted) LIMIT 1', catalogue)
    INTO missing USING fresh;
    IF missing IS NOT NULL OR array_position(fresh, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'it refers to a missing %', noun
            USING ERRCODE = 'foreign_key_violation',
                  DETAIL = format('%s has no id %s.', catalogue, missing.wanted),
                  HINT = 'The log refers to the catalogue by the column id; add the entity first.';
    END IF;
END $$;

CREATE FUNCTION decisions_check_row(log text, id bigint, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF moment > clock_timestamp() + interval '5 minutes' THEN
        RAISE EXCEPTION 'its time % lies more than 5 minutes ahead of the clock; an event must have happened', moment
            USING ERRCODE = 'check_violation';
    END IF;
    IF id <= current_setting('decisions.drawn_' || log, true)::bigint
       OR id > pg_sequence_last_value(pg_get_serial_sequence(log, 'id')::regclass) THEN
        RAISE EXCEPTION 'its id % does not come from the sequence of %; leave the column id out', id, log
            USING ERRCODE = 'check_violation';
    END IF;
    PERFORM decisions_check_id(log, id);
END $$;

CREATE FUNCTION decisions_refuse_known(noun text, identity text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the % "%" is known already, or was once: the first row with an id stays', noun, identity
        USING ERRCODE = 'unique_violation',
              HINT = 'Leave the row out. To skip known rows, load the file with: python manage.py ingest PATH';
END $$;

-- What the cause of a miss is depends on its stage.
CREATE FUNCTION decisions_causes(states smallint[], causes integer[], stage integer)
RETURNS integer[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(cause), '{}')
    FROM unnest(states, causes) outcome (state, cause)
    WHERE state >> 3 = stage AND cause IS NOT NULL
$$;

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

CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_interaction
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_decisiontrace
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_run
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_attribution
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_modelmetric
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_interactionkey
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_decisiontracekey
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_runkey
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_attributionkey
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions_entityuse
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only_truncate BEFORE TRUNCATE ON decisions_interactionkey
FOR EACH STATEMENT EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only_truncate BEFORE TRUNCATE ON decisions_decisiontracekey
FOR EACH STATEMENT EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only_truncate BEFORE TRUNCATE ON decisions_runkey
FOR EACH STATEMENT EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only_truncate BEFORE TRUNCATE ON decisions_attributionkey
FOR EACH STATEMENT EXECUTE FUNCTION decisions_append_only();

CREATE TRIGGER decisions_append_only_truncate BEFORE TRUNCATE ON decisions_entityuse
FOR EACH STATEMENT EXECUTE FUNCTION decisions_append_only();

SELECT decisions_guard_statements('decisions_interaction', 'decisions_interaction');
SELECT decisions_guard_statements('decisions_interaction_default', 'decisions_interaction');
SELECT decisions_guard_statements('decisions_decisiontrace', 'decisions_decisiontrace');
SELECT decisions_guard_statements('decisions_decisiontrace_default', 'decisions_decisiontrace');
SELECT decisions_guard_statements('decisions_run', 'decisions_run');
SELECT decisions_guard_statements('decisions_run_default', 'decisions_run');
SELECT decisions_guard_statements('decisions_attribution', 'decisions_attribution');
SELECT decisions_guard_statements('decisions_attribution_default', 'decisions_attribution');
SELECT decisions_guard_statements('decisions_modelmetric', 'decisions_modelmetric');
-- COPY reads rows in numbers only if no trigger fires before each; one after it costs next to
-- nothing where its condition does not hold.
CREATE FUNCTION decisions_interaction_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_check_row('decisions_interaction', NEW.id, NEW.occurred_at);
    PERFORM decisions_note_use('offers_offer', 'offer', ARRAY[NEW.offer_id]);
    PERFORM decisions_note_use('offers_channel', 'channel', ARRAY[NEW.channel_id]);
    PERFORM decisions_note_use('decisions_outcometype', 'outcome type', ARRAY[NEW.outcome_type_id]);
    PERFORM decisions_note_use('offers_creative', 'creative', array_remove(ARRAY[NEW.creative_id], NULL));
    PERFORM decisions_note_use('decisions_decisionflow', 'decision flow', array_remove(ARRAY[NEW.decision_flow_id], NULL));
    INSERT INTO decisions_interactionkey (row_id, event_id) VALUES (NEW.id, NEW.event_id)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM decisions_refuse_known('interaction', NEW.event_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER decisions_inserted AFTER INSERT ON decisions_interaction FOR EACH ROW
WHEN (current_setting('decisions.ingesting', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION decisions_interaction_inserted();

-- COPY reads rows in numbers only if no trigger fires before each; one after it costs next to
-- nothing where its condition does not hold.
CREATE FUNCTION decisions_decisiontrace_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_check_row('decisions_decisiontrace', NEW.id, NEW.created_at);
    PERFORM decisions_note_use('offers_channel', 'channel', ARRAY[NEW.channel_id]);
    PERFORM decisions_note_use('decisions_decisionflow', 'decision flow', ARRAY[NEW.decision_flow_id]);
    PERFORM decisions_note_use('decisions_qualificationrule', 'qualification rule', NEW.qualification_rules || decisions_causes(NEW.outcome_states, NEW.outcome_causes, 1));
    PERFORM decisions_note_use('decisions_contactpolicy', 'contact policy', NEW.policy_policies || decisions_causes(NEW.outcome_states, NEW.outcome_causes, 2));
    PERFORM decisions_note_use('offers_offer', 'offer', NEW.qualification_offers || NEW.policy_offers || NEW.scored_offers || NEW.selected_offers || NEW.outcome_offers || decisions_causes(NEW.outcome_states, NEW.outcome_causes, 3));
    INSERT INTO decisions_decisiontracekey (row_id, event_id) VALUES (NEW.id, NEW.event_id)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM decisions_refuse_known('decision trace', NEW.event_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER decisions_inserted AFTER INSERT ON decisions_decisiontrace FOR EACH ROW
WHEN (current_setting('decisions.ingesting', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION decisions_decisiontrace_inserted();

-- COPY reads rows in numbers only if no trigger fires before each; one after it costs next to
-- nothing where its condition does not hold.
CREATE FUNCTION decisions_run_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_check_row('decisions_run', NEW.id, NEW.started_at);
    PERFORM decisions_note_use('decisions_decisionflow', 'decision flow', ARRAY[NEW.decision_flow_id]);
    PERFORM decisions_note_use('offers_channel', 'channel', array_remove(ARRAY[NEW.channel_id], NULL));
    INSERT INTO decisions_runkey (row_id, event_id) VALUES (NEW.id, NEW.event_id)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM decisions_refuse_known('run', NEW.event_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER decisions_inserted AFTER INSERT ON decisions_run FOR EACH ROW
WHEN (current_setting('decisions.ingesting', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION decisions_run_inserted();

-- COPY reads rows in numbers only if no trigger fires before each; one after it costs next to
-- nothing where its condition does not hold.
CREATE FUNCTION decisions_attribution_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_check_row('decisions_attribution', NEW.id, NEW.created_at);
    INSERT INTO decisions_attributionkey (row_id, conversion_id, model) VALUES (NEW.id, NEW.conversion_id, NEW.model)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM decisions_refuse_known(NEW.model || ' ' || 'attribution', NEW.conversion_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER decisions_inserted AFTER INSERT ON decisions_attribution FOR EACH ROW
WHEN (current_setting('decisions.ingesting', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION decisions_attribution_inserted();

-- COPY reads rows in numbers only if no trigger fires before each; one after it costs next to
-- nothing where its condition does not hold.
CREATE FUNCTION decisions_modelmetric_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_check_row('decisions_modelmetric', NEW.id, NEW.recorded_at);
    PERFORM decisions_note_use('decisions_algorithmmodel', 'model', ARRAY[NEW.model_id]);
    RETURN NULL;
END $$;
CREATE TRIGGER decisions_inserted AFTER INSERT ON decisions_modelmetric FOR EACH ROW
WHEN (current_setting('decisions.ingesting', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION decisions_modelmetric_inserted();

-- COPY reads rows in numbers only if no trigger fires before each; one after it costs next to
-- nothing where its condition does not hold.
CREATE FUNCTION decisions_suppression_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_note_use('decisions_contactpolicy', 'contact policy', ARRAY[NEW.policy_id]);
    PERFORM decisions_note_use('offers_offer', 'offer', array_remove(ARRAY[NEW.offer_id], NULL));
    RETURN NULL;
END $$;
CREATE TRIGGER decisions_inserted AFTER INSERT OR UPDATE ON decisions_suppression FOR EACH ROW
WHEN (current_setting('decisions.ingesting', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION decisions_suppression_inserted();

CREATE TRIGGER decisions_keep_used BEFORE DELETE ON offers_offer
FOR EACH ROW EXECUTE FUNCTION decisions_keep_used('offer');
CREATE TRIGGER decisions_keep_id BEFORE UPDATE ON offers_offer FOR EACH ROW
WHEN ((OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id))
EXECUTE FUNCTION decisions_keep_used('offer');
CREATE TRIGGER decisions_keep_used_truncate BEFORE TRUNCATE ON offers_offer
FOR EACH STATEMENT EXECUTE FUNCTION decisions_keep_used();

CREATE TRIGGER decisions_keep_used BEFORE DELETE ON offers_channel
FOR EACH ROW EXECUTE FUNCTION decisions_keep_used('channel');
CREATE TRIGGER decisions_keep_id BEFORE UPDATE ON offers_channel FOR EACH ROW
WHEN ((OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id))
EXECUTE FUNCTION decisions_keep_used('channel');
CREATE TRIGGER decisions_keep_used_truncate BEFORE TRUNCATE ON offers_channel
FOR EACH STATEMENT EXECUTE FUNCTION decisions_keep_used();

CREATE TRIGGER decisions_keep_used BEFORE DELETE ON decisions_outcometype
FOR EACH ROW EXECUTE FUNCTION decisions_keep_used('outcome type');
CREATE TRIGGER decisions_keep_id BEFORE UPDATE ON decisions_outcometype FOR EACH ROW
WHEN ((OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id))
EXECUTE FUNCTION decisions_keep_used('outcome type');
CREATE TRIGGER decisions_keep_used_truncate BEFORE TRUNCATE ON decisions_outcometype
FOR EACH STATEMENT EXECUTE FUNCTION decisions_keep_used();

CREATE TRIGGER decisions_keep_used BEFORE DELETE ON offers_creative
FOR EACH ROW EXECUTE FUNCTION decisions_keep_used('creative');
CREATE TRIGGER decisions_keep_id BEFORE UPDATE ON offers_creative FOR EACH ROW
WHEN ((OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id))
EXECUTE FUNCTION decisions_keep_used('creative');
CREATE TRIGGER decisions_keep_used_truncate BEFORE TRUNCATE ON offers_creative
FOR EACH STATEMENT EXECUTE FUNCTION decisions_keep_used();

CREATE TRIGGER decisions_keep_used BEFORE DELETE ON decisions_decisionflow
FOR EACH ROW EXECUTE FUNCTION decisions_keep_used('decision flow');
CREATE TRIGGER decisions_keep_id BEFORE UPDATE ON decisions_decisionflow FOR EACH ROW
WHEN ((OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id))
EXECUTE FUNCTION decisions_keep_used('decision flow');
CREATE TRIGGER decisions_keep_used_truncate BEFORE TRUNCATE ON decisions_decisionflow
FOR EACH STATEMENT EXECUTE FUNCTION decisions_keep_used();

CREATE TRIGGER decisions_keep_used BEFORE DELETE ON decisions_algorithmmodel
FOR EACH ROW EXECUTE FUNCTION decisions_keep_used('model');
CREATE TRIGGER decisions_keep_id BEFORE UPDATE ON decisions_algorithmmodel FOR EACH ROW
WHEN ((OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id))
EXECUTE FUNCTION decisions_keep_used('model');
CREATE TRIGGER decisions_keep_used_truncate BEFORE TRUNCATE ON decisions_algorithmmodel
FOR EACH STATEMENT EXECUTE FUNCTION decisions_keep_used();

CREATE TRIGGER decisions_keep_used BEFORE DELETE ON decisions_qualificationrule
FOR EACH ROW EXECUTE FUNCTION decisions_keep_used('qualification rule');
CREATE TRIGGER decisions_keep_id BEFORE UPDATE ON decisions_qualificationrule FOR EACH ROW
WHEN ((OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id))
EXECUTE FUNCTION decisions_keep_used('qualification rule');
CREATE TRIGGER decisions_keep_used_truncate BEFORE TRUNCATE ON decisions_qualificationrule
FOR EACH STATEMENT EXECUTE FUNCTION decisions_keep_used();

CREATE TRIGGER decisions_keep_used BEFORE DELETE ON decisions_contactpolicy
FOR EACH ROW EXECUTE FUNCTION decisions_keep_used('contact policy');
CREATE TRIGGER decisions_keep_id BEFORE UPDATE ON decisions_contactpolicy FOR EACH ROW
WHEN ((OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id))
EXECUTE FUNCTION decisions_keep_used('contact policy');
CREATE TRIGGER decisions_keep_used_truncate BEFORE TRUNCATE ON decisions_contactpolicy
FOR EACH STATEMENT EXECUTE FUNCTION decisions_keep_used();

-- Who may insert into the log need not be allowed to write to what the triggers keep.
DO $$
DECLARE
    called regprocedure;
BEGIN
    FOR called IN SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = current_schema::regnamespace AND prorettype = 'trigger'::regtype
          AND (proname ~ '^decisions_[a-z]+_inserted$' OR proname IN ('decisions_keep_used', 'decisions_before_insert'))
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = %I, pg_temp', called, current_schema);
    END LOOP;
END $$;
