"""What panels show, read from the page, and what an answer has that should be there."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

READ = """() => [...document.querySelectorAll('.panel')].map((panel) => {
  const numbers = (part) => [...part.querySelectorAll('data')].map((data) => Number(data.value));
  const details = panel.querySelector('details.as-table');
  return {
    id: panel.id,
    title: panel.querySelector('h2').textContent,
    scope: panel.querySelector('.scope').textContent,
    text: panel.textContent,
    links: Object.fromEntries(
      [...panel.querySelectorAll('.links a')].map((a) => [a.textContent, a.getAttribute('href')])
    ),
    numbers: numbers(panel),
    rows: [...(details ?? panel).querySelectorAll('tbody tr')].map((row) => numbers(row)),
  };
})"""


@dataclass
class Shown:
    """A panel: its words, its numbers, and the rows of its table."""

    id: str
    title: str
    scope: str
    text: str
    links: dict[str, str]
    numbers: list[float]
    rows: list[list[float]]


def shown(page: Page) -> list[Shown]:
    """The panels, with all their tables open."""
    page.evaluate(
        "() => document.querySelectorAll('details.as-table').forEach((table) => table.open = true)"
    )
    expect(page.locator("details.as-table[open] > .table-body:empty")).to_have_count(0)
    return [Shown(**panel) for panel in page.evaluate(READ)]


def numbers(data: Any) -> Iterator[float]:
    """All numbers in an answer's data."""
    match data:
        case bool():
            return
        case int() | float():
            yield data
        case dict():
            for value in data.values():
                yield from numbers(value)
        case list():
            for value in data:
                yield from numbers(value)


def names(data: Any) -> Iterator[str]:
    """All names in an answer's data."""
    match data:
        case dict():
            for key, value in data.items():
                if key.lower().endswith("name") and value:
                    yield value
                yield from names(value)
        case list():
            for value in data:
                yield from names(value)


def count(values: Any) -> Counter[float]:
    """How often each number occurs."""
    return Counter(numbers(values))
