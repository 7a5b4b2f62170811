"""Taking in event files: newline-delimited JSON, one entity a file.

The way of a row: `bundles` finds the files; `source` reads lines in batches; `rows` say what a
line may hold and turn it into a database record, with the ids, the clock and the shift of times
in `context`; `entities` lists all kinds. `parser` does that for a batch and sets bad lines aside,
which `rejects` writes beside the source. `writers` put the batch into the database in one
transaction, and `uses` notes what it refers to. `batches` joins the two; `loader` runs them for
one file, if it is a large one in several `workers`. `statistics` tells the planner what grew.
"""
