"""The database backend that `ENGINE` names."""

import shutil
from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import base, client

from config.database import deadline, driver
from config.embedded import EmbeddedServer, data, server, unprivileged

# A kept connection that does not say so within this time is not usable, and a new one is made.
HEALTHY_WITHIN_SECONDS = 1.0


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`: it finds the server that the product started, and its psql too."""

    def runshell(self, parameters: Iterable[str]) -> None:
        if find_server(self.connection.settings_dict) and not shutil.which(self.executable_name):
            programs = unprivileged.package_directory() / "pginstall" / "bin"
            type(self).executable_name = str(programs / "psql")
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL. If the settings name a directory instead of a server, it is the product's own."""

    Database = driver
    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """Make sure that a server runs before each new connection, also after one was killed."""
        find_server(self.settings_dict)
        parameters = super().get_connection_params()
        if options := deadline.server_options():
            parameters["options"] = f"{parameters.get('options', '')} {options}".strip()
        return parameters

    def is_usable(self) -> bool:
        """Whether the server answers on this connection within a second."""
        with deadline.within(HEALTHY_WITHIN_SECONDS):
            return bool(super().is_usable())


def find_server(settings_dict: dict[str, Any]) -> bool:
    """Whether our own server is meant. If so it is started if need be and put in the settings."""
    found_before = settings_dict.get("EMBEDDED_HOST", "")
    if "EMBEDDED_DATA_DIR" not in settings_dict or settings_dict["HOST"] not in ("", found_before):
        return False
    host = EmbeddedServer(settings_dict["EMBEDDED_DATA_DIR"]).ensure_running()
    settings_dict.update(HOST=host, EMBEDDED_HOST=host, PORT=server.PORT, USER=data.USER)
    return True
