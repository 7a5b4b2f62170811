"""A small shop that has something to say to every type of answer, and people who ask.

The fixture `shop` fills the database once per module, since its rows must be committed to be seen
on the connection "answers": tests that use it need no mark, and change nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from knox.models import AuthToken
from pytest_django import DjangoDbBlocker

from accounts.roles import VIEWER
from segments.models import Segment
from summaries.materialising import materialise
from tests.support.bundles import Bundle
from tests.support.loading import empty_database, load

ADDRESS = "/api/v1/dashboard-data"
# A parameter's id, or other value, that means something in the shop.
GIVEN = {
    "days": "30",
    "modelId": "model_a",
    "groupBy": "channel",
    "filterId": "channel_mail",
    "segmentId": "segment_gold",
    "channelId": "channel_mail",
    "categoryId": "category_shoes",
    "decisionFlowId": "flow_home",
    "offerId": "offer_scarf",
    "baselineDays": "7",
}
DEFAULT_GROUPS = ("channel", "category")


def bundle() -> Bundle:
    """The event rows."""
    now = datetime.now(UTC)
    today = now.date()

    def ago(days: float) -> str:
        return (now - timedelta(days=days)).isoformat()

    def named(entity: str, *names: str, **fields: Any) -> list[dict[str, Any]]:
        return [
            {"id": f"{entity}_{name}", "name": name.title(), "status": "active", **fields}
            for name in names
        ]

    interactions = [
        {
            "id": f"i_{outcome}_{number}_{days}",
            "customerId": f"customer_{number % 3}",
            "offerId": "offer_boots" if number % 2 else "offer_scarf",
            "channelId": "channel_mail" if number % 3 else "channel_app",
            "decisionFlowId": "flow_home",
            "outcome": outcome,
            "occurredAt": ago(days),
            "value": 10.5 if outcome == "conversion" else None,
            "cost": 0.01,
        }
        for days, accepted in [(0.01, 4), (1, 2), (9, 25)]
        for outcome, count in [("impression", 30), ("click", accepted), ("conversion", 2)]
        for number in range(count)
    ]
    traces = [
        {
            "id": f"trace_{number}",
            "customerId": f"customer_{number % 3}",
            "channelId": "channel_mail",
            "decisionFlowId": "flow_home",
            "createdAt": ago(0.02 + number % 4 * 3),
            "qualificationResults": [
                {"offerId": "offer_scarf", "ruleId": "rule_age", "passed": number % 5 != 0},
                {"offerId": "offer_boots", "ruleId": "rule_age", "passed": True},
            ],
            "contactPolicyResults": [
                {"offerId": "offer_scarf", "policyId": "policy_cap", "blocked": number % 5 == 1}
            ],
            "scoringResults": [
                {"offerId": "offer_boots", "score": 0.7},
                *([{"offerId": "offer_scarf", "score": 0.3}] if number % 5 > 1 else []),
            ],
            "selectedOffers": [{"offerId": "offer_boots", "rank": 1}],
            "degradedScoring": number % 4 == 0,
            "degradedReason": "timeout" if number % 8 == 0 else None,
        }
        for number in range(20)
    ]
    return {
        "categories": [{"id": "category_shoes", "name": "Shoes"}],
        "channels": [
            *named("channel", "mail", "letter", type="email"),
            *named("channel", "app", type="in_app"),
        ],
        "offers": [
            *named("offer", "boots", "sandals", categoryId="category_shoes"),
            *named("offer", "scarf", mandatory=True),
        ],
        "creatives": named("creative", "photo", offerId="offer_boots", channelId="channel_mail"),
        "experiments": named("experiment", "layout"),
        "journeys": named("journey", "welcome"),
        "triggers": named("trigger", "birthday"),
        "approvals": [
            {
                "id": "approval_a",
                "entityType": "offer",
                "entityId": "offer_boots",
                "action": "create",
                "status": "pending",
            }
        ],
        "budgets": [
            {
                "id": f"budget_{scope}",
                "name": scope,
                "scope": scope,
                "scopeId": target,
                "periodStart": str(today - timedelta(days=20)),
                "periodEnd": str(today + timedelta(days=20)),
                "allocated": 2,
            }
            for scope, target in [
                ("global", None),
                ("category", "category_shoes"),
                ("channel", "channel_mail"),
            ]
        ],
        "decision_flows": named("flow", "home", "checkout"),
        "qualification_rules": [{"id": "rule_age", "name": "Age", "type": "age"}],
        "contact_policies": [{"id": "policy_cap", "name": "Cap", "type": "frequency_cap"}],
        "suppressions": [
            {
                "id": "suppression_a",
                "customerId": "customer_1",
                "policyId": "policy_cap",
                "createdAt": ago(1),
            }
        ],
        "models": named("model", "a", "b", type="boosting"),
        "model_metrics": [
            {
                "modelId": f"model_{name}",
                "recordedAt": ago(days),
                "auc": auc,
                "featureImportance": {"tier": 0.25, "age": 0.5},
            }
            for name in "ab"
            for days, auc in [(1, 0.8), (0.5, None)]
        ],
        "attributions": [
            {
                "conversionId": "i_conversion_0_1",
                "customerId": "customer_0",
                "model": model,
                "totalValue": 10.5,
                "createdAt": ago(1),
            }
            for model in ("linear", "last_touch")
        ],
        "customers": [
            {"id": f"customer_{number}", "attributes": {"tier": "gold" if number else "new"}}
            for number in range(3)
        ],
        "segments": [
            *named(
                "segment", "gold", filters=[{"field": "tier", "operator": "eq", "value": "gold"}]
            ),
            *named("segment", "empty", filters=[{"field": "tier", "operator": "is_not_set"}]),
            *named("segment", "new", filters=[]),
        ],
        "interactions": interactions,
        "decision_traces": traces,
        "runs": [
            {
                "id": f"run_{number}",
                "decisionFlowId": "flow_home",
                "status": "completed",
                "latencyMs": 20 + number,
                "startedAt": ago(number),
            }
            for number in range(3)
        ],
    }


@dataclass(frozen=True)
class Shop:
    """Who is there: a viewer, and the viewer's token."""

    viewer: User
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What a script sends."""
        return {"authorization": f"Bearer {self.token}"}

    def client(self) -> Client:
        """A script; what fails on the server is an answer to it, as it is to anyone outside."""
        return Client(headers=self.headers, raise_request_exception=False)

    def get(self, parameters: dict[str, str], **headers: str) -> Any:
        """What the endpoint responds."""
        return self.client().get(ADDRESS, parameters, headers=headers)

    def ask(self, **parameters: str) -> dict[str, Any]:
        """The answer."""
        response = self.get(parameters)
        assert response.status_code == 200, response.content
        envelope: dict[str, Any] = response.json()
        return envelope


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Shop]:
    """The shop, open while the module's tests run; its segment "new" is not materialised."""
    with django_db_blocker.unblock():
        try:
            load(bundle())
            for segment in Segment.objects.exclude(external_id="segment_new"):
                materialise(segment.pk)
            viewer = User.objects.create_user("viewer")
            viewer.groups.add(Group.objects.get(name=VIEWER))
            yield Shop(viewer, AuthToken.objects.create(viewer)[1])
        finally:
            empty_database()
            User.objects.all().delete()
            Session.objects.all().delete()
            cache.clear()
