"""The database's views and functions are the declared ones, and migrations lead back and forth."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from decisions.sql import text as text_of
from decisions.sql.triggers import guards
from summaries.sql.views import functions, views

pytestmark = pytest.mark.django_db

# Materialising makes a view for each segment; all others are declared.
VIEWS = """
SELECT viewname::text FROM pg_views
WHERE schemaname = current_schema AND viewname !~ '^segments_members_'
"""
FUNCTIONS = """
SELECT proname::text, prosrc FROM pg_proc WHERE pronamespace = current_schema::regnamespace
"""
# Columns, views, indexes, triggers, constraints and functions, each by its name.
SCHEMA = """
SELECT attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod), attnotnull::text
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = current_schema::regnamespace AND relkind IN ('r', 'p', 'v')
  AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT viewname, pg_get_viewdef(viewname::regclass), '', ''
FROM pg_views WHERE schemaname = current_schema
UNION ALL SELECT indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = current_schema
UNION ALL SELECT tgname, pg_get_triggerdef(oid), '', '' FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid), ''
FROM pg_constraint WHERE connamespace = current_schema::regnamespace
UNION ALL SELECT oid::regprocedure::text, pg_get_functiondef(oid), '', ''
FROM pg_proc WHERE pronamespace = current_schema::regnamespace
"""
# What commands make: a partition for each month, a view for each segment.
MADE_LATER = re.compile(r"_\d{4}_\d{2}|segments_members_\d")


def rows(query: str) -> set[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return set(cursor.fetchall())


def schema() -> set[tuple[str, ...]]:
    """All that migrations make."""
    return {row for row in rows(SCHEMA) if not MADE_LATER.search(" ".join(row))}


def declared_functions() -> dict[str, str]:
    """The body of each function by its name."""
    texts = (guards(), text_of("segments", "segments.sql"), functions())
    return {
        name: body
        for text in texts
        for name, body in re.findall(
            r"^CREATE FUNCTION (\w+).*?\bAS \$\$(.*?)\$\$", text, re.MULTILINE | re.DOTALL
        )
    }


def test_there_are_no_views_but_the_declared_ones() -> None:
    assert rows(VIEWS) == {(name,) for name in views()}


@pytest.mark.parametrize("name", views())
def test_each_view_is_as_it_is_declared(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY VIEW declared AS {views()[name]}")
        cursor.execute("SELECT pg_get_viewdef(%s::regclass), pg_get_viewdef('declared')", [name])
        ours, declared = cursor.fetchone()
    assert ours == declared


def test_functions_are_the_declared_ones() -> None:
    declared = declared_functions()
    assert {"decisions_note_use", "segments_segment_deleted", "summaries_merged_id"} <= {*declared}
    assert rows(FUNCTIONS) == {*declared.items()}


def test_migrations_lead_back_to_nothing_and_forth_again() -> None:
    """In one transaction, which the test takes back."""
    ours = re.compile(r"(decisions|segments|summaries)_")
    before = schema()
    for app in ("summaries", "segments", "decisions"):
        call_command("migrate", app, "zero", verbosity=0, stdout=StringIO())
    left = {row for row in schema() if ours.match(row[0])}
    assert left == set()
    call_command("migrate", verbosity=0, stdout=StringIO())
    assert schema() == before
