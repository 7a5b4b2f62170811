"""Erasing a customer: the log's rows, and their share in every summary."""

from django.db import connection, models, transaction
from django.db.models import F
from psycopg import sql

from decisions.append_only import changing_the_log
from decisions.locks import lock_summaries
from decisions.logs import LOGS
from decisions.models import Suppression
from segments.models import Customer, Segment, SegmentMembership
from summaries.merging import add, contributions
from summaries.models import SUMMARIES, LogWatermark


def erase(customer_id: str) -> dict[str, int]:
    """Remove the customer in one transaction. Returns the number of rows removed, by kind.

    The identities of the log's rows stay, so that files that are ingested again do not bring the
    customer back.
    """
    if "\0" in customer_id:  # no id holds one, and the database could not look for it
        return {}
    with transaction.atomic():
        removed = _erase_from_log(customer_id)  # while the customer is in the segments still
        memberships = SegmentMembership.objects.filter(customer_id=customer_id)
        joined = Segment.objects.filter(pk__in=memberships.values("segment_id"))
        # In the order of ingestion, so that neither waits for the other to end.
        keys = [segment.pk for segment in joined.order_by("external_id").select_for_update()]
        Segment.objects.filter(pk__in=keys).update(customer_count=F("customer_count") - 1)
        removed["memberships"] = memberships.delete()[0]
        removed["customers"] = Customer.objects.filter(pk=customer_id).delete()[0]
    return removed


def _erase_from_log(customer_id: str) -> dict[str, int]:
    with changing_the_log(), connection.cursor() as cursor:
        lock_summaries()
        watermarks = dict(LogWatermark.objects.values_list("log", "merged_id"))
        for summary in SUMMARIES:
            if summary.log.has_customers:
                rows = sql.SQL("{} WHERE customer_id = {} AND log_id <= {}").format(
                    sql.Identifier(summary.contributions_view()),
                    sql.Literal(customer_id),
                    sql.Literal(watermarks.get(summary.log.entity, 0)),
                )
                add(cursor, summary, contributions(summary, rows, "-1"))
        # In the order of ingestion, so that neither waits for the other to end.
        held = Suppression.objects.filter(customer_id=customer_id).order_by("external_id")
        list(held.select_for_update())
        tables: list[type[models.Model]] = [log.model for log in LOGS if log.has_customers]
        tables.append(Suppression)
        removed = {}
        for model in tables:
            count, _ = model._default_manager.filter(customer_id=customer_id).delete()
            removed[str(model._meta.verbose_name_plural)] = count
    return removed
