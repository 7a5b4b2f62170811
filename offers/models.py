"""The catalogue: what can be offered, where, and with how much money.

Every entity has two identifiers: `external_id`, the string that the outside world uses, and
Django's `id`, a number that joins and log rows use and that never leaves the process.
Texts that answers are ordered by use the "C" collation: code point order on every server.
"""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

# Every time zone has a day for the first instant. Events, whose days are counted, end earlier
# (decisions/models/log.py).
FIRST_INSTANT = datetime(1, 1, 2, tzinfo=UTC)
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)


class Status(models.TextChoices):
    """Life cycle of everything that can be switched on; "active" is on."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


def external_id_field(verbose_name: str = "id", **options: Any) -> "models.CharField[str, str]":
    """An identifier of the outside world: 1 to 64 characters, ordered by code point."""
    return models.CharField(verbose_name, max_length=64, db_collation="C", **options)


def plain(field: str) -> models.CheckConstraint:
    """The database's own check that `field` is an id: not empty, and no control characters."""
    return models.CheckConstraint(
        name=f"%(app_label)s_%(class)s_{field}_plain",
        condition=Q(**{f"{field}__regex": r"^[^\x01-\x1f\x7f-\x9f]+$"}),
        violation_error_message="An id has at least one character, and no control characters.",
    )


def in_calendar(field: str, last: datetime = LAST_INSTANT) -> models.CheckConstraint:
    """The database's own check that `field` is no instant that Python or answers have no day for.

    PostgreSQL also knows infinity, and years before 1 and after 9999.
    """
    return models.CheckConstraint(
        name=f"%(app_label)s_%(class)s_{field}_in_calendar",
        condition=Q(**{f"{field}__gte": FIRST_INSTANT, f"{field}__lte": last}),
        violation_error_message=f"A time must lie in the years 1 to {last.year}.",
    )


class Entity(models.Model):
    """Something with an id and a name."""

    external_id = external_id_field(unique=True)
    name = models.CharField(db_collation="C")

    class Meta:
        abstract = True
        ordering: ClassVar = ["external_id"]
        constraints: ClassVar = [plain("external_id")]

    def __str__(self) -> str:
        return self.name or self.external_id


def one_of(field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    """The database's own check that `field` holds one of `choices`."""
    return models.CheckConstraint(
        name=f"%(app_label)s_%(class)s_{field}", condition=Q(**{f"{field}__in": choices.values})
    )


WORD = "^[a-z][a-z0-9_]{0,63}$"


def word_field(examples: str) -> "models.CharField[str, str]":
    """A word of an open vocabulary."""
    spelling = f"small letters, digits, _; such as {examples}"
    return models.CharField(max_length=64, help_text=spelling)


def is_word(field: str) -> models.CheckConstraint:
    """The database's own check that `field` holds a word."""
    return models.CheckConstraint(
        name=f"%(app_label)s_%(class)s_{field}",
        condition=Q(**{f"{field}__regex": WORD}),
        violation_error_message=f"The {field} must be a word of small letters, digits and _.",
    )


class StatusEntity(Entity):
    """An entity that can be switched on and off."""

    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)

    class Meta(Entity.Meta):
        abstract = True
        constraints: ClassVar = [*Entity.Meta.constraints, one_of("status", Status)]


class Category(Entity):
    """A group of offers."""

    class Meta(Entity.Meta):
        verbose_name_plural = "categories"


class Channel(StatusEntity):
    """A way in which offers reach customers."""

    type = word_field("email, push, sms, in_app, web")

    class Meta(StatusEntity.Meta):
        constraints: ClassVar = [*StatusEntity.Meta.constraints, is_word("type")]


class OfferQuerySet(models.QuerySet["Offer"]):
    def present(self) -> "OfferQuerySet":
        """Offers that have not been deleted."""
        return self.filter(deleted_at=None)

    def active(self) -> "OfferQuerySet":
        """Offers that can be chosen now."""
        return self.present().filter(status=Status.ACTIVE)


class Offer(StatusEntity):
    """Something that a decision engine can offer to a customer.

    Deleting is soft (`deleted_at`): an offer that the log knows keeps its history.
    """

    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="offers"
    )
    mandatory = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta(StatusEntity.Meta):
        constraints: ClassVar = [*StatusEntity.Meta.constraints, in_calendar("deleted_at")]


class Creative(StatusEntity):
    """What an offer looks like in one channel."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="creatives")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="creatives")


class Experiment(StatusEntity):
    """A controlled comparison between ways to decide."""


class Journey(StatusEntity):
    """A planned sequence of contacts with a customer."""


class Trigger(StatusEntity):
    """An event that starts a decision."""


class ApprovalAction(models.TextChoices):
    """What is to be done to the entity."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class ApprovalStatus(models.TextChoices):
    """What became of the request."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Approval(models.Model):
    """A request to change an entity, and what became of it."""

    external_id = external_id_field(unique=True)
    entity_type = models.CharField()
    entity_id = external_id_field("entity id")
    action = models.CharField(max_length=8, choices=ApprovalAction)
    status = models.CharField(max_length=8, choices=ApprovalStatus, default=ApprovalStatus.PENDING)

    class Meta:
        ordering: ClassVar = ["external_id"]
        constraints: ClassVar = [
            plain("external_id"),
            plain("entity_id"),
            one_of("action", ApprovalAction),
            one_of("status", ApprovalStatus),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.entity_type} {self.entity_id}"


class BudgetScope(models.TextChoices):
    """What a budget may be spent on."""

    GLOBAL = "global"
    CATEGORY = "category"
    OFFER = "offer"
    CHANNEL = "channel"


class Budget(Entity):
    """Money set aside for a period: for everything, or for one category, offer or channel."""

    scope = models.CharField(max_length=8, choices=BudgetScope)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, null=True, blank=True)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, blank=True)
    period_start = models.DateField()
    period_end = models.DateField(help_text="inclusive")
    allocated = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta(Entity.Meta):
        constraints: ClassVar = [
            *Entity.Meta.constraints,
            one_of("scope", BudgetScope),
            models.CheckConstraint(
                name="offers_budget_scope_names_its_target",
                condition=Q(scope="global", category=None, offer=None, channel=None)
                | Q(scope="category", category__isnull=False, offer=None, channel=None)
                | Q(scope="offer", category=None, offer__isnull=False, channel=None)
                | Q(scope="channel", category=None, offer=None, channel__isnull=False),
                violation_error_message="Name exactly the category, offer or channel of the scope.",
            ),
            models.CheckConstraint(
                name="offers_budget_period_not_reversed",
                condition=Q(period_end__gte=F("period_start")),
                violation_error_message="The period ends before it starts.",
            ),
            models.CheckConstraint(
                name="offers_budget_period_in_calendar",  # PostgreSQL also knows infinity
                condition=Q(period_start__gte=date.min, period_end__lte=date.max),
                violation_error_message="The period leaves the calendar.",
            ),
            models.CheckConstraint(
                name="offers_budget_allocated_not_negative",
                condition=Q(allocated__gte=0),
                violation_error_message="The allocated amount is negative.",
            ),
        ]

    def clean(self) -> None:
        """Refuse a period that ends before it starts, beside the field that is wrong."""
        if self.period_start and self.period_end and self.period_end < self.period_start:
            raise ValidationError({"period_end": "The period ends before it starts."})
