"""`/healthz` and `/readyz`, for whoever starts, watches and balances servers.

They need no credentials, tell nothing but what is wrong, and come before all other middleware:
probes know neither our host names nor TLS.
"""

import threading
from collections.abc import Callable
from http import HTTPStatus

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from config.database.deadline import within

# Whoever asks wants to know now.
READY_WITHIN_SECONDS = 0.8


def middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer probes, and pass all other requests on."""
    ready = Readiness()

    def respond(request: HttpRequest) -> HttpResponseBase:
        match request.path_info:
            case "/healthz":
                return JsonResponse({"status": "alive"})
            case "/readyz":
                missing = ready.missing()
                if missing:
                    report = {"status": "unavailable", "missing": missing}
                    return JsonResponse(report, status=HTTPStatus.SERVICE_UNAVAILABLE)
                return JsonResponse({"status": "ready"})
            case _:
                return get_response(request)

    return respond


class Readiness:
    """Whether answers can be given. Tables that were up to date once are so for good."""

    def __init__(self) -> None:
        self._checking = threading.Lock()
        self._missing: str | None = "database"
        self._migrated = False

    def missing(self) -> str | None:
        """Return what is missing, `database` or `schema`, or None.

        One check at a time, so that many probes of a database that hangs take one thread. The
        others hear what the last one found.
        """
        if self._checking.acquire(blocking=False):
            try:
                self._missing = self._check()
            finally:
                self._checking.release()
        return self._missing

    def _check(self) -> str | None:
        try:
            with within(READY_WITHIN_SECONDS):
                for database in connections.all():
                    with database.cursor() as cursor:
                        cursor.execute("SELECT 1")
                self._migrated = self._migrated or _is_migrated()
        except Error:
            return "database"
        return None if self._migrated else "schema"


def _is_migrated() -> bool:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
