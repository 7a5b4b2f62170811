"""How long a request may wait for the database.

A server's own time limits do not help a client whose server, or the network on the way to it, has
stopped: then nobody is left to say so. So each wait is bounded here as well, by a deadline that
holds for all connections of the thread, from connecting to the check of a kept connection.

Looking up a host's name is the one wait that is left to the system: libpq does not give control
back meanwhile. Where name servers may hang, name the database by its address.

Commands have no deadline. They may wait for as long as their work takes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponseBase

# PostgreSQL gives up first, as a rule, and then the connection is still good.
GRACE_SECONDS = 0.5
_deadline: ContextVar[float | None] = ContextVar("_deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End all waits for the database inside after `seconds`, or when an outer limit does.

    Whoever waits longer gets an OperationalError, and the connection is closed.
    """
    outer = _deadline.get()
    inner = time.monotonic() + seconds
    token = _deadline.set(inner if outer is None else min(inner, outer))
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def extended(seconds: float) -> Iterator[None]:
    """Allow `seconds` more for work in a request that is known to take long."""
    deadline = _deadline.get()
    if deadline is None:
        yield
        return
    started = time.monotonic()
    _deadline.set(started + seconds)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [_ms(seconds)])
        yield
    finally:
        _deadline.set(deadline + time.monotonic() - started)
        try:
            with connection.cursor() as cursor:
                cursor.execute("RESET statement_timeout")
        except Error:
            connection.close()  # and its longer limit with it


def remaining() -> float | None:
    """The seconds left until the deadline, 0 once it has passed, None without one."""
    deadline = _deadline.get()
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def server_options() -> str:
    """PostgreSQL's own limits for a connection that is made now; none without a deadline."""
    if _deadline.get() is None:
        return ""
    limit = _ms(settings.ANSWER_TIMEOUT_SECONDS)
    return f"-c statement_timeout={limit} -c idle_in_transaction_session_timeout={limit}"


def _ms(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))


def middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Give each request ANSWER_TIMEOUT_SECONDS."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        with within(settings.ANSWER_TIMEOUT_SECONDS + GRACE_SECONDS):
            return get_response(request)

    return respond
