"""Control characters, which no id may contain.

Almost no line can hold one, which its bytes tell much faster than its ids would.
"""

import re
from collections.abc import Callable
from typing import Any, get_args, get_origin

import msgspec

from config.terminal import CONTROL_CHARACTERS
from ingestion.rows.base import Id, RejectedRowError

# How a line of JSON can hold one: escaped, or as it is in UTF-8.
ESCAPED = re.compile(rb"\\(?:[bfnrt]|u00(?:[0189]|7[fF]))")
ABOVE_ASCII = re.compile(rb"\xc2[\x80-\x9f]")

Check = Callable[[Any, str], None]


def id_check(row_type: type[msgspec.Struct]) -> Check:
    """What raises RejectedRowError for a row of the type, by its path, with such an id in it."""
    checks = [
        (field.name, field.encode_name, check)
        for field in msgspec.structs.fields(row_type)
        if (check := _check_of(field.type))
    ]

    def check_fields(row: Any, path: str) -> None:
        for name, shown, check in checks:
            value = getattr(row, name)
            if value is not None:
                check(value, path + shown)

    return check_fields


def _check_of(hint: Any) -> Check | None:
    """The check for values of a field, None if they hold no ids."""
    for kind in (hint, *get_args(hint)):
        if kind == Id:
            return _check_id
        if get_origin(kind) is list:
            (item,) = get_args(kind)
            if issubclass(item, msgspec.Struct):
                return _each(id_check(item))
    return None


def _each(check: Check) -> Check:
    def check_items(items: Any, path: str) -> None:
        for index, item in enumerate(items):
            check(item, f"{path}[{index}].")

    return check_items


def _check_id(text: str, path: str) -> None:
    if found := CONTROL_CHARACTERS.search(text):
        raise RejectedRowError(
            f"{path} contains the control character U+{ord(found[0]):04X}; leave it out"
        )
