"""Whatever befalls the product, it answers or says when to come back, and loses nothing.

`make test` runs it briefly; `make chaos SECONDS=600` for as long as one likes. Neither the timing
of the processes nor what they meet can be repeated, but CHAOS_SEED repeats what is done to them.
"""

import os
import time
from pathlib import Path
from random import SystemRandom

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from tests.support.chaos import Chaos, own_postgres
from tests.support.dice import Dice
from tests.support.soak import FILES
from tests.support.stored import assert_sums_are_right

SECONDS = float(os.environ.get("CHAOS_SECONDS", "20"))
CHAOS_SEED = os.environ.get("CHAOS_SEED") or str(SystemRandom().getrandbits(32))


@pytest.mark.django_db(transaction=True, databases=["default", "answers"])
def test_nothing_is_lost_and_nobody_waits_for_ever(tmp_path: Path) -> None:
    print(f"CHAOS_SEED={CHAOS_SEED}")  # shown if the test fails
    client = Client()
    with own_postgres(tmp_path) as home:
        call_command("migrate", verbosity=0)
        client.force_login(User.objects.create_superuser("someone"))
        chaos = Chaos(client, tmp_path, Dice(CHAOS_SEED), home=home)
        chaos.prepare()
        chaos.run("ingest", str(tmp_path / "catalogue"))
        end = time.monotonic() + SECONDS
        with chaos.proxy, chaos.stack, chaos.ended():
            chaos.begin()
            while time.monotonic() < end:
                chaos.strike()
            chaos.settle()
            chaos.wait_until_answered()
            chaos.end()
        print(f"befallen: {dict(chaos.befallen)}; {chaos.started} processes")
        print(f"answers: {dict(chaos.prober.answers)}; slowest: {chaos.prober.slowest}")
        assert not chaos.prober.faults
        chaos.check()
        assert_sums_are_right()
        # Whatever was cut off is made up for by running it again.
        chaos.run("ingest", *(str(tmp_path / f"file_{number}") for number in range(FILES)))
        chaos.assert_nothing_is_lost()
        chaos.run("materialize_segments")
        chaos.check()
        assert_sums_are_right()
