"""What there is, whatever has happened: summary, funnel, policy_impact."""

from typing import Any

from tests.dashboard.examples import Example, Row, columns, moment, named
from tests.support.materialising import refresh


def funnel(example: Example) -> list[tuple[Any, ...]]:
    """The stages of funnel."""
    return columns(example.ask("funnel"), "stage", "count")


def impact(example: Example) -> list[tuple[Any, ...]]:
    """The rows of policy_impact."""
    return columns(example.ask("policy_impact"), "policyType", "suppressions", "customers")


def approval(name: str, status: str) -> Row:
    """A wish to change boots."""
    about = {"entityType": "offer", "entityId": "boots", "action": "update"}
    return {"id": name, "status": status, **about}


def creative(name: str, offer: str, status: str = "active") -> Row:
    """A creative for email."""
    return named(name, offerId=offer, channelId="email", status=status)


def suppression(name: str, customer: str, policy: str, **times: str) -> Row:
    """A suppression since yesterday, for ever unless it expires."""
    about = {"id": name, "customerId": customer, "policyId": policy}
    return {**about, "createdAt": moment(1), **times}


def test_summary_counts_what_is_active_and_what_waits(empty_example: Example) -> None:
    empty_example.add(
        offers=[named("boots"), named("scarf"), named("old", status="archived")],
        channels=[named("email", type="email"), named("web", type="web", status="paused")],
        experiments=[named("layout"), named("colour", status="draft")],
        journeys=[named("welcome"), named("birthday"), named("farewell")],
        triggers=[named("basket", status="archived")],
        approvals=[approval("a", "pending"), approval("b", "approved"), approval("c", "rejected")],
    )
    assert empty_example.ask("summary") == {
        "activeOffers": 2,
        "activeChannels": 1,
        "activeExperiments": 1,
        "activeJourneys": 3,
        "activeTriggers": 0,
        "pendingApprovals": 1,
    }


def test_deleted_offer_is_neither_active_nor_in_the_funnel(empty_example: Example) -> None:
    empty_example.add(offers=[named("boots"), named("scarf", deletedAt=moment(1))])
    assert empty_example.ask("summary")["activeOffers"] == 1
    assert funnel(empty_example)[:2] == [("totalOffers", 1), ("activeOffers", 1)]


def test_funnel_leads_from_all_offers_to_those_that_can_be_shown(example: Example) -> None:
    example.add(
        offers=[named("hat", status="draft")],  # besides boots, sandals and scarf
        creatives=[
            creative("boots in snow", "boots"),
            creative("boots in rain", "boots"),
            creative("sandals", "sandals"),
            creative("scarf", "scarf", status="paused"),
            creative("hat", "hat"),
        ],
    )
    assert funnel(example) == [
        ("totalOffers", 4),
        ("activeOffers", 3),
        ("offersWithCreatives", 2),
        ("totalCreatives", 3),
    ]


def test_policy_impact_counts_customers_once(example: Example) -> None:
    example.add(
        suppressions=[
            suppression("first", "ann", "cap"),
            suppression("second", "ann", "cap", expiresAt=moment(-1)),
            suppression("third", "bob", "cap"),
            suppression("fourth", "bob", "pause"),
        ]
    )
    assert impact(example) == [("frequency_cap", 3, 2), ("cooldown", 1, 1)]


def test_suppression_counts_from_its_creation_until_it_expires(example: Example) -> None:
    example.add(
        suppressions=[
            suppression("expired", "ann", "cap", expiresAt=moment(0.5)),
            suppression("to come", "ann", "cap", createdAt=moment(-1)),
            suppression("in force", "bob", "pause"),
        ]
    )
    assert impact(example) == [("cooldown", 1, 1)]


def test_overview_is_the_same_before_and_after_refreshing(example: Example) -> None:
    example.add(suppressions=[suppression("one", "ann", "cap")])
    example.shown("boots", "email", 10)

    def check() -> None:
        assert example.ask("summary")["activeOffers"] == 3
        assert funnel(example)[0] == ("totalOffers", 3)
        assert impact(example) == [("frequency_cap", 1, 1)]

    check()
    refresh()
    check()
