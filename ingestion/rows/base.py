"""What all event rows have in common: the types of their fields, and texts for COPY.

A row type declares the fields of its file (msgspec checks types, lengths and enumerations while
it decodes) and, in `record`, what goes into its table: one text a column, in the order
of `columns`, as PostgreSQL's COPY reads it, with NULL for null.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import msgspec
from django.db import models

from decisions.logs import Log
from offers.models import WORD

if TYPE_CHECKING:
    from ingestion.context import Context

NULL = "\x01N"  # null in COPY; texts never contain it, since they have \x01 escaped
MONEY_LIMIT = Decimal(10) ** 14
CENT_OF_A_CENT = Decimal("0.0001")
DAY_MS = 86_400_000  # no decision takes longer
ABSENT = msgspec.Raw(b"null")
_encode = msgspec.json.Encoder().encode

Record = tuple[str, ...]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Rank = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=DAY_MS)]
FractionalMilliseconds = Annotated[float, msgspec.Meta(ge=0, le=DAY_MS)]
Word = Annotated[str, msgspec.Meta(pattern=WORD.replace("$", r"\Z"))]  # $ lets a newline follow


class RejectedRowError(ValueError):
    """A row that cannot be accepted; the message is the reason that its sender reads."""


class EventRow(msgspec.Struct, rename="camel", gc=False):
    """One line of an event file: a catalogue entity, which replaces what its id had before."""

    model: ClassVar[type[models.Model]]
    columns: ClassVar[tuple[str, ...]]
    identity: ClassVar[tuple[str, ...]] = ("external_id",)

    def record(self, context: "Context") -> Record:
        """The texts of `columns`. Raises RejectedRowError."""
        raise NotImplementedError


class LogEventRow(EventRow, gc=False):
    """One line of a log file: appended, unless its identity was ingested before.

    `identity_fields` are the fields that become the columns of the log's identity. `leading` is the
    first column of the primary key. The field of the event's time is named like its column.
    """

    log: ClassVar[Log]
    identity_fields: ClassVar[tuple[str, ...]] = ("id",)
    leading: ClassVar[str] = "customer_id"


def money(raw: msgspec.Raw, name: str) -> str:
    """An amount with at most 4 decimals, exactly as the JSON number says, or NULL."""
    return NULL if raw is ABSENT else _money(bytes(raw), name)


def required_money(raw: msgspec.Raw, name: str) -> str:
    """As `money`, but null is refused."""
    amount = money(raw, name)
    if amount is NULL:
        raise RejectedRowError(f"{name} must be a number, not null")
    return amount


@lru_cache(maxsize=65536)
def _money(text: bytes, name: str) -> str:
    """Convert an amount. Amounts repeat, so results are cached."""
    if text == b"null":
        return NULL
    shown = text[:40].decode(errors="replace")
    if text[:1] in b'"tf[{':
        raise RejectedRowError(f"{name} must be a number, not {shown}")
    try:
        amount = Decimal(text.decode())
        rounded = amount.quantize(CENT_OF_A_CENT)
    except InvalidOperation:  # more digits than any amount has
        amount, rounded = MONEY_LIMIT, MONEY_LIMIT
    if abs(amount) >= MONEY_LIMIT:
        raise RejectedRowError(f"{name} {shown} is out of range; it must stay below 10^14")
    if amount != rounded:
        raise RejectedRowError(f"{name} {shown} has more than 4 decimals")
    return f"{rounded:f}"


def optional(value: object) -> str:
    """The text of a value, or NULL."""
    return NULL if value is None else str(value)


def boolean(value: bool | None) -> str:
    """The text of a truth value; absent is false."""
    return "t" if value else "f"


def json_text(raw: bytes, name: str) -> str:
    """The text of a JSON value for a jsonb column, which cannot hold NUL.

    Tabs and returns can only be white space here, and would end COPY's column or line.
    """
    if b"\\u0000" in raw and _holds_nul(msgspec.json.decode(raw)):
        raise RejectedRowError(f"{name} contains a NUL character (\\u0000); leave it out")
    return raw.replace(b"\t", b" ").replace(b"\r", b" ").decode()


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any(_holds_nul(item) for item in value)
        case dict():
            return any(_holds_nul(item) for pair in value.items() for item in pair)
    return False


def key_array(keys: Iterable[str]) -> str:
    """The array literal of keys, or of NULL."""
    return "{" + ",".join(keys) + "}"


def number_array(values: Sequence[float | bool | None]) -> str:
    """The array literal of numbers or truth values: PostgreSQL reads those as JSON has them."""
    return "{" + _encode(values)[1:-1].decode() + "}"


def text_array(values: Sequence[str | None]) -> str:
    """The array literal of texts, some of which may be null."""
    if values.count(None) == len(values):  # as a rule
        return number_array([None] * len(values))
    return (
        "{"
        + ",".join(
            "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            for value in values
        )
        + "}"
    )
