"""The parameters that a report may accept, and groups of those that come together.

A new parameter is declared here and listed in PARAMETERS; a report that accepts it finds its value
in its question.
"""

from dataclasses import dataclass

from dashboard.parameters.fields import ChoiceField, DaysField, Field, IdField
from decisions.models import AlgorithmModel, DecisionFlow
from offers.models import Category, Channel, Entity, Offer
from segments.models import Segment

DEFAULT_DAYS = 7
# What a grouping's name stands for.
DIMENSIONS: dict[str, type[Entity]] = {
    "category": Category,
    "channel": Channel,
    "offer": Offer,
    "segment": Segment,
}


@dataclass(frozen=True, eq=False)
class Parameter:
    """A query parameter. `attribute` is its place in a Question; `entity` what an id names."""

    name: str
    field: Field
    attribute: str
    entity: type[Entity] | None = None


def _id(name: str, attribute: str, entity: type[Entity], help_text: str) -> Parameter:
    return Parameter(name, IdField(help_text), attribute, entity)


DAYS = Parameter(
    "days",
    DaysField(
        default=DEFAULT_DAYS,
        help_text="Length of the window: the N calendar days in the reporting time zone that end "
        "today, today included.",
    ),
    "window",
)
MODEL = _id(
    "modelId",
    "model",
    AlgorithmModel,
    "The model to look at, whatever its status (else all active ones).",
)
GROUP_BY = Parameter(
    "groupBy",
    ChoiceField(choices=[*DIMENSIONS], required=False, help_text="The dimension to group by"),
    "group_by",
)
# What it names depends on groupBy.
FILTER = Parameter("filterId", IdField("With groupBy: only the group of this id."), "filter_by")
SEGMENT = _id(
    "segmentId",
    "segment",
    Segment,
    "Only the members of this materialised segment, with all their history.",
)
CHANNEL = _id("channelId", "channel", Channel, "Only what happened in this channel.")
CATEGORY = _id("categoryId", "category", Category, "Only the offers of this category.")
DECISION_FLOW = _id(
    "decisionFlowId", "decision_flow", DecisionFlow, "Only the decisions of this flow."
)
OFFER = _id("offerId", "offer", Offer, "The offer to explain.")
BASELINE_DAYS = Parameter(
    "baselineDays",
    DaysField(
        required=False,
        help_text="Length of the baseline window just before the window; default: as days.",
    ),
    "baseline",
)

# In the order of the documentation.
PARAMETERS = (
    DAYS,
    MODEL,
    GROUP_BY,
    FILTER,
    SEGMENT,
    CHANNEL,
    CATEGORY,
    DECISION_FLOW,
    OFFER,
    BASELINE_DAYS,
)

# Groups.
WINDOWED = (DAYS,)
SEGMENTED = (SEGMENT,)
OF_DECISIONS = (CHANNEL, CATEGORY, DECISION_FLOW)
