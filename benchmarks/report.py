"""The report on all sizes that were measured: Markdown, JSON with ratios, and a plot.

`python -m benchmarks.report` writes it again from what was measured.
"""

from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl

from benchmarks.environment import RESULTS, SIZES, keep, kept
from benchmarks.targets import targets_part
from benchmarks.words import name_of, table

mpl.use("agg")
from matplotlib import pyplot as plt  # after choosing to draw without a screen

DAYS = (7, 30, 365)
ENGINES = ("PostgreSQL", "DuckDB", "ClickHouse")
NOTES = """\
An answer is timed by a client in Python on a kept connection, from the request to the last byte:
authentication, permission, throttle, query, names, ratios, order and JSON included. The floor is an
empty view behind the same authentication, permission and throttle of the same server, timed
between the answers. DuckDB and ClickHouse (chdb) run inside the measuring process, without network,
authentication or JSON, on as many threads as there are cores; the raw queries of PostgreSQL run
over a Unix socket with its default parallel workers. All hold the same rows, caches are warm, and a
figure is the median of 2 to 9 runs (answers: of 7 to 60). Tables of DuckDB and ClickHouse are
ordered by time. Raw queries may read the per-offer outcomes that the product's ingestion works out,
and return keys and sums that nobody has named, divided or sorted yet: this favours them. The
results of the three engines are compared in each run.

"Tail" means that 100,000 interactions, 10,000 traces and 10,000 runs are not in the summaries yet.
"""


def write_report() -> None:
    """Write what the sizes measured so far say."""
    results = kept()
    sizes = [results["sizes"][size] for size in SIZES if size in results["sizes"]]
    for each in sizes:
        _add_ratios(each)
    keep(results | {"headlines": _headlines(sizes)})
    _plot(sizes, RESULTS / "latency.png")
    parts = [
        "# Benchmarks",
        "![Median latency over types against size, by engine](latency.png)",
        targets_part(sizes, results["ingestion"]),
        *map(_size_part, sizes),
        _growth(sizes),
        f"## How\n\n{NOTES}",
    ]
    (RESULTS / "report.md").write_text("\n\n".join(parts))


def _add_ratios(size: dict[str, Any]) -> None:
    """How often the floor an answer is, and how many times longer an engine takes."""
    floor = size["floor"]["p50"]
    for answer in size["answers"]:
        answer["times_floor"] = answer["p50"] / floor
    for raw in size.get("raw", []):
        answer = _answer(size, raw)
        raw["answer_p50"] = answer["p50"]
        raw["times_answer"] = {
            name: found["p50"] / answer["p50"] for name, found in raw["engines"].items()
        }


def _answer(size: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    same = ("type", "days", "segment", "group_by")
    for answer in size["answers"]:
        if answer["state"] == "fresh" and all(answer[name] == raw[name] for name in same):
            return dict(answer)
    raise LookupError(raw)


def _headlines(sizes: list[dict[str, Any]]) -> dict[str, Any]:
    """How many times as long raw SQL takes, by days: medians over the types, without a segment."""
    if not sizes:
        return {}
    largest = sizes[-1]
    return {"interactions": largest["interactions"]} | {
        f"{engine}, {days} days": round(
            median(
                raw["times_answer"][engine]
                for raw in largest["raw"]
                if raw["days"] == days and not raw["segment"]
            ),
            1,
        )
        for engine in ENGINES
        for days in DAYS
    }


def _size_part(size: dict[str, Any]) -> str:
    floor, prepared = size["floor"], size["prepared"]
    tail = {name_of(each): each for each in size["answers"] if each["state"] == "tail"}
    answers = table(
        ("answer", "p50 ms", "p99 ms", "/ floor", "tail: p50 ms", "p99 ms"),
        (
            (
                name_of(each),
                f"{each['p50']:.2f}",
                f"{each['p99']:.2f}",
                f"{each['times_floor']:.1f}",
                *(f"{tail[name_of(each)][name]:.2f}" for name in ("p50", "p99")),
            )
            for each in size["answers"]
            if each["state"] == "fresh"
        ),
    )
    raw = table(
        ("question", "answer ms", *(f"{name} ms" for name in ENGINES), "fastest / answer", "agree"),
        (
            (
                name_of(each),
                f"{each['answer_p50']:.2f}",
                *(f"{each['engines'][name]['p50']:.2f}" for name in ENGINES),
                f"{min(each['times_answer'].values()):.2f}",
                "yes" if each["agree"] else "NO",
            )
            for each in size["raw"]
        ),
    )
    change, disk = prepared["materialise"], prepared["bytes"]
    rates = size["requests_per_second"]
    facts = [
        (
            f"Measured {size['measured']} with `{size['command']}` on {size['machine']}; load "
            f"average {size['load_before'][0]:.1f} before, {size['load_after'][0]:.1f} after"
            " (compare ratios, not milliseconds)."
        ),
        f"Floor: p50 {floor['p50']:.2f} ms, p99 {floor['p99']:.2f} ms.",
        "Requests per second at 16 connections (client and server share the cores): "
        + ", ".join(f"{name} {rate:,.0f}" for name, rate in rates.items())
        + ".",
        "Refreshing, rows per second: "
        + ", ".join(f"{log} {rate:,.0f}" for log, rate in prepared["refresh"].items())
        + ".",
        (
            f"Materialising a segment of {change['members']:,} customers: {change['first']:.2f} s; "
            f"again after {change['changed_members']:,} joined or left: {change['changed']:.2f} s "
            f"({change['changed'] / change['first']:.1%}); unchanged: {change['unchanged']:.2f} s."
        ),
        f"Disk: {disk['interaction']:,.0f} bytes an interaction, {disk['decision_trace']:,.0f} a "
        f"trace (indexes and identities included), {disk['summaries_in_all'] / 2**20:,.0f} MiB of "
        "summaries; the compared tables: "
        + ", ".join(
            f"{name} {each['bytes'] / 2**20:,.0f} MiB" for name, each in size["engines"].items()
        )
        + ".",
    ]
    return "\n\n".join(
        [
            f"## {size['interactions']:,} interactions, {size['interactions'] // 10:,} traces",
            "\n".join(f"- {fact}" for fact in facts),
            answers,
            raw,
        ]
    )


def _growth(sizes: list[dict[str, Any]]) -> str:
    """p50 over floor of each answer by size."""
    times: dict[str, list[str]] = {}
    for place, size in enumerate(sizes):
        for each in size["answers"]:
            if each["state"] == "fresh":
                row = times.setdefault(name_of(each), ["-"] * len(sizes))
                row[place] = f"{each['times_floor']:.1f}"
    head = ("floors, at", *(f"{size['interactions']:,}" for size in sizes))
    grown = table(head, ((name, *row) for name, row in times.items()))
    missing = [name for name in SIZES if name not in {size["size"] for size in sizes}]
    rest = f"\n\nNot measured yet: {', '.join(missing)}." if missing else ""
    return f"## Growth\n\n{grown}{rest}"


def _plot(sizes: list[dict[str, Any]], path: Path) -> None:
    """Median latency over the compared types against size, a line for each engine."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
    for axis, days in zip(axes, (30, 365), strict=True):
        lines: dict[str, list[float]] = {"this product, over HTTP": []}
        for size in sizes:
            asked = [raw for raw in size["raw"] if raw["days"] == days and not raw["segment"]]
            lines["this product, over HTTP"].append(median(raw["answer_p50"] for raw in asked))
            for name in ENGINES:
                lines.setdefault(f"{name}, raw SQL", []).append(
                    median(raw["engines"][name]["p50"] for raw in asked)
                )
        for name, line in lines.items():
            axis.plot([size["interactions"] for size in sizes], line, marker="o", label=name)
        axis.set(xscale="log", yscale="log", xlabel="interactions", title=f"{days} days")
        measured = [size["interactions"] for size in sizes]
        axis.set_xticks(measured, [f"{count // 1_000_000} million" for count in measured])
        axis.minorticks_off()
        axis.grid(visible=True, which="both", alpha=0.2)
    axes[0].set_ylabel("median latency over types, ms")
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120, metadata={"Software": None})


if __name__ == "__main__":
    write_report()
