"""`manage.py materialize_segments`: who belongs to which segment, as of now."""

from argparse import ArgumentParser
from time import perf_counter
from typing import IO, Any, cast

from django.core.management import CommandError
from django.db import Error
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from config.commands import DatabaseCommand, failure
from config.schema import ensure_schema
from config.terminal import printable
from offers.models import Status
from segments.filters import InvalidFilterError
from segments.models import Segment
from summaries.materialising import PHASES, MembershipChange, analyze_members, materialise


class Command(DatabaseCommand):
    help = (
        "Brings the members of segments, and their figures, in line with the filters and the "
        "customers as they are now. Each segment is done as a whole or not at all, so a run that "
        "was interrupted is simply repeated."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "ids",
            nargs="*",
            metavar="ID",
            help="segments, whatever their status (default: all active ones)",
        )

    def handle(self, *ids: str, **options: Any) -> None:
        ids = tuple(options["ids"])
        self.console = Console(file=cast("IO[str]", self.stdout._out))
        started = perf_counter()
        ensure_schema()
        segments = self._segments(ids)
        if not segments:
            self.stdout.write("There is no active segment. Name the ids of others.")
            return
        problems: list[str] = []
        changes: list[MembershipChange] = []
        try:
            self._materialise(segments, changes, problems)
        except Error as error:
            raise CommandError(
                f"{failure(error)} {len(changes)} of {len(segments)} segments are done; "
                "run the same command again."
            ) from error
        if any(change.joined or change.left for change in changes):
            analyze_members()
        if changes:
            self._summarise(changes, perf_counter() - started)
        if problems:
            raise CommandError("\n".join(problems))

    def _segments(self, ids: tuple[str, ...]) -> list[Segment]:
        """Those to materialise, in the order of their ids."""
        segments = Segment.objects.order_by("external_id")
        if not ids:
            return list(segments.filter(status=Status.ACTIVE))
        # No id holds a NUL, and the database would refuse to look for one.
        found = list(segments.filter(external_id__in=[id_ for id_ in ids if "\0" not in id_]))
        known = {segment.external_id for segment in found}
        unknown = [repr(id_) for id_ in dict.fromkeys(ids) if id_ not in known]
        if unknown:
            raise CommandError(
                f"No segment has the id {', '.join(unknown)}. Nothing was changed; the admin "
                "lists the segments."
            )
        return found

    def _materialise(
        self, segments: list[Segment], changes: list[MembershipChange], problems: list[str]
    ) -> None:
        """Materialise one after the other, collecting what changed and what is wrong."""
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[phase]}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        ) as progress:
            task = progress.add_task("Segments", total=len(segments), phase="")
            for number, segment in enumerate(segments):

                def begin(phase: str, number: int = number, segment: Segment = segment) -> None:
                    done = number + PHASES.index(phase) / len(PHASES)
                    doing = f"{escape(printable(segment.external_id))}: {phase}"
                    progress.update(task, completed=done, phase=doing)

                try:
                    change = materialise(segment.pk, begin)
                except InvalidFilterError as error:
                    problems.append(
                        f"Segment {segment.external_id!r} is left as it was: {error}. "
                        "Correct its filters in the admin."
                    )
                else:
                    changes += [change] if change else []
                progress.update(task, completed=number + 1)

    def _summarise(self, changes: list[MembershipChange], seconds: float) -> None:
        table = Table(title="Materialised", title_justify="left")
        table.add_column("segment", overflow="fold")
        for name in ("before", "joined", "left", "after", "seconds"):
            table.add_column(name, justify="right")
        for change in changes:
            numbers = (change.before, change.joined, change.left, change.after)
            table.add_row(
                escape(printable(change.segment.external_id)),
                *(f"{number:,}" for number in numbers),
                f"{change.seconds:.2f}",
            )
        self.console.print(table)
        self.console.print(f"{len(changes):,} segments in {seconds:.1f} s", highlight=False)
