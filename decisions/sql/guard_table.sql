CREATE TRIGGER decisions_append_only_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION decisions_append_only();
