-- A month's partition. Rows of the month leave the default partition for it. Attaching, unlike
-- CREATE TABLE … PARTITION OF, does not wait for the writers of other months.
CREATE TABLE {new} (LIKE {log} INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
WITH moved AS (
    DELETE FROM {rest} WHERE {time} >= {start} AND {time} < {end} RETURNING *
)
INSERT INTO {new} SELECT * FROM moved;
ALTER TABLE {log} ATTACH PARTITION {new} FOR VALUES FROM ({start}) TO ({end});
-- Triggers for each row it has from the log now.
SELECT decisions_guard_statements({new_name}, {log_name});
