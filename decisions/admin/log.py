"""Admin pages of the log. Nobody changes what happened."""

from django.contrib import admin
from django.utils.safestring import SafeString

from config.admin_base import EstimatePaginator, ReadOnlyAdmin, html_table
from decisions.admin.log_base import LogAdmin
from decisions.admin.periods import PeriodFilter
from decisions.logs import ATTRIBUTIONS, INTERACTIONS, RUNS
from decisions.models import (
    Attribution,
    Interaction,
    ModelMetric,
    Run,
)


@admin.register(Interaction)
class InteractionAdmin(LogAdmin):
    log = INTERACTIONS
    references = ("offer", "channel", "outcome_type", "creative", "decision_flow")
    list_display = (
        "event_id",
        "occurred_at",
        "customer_id",
        "outcome_type",
        "offer",
        "channel",
        "decision_flow",
        "value",
        "cost",
    )
    list_filter = (PeriodFilter, "outcome_type", "channel", "decision_flow")
    search_fields = ("event_id",)
    search_help_text = "customer id or interaction id, whole"


@admin.register(Run)
class RunAdmin(LogAdmin):
    log = RUNS
    references = ("decision_flow", "channel")
    list_display = ("event_id", "started_at", "decision_flow", "channel", "status", "latency_ms")
    list_filter = (PeriodFilter, "status", "decision_flow", "channel")
    search_fields = ("event_id",)
    search_help_text = "run id, whole"


@admin.register(Attribution)
class AttributionAdmin(LogAdmin):
    log = ATTRIBUTIONS
    list_display = ("conversion_id", "model", "created_at", "customer_id", "total_value")
    list_filter = (PeriodFilter, "model")
    search_fields = ("conversion_id",)
    search_help_text = "customer id or conversion id, whole"
    fields = ("conversion_id", "model", "created_at", "customer_id", "total_value", "id", "credits")
    readonly_fields = ("credits",)

    @admin.display(description="touchpoints")
    def credits(self, obj: Attribution) -> SafeString:
        """The contacts that share the conversion's value, as ingested."""
        names = ("offerId", "channelId", "credit", "value")
        return html_table(
            ("Offer", "Channel", "Credit", "Value"),
            ([touchpoint.get(name) for name in names] for touchpoint in obj.touchpoints),
        )


@admin.register(ModelMetric)
class ModelMetricAdmin(ReadOnlyAdmin):
    """Metrics of models. Few rows, with their times in an index, so a date hierarchy is cheap."""

    list_display = ("model", "recorded_at", "auc")
    list_display_links = ("model", "recorded_at")
    list_filter = ("model",)
    list_select_related = ("model",)
    date_hierarchy = "recorded_at"
    ordering = ("-recorded_at", "-id")
    search_fields = ("=model__external_id", "model__name")
    search_help_text = "model id, whole, or a part of the name"
    paginator = EstimatePaginator
    show_full_result_count = False
    fields = ("model", "recorded_at", "auc", "id", "importances")
    readonly_fields = ("importances",)

    @admin.display(description="feature importance")
    def importances(self, obj: ModelMetric) -> SafeString:
        """Features, the most important first."""
        features = sorted(obj.feature_importance.items(), key=lambda item: (-item[1], item[0]))
        return html_table(("Feature", "Importance"), features)
