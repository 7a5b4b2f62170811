"""Summaries of the log, and the views that unite them with the rows not yet folded in.

For each summary there is a table of sums, which `refresh_summaries` alone writes, and a database
view with the same columns: the stored rows and, ungrouped, the log rows with an `id` beyond the
mark that says how far the table has got. A query that adds up the view's rows therefore equals
a full scan of the log, however old the table is. Services query the views.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Q, Sum

from decisions.models.log import reference
from offers.models import Channel, Offer

if TYPE_CHECKING:
    from decisions.window import Window

View = TypeVar("View", bound=models.Model)


class DailyQuerySet(models.QuerySet[View]):
    """What can be asked of sums per day."""

    def in_window(self, window: "Window") -> Self:
        """The rows of the days of the window."""
        return self.filter(day__gte=window.first, day__lte=window.last)

    def sums(self, window: "Window", *dimensions: str, of: Sequence[str]) -> list[tuple[Any, ...]]:
        """The groups of `dimensions` in `window`: their values, then the sums of the measures."""
        sums = {f"sum_of_{measure}": Sum(measure) for measure in of}
        rows = self.in_window(window).order_by()
        return list(rows.values_list(*dimensions).annotate(**sums))

    def totals(self, window: "Window", of: Sequence[str]) -> list[Any]:
        """The sums of the measures in `window`, zeros if there is nothing."""
        sums = {f"sum_of_{measure}": Sum(measure, default=0) for measure in of}
        return list(self.in_window(window).aggregate(**sums).values())


class InteractionDailyQuerySet(DailyQuerySet[Any]):
    """What can be asked of interactions per day."""


class SummaryMark(models.Model):
    """How far a summary has got: all log rows with an `id` up to `folded_id` are in it.

    There is one for each log: "interactions", "decisions" (of traces) and "runs".
    """

    summary = models.CharField(primary_key=True, max_length=32)
    folded_id = models.BigIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.summary} up to {self.folded_id}"


class InteractionMeasures(models.Model):
    """The additive measures of interactions (see the vocabulary in the README)."""

    day = models.DateField(help_text="in the reporting time zone")
    offer = reference(Offer)
    channel = reference(Channel)
    interactions = models.BigIntegerField(help_text="all of them, whatever the outcome")
    impressions = models.BigIntegerField()
    positive = models.BigIntegerField()
    negative = models.BigIntegerField()
    conversions = models.BigIntegerField()
    revenue = models.DecimalField(max_digits=30, decimal_places=4)
    cost = models.DecimalField(max_digits=30, decimal_places=4)

    class Meta:
        abstract = True


class InteractionSummary(InteractionMeasures):
    """Stored sums of interactions per day, offer and channel."""

    pk = models.CompositePrimaryKey("day", "offer", "channel")


class InteractionDaily(InteractionMeasures):
    """View: interactions per day, offer and channel, stored sums and tail together."""

    pk = models.CompositePrimaryKey("day", "offer", "channel")
    objects = InteractionDailyQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "decisions_interaction_daily"


class UnionQuerySet(DailyQuerySet[View]):
    """Sums per day from a view whose rows say whether they belong to the tail."""

    def in_window(self, window: "Window") -> Self:
        """The rows of the days of the window.

        Months before it need not even be looked at: the time, unlike the day, tells which
        partitions those are. No day begins before its midnight as the window knows it.
        """
        return super().in_window(window).filter(Q(log_at=None) | Q(log_at__gte=window.start))


class UnionRow(models.Model):
    """A row of a view: it stems from one row of the log, or is stored and these are null."""

    log_id = models.BigIntegerField(null=True)
    log_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
