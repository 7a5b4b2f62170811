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
