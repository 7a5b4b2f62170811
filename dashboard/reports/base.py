"""What all types of answers have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import QuerySet

from dashboard.parameters.declared import Parameter
from decisions.models import AlgorithmModel, DecisionFlow
from decisions.window import Window
from offers.models import Category, Channel, Entity, Offer
from segments.models import Segment
from summaries.models import InteractionTotals, SegmentInteractionTotals, TotalsQuerySet

CENT = Decimal("0.01")
_MONEY = Context(prec=100, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Question:
    """What an answer is about: the instant, the windows, and the entities that narrow it."""

    as_of: datetime
    window: Window
    baseline: Window
    group_by: str | None = None
    filter_by: Entity | None = None
    model: AlgorithmModel | None = None
    segment: Segment | None = None
    channel: Channel | None = None
    category: Category | None = None
    decision_flow: DecisionFlow | None = None
    offer: Offer | None = None

    @property
    def today(self) -> date:
        """The day of the instant in the reporting time zone, whatever the window."""
        return self.as_of.astimezone(ZoneInfo(self.window.time_zone)).date()

    def interactions(self) -> TotalsQuerySet[Any]:
        """Sums of interactions: those of the segment's members, or all."""
        if self.segment is None:
            return InteractionTotals.objects.all()
        return SegmentInteractionTotals.objects.filter(segment=self.segment)


class Row(msgspec.Struct, rename="camel"):
    """An object in an answer; its fields are camel case there."""


class OfferPart(Row):
    """Which offer a row is about."""

    offer_id: str
    offer_name: str


class ChannelPart(Row):
    """Which channel a row is about."""

    channel_id: str
    channel_name: str


class CategoryPart(Row):
    """Which category a row is about; without one the id is null, the name "Uncategorised"."""

    category_id: str | None
    category_name: str


class SegmentPart(Row):
    """Which segment a row is about."""

    segment_id: str
    segment_name: str


UNCATEGORISED = (None, "Uncategorised")


@dataclass(frozen=True)
class Sample:
    """How many raw traces are read at most, how many traces count, and whether some do not."""

    cap: int
    size: int
    truncated: bool


class Report(ABC):
    """One type of answer, made for one question: all there is to say about the type.

    The return annotation of `data` is the type's entry in the API's schema, its docstring
    the definition there. CONTRIBUTING.md says how to add one.
    """

    # What the parameter `type` says.
    name: ClassVar[str]
    # What else makes a difference, and without which of it there is no answer.
    accepts: ClassVar[tuple[Parameter, ...]] = ()
    requires: ClassVar[tuple[Parameter, ...]] = ()
    # By the dimensions that groupBy accepts: the rows of a grouping, and what tells its groups
    # apart; and the grouping that counts where groupBy is absent.
    groups: ClassVar[Mapping[str, tuple[type[Row], str]]] = {}
    default_grouping: ClassVar[str | None] = None
    # Whether `data` reads raw traces up to a cap, and sets `sample` to say how many.
    sampled: ClassVar[bool] = False
    # Data as an answer might have it, for the documentation.
    example: ClassVar[Any]

    def __init__(self, question: Question) -> None:
        self.question = question
        self.warnings: list[str] = []
        self.sample: Sample | None = None

    @abstractmethod
    def data(self) -> Any:
        """The answer's data; may add to `warnings` and set `sample`."""


def named(entities: QuerySet[Any]) -> dict[int, tuple[str, str]]:
    """The id and the name of each of the entities, by key."""
    found = entities.values_list("pk", "external_id", "name")
    return {key: (external_id, name) for key, external_id, name in found}


def rate(numerator: int | Decimal, denominator: int | Decimal) -> float | None:
    """The ratio of two sums in double precision, null where the denominator is 0."""
    return float(numerator / denominator) if denominator else None


def money(amount: Decimal | None) -> Decimal:
    """An exact sum rounded to 2 places, halves away from zero; null is 0."""
    return (amount or Decimal()).quantize(CENT, context=_MONEY)


def nulls_last(value: float | Fraction | None) -> tuple[bool, float | Fraction]:
    """A sort key that puts high values first and nulls last."""
    return value is None, -(value or 0)
