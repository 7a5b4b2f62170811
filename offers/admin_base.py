"""What the admin's pages of the catalogue have in common."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin import display
from django.db import DataError, Error, IntegrityError, models, transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from config.admin_base import ModelAdmin
from config.terminal import CONTROL_CHARACTERS
from offers.models import Status

if TYPE_CHECKING:
    EntityForm = ModelForm[Any]
else:
    EntityForm = ModelForm


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
        meta = self.model._meta
        page = f"{self.admin_site.name}:{meta.app_label}_{meta.model_name}_change"
        return HttpResponseRedirect(reverse(page, args=[object_id]))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what the database refuses as a message; an action changes all rows or none."""
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
    """Pages of an entity that cannot be deleted, because the log may refer to it.

    The log has no foreign keys, so the database would let it go and history would lose its names.
    """

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: models.Model | None = None,  # noqa: ARG002
    ) -> bool:
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
