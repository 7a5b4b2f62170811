"""Making sure that the database has its tables before a command uses them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from config.commands import first_line

_LOCK = 7226450913  # any number, as long as nobody else uses it


@contextmanager
def schema_lock(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold the lock of those who change tables. Waits for others.

    Whoever has the lock may take it again. A failure closes the connection, and so gives up the
    lock whatever state the session is in.
    """
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    except BaseException:
        database.close()
        raise


class UnreachableError(CommandError):
    """The database cannot be reached."""


def ensure_schema() -> None:
    """Set up a database that has never been migrated, and keep the product's own one up to date.

    Raises UnreachableError where there is no database, and CommandError where another server's
    tables are behind: when to change those is for its owner to say.
    """
    try:
        if not _pending():
            return
    except OperationalError as error:
        raise UnreachableError(
            f"The database cannot be reached: {first_line(error)}. "
            "Check that the server runs and that DATABASE_URL names it."
        ) from error
    with schema_lock(connection):
        # Somebody else may have been in the middle of it.
        executor = _pending()
        if not executor:
            return
        new = not executor.loader.applied_migrations
        if not new and "EMBEDDED_DATA_DIR" not in settings.DATABASES["default"]:
            raise CommandError(
                "The tables are older than this version of the product. "
                "Run: python manage.py migrate"
            )
        call_command("migrate", verbosity=0, interactive=False)


def _pending() -> MigrationExecutor | None:
    """What knows the migrations, if any has not been applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return executor if plan else None
