"""Sums of the log that make answers fast, and what keeps them right.

The way of a row of the log: `sql` says what it adds to each summary, and unites the rows beyond
the watermark with the stored sums; `models` declare the summaries and what can be asked of their
totals. `refreshing` merges new rows, up to where `safe_watermark` says that none is still to
come; `merging` adds to the sums in all `buckets`. `rebuilding` makes sums anew, `materialising`
moves customers into and out of segments with their history, `erasure` takes a customer out, and
`retention` drops old months. Each of these is one transaction a step, and may be killed at any
moment.
"""
