"""How passwords are stored, and what a new one ends."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher, make_password
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from accounts.roles import VIEWER
from tests.accounts.test_access import refusal, somebody, with_token
from tests.support.shop import ADDRESS

pytestmark = pytest.mark.django_db(databases=["default", "answers"])


@pytest.fixture(autouse=True)
def _nobody_failed_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


class OldHasher(PBKDF2PasswordHasher):
    """As Django hashed before, in less time."""

    iterations = 1000


def with_old_hash(user: User) -> None:
    """Let the user have a password as it was stored before."""
    User.objects.filter(pk=user.pk).update(password=OldHasher().encode("right", "salt"))
    user.refresh_from_db()


def sign_in(path: str, password: str) -> int:
    """The status that a browser hears."""
    return Client().post(path, {"username": "somebody", "password": password}).status_code


@pytest.mark.parametrize("path", ["/sign-in/", "/admin/login/"])
def test_old_hash_signs_in_and_is_renewed_and_tokens_stay(path: str) -> None:
    user = somebody(VIEWER, is_staff=True)
    script = with_token(user)
    with_old_hash(user)
    assert sign_in(path, "wrong") == 200
    user.refresh_from_db()
    assert identify_hasher(user.password).algorithm == "pbkdf2_sha256"
    assert sign_in(path, "right") == 302
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=3,p=1$")
    assert sign_in(path, "right") == 302
    assert script.get(ADDRESS).status_code == 200


NEW = "quite some words"


def by_command(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda **_: NEW)
    call_command("changepassword", user.username)


def by_admin(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    change_in_admin(user, password1=NEW, password2=NEW, usable_password="true")


def by_user(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(user)
    form = {"old_password": "right", "new_password1": NEW, "new_password2": NEW}
    response = client.post(reverse("admin:password_change"), form)
    assert response.status_code == 302
    assert response["location"] == reverse("admin:password_change_done")


def by_code(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    user.set_password(NEW)
    user.save()


def change_in_admin(user: User, **form: str) -> None:
    """Send the form of the admin."""
    superuser, _ = User.objects.get_or_create(username="boss", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(superuser)
    path = reverse("admin:auth_user_password_change", args=[user.pk])
    assert client.post(path, form).status_code == 302


@pytest.mark.parametrize("old_hash", [False, True])
@pytest.mark.parametrize("change", [by_command, by_admin, by_user, by_code])
def test_new_password_revokes_the_tokens_of_its_user(
    change: Callable[..., None], old_hash: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = somebody(VIEWER, password="right")
    if old_hash:
        with_old_hash(user)
    other, _ = AuthToken.objects.create(User.objects.create_user("other"))
    script = with_token(user)
    assert script.get(ADDRESS).status_code == 200
    change(user, monkeypatch)
    user.refresh_from_db()
    assert user.check_password(NEW)
    refusal(script.get(ADDRESS))
    assert AuthToken.objects.get() == other
    assert with_token(user).get(ADDRESS).status_code == 200


def test_password_that_is_taken_away_revokes_tokens_too() -> None:
    user = somebody(VIEWER, password="right")
    script = with_token(user)
    change_in_admin(user, **{"usable_password": "false", "unset-password": ""})
    user.refresh_from_db()
    assert not user.has_usable_password()
    refusal(script.get(ADDRESS))


def test_other_changes_of_a_user_leave_the_tokens() -> None:
    user = somebody(VIEWER, password="right")
    script = with_token(user)
    user.email = "somebody@example.com"
    user.save()
    assert user.check_password("right")
    assert not user.check_password("wrong")
    assert script.get(ADDRESS).status_code == 200


def test_hash_is_as_strong_as_owasp_asks() -> None:
    kind, variant, _, parameters, *_ = make_password("right").split("$")
    found = {key: int(value) for key, _, value in (p.partition("=") for p in parameters.split(","))}
    assert (kind, variant) == ("argon2", "argon2id")
    assert found["m"] >= 19 * 1024
    assert found["t"] >= 2
