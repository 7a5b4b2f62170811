"""`manage.py ingest`: event files into the database."""

from argparse import ArgumentParser
from collections import Counter
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from os.path import realpath  # Path.resolve fails where links lead back to themselves
from pathlib import Path
from time import perf_counter
from typing import IO, Any, cast

from django.core.management import CommandError
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from config.commands import DatabaseCommand
from config.schema import ensure_schema
from config.terminal import printable
from ingestion.bundles import EventFile, find_files
from ingestion.context import Context
from ingestion.entities import ENTITIES
from ingestion.loader import Counts, Loader
from ingestion.rejects import RejectsFile, UnwritableRejectsError
from ingestion.rows.base import LogEventRow
from ingestion.shift import newest_event, shifted_context
from ingestion.source import Source, UnreadableSourceError
from ingestion.statistics import analyze_grown
from summaries.refreshing import refresh

AGAIN = "Everything before is stored; run the same command again: what is stored is skipped."


class Command(DatabaseCommand):
    help = (
        "Loads event files. Catalogue rows replace what their id had before; log rows that were "
        "ingested before are skipped, so a run that was interrupted is simply repeated. Rows that "
        "cannot be accepted go to ENTITY.rejected.ndjson with their line and the reason; the "
        "exit status is 1 then."
    )
    again = AGAIN

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="+", metavar="PATH", help="directory, file, or - for standard input"
        )
        parser.add_argument(
            "--entity", choices=list(ENTITIES), help="what a file or standard input holds"
        )
        parser.add_argument(
            "--rejects", type=Path, metavar="DIR", help="where rejected rows go (beside the source)"
        )
        parser.add_argument(
            "--shift-to-now",
            action="store_true",
            help="move all times by one offset, so that the newest event happened just now",
        )
        parser.add_argument(
            "--no-refresh", action="store_true", help="leave summaries and statistics as they are"
        )

    def handle(self, **options: Any) -> None:
        self.console = Console(file=cast("IO[str]", self.stdout._out))
        started = perf_counter()
        found = find_files(options["paths"], options["entity"], read_twice=options["shift_to_now"])
        for path in found.unknown:
            self.stderr.write(f"{printable(path)} is left out: its name is no entity's.")
        rejects = self._rejects_files(found.files, options["rejects"])
        ensure_schema()
        counts = {file: Counts() for file in found.files}
        try:
            context = self._shifted(found.files) if options["shift_to_now"] else Context()
            problems = [*found.problems, *self._load(context, counts, rejects)]
            if not options["no_refresh"]:
                self._refresh(counts)
        except UnwritableRejectsError as error:
            raise CommandError(str(error)) from error
        except ChildProcessError as error:
            raise CommandError(f"A process failed: {error}. {AGAIN}") from error
        self._summarise(counts, rejects, perf_counter() - started)
        if problems:
            raise CommandError("\n".join(problems))
        if any(count.rejected for count in counts.values()):
            raise SystemExit(1)

    def _rejects_files(
        self, files: list[EventFile], directory: Path | None
    ) -> dict[EventFile, RejectsFile]:
        """One for each path: files of the same entity may share it."""
        sources = {realpath(file.path) for file in files if file.path}
        paths = {file: file.rejects_path(directory) for file in dict.fromkeys(files)}
        for path in paths.values():
            if realpath(path) in sources:
                raise CommandError(
                    f"{printable(path)} would be overwritten by the rows that are rejected now; "
                    "rename it first, or name another directory with --rejects DIR."
                )
        try:
            if directory is not None:
                directory.mkdir(parents=True, exist_ok=True)
            by_path = {
                path: RejectsFile(path, shared=sharing > 1)
                for path, sharing in Counter(paths.values()).items()
            }
        except OSError as error:
            raise CommandError(
                f"--rejects {printable(directory)} cannot be made: {error.strerror}."
            ) from error
        except UnwritableRejectsError as error:
            raise CommandError(str(error)) from error
        return {file: by_path[path] for file, path in paths.items()}

    def _load(
        self,
        context: Context,
        counts: dict[EventFile, Counts],
        rejects: dict[EventFile, RejectsFile],
    ) -> list[str]:
        """Load the files, counting; returns what could not be read."""
        problems = []
        with ExitStack() as stack:
            for sink in rejects.values():
                stack.callback(sink.close)
            progress = stack.enter_context(self._progress())
            loader = stack.enter_context(Loader(context))
            for file, count in counts.items():
                try:
                    source = file.open()
                except OSError as error:
                    problems.append(f"{file.name} cannot be read: {error.strerror}.")
                    continue
                task = progress.add_task(file.entity, total=source.size)

                def advanced(task: TaskID = task, source: Source = source) -> None:
                    progress.update(task, completed=source.position)

                with closing(source):
                    try:
                        loader.load(source, ENTITIES[file.entity], rejects[file], count, advanced)
                    except UnreadableSourceError as error:
                        problems.append(str(error))
        return problems

    def _progress(self) -> Progress:
        """A bar for each file, where somebody sees it."""
        return Progress(
            TextColumn("{task.description:>19}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )

    def _shifted(self, files: list[EventFile]) -> Context:
        """Work out how far the times have to move."""
        events = []
        for file in files:
            row_type = ENTITIES[file.entity]
            if issubclass(row_type, LogEventRow):
                try:
                    with closing(file.open()) as source:
                        events.append(newest_event(source, row_type))
                except (OSError, UnreadableSourceError):
                    continue  # loading says so
        known = [event for event in events if event]
        if not known:
            self.stderr.write("--shift-to-now has no effect: there is no event to count from.")
            return Context()
        return shifted_context(known, datetime.now(UTC))

    def _refresh(self, counts: dict[EventFile, Counts]) -> None:
        """Update statistics and summaries after new rows."""
        loaded = Counter[str]()
        for file, count in counts.items():
            loaded[ENTITIES[file.entity].model._meta.db_table] += count.loaded
        analyze_grown(loaded)
        refresh()

    def _summarise(
        self, counts: dict[EventFile, Counts], rejects: dict[EventFile, RejectsFile], seconds: float
    ) -> None:
        table = Table(title="Ingested", title_justify="left", show_footer=len(counts) > 1)
        table.add_column("file", "all", overflow="fold")
        for name in ("loaded", "skipped", "rejected"):
            total = sum(getattr(count, name) for count in counts.values())
            table.add_column(name, f"{total:,}", justify="right")
        short = Counter(file.short_name for file in counts)
        for file, count in counts.items():
            table.add_row(
                escape(file.short_name if short[file.short_name] == 1 else file.name),
                *(f"{number:,}" for number in (count.loaded, count.skipped, count.rejected)),
            )
        self.console.print(table)
        rows = sum(count.rows for count in counts.values())
        self.console.print(f"{rows:,} rows in {seconds:.1f} s", highlight=False)
        for path in sorted({sink.path for sink in rejects.values() if sink.written}):
            line = escape(f"Rejected rows: {printable(path)}")
            self.console.print(line, highlight=False, soft_wrap=True)
