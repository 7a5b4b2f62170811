"""The filter of a log by event time."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.admin import SimpleListFilter
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from decisions.window import Window


class PeriodFilter(SimpleListFilter):
    """Rows of a period up to today.

    Django's date hierarchy asks for the smallest and the largest time, which no index of a log
    gives. A range of times reads only the partitions of its months.
    """

    title = "period"
    parameter_name = "period"
    time: ClassVar[str]

    def lookups(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        model_admin: Any,  # noqa: ARG002
    ) -> list[tuple[str, str]]:
        """The choices."""
        return [("1", "Today"), ("7", "Last 7 days"), ("30", "Last 30 days"), ("older", "Older")]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: models.QuerySet[Any],
    ) -> models.QuerySet[Any]:
        """The rows of the choice."""
        choice = self.value()
        if choice == "older":
            return queryset.filter(**{f"{self.time}__lt": _start(30)})
        if choice in {"1", "7", "30"}:
            return queryset.filter(**{f"{self.time}__gte": _start(int(choice))})
        return queryset


def _start(days: int) -> Any:
    """When the last `days` days began in the reporting time zone."""
    return Window.ending(timezone.now(), days, settings.REPORTING_TIME_ZONE).start


class OccurredFilter(PeriodFilter):
    """Of interactions."""

    time = "occurred_at"


class CreatedFilter(PeriodFilter):
    """Of traces and attributions."""

    time = "created_at"


class StartedFilter(PeriodFilter):
    """Of runs."""

    time = "started_at"
