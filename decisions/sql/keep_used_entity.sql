CREATE TRIGGER decisions_keep_used BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION decisions_keep_used('{noun}');
CREATE TRIGGER decisions_keep_id BEFORE UPDATE ON {table} FOR EACH ROW
WHEN ((OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id))
EXECUTE FUNCTION decisions_keep_used('{noun}');
CREATE TRIGGER decisions_keep_used_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION decisions_keep_used();
