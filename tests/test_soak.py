"""At any moment, whoever writes, refreshes, materialises, erases or dies, answers are exact.

`make test` runs it briefly; `make soak SECONDS=600` for as long as one likes. The processes' timing
cannot be repeated, but SOAK_SEED repeats their rows and their order.
"""

import os
import time
from pathlib import Path
from random import SystemRandom

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.support.dice import Dice
from tests.support.soak import FILES, Soak, deadlocks
from tests.support.stored import assert_sums_are_right

SECONDS = float(os.environ.get("SOAK_SECONDS", "12"))
SOAK_SEED = os.environ.get("SOAK_SEED") or str(SystemRandom().getrandbits(32))


@pytest.mark.django_db(transaction=True, databases=["default", "answers"])
def test_answers_are_exact_at_any_moment(tmp_path: Path) -> None:
    print(f"SOAK_SEED={SOAK_SEED}")  # shown if the test fails
    client = Client()
    client.force_login(User.objects.create_superuser("someone"))
    soak = Soak(client, tmp_path, Dice(SOAK_SEED))
    before = deadlocks()
    soak.prepare()
    soak.run("ingest", str(tmp_path / "catalogue"))
    end = time.monotonic() + SECONDS
    with soak.ended():
        while time.monotonic() < end:
            soak.step()
            soak.check(kinds=4)
        soak.settle()
    print(f"{soak.started} processes, {soak.killed} of them killed, {soak.checked} checks")
    soak.check()
    soak.check()
    assert_sums_are_right()
    # Whatever was cut off is made up for by running it again.
    soak.run("ingest", *(str(tmp_path / f"file_{number}") for number in range(FILES)))
    soak.assert_nothing_is_lost()
    soak.run("materialize_segments")
    soak.check()
    soak.check()
    assert_sums_are_right()
    assert deadlocks() == before
