-- By hand, because Django would add an index for searches by the beginning of a text. In the
-- collation "C" the primary key serves those, and a second index costs an event as much again.
CREATE TABLE {keys} (
    row_id bigint NOT NULL,
    event_id varchar(64) COLLATE "C" PRIMARY KEY CHECK (event_id ~ '^[^\x01-\x1f\x7f-\x9f]+$')
);
