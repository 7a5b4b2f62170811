"""Ending a command from outside in an orderly way."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

EXIT_STATUS = 130  # what shells take for "ended by Ctrl-C"


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does, which ends a query properly too."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
