"""Admin pages of what the log refers to."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from config.admin_base import EstimatePaginator
from decisions.models import (
    AlgorithmModel,
    ContactPolicy,
    DecisionFlow,
    OutcomeType,
    QualificationRule,
    Suppression,
)
from offers.admin_base import CatalogueAdmin, PermanentAdmin, StatusAdminMixin


@admin.register(OutcomeType)
class OutcomeTypeAdmin(PermanentAdmin):
    """Outcome types. What one counts as is fixed once it is used: a database trigger says so."""

    list_display = ("external_id", "name", "classification", "category", "is_conversion")
    list_display_links = ("external_id",)
    list_filter = ("classification", "category", "is_conversion")


@admin.register(DecisionFlow)
class DecisionFlowAdmin(StatusAdminMixin, PermanentAdmin):
    list_display = ("name", "external_id", "status_label")
    list_filter = ("status",)


@admin.register(QualificationRule, ContactPolicy)
class RuleAdmin(PermanentAdmin):
    """Qualification rules and contact policies."""

    list_display = ("name", "external_id", "type")
    list_filter = ("type",)


@admin.register(AlgorithmModel)
class AlgorithmModelAdmin(StatusAdminMixin, CatalogueAdmin):
    """Models. One with metrics cannot be deleted (foreign key)."""

    list_display = ("name", "external_id", "type", "status_label")
    list_filter = ("status", "type")


class ActiveNowFilter(admin.SimpleListFilter):
    """Whether suppressions are active now."""

    title = "active now"
    parameter_name = "active"

    def lookups(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        model_admin: Any,  # noqa: ARG002
    ) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Suppression],
    ) -> QuerySet[Suppression]:
        """The suppressions of the choice."""
        now = timezone.now()
        if self.value() == "yes":
            unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
            return queryset.filter(unexpired, created_at__lte=now)
        if self.value() == "no":
            return queryset.filter(Q(expires_at__lte=now) | Q(created_at__gt=now))
        return queryset


@admin.register(Suppression)
class SuppressionAdmin(CatalogueAdmin):
    """Suppressions: as many as there are customers, perhaps, so not counted."""

    list_display = ("external_id", "customer_id", "policy", "offer", "created_at", "expires_at")
    list_display_links = ("external_id",)
    list_filter = (ActiveNowFilter, "policy")
    list_select_related = ("policy", "offer")
    autocomplete_fields = ("policy", "offer")
    sortable_by = ("external_id",)
    # Exact, so that the indexes answer.
    search_fields = ("=external_id", "=customer_id")
    search_help_text = "suppression id or customer id, whole"
    paginator = EstimatePaginator
    show_full_result_count = False
