"""`manage.py refresh_summaries`: merge new log rows into the summaries."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import IO, Any, cast

from django.core.management import CommandError
from django.db import Error, connection
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from config.commands import DatabaseCommand, failure, terminated_as_interrupted
from config.schema import UnreachableError, ensure_schema
from decisions.logs import Log
from summaries.rebuilding import rebuild
from summaries.refreshing import refresh, status


class Command(DatabaseCommand):
    help = (
        "Merges log rows that are new into the summaries, so that answers read sums instead of "
        "rows. Answers are exact either way. It can be killed, repeated and run beside all else."
    )
    again = "What was merged stays so; run it again for the rest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--watch", type=float, metavar="SECONDS", help="do it again and again, at this interval"
        )
        parser.add_argument(
            "--rebuild", action="store_true", help="make the sums anew from the log"
        )
        parser.add_argument(
            "--from", dest="first", type=_day, metavar="DATE", help="rebuild from this day on"
        )
        parser.add_argument(
            "--to", dest="last", type=_day, metavar="DATE", help="rebuild up to this day"
        )
        parser.add_argument(
            "--status", action="store_true", help="only say how far the summaries have got"
        )

    def handle(
        self,
        *,
        watch: float | None,
        rebuild: bool,
        first: date | None,
        last: date | None,
        status: bool,
        **options: Any,  # noqa: ARG002 - Django's signature
    ) -> None:
        if (first or last) and not rebuild:
            raise CommandError("--from and --to say which days to rebuild; add --rebuild.")
        if first and last and last < first:
            raise CommandError(f"--to {last} lies before --from {first}.")
        if watch is not None and watch <= 0:
            raise CommandError(f"--watch is {watch:g}; it must be a number of seconds above 0.")
        self.console = Console(file=cast("IO[str]", self.stdout._out))
        prepare = partial(self._prepare, rebuild=rebuild, first=first, last=last)
        if status:
            ensure_schema()
            self._show_status()
        elif watch is not None:
            self._watch(watch, prepare)
        else:
            prepare()
            self._refresh()

    def _prepare(self, *, rebuild: bool, first: date | None, last: date | None) -> None:
        """What is done once, before all refreshing."""
        ensure_schema()
        if rebuild:
            self._rebuild(first, last)

    def _watch(self, seconds: float, prepare: Callable[[], None]) -> None:
        """Refresh until stopped by a signal, which counts as success.

        After a database error of whatever kind, the next turn connects anew.
        """
        prepared = False
        try:
            with terminated_as_interrupted():
                while True:
                    try:
                        if not prepared:
                            prepare()
                            prepared = True
                        self._refresh()
                    except UnreachableError as error:
                        self.stderr.write(f"{error} Trying again.")
                    except Error as error:
                        self.stderr.write(f"{failure(error)} Trying again.")
                        connection.close()
                    time.sleep(seconds)
        except KeyboardInterrupt:
            self.console.print("stopped")

    def _rebuild(self, first: date | None, last: date | None) -> None:
        started = time.perf_counter()
        rebuild(first, last)
        self.console.print(f"rebuilt in {time.perf_counter() - started:.1f} s", highlight=False)

    def _refresh(self) -> None:
        started = time.perf_counter()
        with Progress(
            TextColumn("{task.description:>16}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        ) as progress:
            tasks: dict[str, Any] = {}

            def advanced(log: Log, done: int, total: int) -> None:
                if log.entity not in tasks:
                    tasks[log.entity] = progress.add_task(log.entity, total=total)
                progress.update(tasks[log.entity], completed=done, total=total)

            merged = refresh(advanced)
        seconds = time.perf_counter() - started
        counts = ", ".join(f"{count:,} {log}" for log, count in merged.items() if count)
        self.console.print(f"{counts or 'nothing new'} in {seconds:.1f} s", highlight=False)

    def _show_status(self) -> None:
        table = Table(title="Summaries", title_justify="left")
        table.add_column("log")
        for name in ("merged up to", "rows waiting", "lag", "refreshed"):
            table.add_column(name, justify="right")
        for state in status():
            table.add_row(
                state.log.entity,
                f"{state.merged_id:,}",
                f"{state.waiting:,}",
                "unknown" if state.lag is None else f"{state.lag.total_seconds():,.0f} s",
                f"{state.refreshed_at:%Y-%m-%d %H:%M:%S}" if state.refreshed_at else "never",
            )
        self.console.print(table)


def _day(text: str) -> date:
    return date.fromisoformat(text)
