"""The production server: granian speaks HTTP, Django answers in a fixed number of threads.

The way of a request, module by module: granian's native threads read it (`granian` in `serve`: a
client that is slow, or idle, costs no thread of ours, and has a deadline); `handler` takes it in on
the event loop; `line` lets it wait there until one of the threads that keep database connections
is free, or turns it away; what needs no database has threads of its own, so that health checks,
metrics and static files are there while the database hangs. `deadlines` in `config.database` end
what waits for the database too long.

`python -m config.server` runs it; `serve` also serves the demo.
"""
