"""Several processes load one file as a single one would: in order, and each row once."""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import Error, connection, transaction

from decisions.models import Interaction
from ingestion.batches import Loaded
from ingestion.context import Context
from ingestion.entities import ENTITIES
from ingestion.source import Batch
from ingestion.workers import Workers
from tests.support.ingesting import CATALOGUE, INTERACTION, Row, ingest, lines_of, write_bundle

pytestmark = pytest.mark.django_db(transaction=True)

BATCHES, SIZE = 9, 50  # more than there are workers


@pytest.fixture(autouse=True)
def _catalogue(tmp_path: Path) -> None:
    assert ingest(write_bundle(tmp_path / "catalogue", **CATALOGUE)).status == 0


@pytest.fixture
def workers(_catalogue: None) -> Iterator[Workers]:
    started = Workers(Context())
    yield started
    started.end()


def batch(number: int) -> Batch:
    """New rows; between them, one that cannot be accepted, and one that the last batch had too."""
    rows: list[Row] = [
        {**INTERACTION, "id": f"{number}-{place}", "customerId": f"c{place % 7}", "value": number}
        for place in range(SIZE)
    ]
    rows[10] = {"id": "bad"}
    rows[20]["id"] = f"{number - 1}-0"
    return Batch(1 + number * SIZE, lines_of(rows).splitlines())


def load(workers: Workers, *batches: Batch) -> list[Loaded]:
    """What became of each of them."""
    done = [workers.load(ENTITIES["interactions"], given) for given in batches]
    done += [workers.finish_one() for _ in batches]
    return [loaded for loaded in done if loaded is not None]


def test_batches_are_written_in_their_order(workers: Workers) -> None:
    done = load(workers, *map(batch, range(BATCHES)))
    assert [loaded.loaded for loaded in done] == [SIZE - 1] + [SIZE - 2] * (BATCHES - 1)
    assert [loaded.skipped for loaded in done] == [0] + [1] * (BATCHES - 1)
    assert [[entry.line for entry in loaded.rejected] for loaded in done] == [
        [11 + number * SIZE] for number in range(BATCHES)
    ]
    in_order = [int(row.value or 0) for row in Interaction.objects.order_by("id")]
    assert in_order == sorted(in_order)
    first = Interaction.objects.get(event_id="3-0")  # which the fourth and the fifth batch have
    assert first.value == 3


def test_workers_see_what_was_added_to_the_catalogue_since(
    workers: Workers, tmp_path: Path
) -> None:
    line = lines_of([{**INTERACTION, "offerId": "late"}]).strip()
    (before,) = load(workers, Batch(1, [line]))
    assert [entry.reason for entry in before.rejected] == [
        "no offer has the id 'late'; ingest it first"
    ]
    offer = {**CATALOGUE["offers"][0], "id": "late"}
    assert ingest(write_bundle(tmp_path, offers=[offer])).status == 0
    for _ in range(BATCHES):  # whichever worker it is
        (after,) = load(workers, Batch(1, [line]))
        assert not after.rejected
    assert Interaction.objects.get().offer.external_id == "late"


def test_nothing_is_written_after_a_batch_that_failed(workers: Workers) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE decisions_interactionkey RENAME TO mislaid")
    try:
        with pytest.raises(Error, match="decisions_interactionkey"):
            load(workers, *map(batch, range(BATCHES)))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE mislaid RENAME TO decisions_interactionkey")
    assert workers.finish_one() is None
    assert not Interaction.objects.exists()


def test_a_worker_that_is_killed_ends_the_run(workers: Workers) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE decisions_interaction IN SHARE MODE")  # the batch cannot finish
        workers.load(ENTITIES["interactions"], batch(0))
        for process in multiprocessing.active_children():
            process.kill()
        with pytest.raises(ChildProcessError, match="was ended"):
            workers.finish_one()
    assert not Interaction.objects.exists()
