"""The SQL of the summaries' views.

`NAME.sql` says what one row of a log adds to the summary NAME, ungrouped. `views` makes three views
of each: its contributions, of the whole log; its tail, those beyond the watermark; and its totals,
the stored rows and the tail together. A migration keeps the text that it ran; a test compares the
database with the text declared now.
"""
