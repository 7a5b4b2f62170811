"""The production server as a process of its own, on the database of the tests."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tests.support.ingesting import ROOT, database_url
from tests.support.processes import wait_until


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    headers: dict[str, str]
    body: str
    seconds: float


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    process: subprocess.Popen[str]

    def get(self, path: str, token: str = "", timeout: float = 60) -> Answer:
        """The answer to a request on a connection of its own."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.send("GET", path, headers=headers, timeout=timeout)

    def send(self, method: str, path: str, *, timeout: float = 60, **options: Any) -> Answer:
        """The same, with any method and body."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        started = time.monotonic()
        try:
            client.request(method, path, **options)
            response = client.getresponse()
            body = response.read().decode()
        finally:
            client.close()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, body, time.monotonic() - started)

    def connect(self, sent: bytes = b"") -> socket.socket:
        """A connection on which this much was sent."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        client.sendall(sent)
        return client

    def answers(self) -> bool:
        """Whether it is up. Raises AssertionError if it has ended."""
        assert self.process.poll() is None, self.process.communicate()[0]
        try:
            return self.get("/healthz", timeout=5).status == 200
        except OSError:
            return False


@contextmanager
def serving(**environment: str) -> Iterator[Served]:
    """A server with these settings, up and running."""
    static = ROOT / "staticfiles" / "staticfiles.json"
    assert static.exists(), "Static files have not been collected. Run: make install"
    if "DATABASE_URL" not in environment:
        connection.ensure_connection()
        environment["DATABASE_URL"] = database_url()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "config.server"],
        env={
            **os.environ,
            "PORT": str(port),
            "LOG_LEVEL": "ERROR",
            **environment,
        },
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    served = Served(port, process)
    try:
        wait_until(served.answers)
        yield served
    finally:
        process.terminate()
        process.communicate(timeout=60)
