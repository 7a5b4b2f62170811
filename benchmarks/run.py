"""All measurements of one size: `python -m benchmarks.run 2m`.

Everything is measured in one run, on one machine, on the same rows. What is written goes to
benchmarks/results, where the report covers all sizes that were ever measured there.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.environment import SIZES, keep, kept, set_up

TAIL = 100_000


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description="The benchmarks of one size")
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--directory", type=Path, default=Path(".data/benchmarks"))
    options = parser.parse_args()
    home: Path = (options.directory / options.size).absolute()
    home.mkdir(parents=True, exist_ok=True)
    set_up(home)
    found = measure(home, options.size)
    results = kept()
    results["sizes"][options.size] = found
    keep(results)

    from django.core.management import call_command  # noqa: PLC0415 - needs the settings

    from benchmarks.report import write_report  # noqa: PLC0415 - draws, which nothing else does

    write_report()
    call_command("stop_database", verbosity=0)


def told(text: str) -> None:
    """Say what is being done."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


def measure(home: Path, size: str) -> dict[str, Any]:
    """The result of one size."""
    from benchmarks.engines import loaded  # noqa: PLC0415 - needs the settings
    from benchmarks.log_data import add_tail  # noqa: PLC0415
    from benchmarks.prepare import generate, measure_refreshing, prepare  # noqa: PLC0415
    from summaries.refreshing import refresh  # noqa: PLC0415

    interactions = SIZES[size]
    found: dict[str, Any] = {
        "size": size,
        "interactions": interactions,
        "command": f"make bench SIZE={size}",
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, PostgreSQL 18",
        "load_before": os.getloadavg(),
    }
    found["generated"] = _once(home / "generated.json", partial(generate, interactions, told))
    found["prepared"] = _once(home / "prepared.json", partial(prepare, told))
    refresh()  # the tail of an earlier run
    found |= measure_http("fresh")
    found["raw"], found["engines"] = measure_raw(loaded(home, told))
    add_tail(interactions, TAIL)
    found["answers"] += measure_http("tail")["answers"]
    found["tail_refreshed"] = measure_refreshing()
    found["load_after"] = os.getloadavg()
    return found


def _once(kept: Path, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the work found, now or in an earlier run that wrote it down."""
    if not kept.exists():
        kept.write_text(json.dumps(work()))
    found: dict[str, Any] = json.loads(kept.read_text())
    return found


def measure_http(state: str) -> dict[str, Any]:
    """Latency of each question, and of the floor between them."""
    from benchmarks.client import (  # noqa: PLC0415
        Client,
        new_token,
        serving,
        throughput,
        timed,
    )
    from benchmarks.questions import questions  # noqa: PLC0415 - needs the settings

    token = new_token()
    answers, floors = [], []
    with serving() as port:
        client = Client(port, token)
        timed(client, "/floor", most=200)
        for number, question in enumerate(questions()):
            if number % 8 == 0:
                floors.append(timed(client, "/floor"))
            answers.append({**question.described(), "state": state, **timed(client, question.path)})
        weekly = [each.path for each in questions() if each.days in (None, 7) and not each.segment]
        rates = {
            name: throughput(port, token, paths, 16, 8)
            for name, paths in {"floor": ["/floor"], "all types, 7 days": weekly}.items()
        }
    floor = {name: median(each[name] for each in floors) for name in ("p50", "p99")}
    told(f"{state}: floor {floor}, requests/s {rates}")
    return {"floor": floor, "requests_per_second": rates, "answers": answers}


def measure_raw(engines: list[Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Latency of the hand-written queries, and whether all engines find the same."""
    from benchmarks.questions import questions  # noqa: PLC0415 - needs the settings

    found = []
    for question in questions():
        answers: dict[str, Any] = {}
        times: dict[str, dict[str, float]] = {}
        for engine in engines:
            query = question.sql(engine.dialect)
            if query is None:
                continue
            answers[engine.name] = _normal(engine.rows(query))
            times[engine.name] = _timed(partial(engine.rows, query))
        if times:
            first, *others = answers.values()
            agree = all(other == first for other in others)
            if not agree:
                told(f"{question}: the engines differ: {[each[:3] for each in answers.values()]}")
            found.append({**question.described(), "agree": agree, "engines": times})
    return found, {engine.name: {"bytes": engine.size()} for engine in engines}


def _timed(work: Callable[[], object]) -> dict[str, float]:
    """Milliseconds of a query: up to 9 times, for 2 seconds, and twice at least."""
    times: list[float] = []
    while len(times) < 2 or (len(times) < 9 and sum(times) < 2000):
        started = perf_counter()
        work()
        times.append((perf_counter() - started) * 1000)
    return {"p50": median(times), "n": len(times)}


def _normal(rows: list[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    """Rows as texts that are the same for the same values."""
    return sorted(tuple(_text(value) for value in row) for row in rows)


def _text(value: Any) -> str:
    try:
        return f"{float(value):.6g}"
    except (TypeError, ValueError):
        return "" if value in (None, "\\N") else str(value)


if __name__ == "__main__":
    main()
