"""`manage.py stop_database`: the end of the server that the product started."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from config.embedded import EmbeddedServer


class Command(BaseCommand):
    help = (
        "Stops the PostgreSQL server that the product keeps in DATA_DIR; the next command that "
        "needs it starts it again. Running requests and commands lose their connection."
    )
    requires_system_checks = []

    def handle(self, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        data_dir = settings.DATABASES["default"].get("EMBEDDED_DATA_DIR")
        if data_dir is None:
            raise CommandError(
                "DATABASE_URL names the server, which is not the product's to stop. Unset "
                "DATABASE_URL to stop the one in DATA_DIR."
            )
        server = EmbeddedServer(data_dir)
        try:
            stopped = server.stop()
        except OSError as error:
            raise CommandError(f"Cannot stop the server in {server.home}: {error}.") from error
        self.stdout.write(f"{server.data}: {'stopped' if stopped else 'no server was running'}")
