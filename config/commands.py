"""What commands say when the database fails or somebody interrupts them: one line, no traceback."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import Error, InterfaceError, OperationalError

from config.transactions import sqlstate

INTERRUPTED = 130  # what shells expect of a program that Ctrl-C ended
AGAIN = "Run the same command again."
_LOST = "Check that the server runs and that DATABASE_URL names it."
# By the class of PostgreSQL's code, or by the code itself.
_ADVICE = {
    "08": _LOST,  # connection_exception
    "57P": _LOST,  # the server was stopped
    "53100": "Free some disk space on the database server.",
    "53200": "The database server has too little memory.",
    "53300": "The database server has no connection left.",
    "55P03": "Somebody has been reading the table for long, such as a backup.",
}


class DatabaseCommand(BaseCommand):
    """A command that works on the database.

    A database error ends it with one line that says what failed and what to do, and Ctrl-C with
    one line and exit status 130. `again` says what a run after that finds.
    """

    again = AGAIN

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run it. Raises CommandError."""
        with failures_told(self.again):
            return super().execute(*args, **options)


@contextmanager
def failures_told(again: str = AGAIN) -> Iterator[None]:
    """Turn a database error or Ctrl-C into a CommandError, which ends with `again`."""
    try:
        yield
    except Error as error:
        raise CommandError(f"{failure(error)} {again}") from error
    except KeyboardInterrupt:
        raise CommandError(f"Interrupted. {again}", returncode=INTERRUPTED) from None


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM act like Ctrl-C, which also cancels a running query."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def failure(error: Error) -> str:
    """Describe a database error in one line, with what to do about it if anything can be done."""
    what = f"The database failed: {first_line(error)}."
    return " ".join(filter(None, [what, _advice(error)]))


def first_line(error: Error) -> str:
    """The first line of PostgreSQL's message, without its context."""
    said = str(error).strip().splitlines()
    return said[0].rstrip(".") if said else type(error).__name__


def _advice(error: Error) -> str:
    code = sqlstate(error)
    if code is None:
        return _LOST if isinstance(error, OperationalError | InterfaceError) else ""
    return next((advice for prefix, advice in _ADVICE.items() if code.startswith(prefix)), "")
