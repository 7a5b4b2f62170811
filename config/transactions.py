"""Transactions that are done again when PostgreSQL gives one up for another."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, OperationalError, connection

Result = TypeVar("Result")

LOCK_NOT_AVAILABLE = "55P03"  # what is said after a lock_timeout
# The transaction was right and nothing of it is left: it may succeed the next time.
_REPEATABLE = {
    "40P01",  # deadlock_detected
    "40001",  # serialization_failure
    LOCK_NOT_AVAILABLE,
}
_PAUSES = 0.05, 0.2, 0.8, 3.0  # seconds at most before each further attempt


def sqlstate(error: Error) -> str | None:
    """PostgreSQL's code for what went wrong; None if it did not come from the server."""
    return getattr(error.__cause__, "sqlstate", None)


def repeated(transaction: Callable[[], Result]) -> Result:
    """Run one whole transaction, and repeat it after a deadlock or a lock timeout.

    Pauses grow and are random, so that two who met do not meet again. Inside another transaction
    the function runs once: that one is lost as a whole.
    """
    if connection.in_atomic_block:
        return transaction()
    for longest in _PAUSES:
        try:
            return transaction()
        except OperationalError as error:
            if sqlstate(error) not in _REPEATABLE:
                raise
        time.sleep(random.uniform(longest / 4, longest))  # noqa: S311 - nothing secret
    return transaction()
