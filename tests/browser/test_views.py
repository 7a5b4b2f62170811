"""Each view shows what the endpoint says, to everyone: in the light, in the dark, on a phone."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response, expect

from dashboard.reports import REGISTRY
from tests.browser.panels import count, names, shown
from tests.support.shop import ADDRESS

Scheme = Literal["light", "dark"]
# The types of each view, and an address of it that shows something in every panel.
VIEWS = {
    "overview": (
        {"summary", "anomaly_candidates", "daily_trend", "revenue_trend", "budget_burn"}
        | {"attribution_summary"},
        "?view=overview&days=7",
    ),
    "offers": (
        {"acceptance_rate", "offer_performance", "offer_performance_grouped"}
        | {"channel_effectiveness", "funnel"},
        "?view=offers&days=30",
    ),
    "decisions": (
        {"selection_frequency", "score_distribution", "why_not_ranked"},
        "?view=decisions&days=30&offerId=offer_scarf",
    ),
    "operations": ({"latency_trend", "degraded_scoring", "policy_impact"}, "?view=operations"),
    "models": ({"model_metrics_trend"}, "?view=models"),
}

# The types whose data is a list of rows, which the table repeats one by one.
LISTED = set(REGISTRY) - {
    "summary",
    "score_distribution",
    "degraded_scoring",
    "model_metrics_trend",
    "why_not_ranked",
}


def test_views_show_every_type() -> None:
    assert set().union(*(types for types, _ in VIEWS.values())) == set(REGISTRY)


@pytest.mark.parametrize(
    ("view", "more"),
    [
        *((view, "") for view in VIEWS),
        ("offers", "&groupBy=category"),
        ("offers", "&groupBy=segment&segmentId=segment_gold"),
        ("decisions", "&groupBy=channel"),
        ("decisions", "&groupBy=offer&filterId=offer_scarf&channelId=channel_mail"),
        ("decisions", "&groupBy=category&segmentId=segment_gold&categoryId=category_shoes"),
        ("models", "&modelId=model_b"),
    ],
)
def test_panels_show_the_numbers_of_the_endpoint(
    page: Page, show: Callable[[str], None], view: str, more: str
) -> None:
    types, query = VIEWS[view]
    answers = listen(page)
    show(query + more)
    panels = shown(page)
    found: dict[str, Counter[float]] = {}
    for panel in panels:
        answer = answers[panel.links["JSON"]]
        assert "warning" not in answer
        assert panel.links["CSV"] == f"{panel.links['JSON']}&format=csv"
        found.setdefault(panel.links["JSON"], Counter()).update(panel.numbers)
        assert [name for name in names(answer["data"]) if name not in panel.text] == []
        if answer["type"] in LISTED or (answer["type"] == "score_distribution" and not more):
            assert answer["data"], panel.id
            assert [count(row) for row in panel.rows] == [count(row) for row in answer["data"]]
        if "window" in answer:
            assert f"{answer['window']['days']} days" in panel.scope
        if "sampleSize" in answer:
            assert f"{answer['sampleSize']} decisions" in panel.scope
    assert {answers[question]["type"] for question in found} == types
    for question, numbers in found.items():
        assert not count(answers[question]["data"]) - numbers, question


def listen(page: Page) -> dict[str, dict[str, Any]]:
    """What the endpoint answers from now on, by address."""
    answers: dict[str, dict[str, Any]] = {}

    def keep(response: Response) -> None:
        address = urlsplit(response.url)
        if address.path == ADDRESS:
            answers[f"{address.path}?{address.query}"] = response.json()

    page.on("response", keep)
    return answers


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
@pytest.mark.parametrize("view", VIEWS)
def test_views_are_accessible(
    page: Page, show: Callable[[str], None], view: str, scheme: Scheme, width: int
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    show(VIEWS[view][1])
    shown(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_empty_panels_and_warnings_are_accessible(
    page: Page, show: Callable[[str], None], scheme: Scheme
) -> None:
    page.emulate_media(color_scheme=scheme)
    show("?view=offers&segmentId=segment_new&days=none")
    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_way_in_is_accessible(page: Page, server: str, scheme: Scheme) -> None:
    page.emulate_media(color_scheme=scheme)
    page.context.clear_cookies()
    page.goto(server)
    assert serious(page) == []
    for _ in range(6):
        page.get_by_label("Username").fill(f"guesser {scheme}")
        page.get_by_label("Password").fill("guess")
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signing in has to wait")
    expect(page.get_by_role("alert")).to_contain_text("Try again in 15 minutes")
    assert serious(page) == []
    page.get_by_role("link", name="Back to the form").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def serious(page: Page) -> list[str]:
    """What axe-core finds that keeps people out, each with the elements."""
    found = Axe().run(page).response
    return [
        f"{violation['id']}: {node['html']} ({node['failureSummary']})"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
