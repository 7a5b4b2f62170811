"""Getting bundles into the test database, and out of it, fast enough for property tests.

    load(bundle)
    ...
    empty_database()

Tests that call the product over another connection are marked `django_db(transaction=True)`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from django.db import connection, transaction
from psycopg import sql

from decisions.models import OutcomeType
from fixtures.builtin import built_in_outcome_types
from ingestion.context import Context
from ingestion.entities import ENTITIES
from ingestion.parser import Parser
from ingestion.source import Batch
from ingestion.writers import writer_for

encode = msgspec.json.Encoder(decimal_format="number").encode


def load(bundle: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Ingest the rows as the command does with files of them, but for refreshing the summaries.

    Raises AssertionError if any row is not accepted, for then the test tests something else.
    """
    strange = bundle.keys() - ENTITIES.keys()
    assert not strange, f"no entity is called {strange}"
    context = Context()
    for entity, row_type in ENTITIES.items():
        lines = [encode(row) for row in bundle.get(entity, ())]
        if not lines:
            continue
        parsed = Parser(row_type, context).parse(Batch(1, lines))
        assert not parsed.rejected, f"{entity}: {parsed.rejected}"
        writer = writer_for(row_type)
        written = writer.write(writer.prepare(parsed.records))
        assert not written.refused, f"{entity}: {written.refused}"


def empty_database() -> None:
    """Remove all rows of the product's tables; the built-in outcome types are there afterwards
    as at first, and so are roles and users.

    DELETE, because TRUNCATE makes new files for each table and partition, which takes many
    times as long for a few rows. Ids go on counting, so the summaries' watermarks stay right.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_emptying())
        OutcomeType.objects.bulk_create(built_in_outcome_types())


@cache
def _emptying() -> str:
    """The statements, sent in one round trip. As a replica, a session fires no triggers: neither
    those that check foreign keys nor those that keep logs append-only.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class "
            "WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace = 'public'::regnamespace "
            "AND relname ~ '^(offers|decisions|segments|summaries)_' "
            "AND relname <> 'summaries_logwatermark' "
            "ORDER BY relname"
        )
        tables = [name for (name,) in cursor.fetchall()]
        statements = [
            # While triggers are on: one of this table's drops the segment's view.
            sql.SQL("DELETE FROM segments_segment"),
            sql.SQL("SET LOCAL session_replication_role = replica"),
            *(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in tables),
            sql.SQL("SET LOCAL session_replication_role = origin"),
        ]
        return sql.SQL("; ").join(statements).as_string(cursor.cursor)
