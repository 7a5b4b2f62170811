"""Everything that can go wrong around the product, at random, while it works and is asked.

Writers, refreshers and the rest run as in `soak`; so does the production server, which a thread
asks all the time. Meanwhile PostgreSQL is killed and stopped, its disk fills up, the network on
the way to it freezes, tables are locked, the server is killed, clients send half a request.
"""

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections
from knox.models import AuthToken

from config.embedded import EmbeddedServer, data, server
from tests.support.freezing import FreezingProxy
from tests.support.processes import wait_until
from tests.support.serving import Served, serving
from tests.support.soak import FILES, Process, Soak

TIMEOUT_SECONDS = 2
# What the prober allows: this machine has more to do than to answer.
HEALTHY_SECONDS = 5.0
ANSWERED_SECONDS = TIMEOUT_SECONDS + 6.0
DISK_BYTES = 500 * 2**20
QUESTION = "/api/v1/dashboard-data?type=acceptance_rate&days=30"


@dataclass
class Prober:
    """A client that asks all the time, and what it was told."""

    token: str
    server: Served | None = None  # None while it is replaced
    answers: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def probe(self) -> None:
        """Ask once, for health and for an answer."""
        served = self.server
        if served is None:
            time.sleep(0.05)
            return
        for path, limit in (("/healthz", HEALTHY_SECONDS), (QUESTION, ANSWERED_SECONDS)):
            try:
                answer = served.get(path, self.token, timeout=limit + 10)
            except OSError as error:
                if self.server is served:  # nobody has killed it
                    self.faults.append(f"{path}: {error!r}")
                continue
            kind = path.partition("?")[0]
            self.answers[f"{kind} {answer.status}"] += 1
            self.slowest[kind] = max(answer.seconds, self.slowest.get(kind, 0.0))
            allowed = {200} if path == "/healthz" else {200, 503}
            if answer.status not in allowed or answer.seconds > limit:
                self.faults.append(f"{path}: {answer}")
            if answer.status == 503 and int(answer.headers.get("retry-after", 0)) < 1:
                self.faults.append(f"{path}: no Retry-After")


@dataclass
class Chaos(Soak):
    """The processes, the server, the prober and what befalls them."""

    home: Path = Path()
    proxy: FreezingProxy = field(default_factory=FreezingProxy)
    prober: Prober = field(default_factory=lambda: Prober(""))
    stack: ExitStack = field(default_factory=ExitStack)
    befallen: Counter[str] = field(default_factory=Counter)
    _ahead: list[Callable[[], None]] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def faults(self) -> list[Callable[[], None]]:
        """All that may befall."""
        found = [
            self.kill_postgres,
            self.stop_postgres,
            self.freeze_network,
            self.lock_sign_in,
            self.kill_server,
            self.hold_half_requests,
            self.ingest_in_parallel,
        ]
        return [*found, self.fill_disk] if self.home.parent.is_mount() else found

    def next_fault(self) -> Callable[[], None]:
        """One of those that have not befallen as often as the others."""
        if not self._ahead:
            faults = self.faults()
            self._ahead = self.dice.sample(faults, len(faults))
        return self._ahead.pop()

    def begin(self) -> None:
        """Start the server, and ask."""
        user = User.objects.create_superuser("prober")
        self.prober.token = AuthToken.objects.create(user)[1]
        self.start_server()
        self._probing = threading.Thread(target=self._probe, daemon=True)
        self._probing.start()
        self.stack.callback(self.end)

    def _probe(self) -> None:
        while not self._ended.is_set():
            self.prober.probe()

    def end(self) -> None:
        """Ask no more."""
        self._ended.set()
        self._probing.join()

    def start_server(self) -> None:
        """A new one, on another port."""
        running = serving(
            DATABASE_URL=self.proxy.url,
            ANSWER_TIMEOUT_SECONDS=str(TIMEOUT_SECONDS),
            THROTTLE_RATE="1000000/min",
        )
        self.prober.server = self.stack.enter_context(running)

    def strike(self) -> None:
        """Let something befall, while processes work; then all must be well again, soon."""
        fault = self.next_fault()
        self.befallen[fault.__name__] += 1
        for _ in range(3):
            self.step()
        fault()
        EmbeddedServer(self.home).ensure_running()
        for connection in connections.all():
            connection.close()
        self.wait_until_answered()
        assert not self.prober.faults, (fault.__name__, self.prober.faults)

    def wait_until_answered(self) -> None:
        """Until the server gives an answer again. Fails after a minute."""

        def answered() -> bool:
            served = self.prober.server
            return served is not None and served.get(QUESTION, self.prober.token).status == 200

        wait_until(answered)

    def kill_postgres(self) -> None:
        """As if the machine had lost its power, but for the disk."""
        os.kill(self.postmaster(), signal.SIGKILL)

    def stop_postgres(self) -> None:
        """Nobody gets a new connection for a while."""
        postmaster = self.postmaster()
        os.kill(postmaster, signal.SIGSTOP)
        time.sleep(self.seconds())
        os.kill(postmaster, signal.SIGCONT)

    def freeze_network(self) -> None:
        """Nothing is forwarded for a while."""
        self.proxy.freeze()
        time.sleep(self.seconds())
        self.proxy.thaw()

    def lock_sign_in(self) -> None:
        """Nobody can be recognised for a while."""
        with psycopg.connect(**self.place()) as other:
            other.execute("LOCK TABLE auth_user IN ACCESS EXCLUSIVE MODE")
            time.sleep(self.seconds())

    def kill_server(self) -> None:
        """And start another."""
        killed, self.prober.server = self.prober.server, None
        assert killed
        killed.process.kill()
        self.start_server()

    def hold_half_requests(self) -> None:
        """More of them than there are threads."""
        served = self.prober.server
        assert served
        with ExitStack() as held:
            for _ in range(40):
                sent = b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx"
                held.enter_context(served.connect(sent[: self.dice.randrange(len(sent))]))
            time.sleep(self.seconds())

    def ingest_in_parallel(self) -> None:
        """Several bundles at once, none of which may fail."""
        names = self.dice.sample([f"file_{number}" for number in range(FILES)], 4)
        started = [self._manage("ingest", str(self.directory / name)) for name in names]
        for name, popen in zip(names, started, strict=True):
            output, _ = popen.communicate(timeout=300)
            assert popen.returncode == 0, (name, output)

    def fill_disk(self) -> None:
        """Nothing more can be written for a while; whoever tries is told so in a line."""
        filler = self.home.parent / "filler"
        try:
            with filler.open("wb") as file, suppress(OSError):
                while True:
                    file.write(b"\0" * 2**20)
                    file.flush()
            names = [f"file_{self.dice.randrange(FILES)}" for _ in range(2)]
            for name in names:
                self._finish(Process("ingest", self._manage("ingest", str(self.directory / name))))
            time.sleep(self.seconds())
        finally:
            filler.unlink()

    def seconds(self) -> float:
        """How long something lasts: less than a request may take, or more."""
        return self.dice.random() * 2 * TIMEOUT_SECONDS

    def postmaster(self) -> int:
        """The process of our PostgreSQL."""
        pid = data.server_pid(self.home / "postgres")
        assert pid
        return pid

    def place(self) -> dict[str, Any]:
        """Where our PostgreSQL is."""
        return connections["default"].get_connection_params()

    def _finish(self, process: Process) -> None:
        """What was befallen may fail, with one line that says why."""
        output, _ = process.popen.communicate(timeout=300)
        if process.killed or process.kind == "insert":
            return
        assert "Traceback" not in output, (process.kind, output)
        if process.popen.returncode not in (0, None):
            last = output.strip().splitlines()[-1]
            assert last.endswith((".", "skipped.", "it first")), (process.kind, output)


@contextmanager
def own_postgres(directory: Path) -> Iterator[Path]:
    """A PostgreSQL that may be killed and whose disk may be filled, for all connections.

    Its disk is small only for root, who can mount one.
    """
    disk = directory / "disk"
    disk.mkdir()
    before = {alias: {**connections[alias].settings_dict} for alias in settings.DATABASES}
    mount = ["/bin/mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0
    home = disk / "data"
    try:
        host = EmbeddedServer(home).ensure_running()
        place = {"HOST": host, "PORT": server.PORT, "USER": data.USER, "PASSWORD": ""}
        alter({alias: {**place, "NAME": data.DATABASE} for alias in before})
        yield home
    finally:
        alter(before)
        EmbeddedServer(home).stop()
        if mounted:
            subprocess.run(["/bin/umount", "--lazy", str(disk)], check=True)


def alter(places: dict[str, dict[str, Any]]) -> None:
    """Let connections lead elsewhere."""
    for alias, place in places.items():
        connections[alias].close()
        connections[alias].settings_dict.update(place)
