"""Admin pages of customers and segments."""

import json
from threading import Timer
from typing import Any

import psycopg
import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from segments.models import Customer, Segment, SegmentMembership
from tests.offers.test_admin import (
    address,
    assert_constant_queries,
    named,
    signed_in,
)

pytestmark = pytest.mark.django_db


def make_customer(number: int) -> Customer:
    customer = Customer.objects.create(customer_id=f"customer_{number}", attributes={"age": 42})
    SegmentMembership.objects.create(customer_id=customer.pk, segment=make_segment(number))
    return customer


def make_segment(number: int) -> Segment:
    return named(Segment, number, materialized_at=timezone.now(), customer_count=1)


@pytest.mark.parametrize(("model", "make"), [(Customer, make_customer), (Segment, make_segment)])
def test_pages_open_with_constant_queries(model: type[models.Model], make: Any) -> None:
    assert_constant_queries(model, make)


def save_segment(filters: str) -> str | None:
    """The page that says what is wrong with the filters, None if there is nothing wrong."""
    response = signed_in().post(
        address(Segment, "add"),
        {"external_id": "s", "name": "S", "status": "active", "filters": filters},
    )
    return response.content.decode() if response.status_code == 200 else None


@pytest.mark.parametrize(
    ("filters", "error"),
    [
        ("{}", "filters must be a list"),
        ("[1]", "filter 1 must be an object"),
        ('[{"field": "a", "operator": "is_set"}, {"operator": "eq"}]', "filter 2: field"),
        ('[{"field": "a", "operator": "like", "value": 1}]', "filter 1: operator is"),
        ('[{"field": "a", "operator": "in", "value": 1}]', "must be a list"),
        ('[{"field": "a", "operator": "not_in", "value": {"b": 1}}]', "must be a list"),
        ('[{"field": "a", "operator": "gt", "value": null}]', "filter 1: gt needs a value"),
        ('[{"field": "a", "operator": "eq"}]', "filter 1: eq needs a value"),
        ('[{"field": "a", "operator": "eq", "value": "\\u0000"}]', "NUL"),
        ('[{"field": "a", "operator": "eq", "value": NaN}]', "This cannot be stored"),
        ('[{"field": "a", "operator": "eq", "value": "\\ud800"}]', "This cannot be stored"),
        ('[{"field": "a", "operator": "eq", "value": ' + "9" * 5000 + "}]", "cannot be stored"),
        ("[" * 100_000, "cannot be stored"),
        ("[", "Enter a valid JSON"),
    ],
)
def test_filters_that_mean_nothing_are_a_form_error(filters: str, error: str) -> None:
    page = save_segment(filters)
    assert page is not None
    assert error in page
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    "filters",
    [
        [],
        [{"field": "age", "operator": "gte", "value": 18}],
        [{"field": "age", "operator": "gte", "value": True}],
        [{"field": "a", "operator": "is_not_set"}, {"field": "b", "operator": "in", "value": []}],
    ],
)
def test_filters_are_saved(filters: list[Any]) -> None:
    assert save_segment(json.dumps(filters)) is None
    assert Segment.objects.get().filters == filters


def test_changing_the_filters_makes_the_segment_not_materialised() -> None:
    segment = make_segment(1)
    data = {"name": "S", "status": "active", "filters": '[{"field": "a", "operator": "is_set"}]'}
    client = signed_in()
    assert client.post(address(Segment, "change", segment.pk), data).status_code == 302
    segment.refresh_from_db()
    assert segment.materialized_at is None
    page = client.get(address(Segment, "change", segment.pk)).content.decode()
    assert "not materialised" in page


def test_segment_shows_how_many_customers_match_now_and_the_sql() -> None:
    for age in (17, 18, 40):
        Customer.objects.create(customer_id=f"c{age}", attributes={"<b>'%": age})
    filters = [{"field": "<b>'%", "operator": "gte", "value": 18}]
    segment = named(Segment, 1, filters=filters)
    client = signed_in("segments.view_segment")
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address(Segment, "change", segment.pk)).content.decode()
    assert sum("SELECT count(*) FROM (" in query["sql"] for query in captured) == 1
    assert "2 customers match now." in page
    assert "FROM segments_customer" in page
    assert "(attributes -&gt; &#x27;&lt;b&gt;&#x27;&#x27;%&#x27;) &gt;= &#x27;18&#x27;" in page
    assert "<b>'" not in page


def test_preview_gives_up_after_half_the_time_of_a_request(settings: Settings) -> None:
    settings.ANSWER_TIMEOUT_SECONDS = 0.002
    Customer.objects.bulk_create(
        Customer(customer_id=f"c{number}", attributes={"age": 42}) for number in range(50_000)
    )
    segment = named(Segment, 1, filters=[{"field": "age", "operator": "gte", "value": 18}])
    page = signed_in().get(address(Segment, "change", segment.pk))
    assert page.status_code == 200
    assert "than can be counted in 0.001 s" in page.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_preview_says_what_is_wrong_with_filters_that_others_stored() -> None:
    segment = named(Segment, 1, filters=[{"field": "age", "operator": "like"}])
    page = signed_in().get(address(Segment, "change", segment.pk)).content.decode()
    assert "cannot be used: filter 1: operator is &#x27;like&#x27;" in page


def materialise_from_the_list(client: Client, *segments: Segment) -> str:
    """The list after its action."""
    data = {"action": "materialise", "_selected_action": [segment.pk for segment in segments]}
    path = address(Segment, "changelist")
    return client.post(path, data, follow=True).content.decode()


def test_segments_are_materialised_from_the_list() -> None:
    Customer.objects.create(customer_id="c", attributes={})
    right = named(Segment, 1)
    wrong = named(Segment, 2, filters=[{"field": "age", "operator": "like"}])
    page = materialise_from_the_list(signed_in(), right, wrong)
    assert "segment_1: 1 joined, 0 left, 1 members." in page
    assert "segment_2 is left as it was: filter 1: operator is" in page
    right.refresh_from_db()
    assert right.customer_count == 1


def test_viewer_materialises_nothing() -> None:
    segment = named(Segment, 1)
    materialise_from_the_list(signed_in("segments.view_segment"), segment)
    segment.refresh_from_db()
    assert segment.materialized_at is None


def test_saving_a_name_leaves_a_materialisation_that_came_between_alone() -> None:
    segment = make_segment(1)
    data = {"name": "Renamed", "status": "draft", "filters": "[]"}
    with CaptureQueriesContext(connection) as captured:
        signed_in().post(address(Segment, "change", segment.pk), data)
    (update,) = [q["sql"] for q in captured if 'UPDATE "segments_segment"' in q["sql"]]
    assert "Renamed" in update
    assert "materialized_at" not in update


def test_segment_cannot_be_deleted() -> None:
    segment = make_segment(1)
    path = address(Segment, "delete", segment.pk)
    assert signed_in().post(path, {"post": "yes"}).status_code == 403


def test_members_are_the_customers_of_a_segment_and_name_it() -> None:
    member, other = make_customer(1), make_customer(2)
    segment = Segment.objects.get(external_id="segment_1")
    client = signed_in()
    page = client.get(address(Segment, "change", segment.pk)).content.decode()
    link = f"{address(Customer, 'changelist')}?segment={segment.pk}"
    assert link in page
    listed = client.get(link).context["cl"].result_list
    assert list(listed) == [member]
    page = client.get(address(Customer, "change", member.pk)).content.decode()
    assert address(Segment, "change", segment.pk) in page
    page = client.get(address(Customer, "change", other.pk)).content.decode()
    assert address(Segment, "change", segment.pk) not in page
    nonsense = client.get(address(Customer, "changelist"), {"segment": "x"})
    assert not nonsense.context["cl"].result_list


def test_customers_are_found_by_the_beginning_of_their_id_in_an_index() -> None:
    Customer.objects.bulk_create(
        Customer(customer_id=f"c{number}", attributes={}) for number in range(20_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE segments_customer")
    client = signed_in()
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address(Customer, "changelist"), {"q": "c1999"}).context["cl"]
    expected = ["c1999", *(f"c1999{digit}" for digit in range(10))]
    assert [row.pk for row in page.result_list] == expected
    read = [q["sql"] for q in captured if 'FROM "segments_customer"' in q["sql"]]
    assert read
    with connection.cursor() as cursor:
        for sql in read:
            cursor.execute(f"EXPLAIN {sql}")
            assert "Seq Scan" not in "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("attributes", "error"),
    [
        ("[]", "use an object"),
        ('"text"', "use an object"),
        ('{"a": "\\u0000"}', "The database refuses this"),
    ],
)
def test_attributes_that_are_no_object_are_a_form_error(attributes: str, error: str) -> None:
    customer = make_customer(1)
    response = signed_in().post(
        address(Customer, "change", customer.pk), {"attributes": attributes}
    )
    assert response.status_code == 200
    assert error in response.content.decode()
    customer.refresh_from_db()
    assert customer.attributes == {"age": 42}


def test_id_of_a_customer_stays() -> None:
    customer = make_customer(1)
    data = {"customer_id": "other", "attributes": '{"age": 43}'}
    path = address(Customer, "change", customer.pk)
    assert signed_in().post(path, data).status_code == 302
    assert [(row.pk, row.attributes) for row in Customer.objects.all()] == [
        ("customer_1", {"age": 43})
    ]


@pytest.mark.django_db(transaction=True)
def test_materialising_may_take_longer_than_a_request(settings: Settings) -> None:
    settings.ANSWER_TIMEOUT_SECONDS = 0.5
    segment = named(Segment, 1)
    client = signed_in()
    with psycopg.connect(**connection.get_connection_params(), autocommit=False) as other:
        other.execute("LOCK TABLE segments_segmentmembership IN ACCESS EXCLUSIVE MODE")
        Timer(2, other.rollback).start()
        page = materialise_from_the_list(client, segment)
    assert "0 members" in page
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_viewer_sees_segments_and_changes_none() -> None:
    segment = make_segment(1)
    client = signed_in("segments.view_segment")
    path = address(Segment, "change", segment.pk)
    assert client.get(path).status_code == 200
    data = {"name": "S", "status": "active", "filters": "[]"}
    assert client.post(path, data).status_code == 403
    assert client.get(address(Segment, "add")).status_code == 403
