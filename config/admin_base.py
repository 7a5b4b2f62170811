"""What all pages of the admin have in common, of whatever app."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db import connections, models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from django.contrib import admin

    # unfold has no types; its classes extend Django's, which have and are generic only there.
    ModelAdmin = admin.ModelAdmin[Any]
    RowPaginator = Paginator[Any]
else:
    from unfold.admin import ModelAdmin

    RowPaginator = Paginator


class EstimatePaginator(RowPaginator):
    """Pages of a table that may be too large to count.

    Up to 10,000 rows are counted. Beyond that a whole table has as many as the planner believes,
    and a filtered list 10,001, so that its last page is a hundred pages away.
    """

    counted_rows = 10_000

    @cached_property
    def count(self) -> int:
        """The number of rows, estimated if there are many."""
        rows: models.QuerySet[Any] = self.object_list  # type: ignore[assignment]
        # The order stays: the newest rows of a log are found at the end of the index of its ids.
        counted = rows[: self.counted_rows + 1].count()
        if counted <= self.counted_rows or rows.query.where:
            return counted
        return max(counted, estimated_rows(rows.model, rows.db))


def estimated_rows(model: type[models.Model], database: str = "default") -> int:
    """How many rows PostgreSQL believes the table of `model` has, all partitions together."""
    with connections[database].cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(reltuples), 0)::bigint FROM pg_class "
            "WHERE relkind = 'r' AND reltuples > 0 AND (oid = %(table)s::regclass "
            "OR oid IN (SELECT relid FROM pg_partition_tree(%(table)s::regclass)))",
            {"table": connections[database].ops.quote_name(model._meta.db_table)},
        )
        (rows,) = cursor.fetchone()
    return int(rows)


class ReadOnlyAdmin(ModelAdmin):
    """Admin pages that only show."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: models.Model | None = None,  # noqa: ARG002
    ) -> bool:
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: models.Model | None = None,  # noqa: ARG002
    ) -> bool:
        return False


def html_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> SafeString:
    """A table of the cells, which are escaped unless they are safe already."""
    cell = '<td class="align-top border-b border-base-200 px-3 py-2">{}</td>'
    head = format_html_join(
        "", '<th class="px-3 py-2 text-left">{}</th>', ((header,) for header in headers)
    )
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        ((format_html_join("", cell, ((value,) for value in row)),) for row in rows),
    )
    return format_html(
        '<table class="w-full"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', head, body
    )
