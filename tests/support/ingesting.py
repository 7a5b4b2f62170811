"""Bundles of event files for tests, and `manage.py ingest` as its users run it."""

import gzip
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.management import CommandError, call_command
from django.db import connection

ROOT = Path(__file__).parents[2]
Row = dict[str, Any]

# One of everything that log rows refer to.
CATALOGUE: dict[str, list[Row]] = {
    "categories": [{"id": "cards", "name": "Cards"}],
    "channels": [{"id": "web", "name": "Web", "type": "web", "status": "active"}],
    "offers": [
        {"id": f"offer_{number}", "name": f"Offer {number}", "status": "active"}
        for number in (1, 2, 3)
    ],
    "creatives": [
        {"id": "banner", "offerId": "offer_1", "channelId": "web", "name": "B", "status": "active"}
    ],
    "decision_flows": [{"id": "flow", "name": "Flow", "status": "active"}],
    "qualification_rules": [{"id": "adult", "name": "Adult", "type": "age"}],
    "contact_policies": [{"id": "weekly", "name": "Weekly", "type": "frequency_cap"}],
    "models": [{"id": "model", "name": "Model", "type": "logit", "status": "active"}],
}
INTERACTION: Row = {
    "id": "i1",
    "customerId": "anna",
    "offerId": "offer_1",
    "channelId": "web",
    "outcome": "click",
    "occurredAt": "2026-01-31T12:00:00Z",
}
TRACE: Row = {
    "id": "t1",
    "customerId": "anna",
    "channelId": "web",
    "decisionFlowId": "flow",
    "createdAt": "2026-01-31T12:00:00Z",
}
RUN: Row = {
    "id": "r1",
    "decisionFlowId": "flow",
    "status": "completed",
    "startedAt": "2026-01-31T12:00:00Z",
}
ATTRIBUTION: Row = {
    "conversionId": "v1",
    "customerId": "anna",
    "model": "linear",
    "totalValue": 12.5,
    "createdAt": "2026-01-31T12:00:00Z",
}
METRIC: Row = {"modelId": "model", "recordedAt": "2026-01-31T12:00:00Z"}


@dataclass(frozen=True)
class Ingested:
    """What a run of `ingest` said, and its exit status."""

    status: int
    output: str

    def counts(self, file: str) -> tuple[int, int, int]:
        """Loaded, skipped and rejected rows, as the closing table says."""
        (line,) = [line for line in self.output.splitlines() if f" {file} " in line]
        loaded, skipped, rejected = line.strip("│ \n").split("│")[1:]
        return _number(loaded), _number(skipped), _number(rejected)


def _number(cell: str) -> int:
    return int(cell.strip().replace(",", ""))


def lines_of(rows: list[Row]) -> bytes:
    """The rows as newline-delimited JSON."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def write_bundle(directory: Path, /, *, packed: object = False, **entities: Any) -> Path:
    """A bundle of the entities, each given as rows or as the bytes of its file."""
    directory.mkdir(parents=True, exist_ok=True)
    for entity, content in entities.items():
        raw = content if isinstance(content, bytes) else lines_of(content)
        if packed:
            (directory / f"{entity}.ndjson.gz").write_bytes(gzip.compress(raw, 1))
        else:
            (directory / f"{entity}.ndjson").write_bytes(raw)
    return directory


def ingest(*arguments: object, **options: Any) -> Ingested:
    """Run the command in this process."""
    output = StringIO()
    status = 0
    try:
        call_command("ingest", *map(str, arguments), stdout=output, stderr=output, **options)
    except SystemExit as left:
        status = int(left.code or 0)
    except CommandError as error:
        status = error.returncode
        output.write(str(error))
    return Ingested(status, output.getvalue())


def start_ingest(*arguments: object, url: str = "", **options: Any) -> subprocess.Popen[bytes]:
    """Start the command in a process of its own, on the database of the tests."""
    return subprocess.Popen(
        [sys.executable, ROOT / "manage.py", "ingest", *map(str, arguments)],
        env={**os.environ, "DATABASE_URL": url or database_url(), "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,
    )


def finish(process: subprocess.Popen[bytes], sent: bytes | None = None) -> Ingested:
    """Wait for it."""
    output, _ = process.communicate(sent)
    return Ingested(process.returncode, output.decode())


def database_url(name: str = "") -> str:
    """Where the tests' database is, also if its server listens on a socket only.

    With a name: another database of the same server.
    """
    settings = connection.settings_dict
    parts = {
        name: settings[key]
        for name, key in {
            "user": "USER",
            "password": "PASSWORD",
            "host": "HOST",
            "port": "PORT",
        }.items()
        if settings[key]
    }
    return f"postgres:///{name or settings['NAME']}?{urlencode(parts)}"


def rejected(path: Path) -> dict[int, Row]:
    """The rejected rows of a file, by their line; each has a reason and the row."""
    if not path.exists():
        return {}
    told = [json.loads(line) for line in path.read_bytes().splitlines()]
    lines = [entry.pop("line") for entry in told]
    assert lines == sorted(set(lines))
    return dict(zip(lines, told, strict=True))
