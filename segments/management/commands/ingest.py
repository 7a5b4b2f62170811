"""`manage.py ingest`: event files into the database."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import Error, connection
from psycopg import sql
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from config.schema import ensure_schema
from decisions.ingestion.context import Context
from decisions.ingestion.loader import Counts, Loader
from decisions.ingestion.rejects import RejectsFile
from decisions.ingestion.rows import LogRow
from decisions.ingestion.shift import newest_event
from decisions.ingestion.source import Source, UnreadableSourceError
from segments.bundles import EventFile, find_files
from segments.ingestion import ENTITIES


class Command(BaseCommand):
    help = (
        "Loads event files. Catalogue rows replace what their id had before; log rows that were "
        "ingested before are skipped, so a run that was interrupted is simply repeated. Rows that "
        "cannot be accepted go to ENTITY.rejected.ndjson with their line and the reason; the "
        "exit status is 1 then."
    )

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

    def handle(self, *paths: str, **options: Any) -> None:
        paths = tuple(options["paths"])
        self.console = Console(file=self.stdout._out)  # type: ignore[attr-defined]  # noqa: SLF001
        started = perf_counter()
        files, unknown = find_files(paths, options["entity"], read_twice=options["shift_to_now"])
        for path in unknown:
            self.stderr.write(f"{path} is left out: its name is no entity's.")
        rejects = self._rejects_files(files, options["rejects"])
        ensure_schema()
        context = self._shifted(files) if options["shift_to_now"] else Context()
        counts = {file: Counts() for file in files}
        try:
            problems = self._load(context, counts, rejects)
        except Error as error:
            raise CommandError(
                f"The database failed: {str(error).strip()}. Everything before is stored; "
                "run the same command again: what is stored is skipped."
            ) from error
        if not options["no_refresh"]:
            self._analyze(files)
        self._summarise(counts, rejects, perf_counter() - started)
        if problems:
            raise CommandError("\n".join(problems))
        if any(count.rejected for count in counts.values()):
            raise SystemExit(1)

    def _rejects_files(
        self, files: list[EventFile], directory: Path | None
    ) -> dict[Path, RejectsFile]:
        """One for each path: files of the same entity may share it."""
        if directory is not None:
            try:
                directory.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise CommandError(f"--rejects {directory} cannot be made: {error}.") from error
        self._rejects_directory = directory
        paths = {file.rejects_path(directory) for file in files}
        return {path: RejectsFile(path) for path in paths}

    def _load(
        self,
        context: Context,
        counts: dict[EventFile, Counts],
        rejects: dict[Path, RejectsFile],
    ) -> list[str]:
        """Load the files, counting; returns what could not be read."""
        problems = []
        with (
            Progress(
                TextColumn("{task.description:>16}"),
                BarColumn(),
                DownloadColumn(),
                TimeRemainingColumn(),
                console=self.console,
                transient=True,
                disable=not self.console.is_terminal,
            ) as progress,
            Loader(context) as loader,
        ):
            for file, count in counts.items():
                try:
                    source = file.open()
                except OSError as error:
                    problems.append(f"{file.name} cannot be read: {error}.")
                    continue
                task = progress.add_task(file.entity, total=source.size)

                def advanced(task: Any = task, source: Source = source) -> None:
                    progress.update(task, completed=source.position)

                sink = rejects[file.rejects_path(self._rejects_directory)]
                try:
                    loader.load(source, ENTITIES[file.entity], sink, count, advanced)
                except UnreadableSourceError as error:
                    problems.append(str(error))
                finally:
                    sink.close()
                    source.close()
        return problems

    def _shifted(self, files: list[EventFile]) -> Context:
        """How far the times have to move."""
        newest = None
        for file in files:
            row_type = ENTITIES[file.entity]
            if issubclass(row_type, LogRow):
                try:
                    source = file.open()
                    moment = newest_event(source, row_type)
                except (OSError, UnreadableSourceError):
                    continue  # loading says so
                newest = max(filter(None, (newest, moment)), default=None)
        if newest is None:
            self.stderr.write("--shift-to-now has no effect: there is no event to count from.")
            return Context()
        now, zone = datetime.now(UTC), ZoneInfo(settings.REPORTING_TIME_ZONE)
        days = (now.astimezone(zone).date() - newest.astimezone(zone).date()).days
        return Context(shift=now - newest, shift_days=timedelta(days=days))

    def _analyze(self, files: list[EventFile]) -> None:
        """Tell the planner about the new rows."""
        tables = {ENTITIES[file.entity].model._meta.db_table for file in files}  # noqa: SLF001
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("ANALYZE {}").format(
                    sql.SQL(", ").join(map(sql.Identifier, sorted(tables)))
                )
            )

    def _summarise(
        self, counts: dict[EventFile, Counts], rejects: dict[Path, RejectsFile], seconds: float
    ) -> None:
        table = Table(title="Ingested", title_justify="left", show_footer=len(counts) > 1)
        table.add_column("file", "all", overflow="fold")
        for name in ("loaded", "skipped", "rejected"):
            total = sum(getattr(count, name) for count in counts.values())
            table.add_column(name, f"{total:,}", justify="right")
        for file, count in counts.items():
            table.add_row(
                file.path.name if file.path else file.name,
                *(f"{number:,}" for number in (count.loaded, count.skipped, count.rejected)),
            )
        self.console.print(table)
        rows = sum(count.rows for count in counts.values())
        self.console.print(f"{rows:,} rows in {seconds:.1f} s", highlight=False)
        for path, sink in rejects.items():
            if sink.written:
                self.console.print(f"Rejected rows: {path}", highlight=False, soft_wrap=True)
