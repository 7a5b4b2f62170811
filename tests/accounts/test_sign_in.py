"""Passwords and tokens cannot be guessed, and guessing costs the others little."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import hashing
from accounts.failures import Failures
from accounts.hashing import turn
from accounts.refusals import SignInRefused
from accounts.roles import VIEWER
from tests.accounts.test_access import refusal, somebody, with_token
from tests.dashboard.test_endpoint import error
from tests.support.processes import wait_until
from tests.support.shop import ADDRESS

pytestmark = pytest.mark.django_db(databases=["default", "answers"])
SITE, ADMIN = "/sign-in/", "/admin/login/"
RATES = {
    "user": "1000000/min",
    "sign_in": "5/15min",
    "sign_in_client": "20/15min",
    "sign_in_name": "12/5min",
    "token": "3/min",
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Counts that begin at zero, and time that passes only by calling this."""
    now = [1000.0]
    monkeypatch.setattr(Failures, "THROTTLE_RATES", RATES)
    monkeypatch.setattr(Failures, "timer", lambda _self: now[0])
    cache.clear()
    yield lambda seconds: now.append(now.pop() + seconds)
    cache.clear()


def attempt(
    password: str,
    name: str = "somebody",
    *,
    client: str = "198.51.100.1",
    path: str = SITE,
    **headers: str,
) -> Any:
    """What a browser hears that tries to sign in from there."""
    form = {"username": name, "password": password}
    return Client(REMOTE_ADDR=client, headers=headers).post(path, form)


def lock(name: str = "somebody", **options: Any) -> None:
    """Use up what one name has from one address."""
    for _ in range(5):
        assert attempt("wrong", name, **options).status_code == 200


@pytest.mark.parametrize("path", [SITE, ADMIN])
def test_sixty_wrong_passwords_in_a_row_are_not_taken(
    path: str, clock: Callable[[float], None]
) -> None:
    somebody(password="right", is_staff=True)
    heard = [attempt("wrong", path=path).status_code for _ in range(60)]
    assert heard == [200] * 5 + [429] * 55
    clock(60.5)
    refused = attempt("right", path=path)
    assert (refused.status_code, refused["retry-after"]) == (429, "840")
    assert "sessionid" not in refused.cookies
    # What was refused does not make it longer.
    clock(839)
    assert attempt("right", path=path)["retry-after"] == "1"
    clock(0.5)
    entered = attempt("right", path=path)
    assert entered.status_code == 302
    assert "sessionid" in entered.cookies


@pytest.mark.parametrize("path", [SITE, ADMIN])
def test_page_says_how_long_and_not_whether_the_user_exists(
    path: str, clock: Callable[[float], None]
) -> None:
    somebody(password="right")
    pages = []
    for name in ("somebody", "nobody"):
        lock(name, path=path)
        refused = attempt("right", name, path=path)
        assert refused.status_code == 429
        pages.append(refused.content)
    assert pages[0] == pages[1]
    text = re.sub(r"\s+", " ", pages[0].decode())
    assert "Too many wrong passwords. Try again in 15 minutes." in text
    assert "style=" not in text
    assert "style-src 'self';" in f"{refused['content-security-policy']};"


@pytest.mark.parametrize("path", [SITE, ADMIN])
def test_form_can_be_looked_at_all_the_time(path: str, clock: Callable[[float], None]) -> None:
    lock(path=path)
    assert attempt("wrong", path=path).status_code == 429
    assert Client(REMOTE_ADDR="198.51.100.1").get(path).status_code == 200


def test_pages_count_together(clock: Callable[[float], None]) -> None:
    somebody(password="right")
    lock(path=SITE)
    assert attempt("right", path=ADMIN).status_code == 429


def test_stranger_locks_out_nobody_elsewhere(clock: Callable[[float], None]) -> None:
    somebody(password="right")
    User.objects.create_user("other", password="right")
    lock()
    assert attempt("right").status_code == 429
    assert attempt("right", client="198.51.100.2").status_code == 302
    assert attempt("right", "other").status_code == 302


def test_success_begins_anew(clock: Callable[[float], None]) -> None:
    somebody(password="right")
    for _ in range(2):
        for _ in range(4):
            assert attempt("wrong").status_code == 200
        assert attempt("right").status_code == 302


def test_one_address_with_many_names(clock: Callable[[float], None]) -> None:
    somebody(password="right")
    User.objects.create_user("accomplice", password="right")
    for number in range(20):
        # An account of one's own does not help to try those of others.
        assert attempt("right", "accomplice").status_code == 302
        assert attempt("wrong", f"name{number}").status_code == 200
    refused = attempt("right")
    assert (refused.status_code, refused["retry-after"]) == (429, "900")
    assert attempt("right", client="198.51.100.2").status_code == 302


def test_one_name_from_many_addresses_is_locked_for_minutes(
    clock: Callable[[float], None],
) -> None:
    somebody(password="right")
    for number in range(12):
        assert attempt("wrong", client=f"192.0.2.{number + 1}").status_code == 200
    refused = attempt("right", client="198.51.100.2")
    assert (refused.status_code, refused["retry-after"]) == (429, "300")
    clock(300)
    assert attempt("right", client="198.51.100.2").status_code == 302


def test_name_and_address_do_not_run_into_each_other(clock: Callable[[float], None]) -> None:
    for _ in range(4):
        lock("1", client="1.2.3.4")
        clock(900)
    lock("1", client="1.2.3.4")
    for name, client in [("", "11.2.3.4"), ("somebody", "11.2.3.4"), ("11.2.3.4", "2.2.3.4")]:
        assert attempt("wrong", name, client=client).status_code == 200


@pytest.mark.parametrize("neighbour", ["2001:db8:1:2::ffff", "2001:0db8:1:2:3::"])
def test_an_ipv6_network_is_one_address(neighbour: str, clock: Callable[[float], None]) -> None:
    somebody(password="right")
    lock(client="2001:db8:1:2::1")
    assert attempt("right", client=neighbour).status_code == 429
    assert attempt("right", client="2001:db8:1:3::1").status_code == 302


def test_without_a_proxy_forwarded_addresses_are_only_words(
    clock: Callable[[float], None],
) -> None:
    somebody(password="right")
    for number in range(5):
        forged = {"x-forwarded-for": f"192.0.2.{number}", "x-real-ip": f"192.0.2.{number}"}
        assert attempt("wrong", **forged).status_code == 200
    assert attempt("right", **{"x-forwarded-for": "192.0.2.99"}).status_code == 429
    # Nor does it lock out those whose addresses were named.
    assert attempt("right", client="192.0.2.1").status_code == 302


@pytest.mark.parametrize("path", [SITE, ADMIN])
def test_many_at_once_wait_a_little_and_are_sent_away(
    path: str, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "PATIENCE_SECONDS", 0.05)
    somebody(password="right", is_staff=True)
    with turn(), turn():
        for _ in range(6):
            busy = attempt("right", path=path)
            assert (busy.status_code, busy["retry-after"]) == (503, "5")
    assert "Too many people are signing in" in busy.content.decode()
    # Which was nobody's fault, so it does not count.
    assert attempt("right", path=path).status_code == 302


def test_two_are_hashed_two_wait_and_the_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "PATIENCE_SECONDS", 60)
    leave = threading.Event()
    inside: list[int] = []
    refused: list[SignInRefused] = []
    peak = []

    def enter(number: int) -> None:
        try:
            with turn():
                inside.append(number)
                peak.append(len(inside))
                leave.wait(timeout=30)
                inside.remove(number)
        except SignInRefused as refusal:
            refused.append(refusal)
        # Those who wait are let in once the refused ones are known.
        if len(refused) == 12:
            leave.set()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(enter, range(16)))
    assert len(refused) == 12
    assert max(peak) == 2
    assert len(peak) == 4


def test_who_waited_is_refused_if_others_failed_meanwhile(
    clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "PATIENCE_SECONDS", 60)
    with ThreadPoolExecutor(1) as pool:
        with turn(), turn():
            waiting = pool.submit(attempt, "right")
            wait_until(lambda: hashing._admitted._value == 1)
            for _ in range(5):
                Failures("sign_in", "somebody", "198.51.100.1").count()
        assert waiting.result(timeout=60).status_code == 429


def test_failures_at_the_same_moment_all_count(
    clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_threads_first(_self: Failures) -> float:
        sleep(0.001)
        return 1000.0

    monkeypatch.setattr(Failures, "timer", other_threads_first)
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: Failures("sign_in_client", "x").count(), range(200)))
    assert waits.count(0) == 20
    assert set(waits) == {0, 900}


def test_password_is_not_hashed_while_one_has_to_wait(
    clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody(password="right")
    lock()
    with turn(), turn(), CaptureQueriesContext(connection) as queries:
        assert attempt("right").status_code == 429
    assert not queries.captured_queries


def test_log_tells_who_failed_and_no_password(
    clock: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    lock("somebody")
    attempt("a secret")
    events = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    told = [event for event in events if event["event"].startswith("sign_in_")]
    assert [event["event"] for event in told] == ["sign_in_failed"] * 5 + ["sign_in_refused"]
    assert {(event["user_name"], event["client"]) for event in told} == {
        ("somebody", "198.51.100.1")
    }
    assert "a secret" not in caplog.text
    assert "wrong" not in caplog.text


# ---------------------------------------------------------------- tokens


def test_wrong_tokens_in_a_row_are_throttled_and_the_right_one_is_not(
    clock: Callable[[float], None],
) -> None:
    script = with_token(somebody(VIEWER))
    with CaptureQueriesContext(connection) as before:
        assert script.get(ADDRESS).status_code == 200
    wrong = Client(headers={"authorization": "Bearer wrong"})
    for _ in range(3):
        refusal(wrong.get(ADDRESS))
    for _ in range(3):
        response = wrong.get(ADDRESS)
        assert error(response) == {
            "code": "THROTTLED",
            "message": "Too many wrong tokens came from your address. "
            "Expected available in 60 seconds.",
            "status": 429,
        }
        assert (response.status_code, response["retry-after"]) == (429, "60")
    with CaptureQueriesContext(connection) as after:
        assert script.get(ADDRESS).status_code == 200
    assert len(after) == len(before)
    refusal(Client().get(ADDRESS))  # no token is not a wrong one
    refusal(wrong.get(ADDRESS, REMOTE_ADDR="198.51.100.2"))
    assert attempt("wrong", client="127.0.0.1").status_code == 200
    clock(60)
    refusal(wrong.get(ADDRESS))
