"""The production server: granian speaks HTTP, Django answers in a fixed number of threads.

The way of a request, module by module. `serve` starts granian, whose native threads read requests:
a client that is slow or idle costs no thread of ours, and has a deadline. `handler` takes a whole
request in on the event loop. `pool` keeps it waiting there until one of the threads is free that
keep database connections, or turns it away; what needs no database has threads of its own, so
health checks, metrics and static files are there while the database hangs. `deadline` in
config/database ends what waits for the database too long.

`python -m config.server` runs it; the command `demo` calls `serve` as well.
"""
