"""The endpoint and the pages. Reads only, and owns no tables.

The way of a question: `views` takes the request; `parameters` reads it; `answers` finds what it
names, opens a `snapshot` of the database and asks the report; `reports` has one class for each
type of answer. `presentation` sends the answer as JSON or, through `csv_export`, as CSV; `errors`
says in one form what went wrong. `schema` describes it all as OpenAPI. `pages` are for people,
`navigation` is the sidebar of the admin.
"""
