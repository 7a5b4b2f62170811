"""Taking in event files: newline-delimited JSON, one entity a file.

The way of a row, module by module: `source` reads lines in batches; `rows`, `catalogue`, `log` and
`traces` say what a line may hold and turn it into a database record; `parser` does that for a batch
and sets bad lines aside; `writer` puts the batch into the database in one transaction; `batches`
joins the two; `loader` runs them for one file, if it is a large one in several `workers`.
"""
