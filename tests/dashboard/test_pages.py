"""The pages without a browser: who gets which, and what may run in them."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import VIEWER
from config.static import StaticFilesStorage
from offers.models import Offer
from tests.oracle import ACCEPTED

pytestmark = pytest.mark.django_db
PAGES = ["/", "/sign-in/", "/sign-out/"]


@pytest.fixture
def viewer(client: Client) -> Client:
    """A browser of a viewer."""
    user = User.objects.create_user("viewer")
    user.groups.add(Group.objects.get(name=VIEWER))
    client.force_login(user)
    return client


def test_page_is_for_viewers(client: Client, viewer: Client) -> None:
    assert viewer.get("/").status_code == 200
    assert Client().get("/?view=offers").headers["location"] == "/sign-in/?next=/%3Fview%3Doffers"
    stranger = Client()
    stranger.force_login(User.objects.create_user("stranger"))
    refused = stranger.get("/")
    assert refused.status_code == 403
    assert b"You have no access to this page" in refused.content


def test_nothing_inline_and_no_other_host(viewer: Client) -> None:
    for response in (viewer.get("/"), Client().get("/sign-in/"), viewer.post("/sign-out/")):
        assert response.status_code == 200
        policy = response.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        page = response.content.decode()
        assert "style=" not in page
        assert "onclick" not in page
        assert "//" not in page.replace("<!doctype", "").replace("http://www.w3.org", "")


def test_figures_are_not_kept_by_browsers(viewer: Client) -> None:
    assert "no-store" in viewer.get("/").headers["cache-control"]


def test_signing_in_does_not_lead_elsewhere(viewer: Client) -> None:
    assert viewer.get("/sign-in/?next=https://example.com/").headers["location"] == "/"


def test_queries_do_not_grow_with_the_catalogue(viewer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            viewer.get("/")
        return len(found)

    before = queries()
    Offer.objects.bulk_create(
        Offer(external_id=f"offer_{number}", name=f"<b>{number}</b>") for number in range(50)
    )
    assert queries() == before
    page = viewer.get("/").content.decode()
    assert '<option value="offer_7">&lt;b&gt;7&lt;/b&gt;</option>' in page


def test_page_says_which_type_accepts_which_parameter(viewer: Client) -> None:
    page = viewer.get("/").content.decode()
    script = re.search(r'<script id="script-data" type="application/json">(.*?)</script>', page)
    assert script
    accepts = json.loads(script[1])["accepts"]
    assert {kind: set(names) for kind, names in accepts.items()} == ACCEPTED


def test_lines_of_scripts_have_at_most_100_columns() -> None:
    # The formatter breaks no string and no comment.
    folder = Path(str(finders.find("dashboard/js/main.js"))).parent
    longer = [
        f"{module.name}:{number}"
        for module in sorted(folder.glob("*.js"))
        for number, line in enumerate(module.read_text().splitlines(), start=1)
        if len(line) > 100
    ]
    assert longer == []


def test_modules_import_each_other_by_names_that_change_with_the_content(tmp_path: Path) -> None:
    storage = StaticFilesStorage(location=tmp_path, base_url=settings.STATIC_URL)
    folder = Path(str(finders.find("dashboard/js/main.js"))).parent
    paths = {}
    for module in folder.glob("*.js"):
        name = f"dashboard/js/{module.name}"
        with module.open("rb") as content:
            storage.save(name, content)
        paths[name] = (storage, name)
    failures = [
        result for _, _, result in storage.post_process(paths) if isinstance(result, Exception)
    ]
    assert failures == []
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    for name in paths:
        imports = re.findall(r'from "\./([^"]+)"', (tmp_path / names[name]).read_text())
        assert {f"dashboard/js/{module}" for module in imports} <= set(names.values())
