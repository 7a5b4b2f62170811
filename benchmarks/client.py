"""The server as users start it, and a client that keeps its connection and measures."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from statistics import quantiles
from time import perf_counter
from urllib.parse import urlencode

from django.core.management import call_command


class Client:
    """One connection that is kept."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> float:
        """Milliseconds until the whole answer is there. Raises RuntimeError if there is none."""
        started = perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        took = (perf_counter() - started) * 1000
        if response.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path}: {response.status} {body[:500]!r}")
        return took


def percentiles(times: list[float]) -> dict[str, float]:
    """Median and 99th percentile; of few, that is nearly the slowest."""
    cuts = quantiles(times, n=100, method="inclusive")
    return {"p50": cuts[49], "p99": cuts[98], "n": len(times)}


def timed(client: Client, path: str, *, seconds: float = 1.0, most: int = 60) -> dict[str, float]:
    """The same request again and again, after two that warm up: 7 times at least."""
    client.get(path)
    client.get(path)
    times: list[float] = []
    while len(times) < 7 or (len(times) < most and sum(times) < seconds * 1000):
        times.append(client.get(path))
    return percentiles(times)


def address(type_: str, **parameters: object) -> str:
    """The address of a question."""
    return f"/api/v1/dashboard-data?{urlencode({'type': type_, **parameters})}"


def throughput(port: int, token: str, paths: list[str], connections: int, seconds: float) -> float:
    """Requests per second, with all paths in turn on each of the connections."""
    done = [0] * connections
    ends = perf_counter() + seconds

    def work(number: int) -> None:
        client = Client(port, token)
        while perf_counter() < ends:
            client.get(paths[(done[number] + number) % len(paths)])
            done[number] += 1

    threads = [threading.Thread(target=work, args=[number]) for number in range(connections)]
    started = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (perf_counter() - started)


@contextmanager
def serving() -> Iterator[int]:
    """The production server on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "config.server"], env={**os.environ, "PORT": str(port)}
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def new_token() -> str:
    """A viewer's token."""
    output = StringIO()
    call_command("create_token", "benchmark", role="viewer", stdout=output)
    return output.getvalue().strip()
