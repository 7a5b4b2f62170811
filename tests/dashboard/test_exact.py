"""Every answer over HTTP equals what the oracle makes of the event rows."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from dashboard.services import REGISTRY
from segments.materialisation import materialise
from segments.models import Segment
from tests.bundles import Bundle, bundles, ids_of
from tests.loading import empty_database, load
from tests.oracle import answer, same
from tests.questions import one_of_each

ADDRESS = "/api/v1/dashboard-data"
ZONES = ["UTC", "America/New_York", "Australia/Lord_Howe"]


@pytest.fixture(params=ZONES)
def time_zone(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    """The reporting time zone, as if the process had been started with it."""
    before = settings.REPORTING_TIME_ZONE
    settings.REPORTING_TIME_ZONE = request.param
    _use(request.param)
    yield request.param
    _use(before)


def _use(time_zone: str) -> None:
    for connection in connections.all():
        connection.settings_dict["TIME_ZONE"] = time_zone
        for cached in ("timezone", "timezone_name"):
            connection.__dict__.pop(cached, None)
        connection.close()


@pytest.fixture
def client(transactional_db: None) -> Client:
    """A browser of somebody who may ask."""
    client = Client()
    client.force_login(User.objects.create_superuser("someone"))
    return client


def ask(client: Client, parameters: dict[str, str]) -> dict[str, Any]:
    """The answer."""
    response = client.get(ADDRESS, parameters)
    assert response.status_code == 200, response.content
    envelope: dict[str, Any] = response.json()
    return envelope


@pytest.mark.django_db(transaction=True, databases=["default", "answers"])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_every_answer_is_exact(data: st.DataObject, client: Client, time_zone: str) -> None:
    empty_database()
    bundle: Bundle = data.draw(bundles(datetime.now(UTC), time_zone))
    load(bundle)
    known = ids_of(bundle, "segments")
    materialised = data.draw(st.sets(st.sampled_from(known)) if known else st.just(set()))
    for segment in Segment.objects.filter(external_id__in=materialised):
        materialise(segment.pk)
    for parameters in data.draw(one_of_each(bundle, REGISTRY)):
        actual = ask(client, parameters)
        as_of = datetime.fromisoformat(actual["asOf"])
        assert same(answer(bundle, parameters, as_of, time_zone, materialised), actual)
