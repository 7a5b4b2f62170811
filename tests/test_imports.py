"""Imports between the apps point one way, so that each can be read without those above it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.support.ingesting import ROOT

# From the bottom to the top: an app imports from itself and from lower floors, not from beside it.
FLOORS = (
    ("config",),
    ("accounts",),
    ("offers",),
    ("decisions",),
    ("segments",),
    ("summaries",),
    ("ingestion", "dashboard"),
    ("fixtures",),
)
APPS = [app for floor in FLOORS for app in floor]
# They import from every app, and no app from them.
OUTSIDE = ["tests", "benchmarks"]


def below(app: str) -> list[str]:
    """The apps on lower floors."""
    (level,) = [level for level, floor in enumerate(FLOORS) if app in floor]
    return [lower for floor in FLOORS[:level] for lower in floor]


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """What a file imports, wherever in it, with the number of the line."""
    for node in ast.walk(ast.parse(path.read_text(), path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def is_wrong(app: str, module: str) -> bool:
    """Whether the app must not import the module."""
    package = module.partition(".")[0]
    return package in {*APPS, *OUTSIDE} - {app, *below(app)}


def wrong_imports(app: str, path: Path) -> list[str]:
    """What a file of the app imports and must not, in sentences."""
    return [
        f"{path}:{line} imports {module}, but {advice(app)}"
        for line, module in imported(path)
        if is_wrong(app, module)
    ]


def advice(app: str) -> str:
    return (
        f"{app} may import only {', '.join([*below(app), app])}. Move what is imported down into "
        "one of these, or move the code that needs it up, or let it be passed in as an argument."
    )


def test_each_package_has_its_floor() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == {*APPS, *OUTSIDE}, "each app needs its place in FLOORS"


@pytest.mark.parametrize("app", APPS)
def test_apps_import_from_below_alone(app: str) -> None:
    files = sorted((ROOT / app).rglob("*.py"))
    assert files
    wrong = [message for path in files for message in wrong_imports(app, path)]
    assert not wrong, "\n".join(wrong)


def test_migrations_depend_on_those_below_alone() -> None:
    """On models too, which they name in strings."""
    migrations = MigrationLoader(None).disk_migrations
    wrong = [
        f"migration {app}.{name} depends on {other}, but {advice(app)}"
        for (app, name), migration in migrations.items()
        if app in APPS
        for other, _ in (*migration.dependencies, *migration.run_before)
        if is_wrong(app, other)
    ]
    assert not wrong, "\n".join(wrong)
    assert ("summaries", "0001_initial") in migrations


@pytest.mark.parametrize(
    "text",
    [
        "import dashboard.views",
        "import json, dashboard",
        "from dashboard import views",
        "def late() -> None:\n    from dashboard.views import View",
        "if TYPE_CHECKING:\n    from dashboard.views import View",
        "from fixtures.demo import load",
        "from tests.support import shop",
    ],
)
def test_a_wrong_import_is_found_and_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "parser.py"
    path.write_text(f"from ingestion import source\nfrom decisions.logs import LOGS\n{text}\n")
    (message,) = wrong_imports("ingestion", path)
    assert message.startswith(f"{path}:")
    assert "ingestion may import only config, accounts, offers, decisions, segments" in message
