"""`manage.py erase_customer`: privacy requests."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.db.models import F

from config.schema import ensure_schema
from decisions.maintenance import erase_from_log
from segments.history import SUMMARIES
from segments.models import Customer, Segment, SegmentMembership


class Command(BaseCommand):
    help = (
        "Removes a customer: attributes, memberships, all log rows, and their share in every "
        "summary, in one transaction. Files that are ingested again do not bring the rows back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("customer_id", metavar="ID")

    def handle(self, *, customer_id: str, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        ensure_schema()
        with transaction.atomic():
            removed = erase_from_log(customer_id, SUMMARIES)
            memberships = SegmentMembership.objects.filter(customer_id=customer_id)
            joined = [*memberships.values_list("segment_id", flat=True)]
            Segment.objects.filter(pk__in=joined).update(customer_count=F("customer_count") - 1)
            removed["memberships"] = memberships.delete()[0]
            removed["customers"] = Customer.objects.filter(pk=customer_id).delete()[0]
        if not any(removed.values()):
            raise CommandError(f"Nothing is known of a customer with the id {customer_id!r}.")
        for name, count in removed.items():
            self.stdout.write(f"{count:>10,} {name}")
