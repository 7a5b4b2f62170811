"""Whatever mixture of rows is sent: the good ones are loaded, and each bad one's line is told."""

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from decisions.append_only import changing_the_log
from decisions.models import Interaction
from ingestion.context import parse_instant
from tests.support.ingesting import CATALOGUE, Row, ingest, rejected, write_bundle

pytestmark = pytest.mark.django_db(transaction=True)

characters = st.characters(codec="utf-8", exclude_categories=["Cc"])
controls = st.characters(codec="utf-8", categories=["Cc"])
ids = st.text(characters, min_size=1, max_size=64)
texts = st.text(characters | controls.filter(lambda character: character != "\0"), max_size=64)
amounts = st.decimals(-(10**13), 10**13, places=4, allow_nan=False) | st.none()
times = st.datetimes(
    min_value=parse_instant("1990-01-01T00:00:00Z").replace(tzinfo=None),
    max_value=parse_instant("2026-01-01T00:00:00Z").replace(tzinfo=None),
    timezones=st.timezones(),
).map(lambda moment: moment.isoformat())
good_rows = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["a", "b", "c", "a\\b", "ü", "\u2028"]) | ids,
        "customerId": ids,
        "offerId": st.sampled_from(["offer_1", "offer_2"]),
        "channelId": st.just("web"),
        "outcome": st.sampled_from(["impression", "click", "convert"]),
        "occurredAt": times,
    },
    optional={
        "value": amounts,
        "cost": amounts,
        "decisionFlowId": st.sampled_from([None, "flow"]),
        "unknown": st.recursive(st.none() | st.booleans() | texts, st.lists, max_leaves=3),
    },
)
REQUIRED = ["id", "customerId", "offerId", "channelId", "outcome", "occurredAt"]


def text_of(row: Row) -> bytes:
    """The row as JSON, its amounts as they are."""
    amounts = {name: value for name, value in row.items() if isinstance(value, Decimal)}
    rest = {name: value for name, value in row.items() if name not in amounts}
    text = json.dumps(rest, ensure_ascii=len(str(row["customerId"])) % 2 == 0)
    return (text[:-1] + "".join(f', "{n}": {v}' for n, v in amounts.items()) + "}").encode()


def field(name: str, *values: Any) -> st.SearchStrategy[Callable[[Row], bytes]]:
    """A row that would be good but for this field."""
    return st.sampled_from(values).map(lambda value: lambda row: text_of({**row, name: value}))


def cut(share: float) -> Callable[[Row], bytes]:
    return lambda row: text_of(row)[: max(1, int(len(text_of(row)) * share))].rstrip() or b"{"


spoilers: st.SearchStrategy[Callable[[Row], bytes]] = st.one_of(
    field("id", "", "x" * 65, 7, None, "a\0", ["a"]),
    field("customerId", "", "y" * 65, 0, None, "\0"),
    st.tuples(st.sampled_from(["id", "customerId", "creativeId"]), controls).map(
        lambda found: lambda row: text_of({**row, found[0]: f"a{found[1]}"})
    ),
    field("offerId", "offer_9", "", "offer_1 ", "\0", 1),
    field("outcome", "applause", "Click", None),
    field("creativeId", "banner_9", 1),
    field("occurredAt", "2026-01-01", "2026-01-01T00:00:00", "now", "", 0, None, "2999-01-01T00Z"),
    field("value", "1", [], {"a": 1}, Decimal("0.00001"), Decimal(10**14)),
    field("cost", "", Decimal("-1.23456"), Decimal("1e400")),
    st.floats(0, 0.99).map(cut),
    st.sampled_from(REQUIRED).map(
        lambda name: (
            lambda row: (
                text_of({**row}).replace(f'"{name}":'.encode(), b'"no":', 1)
                if name != "customerId"
                else b"{}"
            )
        )
    ),
    st.sampled_from([b"\xff", b"\0", b"x", b'{"a":1}']).map(
        lambda tail: lambda row: text_of(row) + tail
    ),
    st.sampled_from([b"null", b"[]", b"1", b'"text"', b"NaN", b"{", b"\x00"]).map(
        lambda line: lambda _: line
    ),
)
lines = st.lists(
    st.one_of(
        st.tuples(good_rows, st.none()),
        st.tuples(good_rows, spoilers),
        st.sampled_from([b"", b"   ", b"\t\r"]),
    ),
    max_size=12,
)
TURN = count()


@given(entries=lines, ending=st.sampled_from([b"\n", b"\r\n"]), packed=st.booleans())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(entries=[], ending=b"\n", packed=False)
def test_good_rows_are_loaded_and_bad_lines_told(
    entries: list[Any],
    ending: bytes,
    packed: bool,
    tmp_path: Path,
) -> None:
    if next(TURN) == 0:
        assert ingest(write_bundle(tmp_path / "catalogue", **CATALOGUE)).status == 0
    with changing_the_log(), connection.cursor() as cursor:
        # Nothing is known of earlier examples.
        cursor.execute("TRUNCATE decisions_interaction, decisions_interactionkey")
    sent: list[bytes] = []
    first_of: dict[str, Row] = {}
    bad: list[int] = []
    repeated = 0
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, bytes):
            sent.append(entry)
            continue
        row, spoil = entry
        if spoil is None:
            sent.append(text_of(row))
            repeated += row["id"] in first_of
            first_of.setdefault(row["id"], row)
        else:
            sent.append(spoil(row))
            bad.append(number)
    bundle = tmp_path / "log"
    shutil.rmtree(bundle, ignore_errors=True)
    result = ingest(write_bundle(bundle, packed=packed, interactions=ending.join(sent)))

    name = "interactions.ndjson.gz" if packed else "interactions.ndjson"
    assert list(rejected(bundle / "interactions.rejected.ndjson")) == bad
    assert result.counts(name) == (len(first_of), repeated, len(bad))
    assert result.status == (1 if bad else 0)
    assert {
        log.event_id: (
            log.customer_id,
            log.offer.external_id,
            log.outcome_type.external_id,
            log.occurred_at,
            log.value,
            log.cost,
            log.decision_flow and log.decision_flow.external_id,
        )
        for log in Interaction.objects.select_related("offer", "outcome_type", "decision_flow")
    } == {
        row["id"]: (
            row["customerId"],
            row["offerId"],
            row["outcome"],
            parse_instant(row["occurredAt"]),
            row.get("value"),
            row.get("cost"),
            row.get("decisionFlowId"),
        )
        for row in first_of.values()
    }
