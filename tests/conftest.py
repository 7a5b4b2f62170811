"""What all tests have in common."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import override_settings
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

pytest_plugins = ["tests.support.shop"]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The test database, for all connections and whatever tests are selected.

    Of tests that run side by side (`-n 2`), each process has a database of its own.

    pytest-django would look at the marks of the tests alone; those that use the shop have none,
    and would then find the real database.
    """
    with django_db_blocker.unblock():
        before = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        connections["answers"].close()  # or the database could not be dropped
        teardown_databases(before, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _flush_may_truncate() -> Iterator[None]:
    """Django empties all tables after a test, which triggers refuse to everybody else."""
    flush = DatabaseOperations.execute_sql_flush

    def flush_as_maintenance(operations: DatabaseOperations, statements: list[str]) -> Any:
        return flush(operations, ["SET LOCAL decisions.maintenance = 'on'", *statements])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_as_maintenance)
        yield


@pytest.fixture(scope="session", autouse=True)
def _plain_static_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Pages link static files by their own names: nobody has collected them here.

    For the whole session, since a server that lives as long reads these settings at its start.
    """
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    with override_settings(
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        STORAGES={"staticfiles": {"BACKEND": backend}},
    ):
        yield
