"""What was aimed at, and what was found."""

from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.words import name_of, table

WHY = """\
Why some are missed:

- **why_not_ranked of a segment.** Sums by segment, offer and rival would be more rows than there
  are traces, so it reads the newest 10,000 raw traces of the members, among those of everybody
  else. Without a segment it reads sums.
- **A week of few interactions.** An engine that scans them inside the process that asks needs no
  longer than this server needs for an empty answer.
- **offer_performance_grouped** reads the sums of every offer in every group, to list the best 20 of
  each; **anomaly_candidates** judges 400 changes exactly, of two windows each.
- **A little over 3 floors.** Django puts together and reads two to four queries for each of these,
  which takes longer than PostgreSQL needs for them; `python -m benchmarks.split` tells how long.
  **policy_impact** counts the customers of all suppressions in force.
- **Refreshing.** A trace has 20 candidates, each of which adds to three summaries of offers, and to
  one more for each segment of the customer; a process does one after the other. A tail is a few
  minutes long, but adds to buckets of 8 and 64 days as well, for each segment, offer and channel.
- **A segment of which 1 % changed.** Each interaction of these customers changes 12 buckets, one by
  one. The first time, many are added up before they are written.
- **Ingestion** reads JSON, checks it, looks ids up, and stores each event's identity as well.
"""


def targets_part(sizes: list[dict[str, Any]], ingestion: dict[str, Any]) -> str:
    """Each target, and what was found at the largest size."""
    if not sizes:
        return ""
    largest = sizes[-1]
    rows = [*_floors(largest), *_growth(sizes), *_rivals(largest), *_rates(largest, ingestion)]
    head = ("what", "target", "found", "missed by")
    return (
        f"## Targets, at {largest['interactions']:,} interactions\n\n{table(head, rows)}\n\n{WHY}"
    )


Rows = Iterator[tuple[str, str, str, str]]


def _fresh(size: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in size["answers"] if each["state"] == "fresh"]


def _share(met: int, of: int) -> str:
    return f"{met} of {of}"


def _listed(names: Iterable[str]) -> str:
    return "; ".join(names) or "-"


def _floors(size: dict[str, Any]) -> Rows:
    """How many floors an answer may take."""
    for label, days, limit in (
        ("7 or 30 days, or none", (None, 7, 30), 3),
        ("365 days", (365,), 10),
    ):
        asked = [each for each in _fresh(size) if each["days"] in days]
        missed = [each for each in asked if each["times_floor"] > limit]
        missed.sort(key=lambda each: -each["times_floor"])
        yield (
            f"p50 of answers, {label}",
            f"{limit} floors",
            _share(len(asked) - len(missed), len(asked)),
            _listed(f"{name_of(each)} ({each['times_floor']:.1f})" for each in missed),
        )


def _growth(sizes: list[dict[str, Any]]) -> Rows:
    """How much longer an answer may take on ten times the rows."""
    if len(sizes) < 2:
        return
    before = {name_of(each): each["times_floor"] for each in _fresh(sizes[-2])}
    grown = {
        name_of(each): each["times_floor"] / before[name_of(each)]
        for each in _fresh(sizes[-1])
        if each["days"] in (None, 7, 30)
    }
    missed = sorted((name for name in grown if grown[name] > 1.2), key=lambda name: -grown[name])
    yield (
        f"the same in floors, at {sizes[-1]['size']} over {sizes[-2]['size']}",
        "1.2",
        _share(len(grown) - len(missed), len(grown)),
        _listed(f"{name} ({grown[name]:.2f})" for name in missed),
    )


def _rivals(size: dict[str, Any]) -> Rows:
    """Against raw SQL elsewhere."""
    for engine in ("DuckDB", "ClickHouse", "PostgreSQL"):
        times = {name_of(raw): raw["times_answer"][engine] for raw in size["raw"]}
        missed = sorted((name for name in times if times[name] < 1), key=lambda name: times[name])
        yield (
            f"faster than raw SQL in {engine}",
            "every question",
            _share(len(times) - len(missed), len(times)),
            _listed(f"{name} ({1 / times[name]:.1f} times slower)" for name in missed),
        )


def _rates(size: dict[str, Any], ingestion: dict[str, Any]) -> Rows:
    """Of writing."""
    prepared = size["prepared"]
    for log, least in (("interactions", 300_000), ("decisions", 25_000)):
        for when, rates in (
            ("before there are segments", prepared["refresh"]),
            ("the tail, with 20 segments", size["tail_refreshed"]),
        ):
            yield (
                f"refreshing {log}, {when}",
                f"{least:,} rows/s",
                f"{rates[log]:,.0f}",
                "-" if rates[log] >= least else f"{1 - rates[log] / least:.0%}",
            )
    change = prepared["materialise"]
    ratio = change["changed"] / change["first"]
    yield (
        "materialising a segment of which 1 % changed, over the first time",
        "5 %",
        f"{ratio:.1%}",
        "-" if ratio <= 0.05 else f"{ratio / 0.05:.1f} times as long",
    )
    for entity, each in ingestion.items():
        yield (
            f"ingestion of {entity} over bare COPY",
            "0.6",
            f"{each['ratio']:.2f} ({each['ingest']:,.0f} rows/s)",
            "-" if each["ratio"] >= 0.6 else f"{1 - each['ratio'] / 0.6:.0%}",
        )
