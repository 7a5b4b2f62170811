"""A real browser, a server, and people who sign in."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.support.shop import ADDRESS, Shop

# Playwright runs an event loop in this thread from its first test on, where Django then refuses
# to use the database; no code of ours is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT = 10_000  # milliseconds: a slow machine shall not fail


@pytest.fixture(scope="session")
def base_url() -> str:
    """Each module has a server of its own. The plugin's fixture is deprecated by pytest."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's browser. Without one there is nothing to test, except where that is an error."""
    if CHROMIUM is None:
        message = "No browser for the tests of the pages. Install one: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(f"{message} (.ci/run does)")
        pytest.skip(message)
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Iterator[Browser]:
    """The browser. While its event loop runs, Django has database connections of their own for
    this thread; they must be closed before it ends, for nobody finds them afterwards.
    """
    yield browser
    connections.close_all()


class PatientServer(ThreadedWSGIServer):
    """Waits for its threads when it stops: each has connections to the test database."""

    daemon_threads = False


@pytest.fixture(scope="module")
def server(shop: Shop) -> Iterator[str]:
    """The address of a server that serves the shop. Not pytest-django's `live_server`: that
    would empty all tables after each test.
    """
    running = LiveServer("127.0.0.1", start=False)
    running.thread.server_class = PatientServer
    running.start()
    yield running.url
    running.stop()


def sign_in(context: BrowserContext, server: str, user: User) -> None:
    """Let the browser have a session of the user."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server}])


@pytest.fixture
def page(context: BrowserContext, server: str, shop: Shop) -> Iterator[Page]:
    """A page of the viewer. It must not ask other hosts for anything, nor complain."""
    sign_in(context, server, shop.viewer)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on(
        "console",
        lambda said: (
            complaints.append(f"console: {said.text}")
            if said.type in ("error", "warning")
            else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            complaints.append(f"outside: {request.url}")
            if not request.url.startswith((server, "data:"))
            else None
        ),
    )
    yield page
    # The browser itself reports refusals of the endpoint, which tests provoke.
    assert [said for said in complaints if "Failed to load resource" not in said] == []


@pytest.fixture
def show(page: Page, server: str) -> Callable[[str], None]:
    """Opens the page with this query and waits until every panel has its answer."""

    def show(query: str) -> None:
        page.goto(f"{server}/{query}")
        settled(page)

    return show


def settled(page: Page) -> None:
    """Wait until no panel waits for an answer."""
    expect(page.locator("#as-of")).not_to_have_text(re.compile("Asking|…"), timeout=TIMEOUT)
    expect(page.locator(".panel[aria-busy]")).to_have_count(0, timeout=TIMEOUT)


def refuse(page: Page, question: str, status: int, code: str, message: str, **headers: str) -> None:
    """Let the endpoint answer the questions of a type with an error."""
    page.route(
        f"**{ADDRESS}?type={question}*",
        lambda route: route.fulfill(
            status=status,
            headers=headers,
            json={"error": {"code": code, "message": message, "status": status}},
        ),
    )
