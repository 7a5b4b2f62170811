"""What the log refers to: outcome types, flows, rules, policies and models."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from offers.models import Entity, StatusEntity, is_word, one_of, word_field


class Classification(models.TextChoices):
    """What an outcome says about the customer's interest."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"


class OutcomeCategory(models.TextChoices):
    """Whether the offer was shown, or something came of it."""

    IMPRESSION = "impression"
    RESPONSE = "response"


class OutcomeType(Entity):
    """A kind of interaction, and what it counts as.

    Its id is the `key` of the event files. What it counts as is fixed once an interaction uses
    it (a database trigger sees to that), so history cannot change its meaning.
    """

    classification = models.CharField(max_length=8, choices=Classification)
    category = models.CharField(max_length=10, choices=OutcomeCategory)
    is_conversion = models.BooleanField(default=False)

    class Meta(Entity.Meta):
        constraints: ClassVar = [
            *Entity.Meta.constraints,
            one_of("classification", Classification),
            one_of("category", OutcomeCategory),
            models.CheckConstraint(
                name="decisions_outcometype_conversion_is_positive",
                condition=Q(is_conversion=False) | Q(classification="positive"),
                violation_error_message="Only a positive outcome can be a conversion.",
            ),
        ]


class DecisionFlow(StatusEntity):
    """A configured way to get from a customer and a channel to the offers to show."""


class QualificationRule(Entity):
    """A condition that an offer must pass to be considered for a customer."""

    type = models.CharField()


class ContactPolicy(Entity):
    """A limit on how often, when or with what a customer is contacted."""

    type = word_field("frequency_cap, cooldown, time_window")

    class Meta(Entity.Meta):
        verbose_name_plural = "contact policies"
        constraints: ClassVar = [*Entity.Meta.constraints, is_word("type")]


class AlgorithmModel(StatusEntity):
    """A model that scores offers."""

    type = models.CharField()

    class Meta(StatusEntity.Meta):
        verbose_name = "model"
