"""What can be asked of the totals of any summary."""

from collections.abc import Collection, Sequence
from typing import Any, Self, TypeVar

from django.db import connections, models
from django.db.models import Case, Q, Sum, Value, When

from decisions.window import Window
from summaries.buckets import TAIL, buckets_of, grouping_set_number
from summaries.models.base import Totals

# Reads the buckets of single days by the primary key.
SQUARES_BY_DAY = """
SELECT key, sum(amount * amount) FROM ({daily}) AS daily (key, day, amount) GROUP BY key
"""

View = TypeVar("View", bound=Totals)


class TotalsQuerySet(models.QuerySet[View]):
    """Questions to the totals of a summary."""

    def sums(
        self, window: Window, *dimensions: str, of: Sequence[str], **only: Any
    ) -> list[tuple[Any, ...]]:
        """The groups of `dimensions` in `window`: their values, then the sums of the measures.

        `only` narrows dimensions as arguments of filter() do; null does not narrow.
        """
        rows = self.within(window, *dimensions, **only).order_by()
        return list(rows.values_list(*dimensions).annotate(**_sums(of)))

    def sums_of_windows(
        self, windows: Sequence[Window], *dimensions: str, of: Sequence[str], **only: Any
    ) -> list[tuple[Any, ...]]:
        """As `sums`, for windows that do not overlap; the number of the window comes first."""
        buckets = {
            number for window in windows for number in self._buckets(window, *dimensions, **only)
        }
        tails = Q(*map(_tail, windows), _connector=Q.OR)
        # A bucket begins in the window that it is a part of.
        window_index = Case(
            *(
                When(day__range=(window.first, window.last), then=Value(index))
                for index, window in enumerate(windows)
            )
        )
        rows = self._only(only).filter(_in(buckets, tails)).order_by()
        return list(rows.values_list(window_index, *dimensions).annotate(**_sums(of)))

    def squares_by_day(self, window: Window, dimension: str, of: str) -> dict[Any, Any]:
        """For each value of the dimension: the sum of the squares of the measure's daily sums.

        Raw, because the ORM cannot add up sums; the inner query is its own.
        """
        days = self.within(window, dimension, "day").order_by()
        query, parameters = (
            days.values_list(dimension, "day").annotate(**_sums([of])).query.sql_with_params()
        )
        with connections[self.db].cursor() as cursor:
            cursor.execute(SQUARES_BY_DAY.format(daily=query), parameters)
            return dict(cursor.fetchall())

    def total(self, window: Window, of: Sequence[str], **only: Any) -> list[Any]:
        """The sums of the measures in `window`, zeros if there is nothing."""
        return list(self.within(window, **only).aggregate(**_sums(of, default=0)).values())

    def within(self, window: Window, *dimensions: str, **only: Any) -> Self:
        """The rows that make up the window and tell the dimensions apart."""
        buckets = self._buckets(window, *dimensions, **only)
        return self._only(only).filter(_in(buckets, _tail(window)))

    def _only(self, only: dict[str, Any]) -> Self:
        return self.filter(**{name: value for name, value in only.items() if value is not None})

    def _buckets(self, window: Window, *dimensions: str, **only: Any) -> list[int]:
        """The buckets of the coarsest grouping set that will do; none where no sums are kept."""
        if not self.model.grouping_sets:
            return []
        narrowed = [name for name, value in only.items() if value is not None]
        used = {_dimension(name) for name in (*dimensions, *narrowed)}
        needed = used.intersection(self.model.dimensions)
        kept = min((kept for kept in self.model.grouping_sets if needed <= kept), key=len)
        number = grouping_set_number(kept, self.model.dimensions)
        return buckets_of(window, number, self.model.granularities, daily="day" in used)


def _in(buckets: Collection[int], tail: Q) -> Q:
    """The rows of the buckets, which one list finds by the primary key, and a part of the tail."""
    return Q(bucket__in=[TAIL, *buckets]) & (Q(bucket__gt=TAIL) | tail)


def _tail(window: Window) -> Q:
    """The tail's part of the window.

    The time, unlike the day, tells which months need not even be looked at, and has statistics.
    """
    return Q(log_at__gte=window.start, log_at__lt=window.end)


def _sums(measures: Sequence[str], **options: Any) -> dict[str, Sum]:
    return {f"sum_of_{measure}": Sum(measure, **options) for measure in measures}


def _dimension(lookup: str) -> str:
    """What "offer_id", "offer__category_id" and "offer__in" are about."""
    return lookup.split("__", maxsplit=1)[0].removesuffix("_id")
