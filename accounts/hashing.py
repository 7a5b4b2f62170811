"""Limits how many passwords are checked at a time.

A check takes 50 to 90 ms of a core. Without a limit, a few dozen sign-ins at once would leave
neither cores nor threads for answers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import BoundedSemaphore

from accounts.refusals import SignInRefused
from config.errors import RETRY_AFTER_SECONDS

AT_ONCE = 2
# Each of these holds a thread of the server. With those above, half of the usual 8.
WAITING = 2
PATIENCE_SECONDS = 2.0

_admitted = BoundedSemaphore(AT_ONCE + WAITING)
_hashing = BoundedSemaphore(AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a free slot of this process, and hold it.

    Raises SignInRefused (503) after PATIENCE_SECONDS, or at once if enough others wait already.
    """
    if not _admitted.acquire(blocking=False):
        raise _busy()
    try:
        if not _hashing.acquire(timeout=PATIENCE_SECONDS):
            raise _busy()
        try:
            yield
        finally:
            _hashing.release()
    finally:
        _admitted.release()


def _busy() -> SignInRefused:
    return SignInRefused(
        "Too many people are signing in at this moment.",
        HTTPStatus.SERVICE_UNAVAILABLE,
        RETRY_AFTER_SECONDS,
    )
