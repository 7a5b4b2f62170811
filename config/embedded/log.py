"""The log of the server and of initdb, and the error that quotes it."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

KEPT_BYTES = 10_000_000
QUOTED_LINES = 8  # initdb says a few things after the reason for its failure


class CannotStartError(ImproperlyConfigured, OperationalError):
    """No default database: a setting to put right for a command, an outage for a request."""


class ServerLog:
    """`postgres.log`, and the place in it where the present attempt began."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.began = 0

    def begin(self) -> None:
        """Make sure that there is a log, not too long, and remember where it ends."""
        if self.path.exists() and self.path.stat().st_size > KEPT_BYTES:
            self.path.replace(self.path.with_suffix(".log.old"))
        # Root writes here too: not through a link to some other file.
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW
        os.close(os.open(self.path, flags, 0o600))
        self.began = self.path.stat().st_size

    def failure(self, what: str) -> CannotStartError:
        """An error that says in one line what happened, with the end of the log."""
        written = self.path.read_bytes()[self.began :] if self.path.exists() else b""
        lines = [line.strip() for line in written.decode(errors="replace").splitlines()]
        end = "; ".join([line for line in lines if line][-QUOTED_LINES:])
        return CannotStartError(f"{what}. {self.path} ends: {end or '(nothing)'}")
