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
