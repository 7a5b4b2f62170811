"""How the report says things."""

from collections.abc import Iterable
from typing import Any


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table in Markdown, its columns but the first to the right."""
    head = [*head]
    lines = [head, ["---", *(["---:"] * (len(head) - 1))], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def name_of(question: dict[str, Any]) -> str:
    """What was asked."""
    parts = [question["type"]]
    parts += [f"by {question['group_by']}"] if question["group_by"] else []
    parts += [f"{question['days']} d"] if question["days"] else []
    parts += ["segment"] if question["segment"] else []
    return ", ".join(parts)
