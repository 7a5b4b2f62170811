"""`manage.py create_token`: a way in for a script."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.db import transaction
from knox.models import AuthToken

from accounts.roles import ADMIN, VIEWER
from config.schema import ensure_schema

MAX_DAYS = 3650


class Command(BaseCommand):
    help = (
        "Prints a new token, alone, on standard output; it is stored hashed and cannot be shown "
        "again. A user who does not exist is created, without a password. One who exists is "
        "given the role and keeps the roles held before: a token can do all that its user can."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the user that the token is for")
        parser.add_argument("--role", required=True, choices=[VIEWER, ADMIN])
        parser.add_argument(
            "--days", type=int, metavar="N", help="days until it expires (default: never)"
        )

    def handle(self, *, name: str, role: str, days: int | None, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise CommandError(f"--days is {days}; it must be from 1 to {MAX_DAYS}.")
        username = User.normalize_username(name)
        try:
            User._meta.get_field("username").clean(username, None)
        except ValidationError as error:
            raise CommandError(
                f"NAME {name!r} is no user name: {' '.join(error.messages)}"
            ) from None
        ensure_schema()
        expiry = None if days is None else timedelta(days=days)
        with transaction.atomic():
            user = self._user_in(role, username)
            _, token = AuthToken.objects.create(user, expiry=expiry)
        others = user.groups.exclude(name=role).filter(name__in=[VIEWER, ADMIN])
        if role == VIEWER and (user.is_superuser or others):
            self.stderr.write(
                f"{username} is an admin as well, so the token can do more than view."
            )
        self.stdout.write(token)

    def _user_in(self, role: str, username: str) -> User:
        """The user of that name, who has the role from now on."""
        user = User.objects.filter(username=username).first()
        if user is None:
            user = User.objects.create_user(username)
        if not user.is_active:
            raise CommandError(
                f"{username} is not active, so no token of theirs would be accepted. "
                "Make the user active in the admin, or choose another NAME."
            )
        try:
            user.groups.add(Group.objects.get(name=role))
        except Group.DoesNotExist:
            raise CommandError(
                f"The group {role} is missing. Create it again with: python manage.py migrate"
            ) from None
        return user
