"""Who asks: a token in the header, or the session of someone who signed in."""

from typing import Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from accounts.clients import client_of
from accounts.failures import Failures


class BearerTokenAuthentication(TokenAuthentication):  # type: ignore[misc]  # has no types
    """`Authorization: Bearer TOKEN`, with tokens that are stored hashed, expire and can be revoked.

    knox looks at all other tokens of the user in each request, to delete expired ones, and
    fails on a token that is not even text. A request is no time for house-keeping.
    """

    def authenticate(self, request: Request) -> Any:
        """The user and the token, or nothing for another scheme.

        Raises AuthenticationFailed, or Throttled once too many wrong tokens came from the client's
        address. A right token is let in all the same: a broken script next door does no harm.
        """
        try:
            return self._identify(request)
        except AuthenticationFailed as failure:
            wait = Failures("token", client_of(request)).count()
            if wait:
                raise Throttled(wait, "Too many wrong tokens came from your address.") from failure
            raise

    def _identify(self, request: Request) -> Any:
        try:
            return super().authenticate(request)
        except UnicodeEncodeError as error:
            raise AuthenticationFailed("The header Authorization is not Latin-1.") from error

    def authenticate_credentials(self, token: bytes) -> Any:
        """The user and the token. Raises AuthenticationFailed."""
        if not token.isalnum():  # for bytes that means ASCII letters and digits
            raise AuthenticationFailed("This is not a token.")
        return super().authenticate_credentials(token)

    def _cleanup_token(self, auth_token: Any) -> bool:
        """Whether the token has expired."""
        return auth_token.expiry is not None and auth_token.expiry <= timezone.now()


class SafeSessionAuthentication(SessionAuthentication):
    """Accepts the session of the pages, without the check against forged requests.

    Nothing behind it changes anything, and a forged GET cannot be read by its forger. So
    an unsafe method gets the answer that it is not allowed, from whoever it comes.
    """

    def enforce_csrf(self, request: Request) -> None:
        """Nothing to enforce."""
