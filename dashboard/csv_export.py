"""The data of an answer as CSV: one flat layout for all types, and no cell that is a formula."""

import csv
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from io import StringIO
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from dashboard.reports.base import Report, Row
from dashboard.reports.decisions import RANKS

# Without it, Excel takes the bytes for text in the code page of the user's country.
BYTE_ORDER_MARK = "\ufeff"
SECTION = "section"
NUMBERED = {"rankDistribution": [f"rank{rank}" for rank in range(1, RANKS + 1)]}

# Where a spreadsheet may begin a cell, and what it may take for a formula there. It may also
# separate cells by semicolon or tab, as Excel does in half of Europe whatever the file says, so
# that a cell begins inside our text. Wide signs are those of East Asian keyboards. Text that
# has an apostrophe in that place gets another one, so that taking one away gives the text back.
_CELL = r"(?:^|(?<=[;\t\r\n]))"
_SIGN = r"""(?=(?:[^\S\t\r\n]|['"])*[=+\-@\uff1d\uff0b\uff0d\uff20])"""
_BREAK = r"""^(?=(?:[^\S\t\r\n]|['"])*[\t\r\n])"""
FORMULA = re.compile(f"{_CELL}{_SIGN}|{_BREAK}")

Line = dict[str, Any]


def as_csv(report: type[Report], grouping: str | None, data: Any) -> str:
    """The `data` of the answer as CSV (RFC 4180), in UTF-8 with a byte order mark.

    A header comes first, the same whether there are data or not. Then each object of the data has
    a line, and each of its fields a column of the same name. Null is an empty cell; numbers,
    `true` and `false`, dates and times are as in JSON.

    A list in an object has a line for each entry, on which the fields around the list are repeated,
    and columns of its own, named `list.field`. With several lists in an object, a line is about one
    of them: the column `section` says which, and the columns of the others are empty. An object
    whose lists are all empty still has one line. A list of numbers has a column for each place:
    `rankDistribution` those from `rank1` to `rank10`.

    Spreadsheets run text that looks like a formula. So text that begins with `=`, `+`, `-`, `@` or
    their wide forms (spaces, quotes and apostrophes before them do not count), a tab or a line
    break has an apostrophe in front; so has such a sign after a semicolon, a tab or a line break
    in a text, where some spreadsheets begin another cell. Numbers never have one.
    """
    plain = msgspec.to_builtins(data, builtin_types=(Decimal,))
    objects = plain if isinstance(plain, list) else [plain]
    text = StringIO()
    writer = csv.DictWriter(text, columns(row_type(report, grouping)))
    writer.writeheader()
    for found in objects:
        for line in lines(found):
            writer.writerow({name: cell(value) for name, value in line.items()})
    return BYTE_ORDER_MARK + text.getvalue()


def row_type(report: type[Report], grouping: str | None) -> type[Row]:
    """The row type of an answer; without a grouping, the first that the report declares."""
    if grouping is not None:
        return report.groups[grouping][0]
    annotation: Any = get_type_hints(report.data)["return"]
    while inner := get_args(annotation):
        annotation = inner[0]
    found: type[Row] = annotation
    return found


@cache
def columns(row: type[Row], prefix: str = "") -> tuple[str, ...]:
    """The names of an object's columns."""
    own: list[str] = []
    lists: list[tuple[str, ...]] = []
    for field in msgspec.structs.fields(row):
        name = field.encode_name
        if name in NUMBERED:
            own += NUMBERED[name]
        elif get_origin(field.type) is list:
            [entry] = get_args(field.type)
            lists.append(columns(entry, f"{prefix}{name}."))
        else:
            own.append(f"{prefix}{name}")
    section = [SECTION] if len(lists) > 1 else []
    return (*own, *section, *(name for inner in lists for name in inner))


def lines(found: Mapping[str, Any], prefix: str = "") -> Iterator[Line]:
    """The lines of an object: values by column."""
    own: Line = {}
    lists: dict[str, list[Any]] = {}
    for name, value in found.items():
        if name in NUMBERED:
            own.update(zip(NUMBERED[name], value, strict=True))
        elif isinstance(value, list):
            lists[name] = value
        else:
            own[f"{prefix}{name}"] = value
    if not any(lists.values()):
        yield own
    for name, entries in lists.items():
        section = {SECTION: name} if len(lists) > 1 else {}
        for entry in entries:
            for line in lines(entry, f"{prefix}{name}."):
                yield own | section | line


def cell(value: Any) -> Any:
    """The text of a cell. Numbers never get an apostrophe, not even negative ones."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return FORMULA.sub("'", value) if isinstance(value, str) else value
