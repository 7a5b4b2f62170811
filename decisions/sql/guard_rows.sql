CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();
