"""Rows per second of `ingest`, beside a bare COPY of the same rows into the same table.

    python -m benchmarks.ingestion [--interactions 1000000] [--traces 50000] [--rounds 3]

The COPY finds the same partitions and indexes, and gets the rows as the table holds them, read
from a file. `ingest` also reads JSON, checks it, looks ids up, and stores each event's
identity to know it again. Both start with empty tables; the best round of each counts.
A database of its own is created on the server of DATABASE_URL, and dropped in the end.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

import django
import msgspec

from benchmarks.environment import keep, kept

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "only-for-the-benchmark")
django.setup()

from django.core.management import call_command  # noqa: E402 - needs the settings
from django.db import connection  # noqa: E402
from psycopg import sql  # noqa: E402

from decisions.append_only import changing_the_log, ingesting  # noqa: E402

OFFERS, CHANNELS, CANDIDATES = 200, 5, 20
LOGS = {
    "interactions": ("decisions_interaction", "decisions_interactionkey"),
    "decision_traces": ("decisions_decisiontrace", "decisions_decisiontracekey"),
}
START = datetime.now(UTC) - timedelta(days=60)

Row = dict[str, Any]


def catalogue() -> dict[str, list[Row]]:
    """What the log refers to."""
    named = {"name": "Name", "status": "active"}
    return {
        "offers": [{"id": f"offer_{n:03}", **named} for n in range(OFFERS)],
        "channels": [{"id": f"channel_{n}", "type": "web", **named} for n in range(CHANNELS)],
        "decision_flows": [{"id": "flow", **named}],
        "qualification_rules": [{"id": "rule", "name": "Rule", "type": "age"}],
        "contact_policies": [{"id": "policy", "name": "Policy", "type": "cooldown"}],
    }


def interactions(count: int) -> Iterator[Row]:
    """Sixty days of them, in the order of time."""
    draw = random.Random(1)  # noqa: S311 - the same rows each time
    outcomes = ["impression"] * 8 + ["click", "convert"]
    for number in range(count):
        row = {
            "id": f"int_{number:010}",
            "customerId": f"cust_{draw.randrange(100_000):07}",
            "offerId": f"offer_{draw.randrange(OFFERS):03}",
            "channelId": f"channel_{draw.randrange(CHANNELS)}",
            "outcome": draw.choice(outcomes),
            "occurredAt": moment(number / count),
            "decisionFlowId": "flow",
            "cost": 0.0125,
        }
        if row["outcome"] == "convert":
            row["value"] = draw.randrange(100_00) / 100
        yield row


def decision_traces(count: int) -> Iterator[Row]:
    """Each with CANDIDATES offers: all qualified, half of them scored, three selected."""
    draw = random.Random(2)  # noqa: S311
    for number in range(count):
        offers = [f"offer_{n:03}" for n in draw.sample(range(OFFERS), CANDIDATES)]
        scored, selected = offers[: CANDIDATES // 2], offers[:3]
        yield {
            "id": f"trace_{number:010}",
            "customerId": f"cust_{draw.randrange(100_000):07}",
            "channelId": f"channel_{draw.randrange(CHANNELS)}",
            "decisionFlowId": "flow",
            "createdAt": moment(number / count),
            "qualificationResults": [
                {"offerId": offer, "ruleId": "rule", "passed": draw.random() < 0.8}
                for offer in offers
            ],
            "contactPolicyResults": [
                {"offerId": offer, "policyId": "policy", "blocked": True} for offer in offers[-3:]
            ],
            "scoringResults": [
                {"offerId": offer, "score": round(draw.random(), 6), "rank": rank}
                for rank, offer in enumerate(scored, start=1)
            ],
            "selectedOffers": [
                {"offerId": offer, "rank": rank} for rank, offer in enumerate(selected, start=1)
            ],
            "totalLatencyMs": draw.randrange(5, 80),
        }


def moment(share: float) -> str:
    """The time at which this share of the sixty days has passed."""
    return (START + share * timedelta(days=60)).isoformat()


def write(path: Path, rows: Iterator[Row] | list[Row]) -> None:
    """Newline-delimited JSON."""
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        for row in rows:
            file.write(encode(row) + b"\n")


def ingest(*paths: Path) -> float:
    """Seconds that the command takes."""
    started = perf_counter()
    call_command("ingest", *map(str, paths), no_refresh=True, stdout=StringIO())
    return perf_counter() - started


def empty(tables: tuple[str, ...]) -> None:
    """Take all rows away."""
    with changing_the_log(), connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables)))
        )
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def copied(log: str, path: Path, *, into: bool) -> float:
    """Seconds that a COPY of the log from or to the file takes."""
    started = perf_counter()
    table = sql.Identifier(log)
    with ingesting(), connection.cursor() as cursor:
        if into:
            statement = sql.SQL("COPY {} FROM STDIN").format(table)
            with cursor.copy(statement) as target, path.open("rb") as file:
                while block := file.read(2**20):
                    target.write(block)
        else:
            statement = sql.SQL("COPY (SELECT * FROM {} ORDER BY id) TO STDOUT").format(table)
            with cursor.copy(statement) as rows, path.open("wb") as file:
                for block in rows:
                    file.write(block)
    return perf_counter() - started


def compare(directory: Path, entity: str, count: int, rounds: int) -> dict[str, float]:
    """Rows per second of both ways, and their ratio."""
    events, plain = directory / f"{entity}.ndjson", directory / f"{entity}.copy"
    tables = LOGS[entity]
    times: dict[str, list[float]] = {"ingest": [], "copy": []}
    for _ in range(rounds):
        empty(tables)
        times["ingest"].append(ingest(events))
        copied(tables[0], plain, into=False)
        empty(tables)
        times["copy"].append(copied(tables[0], plain, into=True))
    ours, bare = (count / min(times[way]) for way in ("ingest", "copy"))
    return {"rows": count, "ingest": ours, "copy": bare, "ratio": ours / bare}


def main() -> None:
    """Print the rates, and write them down for the report."""
    parser = argparse.ArgumentParser(description="Rows per second of ingest and of a bare COPY")
    parser.add_argument("--interactions", type=int, default=1_000_000)
    parser.add_argument("--traces", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    counts = {"interactions": options.interactions, "decision_traces": options.traces}
    found: dict[str, dict[str, float]] = {}
    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = "ingestion_benchmark"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            for entity, rows in catalogue().items():
                write(directory / f"{entity}.ndjson", rows)
            ingest(directory)
            write(directory / "interactions.ndjson", interactions(options.interactions))
            write(directory / "decision_traces.ndjson", decision_traces(options.traces))
            print(f"{'':>16} {'rows':>12} {'ingest rows/s':>14} {'COPY rows/s':>14} {'ratio':>7}")
            for entity, count in counts.items():
                if count:
                    each = found[entity] = compare(directory, entity, count, options.rounds)
                    print(
                        f"{entity:>16} {count:>12,} {each['ingest']:>14,.0f} "
                        f"{each['copy']:>14,.0f} {each['ratio']:>7.2f}",
                        flush=True,
                    )
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
    keep(kept() | {"ingestion": found})


if __name__ == "__main__":
    main()
