"""Checks the passwords of those who sign in."""

from http import HTTPStatus
from typing import Any

import structlog
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from accounts.clients import client_of
from accounts.failures import Failures
from accounts.hashing import turn
from accounts.refusals import SignInRefused

log = structlog.get_logger(__name__)


class PasswordBackend(ModelBackend):
    """Django's password check, limited in wrong passwords and in checks at a time.

    Unknown names are counted, and take as long, as known ones: nothing tells them apart. The
    exception is a PBKDF2 hash of an older version, which takes longer until its user signs in.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The user, if the password is right. Raises SignInRefused without looking at it."""
        if username is None or password is None:
            return None
        client = client_of(request) if request is not None else ""
        pair = Failures("sign_in", username, client)
        limits = [pair, Failures("sign_in_client", client), Failures("sign_in_name", username)]
        bound = log.bind(user_name=username, client=client)
        _refuse(limits, bound)
        with turn():
            _refuse(limits, bound)  # others may have failed while this one waited
            user = super().authenticate(request, username=username, password=password, **kwargs)
            if user is None:
                bound.warning("sign_in_failed")
                for limit in limits:
                    limit.count()
            else:
                # The pair alone: otherwise an attacker with an account of their own could clear
                # the count of their address between guesses at other accounts.
                pair.forget()
        return user

    # Django's own would go past the limits.
    aauthenticate = BaseBackend.aauthenticate  # type: ignore[assignment]


def _refuse(limits: list[Failures], bound: Any) -> None:
    """Raises SignInRefused if one of the limits is used up."""
    wait = max(limit.wait() for limit in limits)
    if wait:
        bound.warning("sign_in_refused", wait_seconds=round(wait))
        raise SignInRefused("Too many wrong passwords.", HTTPStatus.TOO_MANY_REQUESTS, wait)
