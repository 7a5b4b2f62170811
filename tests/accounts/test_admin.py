"""Admin pages of users, groups and tokens, and what all pages share."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import Settings

from decisions.models import DecisionTraceKey, EntityUse, InteractionKey, RunKey
from summaries.models import LogWatermark
from tests.offers.test_admin import (
    address,
    assert_constant_queries,
    queries,
    signed_in,
)

pytestmark = pytest.mark.django_db

USER_ADMIN = ("auth.view_user", "auth.add_user", "auth.change_user", "auth.delete_user")


def make_user(number: int, **fields: Any) -> User:
    return User.objects.create_user(f"someone{number}", password="a long password", **fields)


def test_every_entity_has_pages() -> None:
    """All but sums and memberships, whose keys are composite, and the log's own bookkeeping."""
    without = {
        model
        for app in ("offers", "decisions", "segments", "summaries")
        for model in apps.get_app_config(app).get_models()
        if not (admin.site.is_registered(model) or model._meta.is_composite_pk)
    }
    assert without == {InteractionKey, DecisionTraceKey, RunKey, EntityUse, LogWatermark}


def test_index_leads_to_all_pages_that_the_user_may_see() -> None:
    index = reverse("admin:index")
    page = signed_in().get(index).content.decode()
    for model in admin.site._registry:
        assert address(model, "changelist") in page
    page = signed_in("offers.view_offer").get(index).content.decode()
    assert page.count("/admin/offers/offer/") >= 1
    assert "/admin/decisions/run/" not in page


def test_pages_open_with_constant_queries() -> None:
    assert_constant_queries(User, make_user)
    assert_constant_queries(Group, lambda number: Group.objects.create(name=f"group {number}"))


def test_tokens_are_listed_without_their_digests_and_revoked() -> None:
    client = signed_in()
    client.get(reverse("admin:index"))
    path = address(AuthToken, "changelist")
    tokens = [AuthToken.objects.create(make_user(number))[0] for number in range(3)]
    with_three = queries(client, path)
    tokens += [AuthToken.objects.create(make_user(number))[0] for number in range(3, 30)]
    assert queries(client, path) == with_three
    page = client.get(path).content.decode()
    for token in tokens:
        assert token.token_key in page
        assert token.digest not in page
    for user in (tokens[0].user, tokens[29].user):
        assert user.username in page
    assert client.get(f"{path}add/").status_code == 404

    revoked, *others = tokens
    data = {"action": "revoke", "_selected_action": revoked.token_key}
    assert client.post(path, data).status_code == 302
    assert set(AuthToken.objects.all()) == set(others)
    assert revoked.digest not in client.get(reverse("admin:index")).content.decode()


def test_tokens_are_revoked_only_with_permission() -> None:
    token, _ = AuthToken.objects.create(make_user(1))
    data = {"action": "revoke", "_selected_action": token.token_key}
    path = address(AuthToken, "changelist")
    signed_in("knox.view_authtoken", "knox.change_authtoken").post(path, data)
    assert AuthToken.objects.get() == token
    signed_in("knox.view_authtoken", "knox.delete_authtoken").post(path, data)
    assert not AuthToken.objects.exists()


def test_tokens_are_filtered_by_validity() -> None:
    user = make_user(1)
    forever, _ = AuthToken.objects.create(user)
    valid, _ = AuthToken.objects.create(user, expiry=timedelta(days=1))
    expired, _ = AuthToken.objects.create(user, expiry=timedelta(days=1))
    AuthToken.objects.filter(pk=expired.pk).update(expiry=timezone.now())
    client = signed_in()
    for choice, expected in {"yes": {forever, valid}, "no": {expired}}.items():
        page = client.get(address(AuthToken, "changelist"), {"valid": choice}).context["cl"]
        assert set(page.result_list) == expected


def test_deleting_a_user_shows_no_digest() -> None:
    user = make_user(1)
    token, _ = AuthToken.objects.create(user)
    client = signed_in()
    path = address(User, "delete", user.pk)
    page = client.get(path).content.decode()
    assert "someone1" in page
    assert token.digest not in page
    assert client.post(path, {"post": "yes"}).status_code == 302
    assert not AuthToken.objects.exists()


def test_superuser_gives_rights() -> None:
    user, group = make_user(1), Group.objects.create(name="editors")
    data = {
        "username": "someone1",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [group.pk],
    }
    assert signed_in().post(address(User, "change", user.pk), data).status_code == 302
    user.refresh_from_db()
    assert user.is_superuser
    assert user.groups.get() == group


def test_others_give_nobody_rights() -> None:
    user, group = make_user(1), Group.objects.create(name="editors")
    permission = Permission.objects.get(codename="delete_offer")
    data = {
        "username": "renamed",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [group.pk],
        "user_permissions": [permission.pk],
    }
    client = signed_in(*USER_ADMIN)
    assert client.post(address(User, "change", user.pk), data).status_code == 302
    password = {"password1": "quite some words", "password2": "quite some words"}
    added = {**data, **password, "username": "added", "usable_password": "true"}
    assert client.post(address(User, "add"), added).status_code == 302
    for changed in User.objects.filter(username__in=["renamed", "added"]):
        assert not changed.is_superuser
        assert not changed.is_staff
        assert not changed.groups.exists()
        assert not changed.user_permissions.exists()
    assert User.objects.filter(username__in=["renamed", "added"]).count() == 2


@pytest.mark.parametrize("kind", ["superuser", "inactive superuser", "more rights", "group"])
def test_others_do_not_take_over_accounts_with_more_rights(kind: str) -> None:
    user = make_user(1, is_superuser="superuser" in kind, is_active="inactive" not in kind)
    permission = Permission.objects.get(codename="delete_offer")
    if kind == "more rights":
        user.user_permissions.add(permission)
    if kind == "group":
        group = Group.objects.create(name="editors")
        group.permissions.add(permission)
        user.groups.add(group)
    client = signed_in(*USER_ADMIN)
    assert client.get(address(User, "change", user.pk)).status_code == 200  # looking is allowed
    password = {"password1": "quite some words", "password2": "quite some words"}
    for path, data in {
        address(User, "change", user.pk): {"username": "taken", "is_active": "on"},
        address(User, "delete", user.pk): {"post": "yes"},
        reverse("admin:auth_user_password_change", args=[user.pk]): password,
    }.items():
        assert client.post(path, data).status_code == 403, path
    everyone = {"action": "delete_selected", "_selected_action": user.pk, "post": "yes"}
    client.post(address(User, "changelist"), everyone)
    user.refresh_from_db()
    assert user.username == "someone1"
    assert user.check_password("a long password")


def test_others_change_passwords_of_accounts_with_no_more_rights() -> None:
    user = make_user(1)
    path = reverse("admin:auth_user_password_change", args=[user.pk])
    password = {"password1": "quite some words", "password2": "quite some words"}
    data = {**password, "usable_password": "true"}
    assert signed_in(*USER_ADMIN).post(path, data).status_code == 302
    user.refresh_from_db()
    assert user.check_password("quite some words")


def test_groups_are_changed_by_superusers_alone() -> None:
    group = Group.objects.create(name="editors")
    client = signed_in(
        "auth.view_group", "auth.add_group", "auth.change_group", "auth.delete_group"
    )
    path = address(Group, "change", group.pk)
    assert client.get(path).status_code == 200
    assert client.post(path, {"name": "x"}).status_code == 403
    assert client.get(address(Group, "add")).status_code == 403
    assert client.get(address(Group, "delete", group.pk)).status_code == 403
    assert signed_in().post(path, {"name": "x"}).status_code == 302


def test_content_security_policy_lets_the_admin_work_and_nothing_else(
    settings: Settings, client: Client
) -> None:
    settings.MIDDLEWARE = [
        "config.csp.AdminAwareCSPMiddleware" if "csp" in name.split(".") else name
        for name in settings.MIDDLEWARE
    ]
    for admin_page in (client.get(reverse("admin:login")), signed_in().get("/admin/")):
        directives = admin_page["Content-Security-Policy"].split("; ")
        assert "script-src 'self' 'unsafe-inline' 'unsafe-eval'" in directives
        assert "default-src 'self'" in directives
        assert "frame-ancestors 'none'" in directives
    elsewhere = client.get("/nothing-here")["Content-Security-Policy"]
    assert "script-src" not in elsewhere
    assert "default-src 'self'" in elsewhere.split("; ")
