"""`manage.py erase_customer`: privacy requests."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.db import transaction
from django.db.models import F

from config.commands import DatabaseCommand
from config.schema import ensure_schema
from config.transactions import repeated
from decisions.maintenance import dropped_before, erase_from_log
from segments.history import SUMMARIES
from segments.models import Customer, Segment, SegmentMembership


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


def erase(customer_id: str) -> dict[str, int]:
    """Remove the customer in one transaction; returns the rows by table."""
    if "\0" in customer_id:  # no id holds one, and the database could not look for it
        return {}
    with transaction.atomic():
        removed = erase_from_log(customer_id, SUMMARIES)
        memberships = SegmentMembership.objects.filter(customer_id=customer_id)
        joined = Segment.objects.filter(pk__in=memberships.values("segment_id"))
        # In the order of ingestion, so that neither waits for the other to end.
        keys = [segment.pk for segment in joined.order_by("external_id").select_for_update()]
        Segment.objects.filter(pk__in=keys).update(customer_count=F("customer_count") - 1)
        removed["memberships"] = memberships.delete()[0]
        removed["customers"] = Customer.objects.filter(pk=customer_id).delete()[0]
    return removed
