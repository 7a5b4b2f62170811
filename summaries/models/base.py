"""What a summary declares.

For each summary there is a table of stored sums, which merging alone writes, and a database view of
the same columns, its *totals*: the stored rows and, ungrouped, the tail, the rows of the log beyond
the watermark. A query that adds up the rows of the totals therefore equals a full scan of the log,
however old the table is. Reports query the totals.

The tables keep their sums in buckets (summaries/buckets.py), so that few rows make up any window.
"""

from typing import Any, ClassVar

from django.db import models

from decisions.logs import Log
from summaries.buckets import GRANULARITIES


class Measures(models.Model):
    """The declaration of a summary: what is added up of a log, by which dimensions.

    Its fields are the dimensions and the measures. A dimension that a bucket's grouping set leaves
    out is 0, the key of nothing. The first measure counts log rows: where it is 0, all are.
    """

    # Names the SQL of what one row of the log adds (summaries/sql/NAME.sql) and the views.
    name: ClassVar[str]
    log: ClassVar[Log]
    dimensions: ClassVar[tuple[str, ...]]
    # Those sets of dimensions that are asked about, in which the sums are kept.
    grouping_sets: ClassVar[tuple[frozenset[str], ...]]
    granularities: ClassVar[tuple[int, ...]] = GRANULARITIES
    # Of a summary by segment: the declaration whose rows it adds up for the members.
    of_members: ClassVar["type[Measures] | None"] = None

    bucket = models.IntegerField(help_text="grouping set and span of days; 0 is the tail")
    day = models.DateField(help_text="the first of the bucket, in the reporting time zone")

    class Meta:
        abstract = True

    @classmethod
    def contributions_view(cls) -> str:
        """The view of what each row of the log adds."""
        return f"summaries_{cls.name}_contributions"

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
        others = {"bucket", "day", "log_id", "log_at", *cls.dimension_columns()}
        return [field for field in cls._meta.concrete_fields if field.attname not in others]

    @classmethod
    def measure_columns(cls) -> list[str]:
        """The columns that are added up."""
        return [field.attname for field in cls.measure_fields()]


class Totals(Measures):
    """A row of a view: it is stored, or stems from one row of the log, which these two name."""

    log_id = models.BigIntegerField(null=True)
    log_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
