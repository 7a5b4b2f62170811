"""All types asked over the test client, and compared with what the oracle makes of the rows."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.test import Client

from dashboard.services import REGISTRY
from tests.bundles import Bundle
from tests.dice import Dice
from tests.oracle import answer, same
from tests.oracle.question import Materialised
from tests.questions import question

ADDRESS = "/api/v1/dashboard-data"


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
        same(answer(bundle, parameters, as_of, "UTC", materialised), actual)
    except AssertionError as error:
        error.add_note(f"asked: {parameters}")
        raise
