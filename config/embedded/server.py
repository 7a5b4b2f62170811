"""Starting and stopping the server of a `DATA_DIR`; the package says how this is kept safe."""

import fcntl
import os
import shutil
import signal
import stat
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from config.database import driver
from config.database.deadline import remaining, within
from config.embedded import data, unprivileged
from config.embedded.log import CannotStartError, ServerLog

PORT = "5432"  # part of the socket's name: no network port is opened
TIMEOUT_SECONDS = 60.0  # as long as recovering from a crash may take
REQUEST_TIMEOUT_SECONDS = 3.0  # a request that is told to come back in time is better off
POLL_SECONDS = 0.02


class EmbeddedServer:
    """The server of one `DATA_DIR`."""

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()
        self.data = self.home / "postgres"
        self.log = ServerLog(self.home / "postgres.log")
        self._lock_file = self.home / "postgres.lock"
        self._socket_link = self.home / "postgres.socket"

    def ensure_running(self) -> str:
        """Start the server unless it answers; the directory of its socket.

        A request waits for a few seconds at most, others for a minute. Raises CannotStartError.
        """
        if sys.platform != "linux":
            raise CannotStartError(
                "The default database runs on Linux only. Set DATABASE_URL to a PostgreSQL server."
            )
        try:
            return self._ensure_running()
        except OSError as error:
            raise CannotStartError(
                f"Cannot keep the default database in {self.home}: {error}. Set DATA_DIR to a "
                "directory that this user can write, or DATABASE_URL to a PostgreSQL server."
            ) from error

    def stop(self) -> bool:
        """Stop the server in an orderly way. False if none runs."""
        pid = data.server_pid(self.data) if self.data.exists() else None
        if pid is None:
            return False
        process = os.pidfd_open(pid)
        try:
            # Asked again, now that the number cannot pass to another process unnoticed.
            if data.server_pid(self.data) != pid:
                return False
            signal.pidfd_send_signal(process, signal.SIGINT)
        finally:
            os.close(process)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while (lock := self._try_lock()) is None:
            if time.monotonic() > deadline:
                raise self.log.failure(f"PostgreSQL in {self.data} does not stop")
            time.sleep(POLL_SECONDS)
        try:
            if directory := self._socket_directory():
                shutil.rmtree(directory)
            self._socket_link.unlink(missing_ok=True)
        finally:
            os.close(lock)
        return True

    def _ensure_running(self) -> str:
        left = remaining()
        seconds = TIMEOUT_SECONDS if left is None else min(left, REQUEST_TIMEOUT_SECONDS)
        deadline = time.monotonic() + seconds
        started = False
        while True:
            directory = self._socket_directory()
            with within(deadline - time.monotonic()):
                if directory and _answers(directory):
                    return str(directory)
            if (lock := self._try_lock()) is not None:
                try:
                    if started:
                        raise self.log.failure(f"PostgreSQL in {self.data} ended while starting")
                    self._start(lock)
                    started = True
                finally:
                    # Not unlocked, which would take the lock from the server as well.
                    os.close(lock)
            elif time.monotonic() > deadline:
                raise self.log.failure(
                    f"PostgreSQL in {self.data} runs but has not answered for {seconds:.0f}"
                    " s. If it is recovering from a crash, try again later; if its socket was "
                    "deleted, run `python manage.py stop_database` first"
                )
            time.sleep(POLL_SECONDS)

    def _start(self, lock: int) -> None:
        """Start the server, which takes over the lock."""
        self.log.begin()
        binaries = unprivileged.binaries()
        if not self.data.exists():
            data.initialise(self.data, binaries, self.log, lock)
        data.check(self.data)
        directory = self._socket_directory() or self._new_socket_directory()
        # These name processes that may be anything by now, and PostgreSQL would believe them.
        for leftover in (self.data / "postmaster.pid", *directory.iterdir()):
            leftover.unlink(missing_ok=True)
        server = [
            f"{binaries}/postgres",
            "-D",
            data.HERE,
            "-k",
            str(directory),
            "-p",
            PORT,
            "-c",
            "listen_addresses=",
            "-c",
            "unix_socket_permissions=0700",
            "-c",
            "cluster_name=decision-dashboard",
        ]
        with self.log.path.open("ab") as output:
            # The shell ends at once, so that the server is no child of this process.
            unprivileged.run_as_owner(
                ["/bin/sh", "-c", 'exec "$@" &', "sh", *server],
                self.data,
                stdout=output,
                stderr=output,
                pass_fds=[lock],
            )

    def _try_lock(self) -> int | None:
        """The lock, or None if a server has it, or somebody who starts one."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def _socket_prefix(self) -> str:
        # A copy of DATA_DIR has a lock file of its own, and so never takes the original's socket.
        return f"dashboard-{self._lock_file.stat().st_ino:x}-"

    def _socket_directory(self) -> Path | None:
        """Where the link points, if that is a directory that the server's user keeps private."""
        try:
            directory = self._socket_link.readlink()
            found = directory.lstat()
            named_for_us = directory.name.startswith(self._socket_prefix())
            owner = self.data.stat().st_uid
        except FileNotFoundError:
            return None
        private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
        return directory if named_for_us and private and found.st_uid == owner else None

    def _new_socket_directory(self) -> Path:
        directory = Path(tempfile.mkdtemp(prefix=self._socket_prefix(), dir="/tmp"))
        owner = self.data.stat()
        os.chown(directory, owner.st_uid, owner.st_gid)
        self._socket_link.unlink(missing_ok=True)
        self._socket_link.symlink_to(directory)
        return directory


def _answers(directory: Path) -> bool:
    target = (
        f"host={directory} port={PORT} user={data.USER} dbname={data.DATABASE} connect_timeout=5"
    )
    try:
        # Not libpq's own ping, during which no other thread could do anything.
        driver.connect(target).close()
    except psycopg.OperationalError:
        return False
    return True
