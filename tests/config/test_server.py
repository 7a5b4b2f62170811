"""The server answers whatever its clients and its database do, or do not do."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections

from config.embedded import data
from tests.support.freezing import FreezingProxy
from tests.support.ingesting import ROOT
from tests.support.processes import wait_until
from tests.support.serving import Answer, Served, serving
from tests.support.shop import ADDRESS, Shop

# What a request may take, and a second for this machine.
SECONDS = 2.0
IN_TIME = SECONDS + 1.0
ALWAYS_THERE = ["/healthz", "/metrics", "/readyz"]


@pytest.fixture(scope="module")
def token(shop: Shop) -> str:
    """A viewer's."""
    return str(shop.headers["authorization"]).removeprefix("Bearer ")


def ask_at_once(server: Served, token: str, count: int) -> list[Answer]:
    """So many answers to requests that are sent together, by scripts."""
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(lambda _: server.get(ADDRESS, token), range(count)))


def assert_unavailable(answer: Answer) -> None:
    """It says to come back, in time, as JSON."""
    assert answer.status == 503, answer
    assert json.loads(answer.body)["error"]["code"] == "UNAVAILABLE"
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.seconds < IN_TIME


def assert_always_there(server: Served, *, ready: bool) -> None:
    """Health checks and metrics answer within a second."""
    for path in ALWAYS_THERE:
        answer = server.get(path)
        expected = 503 if path == "/readyz" and not ready else 200
        assert (path, answer.status) == (path, expected)
        assert answer.seconds < 1, path


def test_network_that_freezes_and_thaws(shop: Shop, token: str) -> None:
    with (
        FreezingProxy() as proxy,
        serving(
            DATABASE_URL=proxy.url, ANSWER_TIMEOUT_SECONDS=str(SECONDS), SERVER_THREADS="4"
        ) as server,
    ):
        # Connections that are kept, on all threads.
        assert {answer.status for answer in ask_at_once(server, token, 12)} == {200}
        assert_always_there(server, ready=True)
        proxy.freeze()
        for _ in range(2):  # with the connections that were kept, and without
            with ThreadPoolExecutor(1) as beside:
                asked = beside.submit(ask_at_once, server, token, 16)
                while not asked.done():
                    assert_always_there(server, ready=False)
                for answer in asked.result():
                    assert_unavailable(answer)
        page = server.get("/sign-in/")  # asks nothing
        assert page.status == 200
        proxy.thaw()
        thawed = time.monotonic()
        wait_until(lambda: server.get(ADDRESS, token).status == 200)
        assert time.monotonic() - thawed < 5
        assert {answer.status for answer in ask_at_once(server, token, 12)} == {200}


def test_table_that_is_locked(shop: Shop, token: str) -> None:
    place = connections["default"].get_connection_params()
    for table in ("auth_user", "knox_authtoken", "auth_group", "offers_offer"):
        with (
            serving(ANSWER_TIMEOUT_SECONDS=str(SECONDS), SERVER_THREADS="2") as server,
            psycopg.connect(**place) as other,
        ):
            assert server.get(ADDRESS, token).status == 200
            other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            for answer in ask_at_once(server, token, 4):
                assert_unavailable(answer)
            assert_always_there(server, ready=True)
            other.rollback()
            assert server.get(ADDRESS, token).status == 200


def test_more_requests_than_may_wait_are_turned_away_at_once(shop: Shop, token: str) -> None:
    with (
        FreezingProxy() as proxy,
        serving(DATABASE_URL=proxy.url, SERVER_THREADS="2") as server,
        ThreadPoolExecutor(130) as threads,
    ):
        proxy.freeze()
        asked = [threads.submit(server.get, ADDRESS, token) for _ in range(130)]
        wait_until(lambda: sum(each.done() for each in asked) >= 130 - 102)
        early = [each.result() for each in asked if each.done()]
        for answer in early:
            assert answer.status == 503
            assert answer.seconds < 5  # of the ten that others may wait
        proxy.thaw()
        late = [each.result().status for each in asked]
        assert late.count(200) >= 2 + 1  # those at work, and those who waited for them


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Settings of a server whose PostgreSQL is its own."""
    environment = {"DATABASE_URL": "", "DATA_DIR": str(tmp_path / "data")}
    yield environment
    subprocess.run(
        [sys.executable, "manage.py", "stop_database"],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )


def test_own_database_that_accepts_nobody(own_database: dict[str, str]) -> None:
    with serving(ANSWER_TIMEOUT_SECONDS=str(SECONDS), **own_database) as server:
        postmaster = data.server_pid(Path(own_database["DATA_DIR"]) / "postgres")
        assert postmaster
        os.kill(postmaster, signal.SIGSTOP)
        try:
            # What PostgreSQL has no connection for yet has to wait for it.
            answers = ask_at_once(server, "0" * 64, 8)
            for answer in answers:
                assert_unavailable(answer)
            for path in ("/healthz", "/metrics"):
                assert server.get(path).seconds < 1
        finally:
            os.kill(postmaster, signal.SIGCONT)
        wait_until(lambda: server.get(ADDRESS, "0" * 64).status == 401)


HALF = [
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n",
    b"",
    b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nusername=",
]


def test_clients_that_send_half_a_request_or_nothing_keep_nobody_out(
    shop: Shop, token: str
) -> None:
    with serving(SERVER_THREADS="2") as server, ExitStack() as stack:
        for sent in HALF:
            for _ in range(60):
                stack.enter_context(server.connect(sent))
        for path in ("/metrics", ADDRESS, "/sign-in/"):
            answer = server.get(path, token)
            assert answer.status == 200
            assert answer.seconds < 5


@pytest.mark.parametrize("sent", [HALF[0], HALF[2]])
def test_request_that_never_ends_is_given_up(shop: Shop, sent: bytes) -> None:
    with serving(READ_TIMEOUT_SECONDS="2") as server, server.connect(sent) as client:
        answer = client.recv(4096)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408 ")


def test_body_that_is_too_large_is_refused_without_being_kept(shop: Shop) -> None:
    with serving(MAX_BODY_BYTES="65536") as server:
        body = b"x" * 65537
        answer = server.send("POST", "/api/v1/dashboard-data", body=body)
        assert answer.status == 413
        assert json.loads(answer.body)["error"]["code"] == "TOO_LARGE"
        assert server.send("POST", "/api/v1/dashboard-data", body=body[1:]).status == 401


def test_answers_are_those_of_django(shop: Shop, token: str) -> None:
    with serving() as server:
        answer = server.get(f"{ADDRESS}?type=summary", token)
        assert json.loads(answer.body)["data"] == shop.get({"type": "summary"}).json()["data"]
        head = server.send(
            "HEAD", f"{ADDRESS}?type=summary", headers={"Authorization": f"Bearer {token}"}
        )
        assert (head.status, head.body) == (200, "")
        assert head.headers["content-length"] == answer.headers["content-length"]
        known = {"Authorization": f"Bearer {token}", "If-None-Match": answer.headers["etag"]}
        assert server.send("GET", f"{ADDRESS}?type=summary", headers=known).status == 304
        csv = server.get(f"{ADDRESS}?type=daily_trend&format=csv", token)
        assert csv.headers["content-type"].startswith("text/csv")
        icon = server.get("/static/dashboard/icon.svg")
        assert (icon.status, icon.headers["content-type"]) == (200, "image/svg+xml")
        pointless = {"Authorization": f"Bearer {token}", "Content-Length": "9"}
        assert server.send("GET", ADDRESS, headers=pointless, body=b"pointless").status == 200
        page = server.get("/sign-in/")
        assert "csrftoken=" in page.headers["set-cookie"]


def test_server_that_is_killed_leaves_nobody_on_its_port(shop: Shop) -> None:
    with serving() as server:
        server.process.kill()
        server.process.wait()

        def gone() -> bool:
            try:
                server.connect().close()
            except ConnectionRefusedError:
                return True
            return False

        wait_until(gone)


def test_worker_that_is_killed_is_replaced(shop: Shop, token: str) -> None:
    with serving() as server:
        (worker,) = children(server.process.pid)
        os.kill(worker, signal.SIGKILL)
        wait_until(server.answers)
        assert server.get(ADDRESS, token).status == 200
        assert worker not in children(server.process.pid)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    tasks = Path(f"/proc/{pid}/task")
    return [
        int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()
    ]


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_server_that_is_told_to_stop_answers_first(
    shop: Shop, token: str, signal_number: signal.Signals
) -> None:
    place: Any = connections["default"].get_connection_params()
    with serving() as server, psycopg.connect(**place) as other, ThreadPoolExecutor(1) as beside:
        other.execute("LOCK TABLE auth_user IN ACCESS EXCLUSIVE MODE")
        asked = beside.submit(server.get, ADDRESS, token)
        time.sleep(1)
        server.process.send_signal(signal_number)
        time.sleep(1)
        other.rollback()
        assert asked.result().status == 200
        assert server.process.wait(timeout=30) == 0
