"""Whatever is done to a database, in any order, its sums and its answers are right after each step.

Answers tell all that ever happened, but for the customers who were erased. What the commands'
help says of dropped months holds here too: they stay in all sums, also those of the segments
that a customer was in at the time, and the types that read summaries go on counting them. Only
why_not_ranked of a segment forgets them, and selection_frequency of a segment's channel or flow:
of these no sums are kept, so the members' traces are read (see tests/support/expected.py).
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import wraps
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dashboard.reports import REGISTRY
from segments.models import Segment, SegmentMembership
from summaries import refreshing
from summaries.models import SUMMARIES, LogWatermark, Measures
from summaries.rebuilding import rebuild
from summaries.refreshing import refresh, status
from summaries.retention import months_ago
from tests.oracle import ACCEPTED
from tests.support.asking import check_question, reporting_in
from tests.support.bundles import bundle_of, condition
from tests.support.dice import SEED, Dice, Roll
from tests.support.expected import Expected
from tests.support.loading import empty_database, load
from tests.support.log_rows import add_attributions, add_interactions, add_runs, add_traces
from tests.support.moments import Moments
from tests.support.pools import ANYBODY, ATTRIBUTES, CUSTOMERS, VALUES
from tests.support.questions import question
from tests.support.soak import LOGS
from tests.support.stored import Sums, rows_of, sums_by_bucket, sums_of

# Months end at midnight in UTC: in the middle of a day elsewhere.
ZONES = ["UTC", "America/New_York", "Australia/Lord_Howe"]
ROLLS = dict(zip(LOGS, (add_interactions, add_traces, add_runs, add_attributions), strict=True))
KINDS = 4  # types asked after each step
EVENTS = {
    "interactions": ("decisions_interaction", ["event_id"]),
    "decision_traces": ("decisions_decisiontrace", ["event_id"]),
    "runs": ("decisions_run", ["event_id"]),
    "attributions": ("decisions_attribution", ["conversion_id", "model"]),
}
seeds = st.integers(0, 2**64 - 1)
entities = st.sampled_from(LOGS)
counts = st.integers(1, 12)
places = st.integers(0, 3)  # of the segments


def start_of(month: str) -> datetime:
    """Its first instant, for the partitions of the log."""
    return datetime.fromisoformat(f"{month}-01T00:00:00+00:00")


# When the latest events of a few happened.
UNTIL: dict[str, Callable[[], datetime]] = {
    "now": lambda: datetime.now(UTC),
    "the first months were dropped": lambda: start_of(months_ago(1)) + timedelta(days=1),
    "long ago": lambda: datetime.now(UTC) - timedelta(days=120),
}


class StopError(Exception):
    """A refresh was cut off."""


def step(
    due: Callable[["Machine"], bool] = lambda _: True, **draws: Any
) -> Callable[[Callable[..., None]], Any]:
    """A rule for when it is due, and some others have had their turn since the last time.

    Hypothesis makes most examples by copying steps to other places, so that there would be
    hardly anything but the same step again and again.
    """

    def decorate(function: Callable[..., None]) -> Any:
        @wraps(function)
        def run(machine: "Machine", **drawn: Any) -> None:
            machine.recent.append(function.__name__)
            function(machine, **drawn)

        def is_due(machine: "Machine") -> bool:
            return function.__name__ not in machine.recent and due(machine)

        as_rule: Any = rule(**draws)
        return precondition(is_due)(as_rule(run))

    return decorate


class Machine(RuleBasedStateMachine):
    """A database, and what should be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0
        self.files = 0
        self.recent: deque[str] = deque(maxlen=4)
        self.forgotten: dict[type[Measures], Sums] = {summary: {} for summary in SUMMARIES}

    @initialize(seed=seeds, merged=st.booleans())
    def begin(self, seed: int, merged: bool) -> None:
        """All kinds of events of this month and of earlier ones, and customers in segments."""
        dice = Dice(str(seed))
        zone = dice.choice(ZONES)
        self.reporting = reporting_in(zone)
        self.reporting.__enter__()
        empty_database()
        LogWatermark.objects.update(dropped_before=None)  # what others dropped is not missed here
        self.seed, self.zone = seed, zone
        self.client = Client()
        self.client.force_login(User.objects.get())
        bundle = bundle_of(roll(seed, 10_000), datetime.now(UTC), zone)
        for entity in (*LOGS, "model_metrics"):
            del bundle[entity]
        for row in bundle["segments"]:
            row["filters"] = dice.choice([[], row["filters"]])
        load(bundle)
        self.expected = Expected.of(bundle)
        note(self.expected.bundle())
        self.segments = sorted(self.expected.catalogue["segments"])
        for number, until in enumerate(UNTIL):
            for entity in LOGS:
                self.ingest(entity, seed + number, 6, until)
        if merged:
            refresh()
        self.materialise(place=None)

    def teardown(self) -> None:
        self.reporting.__exit__(None, None, None)

    @rule(entity=entities, seed=seeds, rows=counts, until=st.sampled_from([*UNTIL]))
    def ingest(self, entity: str, seed: int, rows: int, until: str) -> None:
        """New events, perhaps late ones."""
        self.files += 1
        self._ingest(entity, seed, rows, until, self.files)

    @step(entity=entities, seed=seeds, rows=counts, file=st.integers(0, 9))
    def ingest_again(self, entity: str, seed: int, rows: int, file: int) -> None:
        """Events of which some are known, though not what they say here."""
        self._ingest(entity, seed, rows, "now", 1 + file % self.files)

    def _ingest(self, entity: str, seed: int, count: int, until: str, file: int) -> None:
        bundle = self.expected.bundle()
        rolled = roll(seed, count)
        moments = Moments(UNTIL[until](), self.zone, rolled.dice("moments"))
        ROLLS[entity](rolled, bundle, moments)
        rows = bundle[entity]
        for row in rows:
            name = "conversionId" if entity == "attributions" else "id"
            row[name] = f"{file}.{row[name]}"
        note(rows)
        load({entity: rows})
        self.expected.ingest(entity, rows)

    @step(lambda _: any(log.waiting for log in status()), steps=st.integers(0, 4))
    def refresh(self, steps: int) -> None:
        """Perhaps cut off after so many steps of five rows."""
        left = iter(range(1, steps))

        def advanced(*_: object) -> None:
            if next(left, None) is None:
                raise StopError

        if steps:
            with patch.object(refreshing, "STEP", 5), suppress(StopError):
                refresh(advanced)
        else:
            refresh()

    @step(whole=st.booleans(), days_ago=st.integers(0, 60), days=st.integers(1, 90))
    def rebuild(self, whole: bool, days_ago: int, days: int) -> None:
        last = datetime.now(UTC).date() - timedelta(days=days_ago)
        if whole:
            rebuild()
        else:
            rebuild(last - timedelta(days=days - 1), last)

    @step(place=st.none() | places)
    def materialise(self, place: int | None) -> None:
        """One segment, or all active ones."""
        segments = self.expected.catalogue["segments"]
        named = [] if place is None else [self.segments[place]]
        run("materialize_segments", *named)
        active = [name for name, row in segments.items() if row["status"] == "active"]
        for segment in named or active:
            self.expected.materialise(segment)

    @step(customers=st.integers(1, len(CUSTOMERS)), seed=seeds)
    def change_attributes(self, customers: int, seed: int) -> None:
        """Of some customers, who may be new, or erased."""
        dice = Dice(str(seed))
        for customer in dice.sample(CUSTOMERS, customers):
            attributes = dice.optional(**{name: dice.choice(VALUES) for name in ATTRIBUTES})
            self._replace("customers", {"id": customer, "attributes": attributes})

    @step(place=places, seed=seeds)
    def change_filters(self, place: int, seed: int) -> None:
        """Perhaps to those that it has."""
        dice = Dice(str(seed))
        row = self.expected.catalogue["segments"][self.segments[place]]
        filters = [condition(dice) for _ in range(dice.choice([0, 0, 1, 2]))]
        self._replace("segments", row | {"filters": filters})

    def _replace(self, entity: str, row: dict[str, Any]) -> None:
        note(row)
        load({entity: [row]})
        self.expected.replace(entity, row)

    @step(customer=st.sampled_from(ANYBODY))
    def erase(self, customer: str) -> None:
        if self.expected.erase(customer):
            run("erase_customer", customer)
        else:
            with pytest.raises(CommandError, match="Nothing is known of"):
                run("erase_customer", customer)

    @step(
        lambda machine: machine.expected.oldest() < start_of(months_ago(1)),
        months=st.sampled_from([1, 1, 2, 3]),
    )
    def drop(self, months: int) -> None:
        """What no log row accounts for any more is still to be in the sums."""
        before = {summary: sums_of_log(summary) for summary in SUMMARIES}
        run("drop_partitions", "--older-than", str(months))
        for summary, sums in before.items():
            gone = difference(sums, sums_of_log(summary))
            self.forgotten[summary] = total(self.forgotten[summary], gone)
        self.expected.drop(start_of(months_ago(months)))

    @invariant()
    def the_log_is_as_expected(self) -> None:
        for entity, (table, columns) in EVENTS.items():
            assert {*rows_of(table, columns)} == {*self.expected.log[entity]}, entity

    @invariant()
    def members_are_as_expected(self) -> None:
        stored: dict[str, set[str]] = {segment: set() for segment in self.segments}
        for segment, customer in SegmentMembership.objects.values_list(
            "segment__external_id", "customer_id"
        ):
            stored[segment].add(customer)
        assert stored == self.expected.members
        for segment, count in Segment.objects.exclude(materialized_at=None).values_list(
            "external_id", "customer_count"
        ):
            assert count == len(stored[segment])

    @invariant()
    def sums_are_right(self) -> None:
        watermarks = dict(LogWatermark.objects.values_list("log", "merged_id"))
        for summary in SUMMARIES:
            scanned = sums_by_bucket(summary, watermarks.get(summary.log.entity, 0))
            expected = total(self.forgotten[summary], scanned)
            assert sums_of(summary) == expected, summary.__name__

    @invariant()
    def answers_are_exact(self) -> None:
        self.steps += 1
        bundle = self.expected.bundle()
        for kind in Dice(f"{self.seed} {self.steps}").sample([*REGISTRY], KINDS):
            dice = Dice(f"{self.seed} {self.steps} {kind}")
            asked = question(bundle, kind, dice)
            if "days" in ACCEPTED[kind] and dice.maybe(0.5):
                asked["days"] = "365"  # with the months that may be gone
            check_question(self.client, bundle, asked, self.expected.membership(asked))


def roll(seed: int, count: int) -> Roll:
    """The first `count` rows that there may be."""
    return Roll(Dice(str(seed)).randbytes(SEED) + b"\xff" * count + bytes(100))


def run(command: str, *arguments: str) -> None:
    """Run the command in this process."""
    call_command(command, *arguments, stdout=StringIO())


def sums_of_log(summary: type[Measures]) -> Sums:
    """What all rows of the log add up to, merged or not."""
    return sums_by_bucket(summary, 2**63)


def total(sums: Sums, more: Sums, sign: int = 1) -> Sums:
    """Both together; without those of no rows, whose number comes first."""
    found = dict(sums)
    for place, measures in more.items():
        known = found.get(place, [0] * len(measures))
        found[place] = [one + sign * other for one, other in zip(known, measures, strict=True)]
    return {place: measures for place, measures in found.items() if measures[0]}


def difference(sums: Sums, less: Sums) -> Sums:
    """What is missing in the latter."""
    return total(sums, less, -1)


@pytest.mark.django_db(transaction=True, databases=["default", "answers"])
def test_every_history_leaves_everything_right() -> None:
    User.objects.create_superuser("someone")
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=18,
            stateful_step_count=12,
            deadline=None,
            # Not to be made shorter, which takes minutes and leaves out little: the steps are few.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
