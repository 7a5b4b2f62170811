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
