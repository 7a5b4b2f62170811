"""Writers, refreshers, materialisers and erasers in processes of their own, killed at random.

Meanwhile every type is asked, in a snapshot in which the raw rows are read as well: the oracle
gets those rows, so each answer must equal a full scan at that very moment.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connections
from django.test import Client

from dashboard.reports import REGISTRY
from dashboard.snapshot import ANSWERS, snapshot
from tests.support.asking import check_answers
from tests.support.bundles import Bundle, bundle_of
from tests.support.dice import SEED, Dice, Roll
from tests.support.ingesting import ROOT, database_url, write_bundle
from tests.support.loading import encode
from tests.support.log_rows import add_attributions, add_interactions, add_runs, add_traces
from tests.support.moments import Moments

LOGS = ("interactions", "decision_traces", "runs", "attributions")
FILES = 12  # event files, which overlap
PIECES = 3  # rolls of rows in each
PROCESSES = 4  # at once
PLAIN = "p"  # begins the ids of rows that no file has
# What is started, by its weight. Erasing is rare, or there would be nobody left.
KINDS = {
    "ingest": 6,
    "insert": 4,
    "refresh_summaries": 4,
    "refresh_summaries --rebuild": 2,
    "refresh_summaries --watch 0.1": 2,
    "materialize_segments": 3,
    "erase_customer": 1,
}
# Rows that any program may have put in, as event files say them.
INTERACTIONS = """
SELECT row.event_id, row.customer_id, offer.external_id, channel.external_id,
       type.external_id, row.occurred_at, row.value, row.cost
FROM decisions_interaction row JOIN offers_offer offer ON offer.id = row.offer_id
JOIN offers_channel channel ON channel.id = row.channel_id
JOIN decisions_outcometype type ON type.id = row.outcome_type_id
"""
RUNS = """
SELECT row.event_id, flow.external_id, row.started_at, row.status, row.latency_ms
FROM decisions_run row JOIN decisions_decisionflow flow ON flow.id = row.decision_flow_id
"""


@dataclass
class Process:
    """One that runs."""

    kind: str
    popen: subprocess.Popen[str]
    killed: bool = False


@dataclass
class Soak:
    """The processes, the event files, and the rows that these hold."""

    client: Client
    directory: Path
    dice: Dice
    catalogue: Bundle = field(default_factory=dict)
    rows: dict[str, dict[tuple[str, ...], Any]] = field(default_factory=dict)
    running: list[Process] = field(default_factory=list)
    started: int = 0
    killed: int = 0
    checked: int = 0

    def prepare(self) -> None:
        """Event files; the catalogue is to be ingested first, and is not written again."""
        now = datetime.now(UTC)
        # Every row there may be.
        full = Roll(self.dice.randbytes(SEED) + b"\xff" * 10_000)
        self.catalogue = bundle_of(full, now, "UTC")
        log = {entity: self.catalogue.pop(entity) for entity in LOGS}
        self.rows = {entity: {} for entity in LOGS}
        for number in range(FILES):
            pieces: Bundle = {entity: [] for entity in LOGS}
            for piece in range(PIECES):
                roll = Roll(self.dice.randbytes(SEED) + b"\xff" * 10_000)
                bundle = {**self.catalogue, **log}
                moments = Moments(now, "UTC", roll.dice("moments"))
                for add in (add_interactions, add_traces, add_runs, add_attributions):
                    add(roll, bundle, moments)
                for entity in LOGS:
                    for row in bundle[entity]:
                        name = "conversionId" if entity == "attributions" else "id"
                        row[name] = f"f{number}.{piece}.{row[name]}"
                        self.rows[entity].setdefault(identity(entity, row), row)
                        pieces[entity].append(row)
            for entity, known in self.rows.items():
                # And some of earlier files. Of rows with the same identity all files have one,
                # or it would depend on who is faster which of them wins.
                pieces[entity] += self.dice.sample([*known.values()], 20)
                pieces[entity] = [known[identity(entity, row)] for row in pieces[entity]]
            self._write(f"file_{number}", pieces)
        self._write("catalogue", self.catalogue)

    def _write(self, name: str, bundle: Bundle) -> None:
        lines = {
            entity: b"".join(encode(row) + b"\n" for row in rows) for entity, rows in bundle.items()
        }
        write_bundle(self.directory / name, **lines)

    def run(self, *command: str) -> None:
        """Run a command of manage.py to its end."""
        self._finish(Process(command[0], self._manage(*command)))

    def step(self) -> None:
        """Start something, kill something, and see what has ended."""
        if len(self.running) < PROCESSES:
            self._start(self.dice.choices([*KINDS], [*KINDS.values()])[0])
        if self.running and self.dice.maybe(0.15):
            process = self.dice.choice(self.running)
            process.popen.kill()
            process.killed = True
            self.killed += 1
        for process in [each for each in self.running if each.popen.poll() is not None]:
            self.running.remove(process)
            self._finish(process)

    def _start(self, kind: str) -> None:
        self.started += 1
        match kind:
            case "ingest":
                file = self.directory / f"file_{self.dice.randrange(FILES)}"
                options = ["--no-refresh"] if self.dice.maybe(0.3) else []
                popen = self._manage("ingest", str(file), *options)
            case "insert":
                name = f"{PLAIN}{self.started}"
                seed = str(self.dice.random())
                popen = self._popen("-m", "tests.support.soak_writer", database_url(), name, seed)
            case "erase_customer":
                popen = self._manage(kind, self.dice.choice(["c1", "C3", "stranger"]))
            case _:
                popen = self._manage(*kind.split())
        self.running.append(Process(kind, popen))

    def _manage(self, *arguments: str) -> subprocess.Popen[str]:
        return self._popen(str(ROOT / "manage.py"), *arguments)

    def _popen(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            env={**os.environ, "DATABASE_URL": database_url()},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _finish(self, process: Process) -> None:
        """See that it ended well, unless it was killed."""
        output, _ = process.popen.communicate(timeout=120)
        if process.killed:
            return
        unknown = process.kind == "erase_customer" and "Nothing is known of" in output
        assert process.popen.returncode == 0 or unknown, f"{process.kind}: {output}"
        assert "Traceback" not in output, output

    def settle(self) -> None:
        """Wait for all, but for the watchers, who would never end."""
        for process in self.running:
            if "--watch" in process.kind:
                process.popen.kill()
                process.killed = True
        for process in self.running:
            self._finish(process)
        self.running.clear()

    @contextmanager
    def ended(self) -> Iterator[None]:
        """Leave no process behind, whatever happens."""
        try:
            yield
        finally:
            for process in self.running:
                process.popen.kill()
                process.popen.communicate()

    def check(self, kinds: int = len(REGISTRY)) -> None:
        """Ask some types, or all, at this moment, whatever the processes are doing."""
        with snapshot():
            bundle, materialised = self.present()
            seeds, asked = [self.dice.random()], self.dice.sample([*REGISTRY], kinds)
            check_answers(self.client, bundle, materialised, seeds, asked)
        self.checked += 1

    def present(self) -> tuple[Bundle, dict[str, set[str]]]:
        """The rows that are in the database, and the members of materialised segments."""
        customers = {row[0] for row in select("SELECT customer_id FROM segments_customer")}
        held = {row[0] for row in select("SELECT external_id FROM decisions_suppression")}
        bundle: Bundle = {
            **self.catalogue,
            "customers": [row for row in self.catalogue["customers"] if row["id"] in customers],
            "suppressions": [row for row in self.catalogue["suppressions"] if row["id"] in held],
            "decision_traces": self._known(
                "decision_traces", "event_id FROM decisions_decisiontrace"
            ),
            "attributions": self._known(
                "attributions", "conversion_id, model FROM decisions_attribution"
            ),
            "interactions": [plain_interaction(row) for row in select(INTERACTIONS)],
            "runs": [plain_run(row) for row in select(RUNS)],
        }
        members: dict[str, set[str]] = {
            name: set()
            for (name,) in select(
                "SELECT external_id FROM segments_segment WHERE materialized_at IS NOT NULL"
            )
        }
        for name, customer in select(
            "SELECT external_id, customer_id FROM segments_segmentmembership "
            "JOIN segments_segment ON segments_segment.id = segment_id "
            "WHERE materialized_at IS NOT NULL"
        ):
            members[name].add(customer)
        return bundle, members

    def _known(self, entity: str, columns: str) -> list[Any]:
        return [self.rows[entity][row] for row in select(f"SELECT {columns}")]

    def assert_nothing_is_lost(self) -> None:
        """Every row of every file was taken in once, and so was every row of other writers."""
        for entity, log, columns in [
            ("interactions", "decisions_interaction", "event_id"),
            ("decision_traces", "decisions_decisiontrace", "event_id"),
            ("runs", "decisions_run", "event_id"),
            ("attributions", "decisions_attribution", "conversion_id, model"),
        ]:
            known = {*select(f"SELECT {columns} FROM {log}key")}
            plain = {name for name in known if name[0].startswith(PLAIN)}
            assert known - plain == {*self.rows[entity]}
            assert {*select(f"SELECT {columns} FROM {log}")} <= known
            (lost,) = select(
                f"SELECT count(*) FROM {log} LEFT JOIN {log}key ON row_id = {log}.id "
                "WHERE row_id IS NULL"
            )
            assert lost == (0,)


def identity(entity: str, row: Any) -> tuple[str, ...]:
    """What tells a log row from all others."""
    return (row["conversionId"], row["model"]) if entity == "attributions" else (row["id"],)


def plain_interaction(row: tuple[Any, ...]) -> Any:
    """As in an event file."""
    names = ("id", "customerId", "offerId", "channelId", "outcome", "occurredAt", "value", "cost")
    found = dict(zip(names, row, strict=True))
    return found | {"occurredAt": found["occurredAt"].isoformat()}


def plain_run(row: tuple[Any, ...]) -> Any:
    """As in an event file."""
    found = dict(
        zip(("id", "decisionFlowId", "startedAt", "status", "latencyMs"), row, strict=True)
    )
    return found | {"startedAt": found["startedAt"].isoformat()}


def select(query: str) -> list[tuple[Any, ...]]:
    """Rows, in the snapshot of the answers."""
    with connections[ANSWERS].cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def deadlocks() -> int:
    """How many there have been in the database of the tests."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
