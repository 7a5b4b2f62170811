"""All types asked over the test client, and compared with what the oracle makes of the rows."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import connections
from django.test import Client, override_settings

from dashboard.reports import REGISTRY
from tests.oracle import answer, same
from tests.oracle.question import Materialised
from tests.support.bundles import Bundle
from tests.support.dice import Dice
from tests.support.questions import question

ADDRESS = "/api/v1/dashboard-data"


@contextmanager
def reporting_in(time_zone: str) -> Iterator[None]:
    """As in a process that was started with this reporting time zone."""
    try:
        with override_settings(REPORTING_TIME_ZONE=time_zone):
            _connect_in(time_zone)
            yield
    finally:
        _connect_in(settings.REPORTING_TIME_ZONE)


def _connect_in(time_zone: str) -> None:
    for connection in connections.all():
        connection.settings_dict["TIME_ZONE"] = time_zone
        for cached in ("timezone", "timezone_name"):
            connection.__dict__.pop(cached, None)
        connection.close()


def check_answers(
    client: Client,
    bundle: Bundle,
    materialised: Materialised,
    seeds: Iterable[object] = range(3),
    kinds: Collection[str] = tuple(REGISTRY),
) -> None:
    """Ask a random question of each kind for each seed. Raises AssertionError."""
    for seed in seeds:
        for kind in kinds:
            parameters = question(bundle, kind, Dice(f"{seed} {kind}"))
            check_question(client, bundle, parameters, materialised)


def check_question(
    client: Client, bundle: Bundle, parameters: dict[str, str], materialised: Materialised
) -> None:
    """Ask, and compare. Raises AssertionError."""
    response = client.get(ADDRESS, parameters)
    assert response.status_code == 200, response.content
    actual = response.json()
    as_of = datetime.fromisoformat(actual["asOf"])
    try:
        same(answer(bundle, parameters, as_of, settings.REPORTING_TIME_ZONE, materialised), actual)
    except AssertionError as error:
        error.add_note(f"asked: {parameters}")
        raise
