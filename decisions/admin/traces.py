"""Admin pages of decision traces: each as the journey of its candidates, found by their fate."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from decisions.admin.journey import FATES, Fate, TraceJourney
from decisions.admin.log_base import LogAdmin
from decisions.admin.offer_search import OfferSearch, TraceList
from decisions.admin.periods import PeriodFilter
from decisions.logs import DECISION_TRACES
from decisions.models import DecisionTrace


@admin.register(DecisionTrace)
class DecisionTraceAdmin(LogAdmin):
    log = DECISION_TRACES
    references = ("channel", "decision_flow")
    list_display = (
        "event_id",
        "created_at",
        "customer_id",
        "channel",
        "decision_flow",
        "scored",
        "selected",
        "degraded_scoring",
        "total_latency_ms",
    )
    list_filter = (PeriodFilter, "channel", "decision_flow", "degraded_scoring")
    search_fields = ("event_id",)
    search_help_text = "customer id or trace id, whole"
    list_before_template = "decisions/trace_search.html"
    change_form_outer_before_template = "decisions/trace_journey.html"
    fieldsets = (
        (
            "As logged",
            {
                "fields": (
                    "event_id",
                    "created_at",
                    "customer_id",
                    "channel",
                    "decision_flow",
                    "degraded_scoring",
                    "degraded_reason",
                    "total_latency_ms",
                    "id",
                )
            },
        ),
    )

    def get_changelist(
        self,
        request: HttpRequest,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> type[TraceList]:
        """The list that can be searched for an offer."""
        return TraceList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """With what became of the offer that is searched for."""
        columns = list(super().get_list_display(request))
        if OfferSearch.of(request.GET):
            columns.insert(3, "fate")
        return columns

    @admin.display(description="this offer")
    def fate(self, obj: DecisionTrace) -> str:
        """What became of the offer that is searched for."""
        state: int = getattr(obj, "state", 0)
        return FATES[Fate.of(state)][0]

    fate.label = dict(FATES.values())  # type: ignore[attr-defined] # read by unfold: colours

    @admin.display(description="scored")
    def scored(self, obj: DecisionTrace) -> int:
        """How many offers were scored."""
        return len(obj.scored_offers)

    @admin.display(description="selected")
    def selected(self, obj: DecisionTrace) -> int:
        """How many offers were selected."""
        return len(obj.selected_offers)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The journey, above what the row says."""
        context["journey"] = TraceJourney.of(context["original"])
        context["title"] = "Decision trace"
        return super().render_change_form(request, context, *args, **kwargs)
