"""Hundreds of requests that nobody would think of: none is a server error, and each response is
as the schema describes it.
"""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dashboard.parameters.request import ParametersSerializer
from dashboard.reports import REGISTRY
from tests.dashboard.test_endpoint import error
from tests.support.described import faults
from tests.support.shop import ADDRESS, GIVEN, Shop

CHECKS: list[Callable[..., bool | None]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
]
bounded = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


@pytest.fixture
def endpoint(shop: Shop) -> Any:
    """The endpoint, as it describes itself to whoever asks."""
    return schemathesis.openapi.from_wsgi("/api/v1/schema/", WSGIHandler())[ADDRESS]["GET"]


@pytest.mark.parametrize("mode", GenerationMode)
@bounded
@given(data=st.data())
def test_requests_from_the_schema(
    mode: GenerationMode, data: st.DataObject, endpoint: Any, shop: Shop
) -> None:
    case: Case[Any] = data.draw(endpoint.as_strategy(generation_mode=mode))
    case.call_and_validate(headers=shop.headers, checks=CHECKS)


HOSTILE = [
    "",
    "0",
    "1",
    "365",
    "366",
    "\0",
    "'",
    "%s",
    "%(a)s",
    "\\",
    "é",
    "\U0001f600",
    "null",
    "a" * 65,
]
names = st.sampled_from([*ParametersSerializer().fields, "unknown"])
values = st.sampled_from([*GIVEN.values(), *HOSTILE]) | st.text(max_size=8)
parameters = st.dictionaries(names, values, max_size=6)


@bounded
@given(kind=st.sampled_from([*REGISTRY]), fitting=st.sets(names), more=parameters)
def test_fitting_and_unfitting_parameters(
    kind: str, fitting: set[str], more: dict[str, str], shop: Shop
) -> None:
    given = {name: GIVEN[name] for name in fitting if name in GIVEN}
    asked = {"type": kind} | given | more
    response = shop.get(asked)
    if response.status_code == 200:
        assert faults(asked["type"] or "summary", response.json()) == []
    else:
        assert response.status_code == 400
        assert error(response)["parameter"] in ParametersSerializer().fields


@bounded
@given(query=st.binary(max_size=40), header=st.binary(max_size=40))
def test_bytes_that_mean_nothing(query: bytes, header: bytes, shop: Shop) -> None:
    outside: dict[str, Any] = {"QUERY_STRING": query.decode("latin-1")}
    assert shop.client().get(ADDRESS, **outside).status_code in (200, 400)
    text = header.decode("latin-1")
    for authorization in (text, f"Bearer {text}"):
        response = Client(headers={"authorization": authorization}).get(ADDRESS)
        assert response.status_code == 401
    conditional = shop.get({}, **{"if-none-match": text, "accept": text, "cookie": text})
    assert conditional.status_code in (200, 304)
