"""The filter of a log by event time."""

import re
from typing import Any

from django.conf import settings
from django.contrib.admin import SimpleListFilter
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from decisions.window import Window


class PeriodFilter(SimpleListFilter):
    """Rows of a log, of a period up to today.

    Django's date hierarchy asks for the smallest and the largest time, which no index of a log
    gives. A range of times reads only the partitions of its months. Addresses may ask for any
    number of days that a window can have, as links from answers do.
    """

    title = "period"
    parameter_name = "period"

    def __init__(
        self, request: HttpRequest, params: Any, model: type[models.Model], model_admin: Any
    ) -> None:
        self.time = model_admin.log.time
        super().__init__(request, params, model, model_admin)

    def lookups(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        model_admin: Any,  # noqa: ARG002
    ) -> list[tuple[str, str]]:
        days = sorted({1, 7, 30} | ({asked} if (asked := self._days()) else set()))
        recent = [(str(n), "Today" if n == 1 else f"Last {n} days") for n in days]
        return [*recent, ("older", "Older than 30 days")]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: models.QuerySet[Any],
    ) -> models.QuerySet[Any]:
        """The rows of the choice."""
        if self.value() == "older":
            return queryset.filter(**{f"{self.time}__lt": _start(30)})
        days = self._days()
        return queryset.filter(**{f"{self.time}__gte": _start(days)}) if days else queryset

    def _days(self) -> int | None:
        """The days that the address asks for, if it asks for a possible number."""
        choice = self.value() or ""
        if not re.fullmatch("[1-9][0-9]{0,2}", choice):
            return None
        return min(int(choice), 365)


def _start(days: int) -> Any:
    """When the last `days` days began in the reporting time zone."""
    return Window.ending(timezone.now(), days, settings.REPORTING_TIME_ZONE).start
