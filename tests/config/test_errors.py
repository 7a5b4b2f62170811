"""Errors that no view answers, and what the log says of them."""

import json
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from tests.dashboard.test_unavailable import altered, browser  # noqa: F401 - a fixture
from tests.support.shop import ADDRESS, Shop

both_databases = pytest.mark.django_db(databases=["default", "answers"])
API = ("/api/v1/dashboard-data", "/api/v1/nothing", "/api/")
PAGES = ("/", "/nothing", "/admin/nothing/")


@pytest.fixture
def client(db: None) -> Client:
    """Somebody who may see everything."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root"))
    return client


@both_databases
@pytest.mark.parametrize("method", ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "BREW"])
def test_no_address_fails_on_any_method(client: Client, method: str) -> None:
    for path in (*API, *PAGES, "/api/v1/docs/", "/api/v1/schema/", "/metrics", "/healthz"):
        response = client.generic(method, path)
        assert response.status_code < 500, (method, path)


@both_databases
def test_host_that_is_not_ours_is_told_so_in_the_form_of_the_address(client: Client) -> None:
    for path in (*API, "/api/v1/schema/"):
        response = client.get(path, headers={"host": "elsewhere.example"})
        assert response.status_code == 400
        error = response.json()["error"]
        assert error["code"] == "INVALID_PARAMETER"
        assert "Host" in error["message"]
    page = client.get("/", headers={"host": "elsewhere.example"})
    assert page.status_code == 400
    assert page["content-type"].startswith("text/html")
    for path in ("/healthz", "/readyz"):  # whoever probes has but an address
        assert client.get(path, headers={"host": "10.0.0.1:8000"}).status_code == 200


def test_address_that_leads_nowhere(client: Client) -> None:
    response = client.get("/api/v1/nothing")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")
    page = client.get("/nothing")
    assert page.status_code == 404
    assert "To the dashboard" in page.text


def test_favicon_is_the_icon_of_the_pages() -> None:
    response = Client().get("/favicon.ico")
    assert response.status_code in (301, 302)
    assert response["location"].endswith("icon.svg")


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """What the log says, as it is written."""
    logging.config.dictConfig(configured.LOGGING)
    (handler,) = logging.getLogger().handlers[-1:]
    found: list[dict[str, Any]] = []
    emit = handler.emit
    handler.emit = lambda record: found.append(json.loads(handler.format(record)))  # type: ignore[method-assign]
    yield found
    handler.emit = emit  # type: ignore[method-assign]


@pytest.mark.parametrize("path", [ADDRESS, "/", "/admin/"])
def test_database_that_is_away(
    path: str,
    shop: Shop,
    altered: Any,  # noqa: F811
    lines: list[dict[str, Any]],
) -> None:
    page = browser(shop.viewer)
    altered("default", HOST="127.0.0.1", PORT="1")
    response = page.get(path)
    assert response.status_code == 503
    assert int(response["retry-after"]) >= 1
    assert response["content-type"].startswith(
        "application/json" if path == ADDRESS else "text/html"
    )
    failures = [line for line in lines if line["event"] == "request_failed"]
    assert [line["code"] for line in failures] == [503]
    for line in lines:
        assert "traceback object" not in json.dumps(line)


def test_ready_says_what_is_missing(shop: Shop, altered: Any) -> None:  # noqa: F811
    client = Client()
    assert client.get("/readyz").json() == {"status": "ready"}
    altered("answers", HOST="127.0.0.1", PORT="1")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["missing"]) == (503, "database")
    assert client.get("/healthz").json() == {"status": "alive"}


@both_databases
def test_ready_knows_whether_the_tables_are_there() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'segments'")
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["missing"]) == (503, "schema")
