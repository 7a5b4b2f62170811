"""How passwords are stored, and what a new one revokes."""

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import User
from knox.models import AuthToken


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with OWASP's 19 MiB and single lane, and 3 passes where it asks for 2.

    Takes 50 to 90 ms of one core. Django's parameters take 100 MiB and 8 threads: too much for
    hashing several at once beside a database.
    """

    memory_cost = 19 * 1024  # KiB
    time_cost = 3
    parallelism = 1


class RevokesTokens:
    """A password validator that accepts every password, and revokes tokens when it changes.

    Django calls validators after every change that goes through the model: commands, the admin,
    the user's own form, code. It does not call them for a hash that is renewed at sign-in. A
    column that is written directly (`update()`, SQL) goes unnoticed; that ends sessions only.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Accepts every password."""

    def get_help_text(self) -> str:
        """Shown below the rules for passwords."""
        return "A new password ends all sessions and revokes all tokens of the account."

    def password_changed(self, password: str, user: User) -> None:  # noqa: ARG002 - Django's signature
        """Revoke the user's tokens."""
        revoke_tokens(user)


def revoke_tokens(user: User) -> None:
    """Delete all tokens of the user."""
    AuthToken.objects.filter(user=user).delete()
