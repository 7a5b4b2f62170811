"""PostgreSQL's own programs: finding those that fit a server, and connecting them to it.

The wheel with the default database's server brings them along, but built without TLS. For a
server that DATABASE_URL names, those on the PATH come first if they are new enough.
"""

import os
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq

from config.embedded import unprivileged
from config.embedded.log import CannotStartError

NAMES = ("pg_dump", "pg_restore", "psql")


class ProgramError(Exception):
    """A program is missing or has failed; the message says why in one line."""


@dataclass(frozen=True)
class Programs:
    """pg_dump, pg_restore and psql of one major version."""

    directory: Path
    version: int

    def path(self, name: str) -> str:
        return str(self.directory / name)


def available(connection: BaseDatabaseWrapper) -> list[Programs]:
    """The programs that can reach the server, those on the PATH first."""
    connection.ensure_connection()
    on_path = shutil.which("pg_dump")
    directories = [Path(on_path).parent] if on_path else []
    if "EMBEDDED_DATA_DIR" in connection.settings_dict:
        directories = [_of_the_wheel()]
    elif not connection.connection.pgconn.ssl_in_use:
        with suppress(CannotStartError):  # the wheel is for the default database alone
            directories.append(_of_the_wheel())
    complete = [each for each in directories if all((each / name).exists() for name in NAMES)]
    return [Programs(directory, _version(directory)) for directory in complete]


def server_version(connection: BaseDatabaseWrapper) -> int:
    """The major version of the server."""
    connection.ensure_connection()
    return int(connection.connection.pgconn.server_version) // 10000


def missing(connection: BaseDatabaseWrapper, version: int, found: list[Programs]) -> ProgramError:
    """An error that says which programs are needed, since those `found` will not do."""
    connection.ensure_connection()
    there = ", ".join(f"{each.version} in {each.directory}" for each in found) or "none"
    tls = " with TLS" if connection.connection.pgconn.ssl_in_use else ""
    return ProgramError(
        f"This needs pg_dump, pg_restore and psql{tls} of PostgreSQL {version} or newer, "
        f"and there is {there}; install postgresql-client-{version} and put it on the PATH"
    )


def environment(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Variables that connect a program as `connection` is; no password shows in a command line."""
    parameters = connection.get_connection_params()
    given = {
        option.envvar.decode(): str(parameters[option.keyword.decode()])
        for option in pq.Conninfo.get_defaults()
        if option.envvar and parameters.get(option.keyword.decode()) is not None
    }
    return {**os.environ, "LC_ALL": "C", **given}


def reason(output: bytes, program: str) -> str:
    """The first error in a program's output, in one line."""
    lines = [line.strip() for line in output.decode(errors="replace").splitlines()]
    errors = [line for line in lines if re.search(r"\b(error|ERROR|FATAL|PANIC):", line)]
    said = (errors or [line for line in lines if line][-1:] or [f"{program} was ended"])[0]
    return re.sub(r"^(psql:<stdin>:\d+|\w+): (?:error: )?", "", said)


def _of_the_wheel() -> Path:
    return unprivileged.package_directory() / "pginstall" / "bin"


def _version(directory: Path) -> int:
    """The major version; 0 if the program does not run."""
    said = subprocess.run(
        [directory / "pg_dump", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0
