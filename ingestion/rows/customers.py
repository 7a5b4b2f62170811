"""Event rows of customers and segments."""

from typing import ClassVar

import msgspec

from ingestion.context import Context
from ingestion.rows.base import EventRow, Id, Record, RejectedRowError, json_text
from ingestion.rows.catalogue import StatusRow
from segments import models as segments
from segments.filters import validate_filters


class CustomerRow(EventRow):
    model: ClassVar = segments.Customer
    columns: ClassVar[tuple[str, ...]] = ("customer_id", "attributes")
    identity: ClassVar[tuple[str, ...]] = ("customer_id",)
    id: Id
    attributes: dict[str, msgspec.Raw]

    def record(self, context: Context) -> Record:  # noqa: ARG002 - rows elsewhere use it
        return self.id, json_text(msgspec.json.encode(self.attributes), "attributes")


class SegmentRow(StatusRow):
    model: ClassVar = segments.Segment
    columns: ClassVar[tuple[str, ...]] = (*StatusRow.columns, "filters")
    filters: msgspec.Raw

    def record(self, context: Context) -> Record:
        text = bytes(self.filters)
        try:
            validate_filters(msgspec.json.decode(text))
        except ValueError as error:
            raise RejectedRowError(str(error)) from None
        return *super().record(context), json_text(text, "filters")
