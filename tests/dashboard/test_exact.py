"""Every answer over HTTP equals what the oracle makes of the event rows."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.reports import REGISTRY
from segments.models import Segment
from summaries.materialising import materialise
from summaries.rebuilding import rebuild
from summaries.refreshing import refresh
from tests.support.asking import check_question, reporting_in
from tests.support.bundles import Bundle, bundles, ids_of
from tests.support.loading import empty_database, load
from tests.support.questions import one_of_each

TODAY = datetime.now(UTC).date()
ZONES = ["UTC", "America/New_York", "Australia/Lord_Howe"]


@pytest.fixture(params=ZONES)
def time_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The reporting time zone."""
    with reporting_in(request.param):
        yield request.param


@pytest.fixture
def client(transactional_db: None) -> Client:
    """A browser of somebody who may ask."""
    client = Client()
    client.force_login(User.objects.create_superuser("someone"))
    return client


@pytest.mark.django_db(transaction=True, databases=["default", "answers"])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_every_answer_is_exact(data: st.DataObject, client: Client, time_zone: str) -> None:
    empty_database()
    bundle: Bundle = data.draw(bundles(datetime.now(UTC), time_zone))
    known = ids_of(bundle, "segments")
    materialised = data.draw(st.sets(st.sampled_from(known)) if known else st.just(set()))
    for part in parts(bundle, cuts=2):
        load(part)
        for step in data.draw(st.lists(st.sampled_from([*STEPS]), max_size=2)):
            STEPS[step](materialised)
    materialise_all(materialised)
    for parameters in data.draw(one_of_each(bundle, REGISTRY)):
        check_question(client, bundle, parameters, materialised)


def materialise_all(segments: set[str]) -> None:
    """Bring the members of these segments, and no others, up to date."""
    for segment in Segment.objects.filter(external_id__in=segments):
        materialise(segment.pk)


# What may happen between events, in any order, without a difference to the answers.
STEPS: dict[str, Callable[[set[str]], object]] = {
    "refresh": lambda _: refresh(),
    "materialise": materialise_all,
    "rebuild": lambda _: rebuild(),
    "rebuild a day": lambda _: rebuild(TODAY - timedelta(days=1), TODAY),
}


def parts(bundle: Bundle, cuts: int) -> Iterator[Bundle]:
    """The bundle in one part more than there are cuts: the catalogue first, the log in pieces."""
    log = ("interactions", "decision_traces", "runs", "attributions", "model_metrics")
    yield {entity: rows for entity, rows in bundle.items() if entity not in log}
    for place in range(cuts):
        yield {
            entity: bundle[entity][
                len(bundle[entity]) * place // cuts : len(bundle[entity]) * (place + 1) // cuts
            ]
            for entity in log
        }
