"""The log: what the engine decided, what customers did, and what both refer to.

`models` are the catalogue of decisions and the log tables; `logs` declares each log once. `sql`
has the tables and triggers that Django cannot write. `partitions` makes a table for each month,
`append_only` lets maintenance and ingestion past the triggers, and `locks` says who waits for
whom. `outcomes` works out what a trace means for each offer, once, when it is ingested. `window`
is the calendar that events are counted by. `admin` shows single events, and a decision from the
customer to the offers.
"""
