"""One word for one thing: no class name stands for two, and words that were given up stay away."""

import ast
import re
import subprocess
from collections import defaultdict

import pytest

from tests.support.ingesting import ROOT

# By what is said now instead. As CSV, HTML and spreadsheets have cells too, that word is not here.
GIVEN_UP = {
    r"\bgrains?\b": "grouping set",
    r"\bfold(s|ed|ing)? (in|into|the|new|each|all)\b": "merge",
    r"\bfolded_id\b": "merged_id",
    r"\bSummaryMark\b": "LogWatermark",
    r"\bsafe_mark\b": "safe_watermark",
    r"dashboard[./]services": "dashboard.reports",
}
# What the framework looks for, and the demo's bank, which has offers of its own.
EVERYWHERE = {"Command", "Meta", "Migration"}
OF_THE_BANK = {"Channel", "Customer", "Offer"}


def tracked(*patterns: str) -> list[str]:
    """The files under version control."""
    listed = subprocess.run(
        ["git", "ls-files", *patterns],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no checkout")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def test_a_class_name_means_one_thing() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for name in tracked("*.py"):
        if name.startswith(("tests/", "benchmarks/")) or "/migrations/" in name:
            continue
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.ClassDef) and node.name not in EVERYWHERE:
                places[node.name].append(name)
    twice = {
        name: found
        for name, found in places.items()
        if len(found) > 1 and not (name in OF_THE_BANK and any("bank" in file for file in found))
    }
    assert not twice, "Give each of these classes a name of its own."


@pytest.mark.parametrize("word", GIVEN_UP)
def test_words_that_were_given_up_stay_away(word: str) -> None:
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in tracked("*.py", "*.md", "*.sql", "*.html", "*.js")
        if name not in ("tests/test_words.py", "CHANGELOG.md")
        for number, line in enumerate((ROOT / name).read_text().splitlines(), start=1)
        if re.search(word, line)
    ]
    assert not found, f"Say {GIVEN_UP[word]!r} instead:\n" + "\n".join(found)
