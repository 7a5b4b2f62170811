"""Reading for an answer: one snapshot of the database, read-only and for a limited time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connections, models, transaction

ANSWERS = "answers"
_reading = ContextVar("_reading", default=False)


@contextmanager
def snapshot() -> Iterator[None]:
    """Run all queries inside on one snapshot of the database, taken by the first of them.

    They go to the connection "answers", whose settings make it read-only, repeatable, and
    limited in time. So no row is missed or counted twice between the queries of an answer.
    """
    token = _reading.set(True)
    try:
        with transaction.atomic(using=ANSWERS):
            yield
    finally:
        _reading.reset(token)


def select(query: str, parameters: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run an SQL query with `%(named)s` or `%s` parameters, for what the ORM cannot express."""
    with connections[ANSWERS].cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


class SnapshotRouter:
    """Sends the queries inside `snapshot` to its connection, and no migrations there."""

    def db_for_read(
        self,
        model: type[models.Model],  # noqa: ARG002 - Django's signature
        **hints: Any,  # noqa: ARG002
    ) -> str | None:
        return ANSWERS if _reading.get() else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:  # noqa: ARG002
        """Whether tables may change there."""
        return False if db == ANSWERS else None

    def allow_relation(self, *objects: models.Model, **hints: Any) -> bool | None:  # noqa: ARG002
        """Both connections lead to the same rows."""
        return True
