"""The address says what is shown, and whatever changes what is shown changes the address."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settled

OF_DECISIONS = ["segmentId", "channelId", "categoryId", "decisionFlowId"]


def asked(page: Page, panel: str) -> dict[str, str]:
    """What a panel asks the endpoint."""
    address = page.locator(f"#{panel} .links a", has_text="JSON").get_attribute("href")
    return {name: values[0] for name, values in parse_qs(urlsplit(str(address)).query).items()}


def address(page: Page) -> dict[str, str]:
    """What the address says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def row(page: Page, panel: str, name: str) -> Locator:
    """The row of this name in a panel."""
    return page.locator(f"#{panel} tbody tr", has_text=name)


def test_link_restores_view_window_and_every_filter(
    page: Page, show: Callable[[str], None]
) -> None:
    filters = {
        "segmentId": "segment_gold",
        "channelId": "channel_mail",
        "categoryId": "category_shoes",
        "decisionFlowId": "flow_home",
        "groupBy": "channel",
        "filterId": "channel_mail",
        "offerId": "offer_boots",
    }
    show("?view=decisions&days=12&" + "&".join(f"{key}={value}" for key, value in filters.items()))
    expect(page.get_by_role("heading", level=1)).to_have_text("Decisions")
    expect(page.locator(".views [aria-current]")).to_have_text("Decisions")
    expect(page.get_by_label("Number of days")).to_have_value("12")
    for name, value in filters.items():
        menu = "#why-offer" if name == "offerId" else f"#menu-{name}"
        expect(page.locator(menu)).to_have_value(value)
    of_traces = {"days": "12", "segmentId": "segment_gold"}
    narrowed = {name: filters[name] for name in ("channelId", "categoryId", "decisionFlowId")}
    assert asked(page, "selection_frequency") == {
        "type": "selection_frequency",
        **of_traces,
        **narrowed,
    }
    assert asked(page, "score_distribution") == {
        "type": "score_distribution",
        "days": "12",
        "groupBy": "channel",
        "filterId": "channel_mail",
    }
    assert asked(page, "why_not_ranked") == {
        "type": "why_not_ranked",
        **of_traces,
        "offerId": "offer_boots",
    }
    # Panels say which of the filters they cannot apply.
    expect(page.locator("#score_distribution .scope")).to_contain_text("not by segment")
    expect(page.locator("#selection_frequency .scope")).to_contain_text("Gold")


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("?view=overview", ["segmentId", "baselineDays"]),
        ("?view=offers", ["segmentId", "groupBy"]),
        ("?view=decisions", [*OF_DECISIONS, "groupBy"]),
        ("?view=decisions&groupBy=offer", [*OF_DECISIONS, "groupBy", "filterId"]),
        ("?view=operations", []),
        ("?view=models", ["modelId"]),
    ],
)
def test_filters_are_those_that_a_panel_of_the_view_can_apply(
    page: Page, show: Callable[[str], None], query: str, filters: list[str]
) -> None:
    show(query)
    menus = page.locator("#filters select:visible")
    assert menus.evaluate_all("menus => menus.map((menu) => menu.name)") == filters
    expect(page.get_by_label("Number of days")).to_be_visible()


def test_link_marks_what_no_panel_filters_by(page: Page, show: Callable[[str], None]) -> None:
    show("?view=offers&days=30&offerId=offer_boots&channelId=channel_mail")
    expect(page.locator("#acceptance_rate tr.marked")).to_contain_text("Boots")
    expect(page.locator("#channel_effectiveness .marked")).to_have_count(1)
    assert asked(page, "acceptance_rate") == {"type": "acceptance_rate", "days": "30"}


def test_filters_change_the_address_and_back_undoes_it(
    page: Page, show: Callable[[str], None]
) -> None:
    show("?view=offers&days=7")
    expect(row(page, "acceptance_rate", "Boots").locator("data").first).to_have_text("30")
    page.get_by_label("Last 30 days").click()
    settled(page)
    expect(row(page, "acceptance_rate", "Boots").locator("data").first).to_have_text("45")
    page.get_by_label("Segment").select_option("Gold")
    settled(page)
    assert address(page) == {"view": "offers", "days": "30", "segmentId": "segment_gold"}
    expect(row(page, "acceptance_rate", "Boots").locator("data").first).to_have_text("30")
    page.get_by_label("Group by").select_option("Category")
    settled(page)
    expect(page.locator("#offer_performance_grouped h2")).to_have_text(
        "Conversion by offer and category"
    )
    page.go_back()
    page.go_back()
    settled(page)
    assert address(page) == {"view": "offers", "days": "30"}
    expect(page.get_by_label("Segment")).to_have_value("")
    expect(row(page, "acceptance_rate", "Boots").locator("data").first).to_have_text("45")
    page.get_by_role("link", name="Operations").click()
    settled(page)
    assert address(page) == {"view": "operations", "days": "30"}


def test_any_number_of_days_from_1_to_365(page: Page, show: Callable[[str], None]) -> None:
    show("")
    days = page.get_by_label("Number of days")
    for wrong in ("0", "366", "x"):
        days.fill(wrong)
        days.press("Enter")
        expect(page.locator("#days-wrong")).to_have_text("1 to 365")
        assert "days" not in address(page)
    days.fill("45")
    days.press("Enter")
    settled(page)
    assert asked(page, "daily_trend") == {"type": "daily_trend", "days": "45"}
    expect(page.locator("#days-wrong")).to_have_text("")


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("?days=0", "“0” is not a number of days from 1 to 365"),
        ("?days=7.5", "“7.5” is not a number"),
        ("?view=nothing", "no view “nothing”"),
        ("?view=offers&groupBy=offer", "cannot be grouped by “offer”"),
    ],
)
def test_wrong_address_is_explained(
    page: Page, show: Callable[[str], None], query: str, complaint: str
) -> None:
    show(query)
    expect(page.locator("#page-notice")).to_contain_text(complaint)
    expect(page.locator(".panel .notice")).to_have_count(0)


def test_anomalies_lead_to_the_panel_that_explains_them(
    page: Page, show: Callable[[str], None]
) -> None:
    show("?days=7")
    worst = page.locator("#anomaly_candidates .anomaly")
    expect(worst.first.locator(".severity")).to_have_text("Critical")
    worst.get_by_role("link", name=re.compile("Acceptance rate: Boots")).click()
    settled(page)
    assert address(page) == {"view": "offers", "days": "7", "offerId": "offer_boots"}
    expect(page.locator("#acceptance_rate h2")).to_be_focused()
    expect(page.locator("#acceptance_rate tr.marked")).to_contain_text("Boots")
    page.go_back()
    settled(page)
    page.get_by_role("link", name=re.compile("Acceptance rate: Letter")).or_(
        page.get_by_role("link", name=re.compile("Acceptance rate: Mail"))
    ).first.click()
    settled(page)
    expect(page.locator("#channel_effectiveness .marked")).to_have_count(1)
    expect(page.locator("#channel_effectiveness h2")).to_be_focused()


def test_offer_is_explained_once_it_is_chosen(page: Page, show: Callable[[str], None]) -> None:
    show("?view=decisions&days=30")
    why = page.locator("#why_not_ranked")
    expect(why).to_contain_text("Which offer should be explained?")
    page.locator("#why-offer").select_option("Scarf")
    settled(page)
    assert asked(page, "why_not_ranked")["offerId"] == "offer_scarf"
    expect(why.locator("li.all data")).to_have_text("20")
    expect(why).to_contain_text("Age")
    expect(why).to_contain_text("Cap")
    page.locator("#selection_frequency").get_by_role("link", name="Boots").click()
    settled(page)
    expect(page.locator("#why-offer")).to_have_value("offer_boots")
    expect(why.locator("li.kept data")).to_have_text("20")


def test_tables_are_sorted_by_keyboard(page: Page, show: Callable[[str], None]) -> None:
    show("?view=offers&days=30")
    table = page.locator("#acceptance_rate table")
    header = table.get_by_role("button", name="Offer")
    header.focus()
    page.keyboard.press("Enter")
    expect(table.locator("tbody th").first).to_contain_text("Boots")
    page.keyboard.press("Enter")
    expect(table.locator("tbody th").first).to_contain_text("Scarf")
    expect(table.locator("th[aria-sort=descending]")).to_contain_text("Offer")
    expect(table.get_by_role("button", name="Offer")).to_be_focused()


def test_keyboard_skips_to_the_figures(page: Page, show: Callable[[str], None]) -> None:
    show("")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panels")).to_be_focused()


def test_theme_is_chosen_and_kept(page: Page, show: Callable[[str], None]) -> None:
    show("")
    background = "getComputedStyle(document.body).backgroundColor"
    bright = page.evaluate(background)
    page.get_by_role("button", name="Theme: auto").click()
    page.get_by_role("button", name="Theme: light").click()
    dark = page.evaluate(background)
    assert dark != bright
    page.reload()
    assert page.evaluate(background) == dark
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
