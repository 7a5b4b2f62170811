"""Summaries of the log, and the views that unite them with the rows not yet folded in.

For each summary there is a table of sums, which `refresh_summaries` alone writes, and a database
view with the same columns: the stored rows and, ungrouped, the log rows with an `id` beyond the
mark that says how far the table has got. A query that adds up the view's rows therefore equals
a full scan of the log, however old the table is. Services query the views.

The tables keep their sums in cells (decisions/cells.py), so that few rows make up any window.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import connections, models
from django.db.models import Case, Q, Sum, Value, When

from decisions.cells import LEVELS, TAIL, cells_of, grain

if TYPE_CHECKING:
    from decisions.window import Window

# Reads the cells of single days by the primary key.
SQUARES_BY_DAY = """
SELECT key, sum(amount * amount) FROM ({daily}) AS daily (key, day, amount) GROUP BY key
"""

View = TypeVar("View", bound="SumsRow")


class SummaryMark(models.Model):
    """How far a summary has got: all log rows with an `id` up to `folded_id` are in it.

    There is one for each log: "interactions", "decisions" (of traces), "runs", "attributions".
    """

    summary = models.CharField(primary_key=True, max_length=32)
    folded_id = models.BigIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
    dropped_before = models.DateTimeField(
        null=True, help_text="older rows of the log are gone, but the summaries know them"
    )

    def __str__(self) -> str:
        return f"{self.summary} up to {self.folded_id}"


class Measures(models.Model):
    """What a summary adds up, by its dimensions.

    A dimension that a cell's grain leaves out is 0, the key of nothing. The first measure counts
    log rows: where it is 0, all are.
    """

    # The log and its mark; the view of what each log row adds; the dimensions; those sets of
    # them that are asked about, in which the sums are kept; and the spans of days.
    log: ClassVar[str]
    rows: ClassVar[str]
    dimensions: ClassVar[tuple[str, ...]]
    grains: ClassVar[tuple[frozenset[str], ...]]
    levels: ClassVar[tuple[int, ...]] = LEVELS

    cell = models.IntegerField(help_text="grain and span of days; 0 is the tail")
    day = models.DateField(help_text="the first of the cell, in the reporting time zone")

    class Meta:
        abstract = True

    @classmethod
    def dimension_columns(cls) -> list[str]:
        """The columns of the dimensions."""
        return [cls._meta.get_field(name).attname for name in cls.dimensions]  # type: ignore[union-attr]

    @classmethod
    def key_columns(cls) -> list[str]:
        """The columns of the primary key, in its order."""
        key: Any = cls._meta.pk
        return [cls._meta.get_field(name).attname for name in key.field_names]  # type: ignore[union-attr]

    @classmethod
    def measure_fields(cls) -> list["models.Field[Any, Any]"]:
        """The fields that are added up."""
        others = {"cell", "day", "log_id", "log_at", *cls.dimension_columns()}
        return [field for field in cls._meta.concrete_fields if field.attname not in others]

    @classmethod
    def measure_columns(cls) -> list[str]:
        """The columns that are added up."""
        return [field.attname for field in cls.measure_fields()]


class SumsRow(Measures):
    """A row of a view: it is stored, or stems from one row of the log, which these two name."""

    log_id = models.BigIntegerField(null=True)
    log_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class SumsQuerySet(models.QuerySet[View]):
    """What can be asked of sums."""

    def sums(
        self, window: "Window", *dimensions: str, of: Sequence[str], **only: Any
    ) -> list[tuple[Any, ...]]:
        """The groups of `dimensions` in `window`: their values, then the sums of the measures.

        `only` narrows dimensions as arguments of filter() do; null does not narrow.
        """
        rows = self.within(window, *dimensions, **only).order_by()
        return list(rows.values_list(*dimensions).annotate(**_sums(of)))

    def sums_of_windows(
        self, windows: Sequence["Window"], *dimensions: str, of: Sequence[str], **only: Any
    ) -> list[tuple[Any, ...]]:
        """As `sums`, for windows that do not overlap; the number of the window comes first."""
        cells = {cell for each in windows for cell in self._cells(each, *dimensions, **only)}
        tails = Q(*map(_tail, windows), _connector=Q.OR)
        # A cell begins in the window that it is a part of.
        number = Case(
            *(
                When(day__range=(each.first, each.last), then=Value(place))
                for place, each in enumerate(windows)
            )
        )
        rows = self._only(only).filter(_in(cells, tails)).order_by()
        return list(rows.values_list(number, *dimensions).annotate(**_sums(of)))

    def squares_by_day(self, window: "Window", dimension: str, of: str) -> dict[Any, Any]:
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

    def totals(self, window: "Window", of: Sequence[str], **only: Any) -> list[Any]:
        """The sums of the measures in `window`, zeros if there is nothing."""
        return list(self.within(window, **only).aggregate(**_sums(of, default=0)).values())

    def within(self, window: "Window", *dimensions: str, **only: Any) -> Self:
        """The rows that make up the window and tell the dimensions apart."""
        cells = self._cells(window, *dimensions, **only)
        return self._only(only).filter(_in(cells, _tail(window)))

    def _only(self, only: dict[str, Any]) -> Self:
        return self.filter(**{name: value for name, value in only.items() if value is not None})

    def _cells(self, window: "Window", *dimensions: str, **only: Any) -> list[int]:
        """The cells of the coarsest grain that will do; none where no sums are kept."""
        if not self.model.grains:
            return []
        narrowed = [name for name, value in only.items() if value is not None]
        used = {_dimension(name) for name in (*dimensions, *narrowed)}
        known = used.intersection(self.model.dimensions)
        kept = min((each for each in self.model.grains if known <= each), key=len)
        number = grain(kept, self.model.dimensions)
        return cells_of(window, number, self.model.levels, daily="day" in used)


def _in(cells: Collection[int], tail: Q) -> Q:
    """The rows of the cells, which one list finds by the primary key, and a part of the tail."""
    return Q(cell__in=[TAIL, *cells]) & (Q(cell__gt=TAIL) | tail)


def _tail(window: "Window") -> Q:
    """The tail's part of the window.

    The time, unlike the day, tells which months need not even be looked at, and has statistics.
    """
    return Q(log_at__gte=window.start, log_at__lt=window.end)


def _sums(measures: Sequence[str], **options: Any) -> dict[str, Sum]:
    return {f"sum_of_{measure}": Sum(measure, **options) for measure in measures}


def _dimension(lookup: str) -> str:
    """What "offer_id", "offer__category_id" and "offer__in" are about."""
    return lookup.split("__", maxsplit=1)[0].removesuffix("_id")
