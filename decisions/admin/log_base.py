"""What the admin's pages of log tables have in common."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.db import OperationalError, connection, models, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from psycopg.errors import QueryCanceled

from config.admin_base import EstimatePaginator, ReadOnlyAdmin
from decisions.logs import Log

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
else:
    from unfold.views import ChangeList


class NewestFirst(ChangeList):
    """Rows in the reverse order of ingestion, which is the only order that an index has."""

    def get_ordering(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: models.QuerySet[Any],  # noqa: ARG002
    ) -> list[Any]:
        """By `id`, whatever the address asks for."""
        return ["-id"]


class LogAdmin(ReadOnlyAdmin):
    """Pages of a log table: newest first, found by customer or event, never counted or scanned."""

    log: ClassVar[Log]
    references: ClassVar[tuple[str, ...]] = ()  # foreign keys whose names the list shows
    paginator = EstimatePaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by = ()
    actions = None
    # Names come from a second query each: no join, so the rows come from the index of ids for sure.
    list_select_related = ()

    def get_changelist(
        self,
        request: HttpRequest,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> type[ChangeList]:
        return NewestFirst

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Rows with the names that they refer to."""
        return super().get_queryset(request).prefetch_related(*self.references)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """The rows of the customer, and the event, of exactly this id.

        The primary key starts with the customer; the key table knows the event's row.
        """
        term = search_term.strip()
        if not term or self.log.keys is None:
            return super().get_search_results(request, queryset, search_term)
        rows = self.log.keys._default_manager.filter(**{self.log.identity[0]: term})
        ids = list(rows.values_list("row_id", flat=True))
        found = Q(id__in=ids)
        if self.log.has_customers:
            # Without an event there is one condition less, and the primary key alone will do.
            found = found | Q(customer_id=term) if ids else Q(customer_id=term)
        return queryset.filter(found), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, unless finding its rows takes longer than an answer may.

        A filter that few rows pass can be slow in a large log, whatever the indexes.
        """
        seconds = settings.ANSWER_TIMEOUT_SECONDS
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true)",
                    [str(max(1, round(seconds * 1000)))],
                )
                response = super().changelist_view(request, extra_context)
                if isinstance(response, TemplateResponse):
                    response.render()  # reads the rows
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            messages.error(
                request,
                f"The list was not ready after {seconds:g} s. Search for a customer id or an "
                "event id, or filter by a shorter period.",
            )
            return redirect("admin:index")
        return response
