"""A few events of a small catalogue, and what the dashboard answers about them.

    example.shown("boots", "email", 10, clicks=3)
    rows = example.ask("acceptance_rate")
    assert columns(rows, "offerId", "acceptanceRate") == [("boots", 0.3)]

The fixture `example` (in conftest.py) has the catalogue below and an empty log. Everything happens
now, or as many whole days earlier as `days_ago` says.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client

from tests.support.loading import load

Row = dict[str, Any]


def named(name: str, **fields: Any) -> Row:
    """A row of the catalogue, active unless the fields say otherwise."""
    return {"id": name, "name": name.title(), "status": "active", **fields}


CATALOGUE: dict[str, list[Row]] = {
    "categories": [named("shoes")],
    "channels": [named("email", type="email"), named("web", type="web")],
    "offers": [
        named("boots", categoryId="shoes"),
        named("sandals", categoryId="shoes"),
        named("scarf", mandatory=True),
    ],
    "decision_flows": [named("home")],
    "qualification_rules": [named("age", type="age"), named("stock", type="stock")],
    "contact_policies": [
        named("cap", type="frequency_cap"),
        named("pause", type="cooldown"),
    ],
    "customers": [{"id": "ann", "attributes": {"vip": True}}, {"id": "bob", "attributes": {}}],
    "segments": [named("vips", filters=[{"field": "vip", "operator": "eq", "value": True}])],
}


class Example:
    """What happened; and somebody who asks about it over HTTP."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._numbers = count(1)

    def add(self, **entities: list[Row]) -> None:
        """Rows as in event files, by entity."""
        load(entities)

    def shown(
        self,
        offer: str,
        channel: str,
        impressions: int,
        *,
        clicks: int = 0,
        conversions: int = 0,
        dismissals: int = 0,
        value: float | None = None,
        cost: float | None = None,
        customer: str = "bob",
        days_ago: int = 0,
    ) -> None:
        """Impressions, each at this cost, and responses; each conversion is worth the value."""
        kinds: list[tuple[str, int, Row]] = [
            ("impression", impressions, {"cost": cost}),
            ("click", clicks, {}),
            ("conversion", conversions, {"value": value}),
            ("dismiss", dismissals, {}),
        ]
        interactions = [
            {
                "id": self._id(),
                "customerId": customer,
                "offerId": offer,
                "channelId": channel,
                "outcome": outcome,
                "occurredAt": moment(days_ago),
                **amount,
            }
            for outcome, times, amount in kinds
            for _ in range(times)
        ]
        load({"interactions": interactions})

    def decided(
        self,
        times: int = 1,
        *,
        passed: Mapping[str, str] | None = None,
        failed: Mapping[str, str] | None = None,
        blocked: Mapping[str, str] | None = None,
        scored: Mapping[str, float] | None = None,
        selected: Iterable[str] = (),
        days_ago: int = 0,
        **fields: Any,
    ) -> None:
        """Decisions, all alike: the rule that each offer passed or failed, the policy that blocked
        it, its score, and the offers selected, from rank 1 on. Fields are those of event files.
        """
        trace = {
            "customerId": "bob",
            "channelId": "web",
            "decisionFlowId": "home",
            "createdAt": moment(days_ago),
            "qualificationResults": [
                {"offerId": offer, "ruleId": rule, "passed": good}
                for good, rules in ((True, passed), (False, failed))
                for offer, rule in (rules or {}).items()
            ],
            "contactPolicyResults": [
                {"offerId": offer, "policyId": policy, "blocked": True}
                for offer, policy in (blocked or {}).items()
            ],
            "scoringResults": [
                {"offerId": offer, "score": score} for offer, score in (scored or {}).items()
            ],
            "selectedOffers": [
                {"offerId": offer, "rank": rank} for rank, offer in enumerate(selected, 1)
            ],
            **fields,
        }
        load({"decision_traces": [{"id": self._id(), **trace} for _ in range(times)]})

    def ran(self, *latencies: int | None, status: str = "completed", days_ago: int = 0) -> None:
        """Runs that took so many milliseconds."""
        runs = [
            {
                "id": self._id(),
                "decisionFlowId": "home",
                "status": status,
                "latencyMs": latency,
                "startedAt": moment(days_ago),
            }
            for latency in latencies
        ]
        load({"runs": runs})

    def attributed(self, model: str, *values: float, days_ago: int = 0) -> None:
        """Conversions that an attribution model values so."""
        attributions = [
            {
                "conversionId": self._id(),
                "customerId": "bob",
                "model": model,
                "totalValue": value,
                "createdAt": moment(days_ago),
            }
            for value in values
        ]
        load({"attributions": attributions})

    def ask(self, kind: str, **parameters: str | int) -> Any:
        """The data of an answer of this type."""
        response = self._client.get("/api/v1/dashboard-data", {"type": kind, **parameters})
        assert response.status_code == 200, response.content
        return response.json()["data"]

    def _id(self) -> str:
        return f"event {next(self._numbers)}"


def columns(rows: Iterable[Row], *names: str) -> list[tuple[Any, ...]]:
    """These fields of each row."""
    return [tuple(row[name] for name in names) for row in rows]


def moment(days_ago: float = 0) -> str:
    """The time as in event files."""
    return (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()


def day(days_ago: int = 0) -> str:
    """The date as in answers."""
    return moment(days_ago)[:10]
