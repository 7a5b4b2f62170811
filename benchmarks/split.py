"""Where an answer's time goes: `python -m benchmarks.split 2m [TYPE...]`.

For each question, milliseconds inside this process: all of it, its queries, and of those what
PostgreSQL itself spends on planning and on execution. The rest of a request is the floor.
"""

import argparse
import re
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.environment import SIZES, set_up

ROUNDS = 5


def main() -> None:
    """Print a line for each question, and with types named, the plans of their queries."""
    parser = argparse.ArgumentParser(description="Where an answer's time goes")
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("types", nargs="*")
    parser.add_argument("--directory", type=Path, default=Path(".data/benchmarks"))
    options = parser.parse_args()
    set_up((options.directory / options.size).absolute())

    from benchmarks.questions import questions  # noqa: PLC0415 - needs the settings

    print(f"{'':60} {'all':>8} {'queries':>8} {'plan':>8} {'execute':>8}  number of queries")
    for question in questions():
        if not options.types or question.type in options.types:
            split(str(question.path).partition("?")[2], plans=bool(options.types))


def split(query: str, *, plans: bool) -> None:
    """Print the line of a question."""
    from django.db import connections  # noqa: PLC0415
    from django.http import QueryDict  # noqa: PLC0415

    from dashboard.answers import answer  # noqa: PLC0415
    from dashboard.parameters.request import ParametersSerializer  # noqa: PLC0415

    parameters = ParametersSerializer(data=QueryDict(query)).parameters()
    reading = connections["answers"]
    asked: list[tuple[Any, Any]] = []
    spent = 0.0

    def wrapper(execute: Any, sql: Any, values: Any, many: bool, context: Any) -> Any:
        nonlocal spent
        started = perf_counter()
        try:
            return execute(sql, values, many, context)
        finally:
            spent += perf_counter() - started
            asked.append((sql, values))

    totals, queries = [], []
    with reading.execute_wrapper(wrapper):
        for _ in range(ROUNDS):
            asked.clear()
            spent, started = 0.0, perf_counter()
            answer(parameters)
            totals.append((perf_counter() - started) * 1000)
            queries.append(spent * 1000)
    explained = [_explain(reading, sql, values) for sql, values in asked]
    found = [
        sum(float(re.findall(rf"{phase} Time: ([0-9.]+)", plan)[-1]) for plan in explained)
        for phase in ("Planning", "Execution")
    ]
    times = (median(totals), median(queries), *found)
    print(f"{query:60}", *(f"{time:8.2f}" for time in times), f" {len(asked)}", flush=True)
    if plans:
        print(*explained, sep="\n\n")


def _explain(reading: Any, sql: Any, values: Any) -> str:
    with reading.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


if __name__ == "__main__":
    main()
