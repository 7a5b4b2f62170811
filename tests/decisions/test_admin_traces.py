"""Admin pages of decision traces: a journey to read, found by what became of an offer."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from decisions.admin import offer_search
from decisions.admin.addresses import traces_address
from decisions.append_only import changing_the_log, ingesting
from decisions.models import ContactPolicy, DecisionFlow, DecisionTrace, QualificationRule
from decisions.outcomes import BLOCKED, ELIGIBLE, FAILED, OUTRANKED, SCORED, SELECTED
from offers.models import Offer
from tests.decisions.test_admin import make_trace
from tests.offers.test_admin import address, named, signed_in
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db


def rows_of(page: str) -> list[str]:
    """The table of candidates, row by row."""
    table = page[page.index('id="candidates"') :]
    return table[table.index("<tbody>") : table.index("</tbody>")].split("<tr>")[1:]


def make_journey(number: int = 1, **fields: Any) -> DecisionTrace:
    """A winner, an offer that it outranked, a blocked one, and one that failed a rule."""
    won, lost, blocked, unfit = [
        Offer.objects.get_or_create(external_id=name, defaults={"name": name.title()})[0].pk
        for name in ("won", "lost", "blocked", "unfit")
    ]
    rule, _ = QualificationRule.objects.get_or_create(
        external_id="rule", defaults={"name": "Over <18>", "type": "age"}
    )
    policy, _ = ContactPolicy.objects.get_or_create(
        external_id="policy", defaults={"name": "Cooldown", "type": "cooldown"}
    )
    return make_trace(
        number,
        qualification_offers=[unfit, lost, won, blocked],
        qualification_rules=[rule.pk] * 4,
        qualification_passed=[False, True, True, True],
        qualification_reasons=["only <17>", None, None, None],
        policy_offers=[blocked, won],
        policy_policies=[policy.pk] * 2,
        policy_blocked=[True, False],
        policy_reasons=["too soon", None],
        scored_offers=[lost, won],
        scored_scores=[0.5, 0.75],
        scored_ranks=[2, 1],
        selected_offers=[won],
        selected_ranks=[1],
        outcome_offers=[unfit, lost, won, blocked],
        outcome_states=[
            FAILED,
            ELIGIBLE | SCORED | OUTRANKED,
            ELIGIBLE | SCORED | SELECTED,
            BLOCKED,
        ],
        outcome_ranks=[None, 2, 1, None],
        outcome_causes=[rule.pk, won, None, policy.pk],
        **fields,
    )


def test_journey_tells_what_became_of_each_candidate_and_why() -> None:
    trace = make_journey(degraded_scoring=True, degraded_reason="timeout", total_latency_ms=12.5)
    Offer.objects.filter(external_id="won").update(name="<i>Winner</i>")
    page = signed_in().get(address(DecisionTrace, "change", trace.pk)).content.decode()
    first, second, third, fourth = rows_of(page)
    for text in (
        "&lt;i&gt;Winner&lt;/i&gt;",
        "passed",
        "allowed",
        "0.75",
        "width: 75.0%",
        "rank 1",
    ):
        assert text in first
    for text in ("Lost", "outranked", "by <a", "&lt;i&gt;Winner&lt;/i&gt;", "0.5", "width: 50.0%"):
        assert text in second
    for text in ("Blocked", "blocked by policy", ">Cooldown</a>", "too soon"):
        assert text in third
    for text in ("Unfit", "failed rule", ">Over &lt;18&gt;</a>", "only &lt;17&gt;"):
        assert text in fourth
    for text in ("1 selected", "1 outranked", "1 blocked by policy", "1 failed rule"):
        assert text in page
    for text in ("degraded: Timeout", "12.5 ms", "customer_1"):
        assert text in page
    assert "<i>" not in page[page.index('id="candidates"') :]


def test_journey_leads_to_what_it_names_and_to_decisions_alike() -> None:
    trace = make_journey()
    client = signed_in()
    page = client.get(address(DecisionTrace, "change", trace.pk)).content.decode()
    kinds = (Offer, QualificationRule, ContactPolicy)
    for entity in [entity for kind in kinds for entity in kind._default_manager.all()]:
        assert address(type(entity), "change", entity.pk) in page
    assert "/admin/segments/customer/customer_5F1/change/" in page
    assert f"{address(DecisionTrace, 'changelist')}?q=customer_1" in page
    for arguments in (
        ("won", "selected"),
        ("lost", "outranked", "won"),
        ("blocked", "contact_policy", "policy"),
        ("unfit", "qualification", "rule"),
    ):
        link = traces_address(*arguments)
        assert link.replace("&", "&amp;") in page
        assert list(client.get(link).context["cl"].result_list) == [trace]


def test_journey_takes_the_same_queries_for_any_number_of_candidates() -> None:
    offers = [named(Offer, number).pk for number in range(100, 130)]
    rules = [named(QualificationRule, number, type="age").pk for number in range(30)]
    counts = []
    client = signed_in()
    for number, candidates in enumerate((3, 30)):
        trace = make_trace(
            number,
            qualification_offers=offers[:candidates],
            qualification_rules=rules[:candidates],
            qualification_passed=[True] * candidates,
            qualification_reasons=[None] * candidates,
            outcome_offers=offers[:candidates],
            outcome_states=[ELIGIBLE] * candidates,
            outcome_ranks=[None] * candidates,
            outcome_causes=[None] * candidates,
        )
        path = address(DecisionTrace, "change", trace.pk)
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(path).content.decode()
        assert len(rows_of(page)) == candidates
        assert "eligible, not scored" in page
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_trace_without_candidates_says_so() -> None:
    page = signed_in().get(address(DecisionTrace, "change", make_trace(1).pk)).content.decode()
    assert "No offer was a candidate." in page


def found(**query: str) -> set[str]:
    """The ids of the traces that the list shows."""
    response = signed_in().get(address(DecisionTrace, "changelist"), query)
    return {trace.event_id for trace in response.context["cl"].result_list}


def test_traces_are_found_by_offer_and_its_fate_within_the_other_filters() -> None:
    make_journey(1)
    make_trace(2)
    old = make_journey(3)
    with changing_the_log():
        then = timezone.now() - timedelta(days=20)
        DecisionTrace.objects.filter(pk=old.pk).update(created_at=then)
    both = {"trace_1", "trace_3"}
    assert found(offer="lost") == both
    assert found(offer="lost", stage="outranked") == both
    assert found(offer="lost", stage="outranked", cause="won") == both
    assert found(offer="lost", stage="outranked", cause="unfit") == set()
    assert found(offer="lost", stage="selected") == set()
    assert found(offer="won", stage="selected") == both
    assert found(offer="unfit", stage="qualification", cause="rule", period="7") == {"trace_1"}
    assert found(offer="unfit", stage="qualification", cause="rule", period="20") == {"trace_1"}
    assert found(offer="unfit", stage="qualification", cause="rule", period="21") == both
    assert found(offer="blocked", stage="contact_policy", period="older") == set()
    assert found(offer="lost", q="customer_3") == {"trace_3"}
    flow = DecisionFlow.objects.get(external_id="decisionflow_3")
    assert found(offer="lost", decision_flow__id__exact=str(flow.pk)) == {"trace_3"}


def test_list_says_what_it_searched_and_what_became_of_the_offer() -> None:
    for number in (1, 2):
        make_journey(number)
    client = signed_in()
    page = client.get(traces_address("lost", "outranked", "won", 7)).content.decode()
    assert "All 2 traces that pass the other filters were searched." in page
    told = "<strong>Lost</strong> (lost), which was outranked; cause: <strong>Won</strong> (won)."
    assert told in page
    assert page.count("bg-orange-100 text-orange-700") >= 2  # a label for each
    # The other filters stay when the search changes; the search goes when it is done.
    assert '<input type="hidden" name="period" value="7">' in page
    assert 'href="?period=7"' in page


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"offer": "nobody"}, "No offer has the id nobody."),
        ({"offer": "\0", "stage": "selected"}, "Name an offer"),
        ({"stage": "outranked"}, "Name an offer"),
        ({"offer": "lost", "stage": "eaten"}, "No stage is called eaten; use selected, qual"),
        ({"offer": "lost", "cause": "won"}, "A cause needs its stage: qualification, contact"),
        (
            {"offer": "lost", "stage": "qualification", "cause": "won"},
            "No qualification rule has the id won.",
        ),
        ({"offer": "lost", "before": "trace_9"}, "cannot go on before trace_9: no such trace"),
    ],
)
def test_search_that_means_nothing_says_why(query: dict[str, str], problem: str) -> None:
    make_journey()
    response = signed_in().get(address(DecisionTrace, "changelist"), query)
    assert problem in response.content.decode()
    assert not response.context["cl"].result_list


def test_search_covers_the_newest_traces_and_goes_on_from_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(offer_search, "COVERED", 2)
    for number in range(1, 6):
        make_journey(number) if number in {1, 2, 5} else make_trace(number)
    client = signed_in()
    pages: list[set[str]] = []
    told = []
    link: str | None = traces_address("unfit", "qualification")
    while link:
        response = client.get(link)
        changes = response.context["cl"]
        pages.append({trace.event_id for trace in changes.result_list})
        told.append(changes.search.told)
        stopped = changes.search.coverage.stopped_at
        link = address(DecisionTrace, "changelist") + changes.older_address if stopped else None
        assert (changes.older_address.replace("&", "&amp;") in response.content.decode()) == bool(
            link
        )
    assert pages == [{"trace_5"}, {"trace_2"}, {"trace_1"}]
    assert "the 2 that were ingested last" in told[0]
    assert "back to trace_4 of 20" in told[0]
    assert "before trace_4" in told[1]
    assert told[2] == "All 1 traces that pass the other filters before trace_2 were searched."


def test_search_takes_the_same_queries_for_any_number_of_traces() -> None:
    client = signed_in()
    counts = []
    numbers = iter(range(100))
    for traces in (2, 20):
        for _ in range(traces):
            make_journey(next(numbers))
        client.get(traces_address("lost", "outranked", "won"))
        with CaptureQueriesContext(connection) as captured:
            client.get(traces_address("lost", "outranked", "won"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_search_reads_no_more_than_it_covers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offer_search, "COVERED", 500)
    make_journey(0)
    fields = DecisionTrace._meta.concrete_fields
    columns = [str(f.column) for f in fields if f.column not in {"id", "event_id"}]
    with ingesting(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO decisions_decisiontrace (event_id, {0}) SELECT 'e' || n, {0} "
            "FROM decisions_decisiontrace, generate_series(1, 20000) n".format(", ".join(columns))
        )
        cursor.execute("ANALYZE decisions_decisiontrace")
    client = signed_in()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(traces_address("lost", "outranked", "won", 7))
    changes = response.context["cl"]
    assert (changes.result_count, len(changes.result_list)) == (500, 100)
    read = [q["sql"] for q in captured if 'FROM "decisions_decisiontrace"' in q["sql"]]
    assert len(read) == 4  # what is covered, the last of them, how many there are, a page of them
    for sql in read:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            (((root,),),) = cursor.fetchall()
        assert rows_read(root["Plan"]) <= 500, root


def rows_read(plan: dict[str, Any]) -> float:
    """How many rows of the log the plan read."""
    below = sum(rows_read(part) for part in plan.get("Plans", []))
    own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return below + (own * plan["Actual Loops"] if "Scan" in plan["Node Type"] else 0)


@pytest.mark.django_db(transaction=True, databases=["default", "answers"])
def test_traces_behind_each_reason_are_as_many_as_it_counts(shop: Shop) -> None:
    client = signed_in()
    reasons = 0
    for offer in Offer.objects.values_list("external_id", flat=True):
        told = shop.ask(type="why_not_ranked", offerId=offer, days="30")["data"]
        links = {
            **{traces_address(offer, r["stage"], r["id"], 30): r["count"] for r in told["reasons"]},
            **{
                traces_address(offer, "outranked", by["offerId"], 30): by["count"]
                for by in told["beatenBy"]
            },
            traces_address(offer, "selected", days=30): told["selected"],
        }
        reasons += len(told["reasons"])
        for link, count in links.items():
            assert client.get(link).context["cl"].result_count == count, link
    assert reasons >= 3
