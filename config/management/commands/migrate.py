"""`manage.py migrate`, one at a time on each database."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from config.schema import schema_lock


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Wait for others who migrate the same database, then do what they left.

        What follows a migration (permissions, roles, outcome types) is done under the lock too.
        """
        with schema_lock(connections[options["database"]]):
            super().handle(*args, **options)
