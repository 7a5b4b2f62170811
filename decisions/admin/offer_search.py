"""Finding decision traces by what became of an offer in them.

No index knows it, and traces may be too many to read all of them. So a search covers the newest
ones that pass the list's other filters, says how far it got, and goes on from there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.db.models import Count, F, Func, Min, QuerySet, SmallIntegerField, Value
from django.http import HttpRequest, QueryDict
from django.utils.timezone import localtime

from decisions.admin.log_base import NewestFirst
from decisions.models import (
    ContactPolicy,
    DecisionTrace,
    DecisionTraceKey,
    MissStage,
    QualificationRule,
)
from decisions.outcomes import SELECTED, STAGE_UNIT
from offers.models import Entity, Offer

# How many traces a search covers at most: about a second's work.
COVERED = 100_000
SUGGESTED = 500
# What an address may hold: an offer; its fate there; what decided that; the trace, by its id,
# before which to go on, in the order of ingestion.
PARAMETERS = ("offer", "stage", "cause", "before")
CAUSES: dict[str, type[Entity]] = {
    MissStage.QUALIFICATION.label: QualificationRule,
    MissStage.CONTACT_POLICY.label: ContactPolicy,
    MissStage.OUTRANKED.label: Offer,
}
STAGES: dict[str, str] = {
    "selected": "selected",
    MissStage.QUALIFICATION.label: "failed qualification (cause: rule)",
    MissStage.CONTACT_POLICY.label: "blocked by a contact policy (cause: policy)",
    MissStage.OUTRANKED.label: "outranked (cause: winning offer)",
}


class SearchError(ValueError):
    """A search that means nothing; the message says why."""


@dataclass
class Coverage:
    """Which traces a search covered: how many, and if there are older ones, where it stopped."""

    traces: int
    stopped_at: str | None = None
    stopped_time: datetime | None = None


@dataclass
class OfferSearch:
    """A search as its address describes it, and what came of it."""

    stages: ClassVar = STAGES
    offer: str
    stage: str
    cause: str
    before: str
    problem: str = ""
    found: Entity | None = None
    found_cause: Entity | None = None
    coverage: Coverage | None = None

    @classmethod
    def of(cls, query: QueryDict) -> "OfferSearch":
        """The search of an address. No id has a NUL, which the database could not look up."""
        given = [query.get(name, "").replace("\0", "").strip() for name in PARAMETERS]
        offer, stage, cause, before = given
        return cls(offer, stage, cause, before)

    def __bool__(self) -> bool:
        return bool(self.offer or self.stage or self.cause)

    @property
    def stage_told(self) -> str:
        """What became of the offer, in words."""
        return _TOLD[self.stage]

    @property
    def told(self) -> str:
        """What was searched, in words."""
        if self.coverage is None:
            return ""
        whence = f" before {self.before}" if self.before else ""
        if self.coverage.stopped_time is None:
            all_of_them = f"All {self.coverage.traces:,} traces that pass the other filters"
            return f"{all_of_them}{whence} were searched."
        return (
            f"Of the traces that pass the other filters{whence}, the {self.coverage.traces:,} that "
            f"were ingested last were searched, back to {self.coverage.stopped_at} of "
            f"{localtime(self.coverage.stopped_time):%Y-%m-%d %H:%M}."
        )

    def narrow(self, traces: QuerySet[DecisionTrace]) -> QuerySet[DecisionTrace]:
        """The traces that are meant, among the newest; each says the `state` of the offer."""
        if not self:
            return traces
        try:
            self.found, self.found_cause = self._offer(), self._cause()
            if self.before:
                traces = traces.filter(id__lt=self._row_before())
        except SearchError as error:
            self.problem = str(error)
            return traces.none()
        newest = traces.order_by("-id").values("id")[:COVERED]
        covered = newest.aggregate(traces=Count("id"), oldest=Min("id"))
        self.coverage = Coverage(covered["traces"])
        # Rows of the index of ids: the planner, which cannot know how many have the offer, might
        # read whole partitions without.
        traces = traces.filter(id__gte=covered["oldest"] or 0)
        if covered["traces"] == COVERED:
            stop = DecisionTrace.objects.get(id=covered["oldest"])
            self.coverage.stopped_at, self.coverage.stopped_time = stop.event_id, stop.created_at
        return self._with_fate(traces, self.found.pk)

    def _with_fate(
        self, traces: QuerySet[DecisionTrace], offer_key: int
    ) -> QuerySet[DecisionTrace]:
        traces = traces.annotate(state=_entry("outcome_states", offer_key))
        if self.stage == "selected":
            return traces.annotate(selected_bit=F("state").bitand(SELECTED)).filter(
                selected_bit=SELECTED
            )
        if not self.stage:
            return traces.filter(state__isnull=False)
        lowest = STAGE_UNIT * _STAGE_NUMBERS[self.stage]
        traces = traces.filter(state__gte=lowest, state__lt=lowest + STAGE_UNIT)
        if self.found_cause is None:
            return traces
        return traces.annotate(decided_by=_entry("outcome_causes", offer_key)).filter(
            decided_by=self.found_cause.pk
        )

    def _offer(self) -> Offer:
        if not self.offer:
            raise SearchError("Name an offer: a stage and a cause are those of an offer.")
        return _named(Offer, self.offer)

    def _cause(self) -> Entity | None:
        if self.stage and self.stage not in STAGES:
            raise SearchError(f"No stage is called {self.stage}; use {', '.join(STAGES)}.")
        if not self.cause:
            return None
        if self.stage not in CAUSES:
            raise SearchError(f"A cause needs its stage: {', '.join(CAUSES)}.")
        return _named(CAUSES[self.stage], self.cause)

    def _row_before(self) -> int:
        key = DecisionTraceKey.objects.filter(event_id=self.before).first()
        if key is None:
            raise SearchError(f"The search cannot go on before {self.before}: no such trace.")
        return key.row_id


_TOLD = {
    "selected": "selected",
    MissStage.QUALIFICATION.label: "which failed qualification",
    MissStage.CONTACT_POLICY.label: "which a contact policy blocked",
    MissStage.OUTRANKED.label: "which was outranked",
}
E = TypeVar("E", bound=Entity)
_STAGE_NUMBERS = {stage.label: stage.value for stage in MissStage}


def _named(kind: type[E], external_id: str) -> E:
    found = kind._default_manager.filter(external_id=external_id).first()
    if found is None:
        noun = kind._meta.verbose_name
        raise SearchError(f"No {noun} has the id {external_id}.")
    return found


def _entry(array: str, offer_key: int) -> Func:
    """(array)[array_position(outcome_offers, offer)]: null where the offer is not."""
    position = Func(F("outcome_offers"), Value(offer_key), function="array_position")
    return Func(
        F(array),
        position,
        template="(%(expressions)s]",
        arg_joiner=")[",
        output_field=SmallIntegerField(),
    )


class TraceList(NewestFirst):
    """The list of traces, which a search for an offer narrows down."""

    search: OfferSearch

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """What the filters beside the list are about: not the search."""
        found: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in PARAMETERS}

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: Any = None
    ) -> QuerySet[DecisionTrace]:
        """The traces that pass the filters, and are meant by the search."""
        self.search = OfferSearch.of(request.GET)
        return self.search.narrow(super().get_queryset(request, exclude_parameters))

    @property
    def kept_parameters(self) -> list[tuple[str, str]]:
        """What the address says apart from the search."""
        return [
            (name, value)
            for name, values in self.filter_params.items()
            for value in values
            if name not in PARAMETERS
        ]

    @property
    def older_address(self) -> str:
        """Where the search goes on."""
        stopped_at = self.search.coverage.stopped_at if self.search.coverage else None
        return self.get_query_string({"before": stopped_at})

    @property
    def whole_address(self) -> str:
        """The list without the search."""
        return self.get_query_string(dict.fromkeys(PARAMETERS))

    @property
    def suggested_offers(self) -> QuerySet[Offer, tuple[str, str]]:
        """Some offers to choose from; any other's id can be typed."""
        return Offer.objects.values_list("external_id", "name")[:SUGGESTED]
