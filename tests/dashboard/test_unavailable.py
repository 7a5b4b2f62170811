"""A database that is slow or away is something that clients can wait for; other faults are ours."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client
from pytest_django import Settings
from werkzeug.test import Client as WSGIClient

from tests.dashboard.test_endpoint import error
from tests.support.shop import ADDRESS, Shop


@pytest.fixture
def altered() -> Iterator[Any]:
    """Changes settings of a connection, as long as the test lasts."""
    before = {alias: {**connections[alias].settings_dict} for alias in settings.DATABASES}

    def alter(alias: str, **changes: Any) -> None:
        connections[alias].close()
        connections[alias].settings_dict.update(changes)

    yield alter
    for alias, was in before.items():
        alter(alias, **was)


def browser(user: User) -> Client:
    """Where the user signed in."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def assert_unavailable(response: Any) -> None:
    """The response tells to come back, and nothing else."""
    found = error(response)
    assert (response.status_code, found["code"]) == (503, "UNAVAILABLE")
    assert int(response["retry-after"]) >= 1
    for inside in ("Traceback", "SELECT", "psycopg", "statement", "port", "connection"):
        assert inside not in response.content.decode()


@pytest.mark.parametrize("debug", [False, True])
def test_answer_that_takes_too_long(
    debug: bool, shop: Shop, altered: Any, settings: Settings
) -> None:
    settings.DEBUG = debug
    options = connections["answers"].settings_dict["OPTIONS"]
    server = f"{options['options']} -c statement_timeout=100"
    altered("answers", OPTIONS={**options, "options": server})
    with psycopg.connect(**connections["default"].get_connection_params()) as other:
        other.execute("LOCK TABLE offers_channel")
        assert_unavailable(shop.get({"type": "channel_effectiveness"}))
        assert shop.get({"type": "daily_trend"}).status_code == 200
        other.rollback()
    assert shop.get({"type": "channel_effectiveness"}).status_code == 200


@pytest.mark.parametrize("alias", ["default", "answers"])
def test_database_that_is_away(alias: str, shop: Shop, altered: Any) -> None:
    page = browser(shop.viewer)
    altered(alias, HOST="127.0.0.1", PORT="1")
    assert_unavailable(shop.get({}))
    assert_unavailable(page.get(ADDRESS))


@pytest.fixture
def broken(shop: Shop) -> Iterator[None]:
    """The database has not got a table that we count on."""
    rename = "ALTER TABLE {} RENAME TO {}"
    with connections["default"].cursor() as cursor:
        cursor.execute(rename.format("offers_channel", "gone"))
        yield
        cursor.execute(rename.format("gone", "offers_channel"))


@pytest.mark.parametrize("debug", [False, True])
def test_fault_of_the_server_shows_nothing_of_its_workings(
    debug: bool, shop: Shop, broken: None, settings: Settings
) -> None:
    settings.DEBUG = debug
    response = shop.get({"type": "channel_effectiveness"})
    assert response.status_code == 500
    assert error(response) == {
        "code": "INTERNAL_ERROR",
        "message": "Server Error (500)",
        "status": 500,
    }


def test_request_without_credentials_needs_no_database(shop: Shop, altered: Any) -> None:
    altered("default", HOST="127.0.0.1", PORT="1")
    assert Client().get(ADDRESS).status_code == 401
    assert Client().get("/api/v1/schema/").status_code == 200


def test_connection_that_was_cut_is_made_anew(shop: Shop) -> None:
    outside = WSGIClient(WSGIHandler())
    headers = {**shop.headers, "host": "localhost"}
    assert outside.get(ADDRESS, headers=headers).status_code == 200
    with psycopg.connect(
        **connections["default"].get_connection_params(), autocommit=True
    ) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert outside.get(ADDRESS, headers=headers).status_code == 200
