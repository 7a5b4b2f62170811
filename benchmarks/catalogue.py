"""What the generated log refers to: 200 offers, 8 channels, 20 segments and all else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from decisions.models import (
    AlgorithmModel,
    ContactPolicy,
    DecisionFlow,
    ModelMetric,
    QualificationRule,
    Suppression,
)
from offers.models import Budget, Category, Channel, Creative, Offer, Status
from segments.models import Segment

OFFERS, CATEGORIES, FLOWS, RULES, MODELS, REGIONS, TIERS = 200, 12, 5, 10, 5, 10, 10
SUPPRESSIONS = 10_000
CHANNEL_TYPES = ("email", "push", "sms", "in_app", "web", "webhook", "whatsapp", "direct_mail")
POLICY_TYPES = (
    "frequency_cap",
    "cooldown",
    "budget_exhausted",
    "outcome_based",
    "segment_exclusion",
    "time_window",
    "mutual_exclusion",
    "cross_channel_cap",
    "customer_total_cap",
    "allow_override",
    "category_suppression",
    "metric_condition",
)


def fill() -> None:
    """Create the catalogue."""
    active = {"status": Status.ACTIVE}
    categories = Category.objects.bulk_create(_entities(Category, CATEGORIES))
    channels = Channel.objects.bulk_create(
        Channel(external_id=f"channel_{kind}", name=kind, type=kind, **active)
        for kind in CHANNEL_TYPES
    )
    offers = Offer.objects.bulk_create(
        Offer(
            external_id=f"offer_{number:03}",
            name=f"Offer {number}",
            category=categories[number % CATEGORIES],
            **active,
        )
        for number in range(OFFERS)
    )
    Creative.objects.bulk_create(
        Creative(
            external_id=f"creative_{number:03}",
            name=f"Creative {number}",
            offer=offer,
            channel=channels[number % len(channels)],
            **active,
        )
        for number, offer in enumerate(offers)
    )
    DecisionFlow.objects.bulk_create(_entities(DecisionFlow, FLOWS, **active))
    QualificationRule.objects.bulk_create(_entities(QualificationRule, RULES, type="age"))
    policies = ContactPolicy.objects.bulk_create(
        ContactPolicy(external_id=f"policy_{kind}", name=kind, type=kind) for kind in POLICY_TYPES
    )
    _fill_models(AlgorithmModel.objects.bulk_create(_entities(AlgorithmModel, MODELS, **active)))
    _fill_budgets(categories, offers, channels)
    now = datetime.now(UTC)
    Suppression.objects.bulk_create(
        Suppression(
            external_id=f"suppression_{number:05}",
            customer_id=f"customer_{number // 2:08}",
            policy=policies[number % len(policies)],
            created_at=now - timedelta(days=number % 30),
            expires_at=now + timedelta(days=1 + number % 60),
        )
        for number in range(SUPPRESSIONS)
    )
    _fill_segments()


def _entities(model: type[Any], count: int, **fields: Any) -> list[Any]:
    noun = model.__name__.lower()
    return [
        model(external_id=f"{noun}_{number:02}", name=f"{noun.capitalize()} {number}", **fields)
        for number in range(count)
    ]


def _fill_models(models: list[AlgorithmModel]) -> None:
    """Each was measured every day."""
    now = datetime.now(UTC)
    ModelMetric.objects.bulk_create(
        ModelMetric(
            model=model,
            recorded_at=now - timedelta(days=day),
            auc=0.7 + day % 10 / 100,
            feature_importance={f"feature_{number}": number / 66 for number in range(12)},
        )
        for model in models
        for day in range(400)
    )


def _fill_budgets(categories: list[Category], offers: list[Offer], channels: list[Channel]) -> None:
    """Ten that run now, since three different days, of all scopes."""
    today = date.today()  # noqa: DTZ011 - some day near today
    scopes: list[dict[str, Any]] = [
        {"scope": "global"},
        *({"scope": "category", "category": category} for category in categories[:3]),
        *({"scope": "offer", "offer": offer} for offer in offers[:3]),
        *({"scope": "channel", "channel": channel} for channel in channels[:3]),
    ]
    Budget.objects.bulk_create(
        Budget(
            external_id=f"budget_{number}",
            name=f"Budget {number}",
            period_start=today - timedelta(days=[20, 80, 200][number % 3]),
            period_end=today + timedelta(days=30),
            allocated=100_000,
            **scope,
        )
        for number, scope in enumerate(scopes)
    )


def _fill_segments() -> None:
    """A customer has one region and one tier, so belongs to 2 of the 20."""
    for field, values in (("region", REGIONS), ("tier", TIERS)):
        Segment.objects.bulk_create(
            Segment(
                external_id=f"segment_{field}_{value}",
                name=f"{field.capitalize()} {value}",
                status=Status.ACTIVE,
                filters=[{"field": field, "operator": "eq", "value": value}],
            )
            for value in range(values)
        )
