"""`manage.py drop_partitions`: retention of the log."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from config.commands import DatabaseCommand
from config.schema import ensure_schema
from summaries.refreshing import refresh
from summaries.retention import NotMergedError, drop_months, months_ago


class Command(DatabaseCommand):
    help = (
        "Drops old months of the log. The summaries keep what they know of them; what reads log "
        "rows themselves forgets them: the traces of a segment's members, and the history of "
        "customers who join or leave a segment later, or are erased."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than",
            type=int,
            required=True,
            metavar="MONTHS",
            help="keep this month and so many before it",
        )

    def handle(self, *, older_than: int, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        if older_than < 1:
            raise CommandError(f"--older-than is {older_than}; it must be 1 or more.")
        ensure_schema()
        refresh()
        dropped = False
        try:
            for name in drop_months(months_ago(older_than)):
                self.stdout.write(f"dropped {name}")
                dropped = True
        except NotMergedError as error:
            raise CommandError(
                f"Old rows of the {error} log came in meanwhile. Run the same command again."
            ) from error
        if not dropped:
            self.stdout.write("nothing is that old")
