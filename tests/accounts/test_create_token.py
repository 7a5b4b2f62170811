"""`manage.py create_token` prints what opens the door, and nothing else."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIRequestFactory

from accounts.roles import ADMIN, VIEWER

pytestmark = pytest.mark.django_db


def create_token(*arguments: str, stderr: StringIO | None = None) -> str:
    """The printed token. The output is that one word and the end of its line."""
    output = StringIO()
    call_command("create_token", *arguments, stdout=output, stderr=stderr or StringIO())
    token = output.getvalue().removesuffix("\n")
    assert token.isalnum()
    return token


def user_of(token: str) -> User:
    """Whom the token signs in, by the header that scripts send."""
    request: Any = APIRequestFactory().get("/", headers={"authorization": f"Bearer {token}"})
    user, _ = TokenAuthentication().authenticate(request)
    assert isinstance(user, User)
    return user


def roles(user: User) -> set[str]:
    """Names of the user's groups."""
    return {group.name for group in user.groups.all()}


@pytest.mark.parametrize("role", [VIEWER, ADMIN])
def test_creates_a_user_who_comes_in_by_the_token_alone(role: str) -> None:
    user = user_of(create_token("reporting@example.com", "--role", role))
    assert user.username == "reporting@example.com"
    assert roles(user) == {role}
    assert not user.has_usable_password()
    assert not user.is_staff
    assert not user.is_superuser


def test_token_is_not_stored_readable() -> None:
    token = create_token("script", "--role", "viewer")
    for row in AuthToken.objects.values():
        assert token not in map(str, row.values())


def test_every_call_gives_another_token_and_all_of_them_work() -> None:
    first, second = (create_token("script", "--role", "viewer") for _ in range(2))
    assert first != second
    assert user_of(first) == user_of(second)


def test_days_end_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    token, forever = (
        create_token("a", "--role", "viewer", "--days", "2"),
        create_token("b", "--role", "viewer"),
    )
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=1, hours=23))
    user_of(token)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=2, hours=1))
    with pytest.raises(AuthenticationFailed):
        user_of(token)
    user_of(forever)


def test_user_with_another_role_keeps_it_and_the_operator_is_told() -> None:
    known = User.objects.create_user("known", password="a long password")
    known.groups.add(Group.objects.get(name=ADMIN))
    stderr = StringIO()
    user = user_of(create_token("known", "--role", "viewer", stderr=stderr))
    assert user == known
    assert roles(user) == {VIEWER, ADMIN}
    assert user.check_password("a long password")
    assert "known is an admin as well" in stderr.getvalue()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["script"], "--role"),
        (["script", "--role", "owner"], "choose from 'viewer', 'admin'|choose from viewer, admin"),
        (["", "--role", "viewer"], "NAME '' is no user name"),
        (["two words", "--role", "viewer"], "NAME 'two words' is no user name"),
        (["nul\0", "--role", "viewer"], "is no user name"),
        (["x" * 151, "--role", "viewer"], "at most 150 characters"),
        (["script", "--role", "viewer", "--days", "0"], "--days is 0; it must be from 1 to 3650"),
        (["script", "--role", "viewer", "--days", "9999999999"], "it must be from 1 to 3650"),
        (["script", "--role", "viewer", "--days", "week"], "--days: invalid int value: 'week'"),
    ],
)
def test_bad_arguments_are_named_and_leave_nothing_behind(
    arguments: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        create_token(*arguments)
    assert not User.objects.exists()


def test_user_who_is_not_active_gets_no_token() -> None:
    User.objects.create_user("gone", is_active=False)
    with pytest.raises(CommandError, match="gone is not active"):
        create_token("gone", "--role", "viewer")
    assert not AuthToken.objects.exists()
