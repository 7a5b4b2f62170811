CREATE INDEX {table}_id ON {table} (id);
CREATE TABLE {table}_default PARTITION OF {table} (
    CONSTRAINT {table}_{time} CHECK ({time} >= '{first}' AND {time} <= '{last}')
) DEFAULT;
