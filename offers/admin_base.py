"""What the admin's pages have in common."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin import display
from django.core.paginator import Paginator
from django.db import DataError, Error, IntegrityError, connections, models, transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.terminal import CONTROL_CHARACTERS
from offers.models import Status

if TYPE_CHECKING:
    from django.contrib import admin

    # unfold has no types; its classes extend Django's, which have and are generic only there.
    ModelAdmin = admin.ModelAdmin[Any]
    EntityForm = ModelForm[Any]
    RowPaginator = Paginator[Any]
else:
    from unfold.admin import ModelAdmin

    EntityForm = ModelForm
    RowPaginator = Paginator


class EstimatePaginator(RowPaginator):
    """Pages of a table that may be too large to count.

    Up to 10,000 rows are counted. Beyond that a whole table has as many as the planner believes,
    and a filtered list 10,001, so that its last page is a hundred pages away.
    """

    counted_rows = 10_000

    @cached_property
    def count(self) -> int:
        """How many rows there are, nearly."""
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
            {"table": connections[database].ops.quote_name(model._meta.db_table)},  # noqa: SLF001 - documented API
        )
        (rows,) = cursor.fetchone()
    return int(rows)


class CatalogueForm(EntityForm):
    """A form that can say what the database refused."""

    refusal: str | None = None

    def clean(self) -> dict[str, Any] | None:
        """Refuse ids that ingestion refuses, and report what the database refused."""
        cleaned = super().clean() or {}
        for name in ("external_id", "customer_id", "entity_id"):
            if found := CONTROL_CHARACTERS.search(cleaned.get(name) or ""):
                character = f"U+{ord(found[0]):04X}"
                self.add_error(
                    name, f"It contains the control character {character}; leave it out."
                )
        if self.refusal:
            self.add_error(None, self.refusal)
        return cleaned


class CatalogueAdmin(ModelAdmin):
    """Pages of an entity that admins edit and the outside world refers to by id."""

    form: type[CatalogueForm] = CatalogueForm
    search_fields: ClassVar[tuple[str, ...]] = ("external_id", "name")
    list_display: tuple[str, ...] = ("name", "external_id")
    list_display_links: tuple[str, ...] = ("name", "external_id")
    # Everybody else knows the entity by these: they cannot change.
    readonly_once_created: tuple[str, ...] = ("external_id",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[str]:
        """Identifiers, once created."""
        fixed = self.readonly_once_created if obj else ()
        return [*super().get_readonly_fields(request, obj), *fixed]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what the database refuses as an error of the form.

        Only the database knows some rules: triggers, and what others did a moment ago. The first
        attempt has been rolled back by then.
        """
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (IntegrityError, DataError) as error:
            request.refusal = _refusal(error)  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what the database refuses as a message on the entity's page."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError as error:
            self.message_user(request, _refusal(error), messages.ERROR)
        meta = self.model._meta  # noqa: SLF001 - documented API
        page = f"{self.admin_site.name}:{meta.app_label}_{meta.model_name}_change"
        return HttpResponseRedirect(reverse(page, args=[object_id]))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Likewise on the list, where actions delete many at once: all of them or none."""
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        try:
            with transaction.atomic():
                return super().changelist_view(request, extra_context)
        except IntegrityError as error:
            self.message_user(request, _refusal(error), messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def get_form(
        self,
        request: HttpRequest,
        obj: models.Model | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[EntityForm]:
        """The form, which reports what the database refused."""
        form: Any = super().get_form(request, obj, change, **kwargs)  # a class of this request's
        form.refusal = getattr(request, "refusal", None)
        return form  # type: ignore[no-any-return]


def _refusal(error: Error) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    reason = getattr(diagnosis, "message_primary", None) or "it breaks a rule"
    return f"The database refuses this: {reason}."


class PermanentAdmin(CatalogueAdmin):
    """Pages of an entity that the log may refer to, which is why it cannot be deleted.

    The log has no foreign keys, so the database would let it go and history would lose its names.
    """

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: models.Model | None = None,  # noqa: ARG002
    ) -> bool:
        """Nobody."""
        return False


class StatusAdminMixin:
    """The status as a coloured label."""

    @display(description="status", ordering="status")
    def status_label(self, obj: Any) -> str:
        """The status in words."""
        return str(obj.get_status_display())

    # Read by unfold: a colour for each.
    status_label.label = {  # type: ignore[attr-defined]
        Status.ACTIVE.label: "success",
        Status.PAUSED.label: "warning",
        Status.DRAFT.label: "info",
    }


class ReadOnlyAdmin(ModelAdmin):
    """Pages that nobody can change anything on."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody."""
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: models.Model | None = None,  # noqa: ARG002
    ) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: models.Model | None = None,  # noqa: ARG002
    ) -> bool:
        """Nobody."""
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
