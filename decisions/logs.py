"""The logs: a declaration each, from which partitions, triggers, erasure and refreshing follow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from django.db import models

from decisions.models import (
    Attribution,
    AttributionKey,
    ContactPolicy,
    DecisionTrace,
    DecisionTraceKey,
    Interaction,
    InteractionKey,
    MissStage,
    ModelMetric,
    QualificationRule,
    Run,
    RunKey,
)
from decisions.models.log import EventKey, LogModel
from offers.models import Offer


@dataclass(frozen=True, eq=False)  # there is one of each
class Log:
    """An append-only table of events.

    `entity` is the name of its event files. `time` is the column with the event's time. `keys` is
    the table of identities beside a log that is partitioned by month of that time; a log without
    one is an ordinary table with a unique constraint on `identity`. `lists` are its array columns
    of keys, with what they refer to.
    """

    entity: str
    model: type[LogModel]
    time: str
    keys: type[EventKey] | None
    identity: tuple[str, ...] = ("event_id",)
    lists: Mapping[str, type[models.Model]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def table(self) -> str:
        """The name of its table."""
        return self.model._meta.db_table

    @property
    def noun(self) -> str:
        """One of its rows, in words."""
        return str(self.model._meta.verbose_name)

    @property
    def has_customers(self) -> bool:
        """Whether its rows are about customers, and go when these are erased."""
        return any(column.attname == "customer_id" for column in self.model._meta.concrete_fields)


INTERACTIONS = Log("interactions", Interaction, "occurred_at", InteractionKey)
DECISION_TRACES = Log(
    "decision_traces",
    DecisionTrace,
    "created_at",
    DecisionTraceKey,
    lists={
        "qualification_rules": QualificationRule,
        "policy_policies": ContactPolicy,
        "qualification_offers": Offer,
        "policy_offers": Offer,
        "scored_offers": Offer,
        "selected_offers": Offer,
    },
)
RUNS = Log("runs", Run, "started_at", RunKey)
ATTRIBUTIONS = Log(
    "attributions",
    Attribution,
    "created_at",
    AttributionKey,
    identity=("conversion_id", "model"),
)
MODEL_METRICS = Log(
    "model_metrics", ModelMetric, "recorded_at", None, identity=("model_id", "recorded_at")
)
LOGS = (INTERACTIONS, DECISION_TRACES, RUNS, ATTRIBUTIONS, MODEL_METRICS)
PARTITIONED = tuple(log for log in LOGS if log.keys is not None)


def references(
    model: type[models.Model],
) -> Iterator[tuple[str, type[models.Model], bool]]:
    """A model's foreign keys: the column, what it refers to, and whether it may be null."""
    for column in model._meta.concrete_fields:
        if isinstance(column, models.ForeignKey):
            yield column.attname, column.related_model, column.null


# What the causes of a trace's misses refer to.
CAUSES: dict[MissStage, type[models.Model]] = {
    MissStage.QUALIFICATION: QualificationRule,
    MissStage.CONTACT_POLICY: ContactPolicy,
    MissStage.OUTRANKED: Offer,
}
