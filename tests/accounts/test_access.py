"""Who gets in, how often, and what the others hear."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.throttling import UserRateThrottle

from accounts.roles import ADMIN, VIEWER
from tests.dashboard.test_endpoint import error
from tests.support.shop import ADDRESS

pytestmark = pytest.mark.django_db(databases=["default", "answers"])


def somebody(*groups: str, **fields: Any) -> User:
    """A user in these groups."""
    user = User.objects.create_user("somebody", **fields)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def with_token(user: User, **options: Any) -> Client:
    """A script with a token of the user."""
    token = AuthToken.objects.create(user, **options)[1]
    return Client(headers={"authorization": f"Bearer {token}"})


def signed_in(user: User) -> Client:
    """A browser in which the user signed in."""
    client = Client()
    client.force_login(user)
    return client


def refusal(response: Any) -> dict[str, Any]:
    """The error of someone who is not known."""
    assert response.status_code == 401
    assert response["www-authenticate"] == "Bearer"
    found = error(response)
    assert found["code"] == "UNAUTHENTICATED"
    return found


@pytest.mark.parametrize("enter", [with_token, signed_in])
@pytest.mark.parametrize(
    ("groups", "fields"),
    [
        ([VIEWER], {}),
        ([ADMIN], {}),
        ([VIEWER, ADMIN], {}),
        ([], {"is_superuser": True}),
    ],
)
def test_viewers_and_admins_get_in(enter: Any, groups: list[str], fields: dict[str, Any]) -> None:
    assert enter(somebody(*groups, **fields)).get(ADDRESS).status_code == 200


@pytest.mark.parametrize("enter", [with_token, signed_in])
@pytest.mark.parametrize("fields", [{}, {"is_staff": True}])
def test_user_without_a_role_is_forbidden(enter: Any, fields: dict[str, Any]) -> None:
    Group.objects.create(name="viewers")
    client = enter(somebody("viewers", **fields))
    response = client.get(ADDRESS)
    found = error(response)
    assert (response.status_code, found["code"]) == (403, "FORBIDDEN")
    assert "viewer" in found["message"]


@pytest.mark.parametrize("groups", [[], [VIEWER]])
def test_role_comes_before_anything_is_looked_up(groups: list[str]) -> None:
    client = with_token(somebody(*groups)) if not groups else Client()
    expected = 401 if groups else 403
    with CaptureQueriesContext(connections["answers"]) as looked_up:
        for query in ("?type=nothing", "?days=0", "?days=1&days=2", "?type=funnel"):
            assert client.get(ADDRESS + query).status_code == expected
        for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"):
            assert client.generic(method, ADDRESS).status_code == expected
        assert client.options(ADDRESS).status_code == expected
    assert not looked_up.captured_queries


@pytest.mark.parametrize("enter", [with_token, signed_in])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_other_methods_are_not_allowed(enter: Any, method: str) -> None:
    client = enter(somebody(VIEWER))
    client.handler.enforce_csrf_checks = True
    for body, kind in [(b"", ""), (b"{", "application/json"), (b"\0", "multipart/form-data")]:
        response = client.generic(method, f"{ADDRESS}?days=0", body, kind)
        found = error(response)
        assert (response.status_code, found["code"]) == (405, "METHOD_NOT_ALLOWED")
        assert response["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer a b",
        "Token abc",
        "Basic YTpi",
        "bearer \0",
        *(
            "Bearer \xff\xfe",
            "Bearer é",
            "Bearer ☃",
            "\xff",
            "☃",
            "Bearer " + "a" * 100_000,
            "Bearer,",
        ),
        "Bearer ''--",
        "Bearer %00",
        "Bearer \t\n",
        "Bearer \uff10",
    ],
)
def test_whoever_is_not_known_is_told_how_to_become_so(header: str) -> None:
    found = refusal(Client(headers={"authorization": header}).get(ADDRESS))
    assert len(found["message"]) < 200


def test_no_credentials() -> None:
    refusal(Client().get(ADDRESS))
    client = Client()
    client.cookies["sessionid"] = "nobody's"
    refusal(client.get(ADDRESS))


def test_token_must_be_whole_and_exact() -> None:
    token = AuthToken.objects.create(somebody(VIEWER))[1]
    for wrong in (token[:-1], token + "0", token.upper(), token[:20], token[::-1]):
        refusal(Client(headers={"authorization": f"Bearer {wrong}"}).get(ADDRESS))
    for right in (f"bearer {token}", f"BEARER  {token}"):
        assert Client(headers={"authorization": right}).get(ADDRESS).status_code == 200


def test_revoked_token_is_worthless_and_the_others_are_not() -> None:
    user = somebody(VIEWER)
    revoked = with_token(user)
    AuthToken.objects.get().delete()
    other = with_token(user)
    refusal(revoked.get(ADDRESS))
    assert other.get(ADDRESS).status_code == 200


def test_expired_token_is_worthless_and_the_others_are_not() -> None:
    user = somebody(VIEWER)
    expired = with_token(user, expiry=timedelta(seconds=-1))
    other = with_token(user, expiry=timedelta(days=1))
    refusal(expired.get(ADDRESS))
    assert other.get(ADDRESS).status_code == 200
    AuthToken.objects.update(expiry=timezone.now())
    refusal(other.get(ADDRESS))


@pytest.mark.parametrize("enter", [with_token, signed_in])
def test_user_who_was_switched_off_is_not_known(enter: Any) -> None:
    user = somebody(ADMIN)
    client = enter(user)
    user.is_active = False
    user.save()
    refusal(client.get(ADDRESS))


@pytest.mark.parametrize("enter", [with_token, signed_in])
def test_losing_the_role_counts_at_once(enter: Any) -> None:
    user = somebody(VIEWER)
    client = enter(user)
    assert client.get(ADDRESS).status_code == 200
    user.groups.clear()
    assert client.get(ADDRESS).status_code == 403


def test_signing_out_ends_the_session() -> None:
    client = signed_in(somebody(VIEWER))
    client.logout()
    refusal(client.get(ADDRESS))


def test_wrong_token_is_not_made_good_by_a_session() -> None:
    client = signed_in(somebody(VIEWER))
    refusal(client.get(ADDRESS, headers={"authorization": "Bearer wrong"}))
    # What a proxy in front of the pages may add is no token.
    basic = client.get(ADDRESS, headers={"authorization": "Basic YTpi"})
    assert basic.status_code == 200


def test_throttle_is_per_user_and_says_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    monkeypatch.setattr(UserRateThrottle, "timer", lambda _self: 1000.25)
    first = somebody(VIEWER)
    other = User.objects.create_superuser("other")
    clients = [with_token(first), signed_in(first)]
    assert [client.get(ADDRESS).status_code for client in clients] == [200, 200]
    response = clients[0].get(ADDRESS, {"days": "0"})
    found = error(response)
    assert (response.status_code, found["code"]) == (429, "THROTTLED")
    assert response["retry-after"] == "60"
    assert with_token(other).get(ADDRESS).status_code == 200
    monkeypatch.setattr(UserRateThrottle, "timer", lambda _self: 1060.2)
    assert clients[1].get(ADDRESS)["retry-after"] == "1"
    monkeypatch.setattr(UserRateThrottle, "timer", lambda _self: 1060.25)
    assert clients[1].get(ADDRESS).status_code == 200
    cache.clear()


def test_refused_requests_do_not_use_up_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "1/day"})
    user = somebody()
    client = with_token(user)
    for _ in range(3):
        assert client.get(ADDRESS).status_code == 403
        refusal(Client().get(ADDRESS))
    user.groups.set(Group.objects.filter(name=VIEWER))
    assert client.get(ADDRESS).status_code == 200
    cache.clear()
