"""Making sure that the database has its tables before a command uses them."""

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

_LOCK = 7226450913  # any number, as long as nobody else uses it


def ensure_schema() -> None:
    """Set up a database that has never been migrated, and keep the product's own one up to date.

    Raises CommandError where the database cannot be reached, and where another server's tables
    are behind: when to change those is for its owner to say.
    """
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise CommandError(
            f"The database cannot be reached: {str(error).strip()}. "
            "Check that the server runs and that DATABASE_URL names it."
        ) from error
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    new = not executor.loader.applied_migrations
    if not new and "EMBEDDED_DATA_DIR" not in settings.DATABASES["default"]:
        raise CommandError(
            "The tables are older than this version of the product. Run: python manage.py migrate"
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
