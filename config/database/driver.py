"""psycopg, with connections that keep to the deadline of a request (see `deadline`)."""

from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg import *  # noqa: F403 - all that Django asks of a driver

from config.database.deadline import remaining

Result = TypeVar("Result")
_TOO_LATE = "the database has not answered within the time limit of the request"


class BoundedConnection(psycopg.Connection[Any]):
    """A connection on which nobody waits beyond the deadline, whatever the server does."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server. Raises OperationalError, and closes the connection, if too long."""
        left = remaining()
        if left is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, left if timeout is None else min(left, timeout))
        except psycopg.OperationalError as error:
            if remaining():
                raise
            # What the server may still send would be taken for the answer to something else.
            self.close()
            raise psycopg.OperationalError(_TOO_LATE) from error

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> Any:
        return _until_deadline(super()._connect_gen(conninfo))


def _until_deadline(steps: Generator[Any, Any, Result]) -> Generator[Any, Any, Result]:
    """The same steps, given up at the deadline. libpq itself counts in whole seconds, from two."""
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted  # woken at intervals too
            if remaining() == 0:
                raise psycopg.OperationalError(_TOO_LATE)
            wanted = steps.send(ready)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


connect = BoundedConnection.connect
