"""Which entities of the catalogue the rows of a batch refer to, so that these stay for good.

The database remembers every entity that a log row ever referred to (`EntityUse`). A writer tells it
of those that it has not told it of before: as a rule of none, after the first batch.
"""

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction

from decisions.models import Suppression
from decisions.models.log import LogModel
from ingestion.rows.base import NULL, EventRow, LogEventRow, Record

_NOTE = "SELECT decisions_note_use(%s, %s, %s::integer[])"

Keys = dict[type[models.Model], set[str]]


class Uses:
    """What one writer's rows refer to."""

    def __init__(self, row_type: type[EventRow]) -> None:
        self._single: list[tuple[int, type[models.Model]]] = []
        self._lists: list[tuple[int, type[models.Model]]] = []
        self._known: Keys = {}
        if not issubclass(row_type.model, LogModel | Suppression):
            return  # the catalogue's own references are foreign keys
        fields = {field.attname: field for field in row_type.model._meta.concrete_fields}
        lists = row_type.log.lists if issubclass(row_type, LogEventRow) else {}
        for index, column in enumerate(row_type.columns):
            if entity := fields[column].related_model:
                self._single.append((index, entity))
            elif column in lists:
                self._lists.append((index, lists[column]))

    def new(self, records: Sequence[Record]) -> Keys:
        """The keys that the records have, without those that are known to be noted."""
        found: Keys = {}
        for index, entity in self._single:
            found.setdefault(entity, set()).update({record[index] for record in records})
        for index, entity in self._lists:
            lists = ",".join({record[index] for record in records})  # "{1,2},{3}"
            keys = lists.replace("{", "").replace("}", "").split(",")
            found.setdefault(entity, set()).update(keys)
        new = {
            entity: keys - self._known.get(entity, set()) - {NULL, ""}
            for entity, keys in found.items()
        }
        return {entity: keys for entity, keys in new.items() if keys}

    def note(self, cursor: Any, new: Keys) -> None:
        """Tell the database. Raises IntegrityError if one has been deleted meanwhile."""
        for entity, keys in new.items():
            meta = entity._meta
            cursor.execute(_NOTE, [meta.db_table, str(meta.verbose_name), [*keys]])
        if new:
            transaction.on_commit(lambda: self._remember(new))

    def _remember(self, noted: Keys) -> None:
        for entity, keys in noted.items():
            self._known.setdefault(entity, set()).update(keys)
