"""Admin pages of the catalogue."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.admin_base import estimated_rows
from offers.models import (
    Approval,
    Budget,
    Category,
    Channel,
    Creative,
    Entity,
    Experiment,
    Journey,
    Offer,
    Trigger,
)

E = TypeVar("E", bound=Entity)

pytestmark = pytest.mark.django_db


def address(model: type[models.Model], page: str, *args: int | str) -> str:
    """Where a page of `model` is."""
    return reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}",
        args=[quote(arg) for arg in args],
    )


def signed_in(*permissions: str) -> Client:
    """A browser of a staff member with the permissions ("app.codename"), or of a superuser."""
    user = User.objects.create(
        username=f"user{User.objects.count()}", is_staff=True, is_superuser=not permissions
    )
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    client = Client()
    client.force_login(user)
    return client


def queries(client: Client, path: str) -> int:
    """How many queries the page takes, which must open."""
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    assert response.status_code == 200, path
    return len(captured)


def assert_constant_queries(model: type[models.Model], make: Callable[[int], models.Model]) -> None:
    """The list takes as many queries for 30 rows as for 3 and links them all; their pages open."""
    client = signed_in()
    client.get(reverse("admin:index"))
    rows = [make(number) for number in range(3)]
    with_three = queries(client, address(model, "changelist"))
    rows += [make(number) for number in range(3, 30)]
    assert queries(client, address(model, "changelist")) == with_three
    shown = client.get(address(model, "changelist")).content.decode()
    for row in rows:
        assert address(model, "change", row.pk) in shown
    queries(client, address(model, "change", rows[0].pk))


def named(model: type[E], number: int, **fields: Any) -> E:
    """A row of `model` with an id and a name."""
    return model._default_manager.create(
        external_id=f"{model._meta.model_name}_{number}", name=f"Name {number}", **fields
    )


def make_offer(number: int) -> Offer:
    return named(Offer, number, category=named(Category, number), status="active")


def make_creative(number: int) -> Creative:
    channel = named(Channel, number, type="web")
    return named(Creative, number, offer=make_offer(number), channel=channel)


def make_budget(number: int) -> Budget:
    return named(
        Budget,
        number,
        scope="offer",
        offer=make_offer(number),
        period_start=date(2026, 1, 1),
        period_end=date(2026, 1, 31),
        allocated=Decimal(100),
    )


def make_approval(number: int) -> Approval:
    return Approval.objects.create(
        external_id=f"approval_{number}", entity_type="offer", entity_id="o", action="create"
    )


@pytest.mark.parametrize(
    ("model", "make"),
    [
        (Category, lambda number: named(Category, number)),
        (Channel, lambda number: named(Channel, number, type="sms")),
        (Offer, make_offer),
        (Creative, make_creative),
        (Experiment, lambda number: named(Experiment, number)),
        (Journey, lambda number: named(Journey, number)),
        (Trigger, lambda number: named(Trigger, number)),
        (Approval, make_approval),
        (Budget, make_budget),
    ],
)
def test_pages_open_with_constant_queries(
    model: type[models.Model], make: Callable[[int], models.Model]
) -> None:
    assert_constant_queries(model, make)


def test_search_finds_by_id_and_by_name() -> None:
    named(Channel, 1, type="sms")
    Channel.objects.create(external_id="post", name="Letters", type="direct_mail")
    client = signed_in()
    for term in ("post", "letter"):
        page = client.get(address(Channel, "changelist"), {"q": term}).content.decode()
        assert "Letters" in page
        assert "Name 1" not in page


def test_viewer_looks_and_changes_nothing() -> None:
    offer = make_offer(1)
    client = signed_in("offers.view_offer")
    assert "Name 1" in client.get(address(Offer, "changelist")).content.decode()
    change = address(Offer, "change", offer.pk)
    page = client.get(change)
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert client.post(change, {"name": "Other", "status": "draft"}).status_code == 403
    assert client.get(address(Offer, "add")).status_code == 403
    client.post(
        address(Offer, "changelist"), {"action": "mark_as_deleted", "_selected_action": offer.pk}
    )
    offer.refresh_from_db()
    assert (offer.name, offer.deleted_at) == ("Name 1", None)


def test_editor_changes_all_but_the_id() -> None:
    offer = make_offer(1)
    client = signed_in("offers.view_offer", "offers.change_offer", "offers.view_category")
    response = client.post(
        address(Offer, "change", offer.pk),
        {"external_id": "other", "name": "Other", "status": "paused", "category": ""},
    )
    assert response.status_code == 302
    offer.refresh_from_db()
    assert (offer.external_id, offer.name, offer.status) == ("offer_1", "Other", "paused")
    assert offer.category is None


def test_offers_are_marked_as_deleted_and_restored() -> None:
    offer, other = make_offer(1), make_offer(2)
    client = signed_in()
    change_list = address(Offer, "changelist")
    before = timezone.now()
    client.post(change_list, {"action": "mark_as_deleted", "_selected_action": offer.pk})
    offer.refresh_from_db()
    other.refresh_from_db()
    assert offer.deleted_at is not None
    assert before <= offer.deleted_at <= timezone.now()
    assert other.deleted_at is None
    assert LogEntry.objects.get().object_id == str(offer.pk)
    for choice, listed in {"yes": (True, False), "no": (False, True)}.items():
        page = client.get(change_list, {"deleted": choice}).content.decode()
        assert ("offer_1" in page, "offer_2" in page) == listed

    client.post(change_list, {"action": "restore", "_selected_action": [offer.pk, other.pk]})
    offer.refresh_from_db()
    assert offer.deleted_at is None


@pytest.mark.parametrize("model", [Offer, Channel, Creative])
def test_what_the_log_refers_to_cannot_be_deleted(model: type[models.Model]) -> None:
    creative = make_creative(1)
    rows: dict[type[models.Model], models.Model] = {
        Creative: creative,
        Offer: creative.offer,
        Channel: creative.channel,
    }
    row = rows[model]
    client = signed_in()
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    client.post(
        address(model, "changelist"),
        {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"},
    )
    assert model._default_manager.filter(pk=row.pk).exists()


def test_category_in_use_stays_and_an_unused_one_goes() -> None:
    used, unused = make_offer(1).category, named(Category, 2)
    assert used is not None
    client = signed_in()
    for category in (used, unused):
        client.post(address(Category, "delete", category.pk), {"post": "yes"})
    assert list(Category.objects.all()) == [used]


BUDGET = {
    "external_id": "b",
    "name": "B",
    "scope": "global",
    "period_start": "2026-01-01",
    "period_end": "2026-01-31",
    "allocated": "100",
}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "offer"}, "The scope is offer: name the offer."),
        ({"scope": "channel"}, "The scope is channel: name the channel."),
        ({"category": "CATEGORY"}, "The scope is global: leave the category empty."),
        ({"scope": "offer", "category": "CATEGORY"}, "leave the category empty."),
        ({"period_end": "2025-12-31"}, "The period ends before it starts."),
        ({"allocated": "-1"}, "The allocated amount is negative."),
    ],
)
def test_budget_that_contradicts_itself_is_a_form_error(
    changes: dict[str, str], error: str
) -> None:
    category = named(Category, 1)
    data = {**BUDGET, **changes}
    if "category" in data:
        data["category"] = str(category.pk)
    response = signed_in().post(address(Budget, "add"), data)
    assert response.status_code == 200
    assert error in response.content.decode()
    assert not Budget.objects.exists()


def test_budget_with_its_target_is_saved() -> None:
    category = named(Category, 1)
    data = {**BUDGET, "scope": "category", "category": str(category.pk)}
    assert signed_in().post(address(Budget, "add"), data).status_code == 302
    assert Budget.objects.get().category == category


def test_taken_id_is_a_form_error() -> None:
    named(Trigger, 1)
    response = signed_in().post(
        address(Trigger, "add"), {"external_id": "trigger_1", "name": "N", "status": "draft"}
    )
    assert response.status_code == 200
    assert "already exists" in response.content.decode()


@pytest.mark.parametrize("character", ["\n", "\x1b", "\x7f", "\x85"])
def test_control_character_in_an_id_is_a_form_error(character: str) -> None:
    """No event file could have brought it in, and no page of the site would open."""
    response = signed_in().post(
        address(Trigger, "add"), {"external_id": f"a{character}b", "name": "N", "status": "draft"}
    )
    assert response.status_code == 200
    assert f"U+{ord(character):04X}" in response.content.decode()
    assert not Trigger.objects.exists()


@pytest.mark.parametrize(("word", "accepted"), [("carrier_pigeon", True), ("Pigeon", False)])
def test_channel_may_be_of_any_type_that_is_a_word(word: str, *, accepted: bool) -> None:
    client = signed_in()
    data = {"external_id": "c", "name": "N", "type": word, "status": "draft"}
    response = client.post(address(Channel, "add"), data)
    assert (response.status_code == 302) == accepted == Channel.objects.exists()
    if accepted:
        page = client.get(address(Channel, "changelist"), {"type": word}).content.decode()
        assert address(Channel, "change", Channel.objects.get().pk) in page
    else:
        assert "a word of small letters" in response.content.decode()


def test_estimate_knows_an_ordinary_table() -> None:
    Category.objects.bulk_create(
        Category(external_id=str(number), name="") for number in range(500)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE offers_category")
    assert estimated_rows(Category) == 500
