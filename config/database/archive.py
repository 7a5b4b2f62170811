"""Writing the database's tables to an archive, and making them from one again.

An archive is what `pg_dump --format=custom` writes. It holds the schema that the connection
works in: structure and rows, but neither owners nor privileges, which another server may not know.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from config.database import programs
from config.database.programs import ProgramError, Programs

Migration = tuple[str, str]  # app and name
MAGIC = b"PGDMP"
HEAD_BYTES = 16 * 2**10  # of a script: its settings come first
# pg_restore sets it whatever the server, and before version 17 servers do not know it.
SET_NEW_TIMEOUT = b"SET transaction_timeout = 0;\n"
NEW_TIMEOUT_SINCE = 17
# All that may be in a schema but what belongs to an extension; dropping the one takes others along.
DROP_EVERYTHING = """
DO $$
DECLARE
    thing record;
BEGIN
    FOR thing IN
        SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                    WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, relname AS name
        FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
          AND NOT EXISTS (SELECT FROM pg_depend
                          WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid
                            AND deptype = 'e')
        ORDER BY relkind = 'S'  -- those of tables go with these, and cannot before
    LOOP
        EXECUTE format('DROP %s IF EXISTS %I CASCADE', thing.kind, thing.name);
    END LOOP;
    FOR thing IN
        SELECT oid::regprocedure AS name
        FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend
                          WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid
                            AND deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', thing.name);
    END LOOP;
END $$;
"""


def dump(connection: BaseDatabaseWrapper, snapshot: str, target: Path | IO[bytes]) -> None:
    """Write an archive of what `snapshot`, which a transaction has exported, sees.

    Nobody is kept from reading and writing meanwhile. Raises ProgramError, and OSError of a
    stream.
    """
    server = programs.server_version(connection)
    found = programs.available(connection)
    fit = [each for each in found if each.version >= server]
    if not fit:
        raise programs.missing(connection, server, found)
    to_file = [f"--file={target}"] if isinstance(target, Path) else []
    with subprocess.Popen(
        [
            fit[0].path("pg_dump"),
            "--format=custom",
            "--no-password",
            *to_file,
            f"--snapshot={snapshot}",
            f"--schema={_quoted(_schema(connection))}",
            "--no-privileges",
            "--no-tablespaces",
            "--no-security-labels",
            "--no-publications",
            "--no-subscriptions",
            "--compress=1",  # the default takes four times as long for a fifth less
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=programs.environment(connection),
    ) as process:
        try:
            if not isinstance(target, Path):
                # Not handed over: to what is a file but has no name, pg_dump writes its table of
                # contents twice.
                shutil.copyfileobj(_piped(process.stdout), target, 2**20)
            said = _piped(process.stderr).read()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise ProgramError(programs.reason(said, "pg_dump"))


def migrations_applied(connection: BaseDatabaseWrapper) -> set[Migration]:
    """The migrations that the database has; none if it has never been migrated."""
    return {*MigrationRecorder(connection).applied_migrations()}


class NoArchiveError(Exception):
    """The file is something else, or damaged from its beginning."""


class Archive:
    """An archive in a file. Raises NoArchiveError, and ProgramError if no program can read it."""

    def __init__(self, path: Path, connection: BaseDatabaseWrapper) -> None:
        self._path = path
        self._connection = connection
        found = programs.available(connection)
        if not found:
            raise programs.missing(connection, programs.server_version(connection), found)
        # A program cannot read archives of newer ones, but those of older ones it can.
        self._programs: Programs = max(found, key=lambda each: each.version)
        self._schema = _schema(connection)
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise NoArchiveError
        self._contents = self._read("--list").decode(errors="replace")

    def migrations(self) -> set[Migration]:
        """The migrations that the archive holds; none if it is no backup of a Django project."""
        if f" TABLE DATA {self._schema} django_migrations " not in self._contents:
            return set()
        lines = self._read(
            "--data-only", "--table=django_migrations", f"--schema={self._schema}", "--file=-"
        ).decode()
        rows = lines.partition(" FROM stdin;\n")[2].partition("\n\\.\n")[0].splitlines()
        return {(app, name) for _, app, name, _ in (row.split("\t") for row in rows)}

    def restore(self, check: str) -> None:
        """Replace everything in the schema by what the archive holds, or change nothing.

        `check` is SQL that runs once nobody else can change anything; its failure ends it too.
        Raises ProgramError.
        """
        with self._psql() as statements:
            statements.write(f"BEGIN;\n{check}\n{DROP_EVERYTHING}".encode())
            # By its name the schema itself, which is there, is left out.
            schema = f"--schema={self._schema}"
            with self._start(schema, "--no-owner", "--no-privileges", "--file=-") as script:
                output = _piped(script.stdout)
                try:
                    head = output.read(HEAD_BYTES)
                    if programs.server_version(self._connection) < NEW_TIMEOUT_SINCE:
                        head = head.replace(SET_NEW_TIMEOUT, b"", 1)
                    statements.write(head)
                    shutil.copyfileobj(output, statements, 2**20)
                except BaseException:
                    script.kill()
                    raise
                said = _piped(script.stderr).read()
            if script.returncode:
                raise ProgramError(programs.reason(said, "pg_restore"))
            # Nothing but this ends the transaction well, whoever is killed before.
            statements.write(b"COMMIT;\n")

    @contextmanager
    def _psql(self) -> Iterator[IO[bytes]]:
        """The input of a psql that ends at the first statement that fails."""
        with TemporaryFile() as output:
            psql = subprocess.Popen(
                [
                    self._programs.path("psql"),
                    "--no-psqlrc",
                    "--no-password",
                    "--quiet",
                    "--set=ON_ERROR_STOP=1",
                    "--file=-",
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=output,
                env=programs.environment(self._connection),
            )
            statements = _piped(psql.stdin)
            ended_early = False
            try:
                yield statements
                statements.close()
            except BrokenPipeError:
                ended_early = True
            except BaseException:
                psql.kill()
                raise
            finally:
                with suppress(BrokenPipeError):
                    statements.close()
                psql.wait()
            if ended_early or psql.returncode:
                output.seek(0)
                raise ProgramError(programs.reason(output.read(), "psql"))

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._programs.path("pg_restore"), *arguments, str(self._path.absolute())],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C"},
        )

    def _read(self, *arguments: str) -> bytes:
        with self._start(*arguments) as process:
            output, said = process.communicate()
        if process.returncode:
            raise ProgramError(programs.reason(said, "pg_restore"))
        return output


def _piped(stream: IO[bytes] | None) -> IO[bytes]:
    """This end of a pipe, which a process that was started with one has."""
    return cast("IO[bytes]", stream)


def _schema(connection: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        (schema,) = cursor.fetchone()
    return str(schema)


def _quoted(name: str) -> str:
    """A pattern that is this name alone."""
    return sql.Identifier(name).as_string()
