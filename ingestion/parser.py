"""Turning a batch of lines into database records, and setting bad lines aside."""

import re
from dataclasses import dataclass, field
from typing import get_args

import msgspec
from django.db.models.enums import ChoicesType

from ingestion.context import Context
from ingestion.identifiers import ABOVE_ASCII, ESCAPED, id_check
from ingestion.rows.base import NULL, EventRow, Record, RejectedRowError
from ingestion.source import LONGEST_LINE, Batch

# The characters that COPY's text format takes for its own, and \x01, which begins NULL.
COPY_ESCAPES = str.maketrans(
    {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x01": "\\\x01"}
)
LONE_SURROGATE = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")


@dataclass(frozen=True)
class Rejected:
    """A line that was not accepted, and why."""

    line: int
    reason: str
    text: bytes


@dataclass
class Parsed:
    """What became of a batch: records with the lines they stem from, and rejected lines."""

    batch: Batch
    numbers: list[int] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def reject(self, number: int, reason: str) -> None:
        """Set the line aside."""
        text = self.batch.lines[number - self.batch.first]
        self.rejected.append(Rejected(number, reason, text))


class Parser:
    """Parses the lines of one kind of row."""

    def __init__(self, row_type: type[EventRow], context: Context) -> None:
        self._row_type = row_type
        self._decode = msgspec.json.Decoder(row_type).decode
        self._check_ids = id_check(row_type)
        self._context = context

    def parse(self, batch: Batch) -> Parsed:
        """Records for all good lines of a batch. Blank lines are passed over."""
        self._context.begin_batch()
        parsed = Parsed(batch)
        decode, check_ids, context = self._decode, self._check_ids, self._context
        keep_number, keep = parsed.numbers.append, parsed.records.append
        for number, line in enumerate(batch.lines, batch.first):
            try:
                escapes, controls = b"\\" in line, b"\x7f" in line
                if not line.isascii():
                    line.decode()  # fields that are ignored are not looked into otherwise
                    controls = controls or ABOVE_ASCII.search(line) is not None
                row = decode(line)
                if controls or (escapes and ESCAPED.search(line)):
                    check_ids(row, "")
                record = row.record(context)
                # Only by an escape can JSON hold a character that COPY or PostgreSQL minds.
                if escapes:
                    record = escaped(record)
            except (msgspec.MsgspecError, RejectedRowError, UnicodeError, RecursionError) as error:
                if line.strip():
                    parsed.reject(number, self._reason(error, line))
            else:
                keep_number(number)
                keep(record)
        return parsed

    def _reason(self, error: Exception, line: bytes) -> str:
        """What was wrong, where, and what would be right."""
        if len(line) > LONGEST_LINE:
            return f"the line is longer than {LONGEST_LINE} bytes"
        if isinstance(error, RecursionError):
            return "the JSON is nested too deeply"
        reason = str(error)
        if isinstance(error, msgspec.ValidationError):
            return reason + self._accepted(reason)
        if isinstance(error, msgspec.DecodeError) and LONE_SURROGATE.search(line):
            return "a text contains half of a surrogate pair (\\ud800 to \\udfff); leave it out"
        if isinstance(error, msgspec.DecodeError | UnicodeError):
            return f"not valid JSON: {reason}"
        return reason

    def _accepted(self, reason: str) -> str:
        """What the enumeration, or the open vocabulary, that refused this one takes."""
        if "matching regex" in reason:
            return "; accepted are words of small letters, digits and _, such as direct_mail"
        match = re.fullmatch(r"Invalid enum value .* - at `\$\.(\w+)`", reason, re.DOTALL)
        if match is None:
            return ""
        for info in msgspec.structs.fields(self._row_type):
            for choices in (info.type, *get_args(info.type)):
                if info.encode_name == match[1] and isinstance(choices, ChoicesType):
                    return f"; accepted are {', '.join(choices.values)}"
        return ""


def escaped(record: Record) -> Record:
    """The texts as COPY wants them. Raises RejectedRowError for what PostgreSQL cannot hold."""
    if any("\0" in text for text in record):
        raise RejectedRowError("a text contains a NUL character (\\u0000); leave it out")
    return tuple(text if text is NULL else text.translate(COPY_ESCAPES) for text in record)
