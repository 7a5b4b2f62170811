"""Loading, nothing to show, warnings, errors, and refreshing."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import refuse, settled
from tests.support.loading import load
from tests.support.shop import ADDRESS


def test_warnings_of_the_endpoint_are_shown(page: Page, show: Callable[[str], None]) -> None:
    show("?view=offers&days=30&segmentId=segment_new")
    acceptance = page.locator("#acceptance_rate")
    expect(acceptance.locator(".notice")).to_contain_text("'segment_new' is not materialised")
    expect(acceptance).to_contain_text("No figures")
    expect(page.locator("#funnel .notice")).to_have_count(0)
    expect(page.locator("#funnel .scope")).to_contain_text("not by segment")
    show("?view=offers&segmentId=nobody")
    expect(acceptance.locator(".notice")).to_contain_text("no segment with the id 'nobody'")
    expect(page.get_by_label("Segment").locator("option:checked")).to_have_text("nobody (unknown)")


def test_empty_panels_say_what_to_do(page: Page, show: Callable[[str], None]) -> None:
    show("?view=offers&segmentId=segment_empty")
    expect(page.locator("#acceptance_rate")).to_contain_text("Choose a longer one")
    expect(page.locator(".panel .notice")).to_have_count(0)


def test_loading_is_visible(page: Page, server: str) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**{ADDRESS}?type=revenue_trend*", hold)
    page.goto(server)
    expect(page.locator("#daily_trend canvas")).to_have_count(2)
    panel = page.locator("#revenue_trend")
    expect(panel).to_have_attribute("aria-busy", "true")
    expect(panel).to_contain_text("Loading…")
    held[0].continue_()
    expect(panel).not_to_have_attribute("aria-busy", "true")
    expect(panel.locator("canvas")).to_be_visible()


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (503, "UNAVAILABLE", "tries again in 90 seconds"),
        (429, "THROTTLED", "Pause the refreshing"),
        (500, "INTERNAL_ERROR", "Could not load"),
    ],
)
def test_error_is_explained_and_can_be_tried_again(
    page: Page, show: Callable[[str], None], status: int, code: str, advice: str
) -> None:
    refuse(page, "revenue_trend", status, code, "Something is away.", **{"Retry-After": "90"})
    show("?days=30")
    panel = page.locator("#revenue_trend")
    expect(panel.get_by_role("alert")).to_contain_text("Something is away.")
    expect(panel.get_by_role("alert")).to_contain_text(advice)
    expect(page.locator("#daily_trend .notice")).to_have_count(0)
    expect(page.locator("#announce")).to_have_text("1 of 6 panels could not be loaded.")
    page.unroute_all()
    panel.get_by_role("button", name="Try again").click()
    expect(panel.locator("canvas")).to_be_visible()
    expect(panel.get_by_role("alert")).to_have_count(0)


def test_network_failure_keeps_the_last_figures(page: Page, show: Callable[[str], None]) -> None:
    show("?view=operations")
    page.route(f"**{ADDRESS}*", lambda route: route.abort())
    page.get_by_role("button", name="Refresh").click()
    panel = page.locator("#degraded_scoring")
    expect(panel.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(panel.get_by_role("alert")).to_contain_text("These figures are of")
    expect(panel.locator("dl.headline")).to_be_visible()


def test_lost_session_leads_to_signing_in_and_back(page: Page, show: Callable[[str], None]) -> None:
    show("?view=operations&days=30")
    page.context.clear_cookies()
    page.get_by_role("button", name="Refresh").click()
    page.get_by_role("link", name="Sign in again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert "next=%2F%3Fview%3Doperations%26days%3D30" in page.url


def test_figures_refresh_by_themselves_without_flicker(page: Page, server: str) -> None:
    page.clock.install()
    page.goto(f"{server}/?view=overview&days=7")
    settled(page)
    shown = page.locator("#daily_trend .headline data").first
    before = int(shown.inner_text())
    page.evaluate("document.querySelectorAll('canvas').forEach((canvas) => canvas.marked = true)")
    page.get_by_role("button", name="Pause").click()
    load({"interactions": [impression("late_1")]})
    page.clock.run_for(65_000)
    expect(page.locator("#as-of")).to_contain_text("paused")
    expect(shown).to_have_text(str(before))
    page.get_by_role("button", name="Resume").click()
    expect(shown).to_have_text(str(before + 1))
    load({"interactions": [impression("late_2")]})
    page.clock.run_for(31_000)
    expect(shown).to_have_text(str(before + 2))
    assert page.evaluate(
        "[...document.querySelectorAll('canvas')].every((canvas) => canvas.marked)"
    )
    expect(page.locator("#as-of")).to_have_text(re.compile(r"^As of \d\d:\d\d:\d\d UTC$"))


def impression(event: str) -> dict[str, object]:
    """An interaction of this moment."""
    return {
        "id": event,
        "customerId": "customer_0",
        "offerId": "offer_boots",
        "channelId": "channel_mail",
        "outcome": "impression",
        "occurredAt": datetime.now(UTC).isoformat(),
    }
