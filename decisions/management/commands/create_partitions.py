"""`manage.py create_partitions`: room for the coming months."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management import CommandError

from config.commands import DatabaseCommand
from config.schema import ensure_schema
from decisions.logs import PARTITIONED
from decisions.partitions import ensure_partitions, following, month_of


class Command(DatabaseCommand):
    help = (
        "Creates the partitions of this month and the coming ones in every log table. Ingestion "
        "creates missing ones by itself; run this monthly where other writers insert. Rows that "
        "wait in the default partition for one of these months move to it; answers that are "
        "being made in that moment may miss them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--months", type=int, default=3, help="how many months ahead, 0 to 12 (default 3)"
        )

    def handle(self, *, months: int, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        if not 0 <= months <= 12:
            raise CommandError(f"--months is {months}; it must be from 0 to 12.")
        ensure_schema()
        this_month = month_of(datetime.now(UTC).date())
        wanted = [following(this_month, ahead) for ahead in range(months + 1)]
        for log in PARTITIONED:
            created = ensure_partitions(log, wanted, move=True)
            for name in created:
                self.stdout.write(f"created {name}")
            if not created:
                self.stdout.write(f"{log.table} has them all")
