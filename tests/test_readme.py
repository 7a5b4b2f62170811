"""What the README and its pages list is what there is."""

import re
from pathlib import Path

import msgspec
import pytest
from django.core.management import get_commands

from dashboard.reports import REGISTRY
from ingestion.entities import ENTITIES

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
EVENT_FILES = ROOT / "docs" / "event-files.md"
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "fixtures" / "bank" / "README.md",
]


def table(path: Path, *header: str) -> list[list[str]]:
    """The cells of the only table with this header."""
    text = path.read_text()
    start = "\n".join(["", f"| {' | '.join(header)} |", "|---" * len(header) + "|", ""])
    assert text.count(start) == 1, header
    rows = text.partition(start)[2].partition("\n\n")[0].splitlines()
    return [re.split(r"(?<!\\)\|", row)[1:-1] for row in rows]


def names(cells: list[list[str]]) -> list[str]:
    """What the first column says in code, each up to the first space."""
    return [name for row in cells for name in re.findall(r"`([^` ]+)[^`]*`", row[0])]


def test_types_are_those_of_the_registry_in_its_order() -> None:
    assert names(table(README, "type", "answers")) == list(REGISTRY)


def test_settings_are_those_that_the_configuration_reads() -> None:
    code = (ROOT / "config" / "settings.py").read_text()
    read = re.findall(
        r'(?:\benv\.\w+\(|_database\(|_failures\(|_number\(\s*env\.\w+,)\s*"([A-Z_]+)"', code
    )
    assert set(names(table(README, "variable", "default", "means"))) == set(read)


def test_commands_are_those_of_the_project() -> None:
    commands = {name for name, app in get_commands().items() if (ROOT / str(app)).is_dir()}
    assert set(names(table(README, "command", "does"))) == commands


def test_targets_are_those_of_the_makefile() -> None:
    targets = re.findall(r"^\.PHONY: help (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    documented = re.findall(r"`make (\w+)`", str(table(README, "target", "does")))
    assert sorted(documented) == sorted(targets[0].split())


def test_event_files_have_the_fields_that_ingestion_reads() -> None:
    read = {
        entity: {
            field.encode_name + ("" if field.required else "?")
            for field in msgspec.structs.fields(row_type)
        }
        for entity, row_type in ENTITIES.items()
    }
    cells = table(EVENT_FILES, "entity", "fields")
    documented = [set(re.findall(r"`([^`]+)`", row[1])) for row in cells]
    assert dict(zip(names(cells), documented, strict=True)) == read


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert links or page != README
    for link in links:
        assert (page.parent / link).exists(), link
