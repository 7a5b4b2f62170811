"""The database backend that `ENGINE` names."""

import shutil
from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import base, client

from config.embedded import EmbeddedServer, data, server, unprivileged


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`: it finds the server that the product started, and its psql too."""

    def runshell(self, parameters: Iterable[str]) -> None:
        settings_dict = self.connection.settings_dict
        if place := server_of(settings_dict):
            settings_dict.update({name.upper(): value for name, value in place.items()})
            if shutil.which(self.executable_name) is None:
                programs = unprivileged.package_directory() / "pginstall" / "bin"
                type(self).executable_name = str(programs / "psql")
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL; where the settings name a directory instead of a server, our own."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """Each new connection makes sure that there is a server, also after one was killed."""
        return {**super().get_connection_params(), **server_of(self.settings_dict)}


def server_of(settings_dict: dict[str, Any]) -> dict[str, str]:
    """Where our own server listens, started if need be; nothing if another is named."""
    if "EMBEDDED_DATA_DIR" not in settings_dict:
        return {}
    host = EmbeddedServer(settings_dict["EMBEDDED_DATA_DIR"]).ensure_running()
    return {"host": host, "port": server.PORT, "user": data.USER}
