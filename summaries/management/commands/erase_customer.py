"""`manage.py erase_customer`: privacy requests."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from config.commands import DatabaseCommand
from config.schema import ensure_schema
from config.transactions import repeated
from summaries.erasure import erase
from summaries.retention import dropped_before


class Command(DatabaseCommand):
    help = (
        "Removes a customer: attributes, memberships, all log rows, and their share in every "
        "summary, in one transaction. Files that are ingested again do not bring the rows back. "
        "Of months that were dropped, the sums keep the customer's share: the rows that would "
        "tell it are gone."
    )
    again = "Nothing was removed; run the same command again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("customer_id", metavar="ID")

    def handle(self, *, customer_id: str, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        ensure_schema()
        removed = repeated(lambda: erase(customer_id))
        edge = dropped_before()
        kept = (
            f"Events before {edge:%Y-%m-%d} were dropped from the log, and nobody can tell any "
            "more whose they were: if the customer had some, the sums keep their share."
            if edge
            else ""
        )
        if not any(removed.values()):
            nothing = f"Nothing is known of a customer with the id {customer_id!r}."
            raise CommandError(f"{nothing} {kept}".strip())
        for name, count in removed.items():
            self.stdout.write(f"{count:>10,} {name}")
        if kept:
            self.stdout.write(kept)
