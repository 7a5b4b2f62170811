"""Admin pages of the catalogue."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from offers.admin_base import CatalogueAdmin, CatalogueForm, PermanentAdmin, StatusAdminMixin
from offers.models import (
    Approval,
    Budget,
    BudgetScope,
    Category,
    Channel,
    Creative,
    Experiment,
    Journey,
    Offer,
    Trigger,
)


@admin.register(Category)
class CategoryAdmin(CatalogueAdmin):
    """Categories. One that offers or budgets belong to cannot be deleted (foreign keys)."""


@admin.register(Channel)
class ChannelAdmin(StatusAdminMixin, PermanentAdmin):
    list_display = ("name", "external_id", "type", "status_label")
    list_filter = ("status", "type")


class PresenceFilter(admin.SimpleListFilter):
    """Whether offers have been marked as deleted."""

    title = "deleted"
    parameter_name = "deleted"

    def lookups(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        model_admin: Any,  # noqa: ARG002
    ) -> list[tuple[str, str]]:
        return [("no", "No"), ("yes", "Yes")]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Offer],
    ) -> QuerySet[Offer]:
        """The offers of the choice."""
        if self.value() in {"no", "yes"}:
            return queryset.filter(deleted_at__isnull=self.value() == "no")
        return queryset


@admin.register(Offer)
class OfferAdmin(StatusAdminMixin, PermanentAdmin):
    """Offers. They are marked as deleted and can be restored; their history stays."""

    list_display = ("name", "external_id", "category", "status_label", "mandatory", "deleted_at")
    list_filter = ("status", PresenceFilter, "mandatory", "category")
    list_select_related = ("category",)
    readonly_fields = ("deleted_at",)
    actions = ("mark_as_deleted", "restore")

    @admin.action(description="Mark as deleted", permissions=["change"])
    def mark_as_deleted(self, request: HttpRequest, queryset: QuerySet[Offer]) -> None:
        """Take the offers out of the catalogue, keeping their history."""
        self._set_deleted(request, queryset.filter(deleted_at=None), deleted=True)

    @admin.action(description="Restore", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Offer]) -> None:
        """Put offers that were marked as deleted back into the catalogue."""
        self._set_deleted(request, queryset.exclude(deleted_at=None), deleted=False)

    def _set_deleted(
        self, request: HttpRequest, queryset: QuerySet[Offer], *, deleted: bool
    ) -> None:
        offers = list(queryset)
        what = "marked as deleted" if deleted else "restored"
        ids = [offer.pk for offer in offers]
        Offer.objects.filter(pk__in=ids).update(deleted_at=timezone.now() if deleted else None)
        if request.user.pk and offers:
            LogEntry.objects.log_actions(request.user.pk, offers, CHANGE, change_message=what)
        self.message_user(request, f"{len(offers)} offers {what}.", messages.SUCCESS)


@admin.register(Creative)
class CreativeAdmin(StatusAdminMixin, PermanentAdmin):
    list_display = ("name", "external_id", "offer", "channel", "status_label")
    list_filter = ("status", "channel")
    list_select_related = ("offer", "channel")
    autocomplete_fields = ("offer",)  # offers can be many


@admin.register(Experiment, Journey, Trigger)
class SwitchableAdmin(StatusAdminMixin, CatalogueAdmin):
    """Experiments, journeys and triggers."""

    list_display = ("name", "external_id", "status_label")
    list_filter = ("status",)


@admin.register(Approval)
class ApprovalAdmin(CatalogueAdmin):
    search_fields = ("external_id", "entity_id")
    list_display = ("external_id", "action", "entity_type", "entity_id", "status")
    list_display_links = ("external_id",)
    list_filter = ("status", "action", "entity_type")


class BudgetForm(CatalogueForm):
    """A budget names exactly the target of its scope."""

    def clean(self) -> dict[str, Any]:
        """Say beside the field which target is missing or one too many."""
        cleaned = super().clean() or self.cleaned_data
        scope = cleaned.get("scope")
        if not scope:
            return cleaned
        for target in (BudgetScope.CATEGORY, BudgetScope.OFFER, BudgetScope.CHANNEL):
            named = cleaned.get(target)
            # A target that is no choice has its own error already.
            if target == scope and not named and target not in self.errors:
                self.add_error(target, f"The scope is {scope}: name the {target}.")
            elif target != scope and named:
                self.add_error(target, f"The scope is {scope}: leave the {target} empty.")
        return cleaned


@admin.register(Budget)
class BudgetAdmin(CatalogueAdmin):
    form = BudgetForm
    list_display = (
        "name",
        "external_id",
        "scope",
        "target",
        "period_start",
        "period_end",
        "allocated",
    )
    list_filter = ("scope",)
    list_select_related = ("category", "offer", "channel")
    date_hierarchy = "period_start"
    autocomplete_fields = ("offer",)

    @admin.display(description="target")
    def target(self, obj: Budget) -> str:
        """What the budget may be spent on, unless on everything."""
        return str(obj.category or obj.offer or obj.channel or "-")
