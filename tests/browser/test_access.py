"""Who sees the page, and what the others see."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page, expect

from accounts.roles import ADMIN, VIEWER
from tests.browser.conftest import settled, sign_in
from tests.support.shop import Shop


@pytest.fixture
def visitor(page: Page, server: str) -> Page:
    """A page of somebody who is not known."""
    page.context.clear_cookies()
    page.goto(f"{server}/?view=models&days=30")
    return page


def somebody(name: str, *roles: str, staff: bool = False) -> User:
    """A user with a password."""
    user = User.objects.create_user(name, password="right", is_staff=staff)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def enter(page: Page, name: str, password: str) -> None:
    """Fill in the form."""
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_signing_in_leads_to_where_one_wanted_and_out_again(visitor: Page, server: str) -> None:
    somebody("erin", VIEWER)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Sign in")
    enter(visitor, "erin", "wrong")
    expect(visitor.get_by_role("alert")).to_contain_text("correct username and password")
    enter(visitor, "erin", "right")
    settled(visitor)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Models")
    assert visitor.url == f"{server}/?view=models&days=30"
    visitor.get_by_text("erin").first.click()
    visitor.get_by_role("button", name="Sign out").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("You are signed out")
    visitor.goto(server)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_somebody_without_a_role_is_told_so(visitor: Page, server: str) -> None:
    somebody("noor", "nobody's role")
    enter(visitor, "noor", "right")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("You have no access to this page")
    expect(visitor.locator("main")).to_contain_text('You need the role "viewer" or "admin"')
    expect(visitor.locator("main")).to_contain_text("signed in as noor")
    visitor.get_by_role("button", name="Sign out").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("You are signed out")


def test_links_to_the_admin_are_for_staff(
    page: Page, show: Callable[[str], None], server: str, shop: Shop
) -> None:
    show("?view=decisions&days=30&offerId=offer_scarf")
    assert page.locator("a[href*='/admin/']").count() == 0
    sign_in(page.context, server, somebody("ada", ADMIN, staff=True))
    show("?view=decisions&days=30&offerId=offer_scarf")
    why = page.locator("#why_not_ranked")
    links = {link.get_attribute("href") for link in why.locator("a[href*='/admin/']").all()}
    traces = "/admin/decisions/decisiontrace/?offer=offer_scarf&period=30"
    assert {
        traces,
        f"{traces}&stage=qualification",
        f"{traces}&stage=qualification&cause=rule_age",
        f"{traces}&stage=contact_policy&cause=policy_cap",
        f"{traces}&stage=outranked&cause=offer_boots",
    } <= links
