"""What the endpoint makes of parameters and conditions, right and wrong."""

from typing import Any

import pytest

from tests.support.shop import ADDRESS, Shop

DAYS = "a whole number from 1 to 365"


def error(response: Any) -> dict[str, Any]:
    """The error that a response tells of, in the one form that errors have."""
    assert response["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["error"]
    found: dict[str, Any] = body["error"]
    assert found["status"] == response.status_code
    assert {"code", "message", "status"} <= found.keys() <= {*found, "parameter"}
    return found


def test_type_is_summary_unless_given(shop: Shop) -> None:
    assert shop.ask()["type"] == "summary"
    assert shop.ask(type="")["type"] == "summary"


def test_address_may_end_with_a_slash(shop: Shop) -> None:
    parameters = {"type": "daily_trend", "days": "2"}
    responses = [shop.client().get(address, parameters) for address in (ADDRESS, f"{ADDRESS}/")]
    assert responses[0]["etag"] == responses[1]["etag"]
    assert {response.status_code for response in responses} == {200}


@pytest.mark.parametrize("kind", ["nothing", "Summary", " summary", "summary\0", "x" * 5000])
def test_unknown_type_is_told_which_there_are(kind: str, shop: Shop) -> None:
    response = shop.get({"type": kind})
    found = error(response)
    assert (response.status_code, found["code"], found["parameter"]) == (
        400,
        "UNKNOWN_TYPE",
        "type",
    )
    assert "acceptance_rate" in found["message"]
    assert len(found["message"]) < 1000


@pytest.mark.parametrize("kind", ["summary", "daily_trend"])
@pytest.mark.parametrize(
    ("name", "value", "accepts"),
    [
        *(
            (name, value, DAYS)
            for name in ("days", "baselineDays")
            for value in [
                "0",
                "366",
                "-1",
                "+7",
                "7.0",
                "7 ",
                " 7",
                "1e2",
                "0x7",
                "seven",
                "7\0",
                "\0",
                *(
                    "\u0667",
                    "\uff17",
                    "²",
                    "1_0",
                    "7,0",
                    "9" * 5000,
                    "null",
                    "true",
                    "\ufffd",
                    "\u200b7",
                ),
            ]
        ),
        *(("groupBy", value, "channel") for value in ["Channel", "customer", "channel\0", "0"]),
        *(
            (name, value, "an id")
            for name in (
                "modelId",
                "filterId",
                "segmentId",
                "channelId",
                "categoryId",
                "decisionFlowId",
                "offerId",
            )
            for value in ["\0", "id\0", "\0id"]
        ),
    ],
)
def test_bad_value_is_named_with_what_would_be_right(
    kind: str, name: str, value: str, accepts: str, shop: Shop
) -> None:
    response = shop.get({"type": kind, name: value})
    found = error(response)
    assert (response.status_code, found["code"]) == (400, "INVALID_PARAMETER")
    assert found["parameter"] == name
    assert name in found["message"]
    assert accepts in found["message"]
    assert len(found["message"]) < 300


@pytest.mark.parametrize("value", ["1", "7", "365", "007", "0000000000000000000365"])
def test_days_in_digits_are_accepted(value: str, shop: Shop) -> None:
    assert shop.ask(type="daily_trend", days=value)["window"]["days"] == int(value)


@pytest.mark.parametrize(
    "query",
    ["days=7&days=7", "days=7&days=", "days=&days=7", "days=&days=", "days=7&type=funnel&days=8"],
)
def test_parameter_given_twice_is_refused(query: str, shop: Shop) -> None:
    response = shop.client().get(f"{ADDRESS}?{query}")
    found = error(response)
    assert (response.status_code, found["code"]) == (400, "INVALID_PARAMETER")
    assert found["parameter"] == "days"
    assert "once" in found["message"]


def test_type_given_twice_is_refused(shop: Shop) -> None:
    found = error(shop.client().get(f"{ADDRESS}?type=funnel&type=funnel"))
    assert (found["code"], found["parameter"]) == ("INVALID_PARAMETER", "type")


@pytest.mark.parametrize(
    "query",
    [
        "Days=0",
        "DAYS=x",
        "days[]=0",
        "days%00=0",
        "%00=%00",
        "x=%00&x=%00",
        "=",
        "&&&",
        "?",
        "asOf=1",
        "formats=api",
        "%FF=%FE",
        "%F0%9F%98%80=1",
        "type%20=nothing",
        ";days=0",
    ],
)
def test_name_that_is_no_parameter_is_ignored(query: str, shop: Shop) -> None:
    response = shop.client().get(f"{ADDRESS}?{query}")
    assert response.status_code == 200
    assert response.json()["type"] == "summary"
    assert "warning" not in response.json()


@pytest.mark.parametrize("text", ["%FF", "%C3%28", "%ED%A0%80", "%", "%zz", "+", "%27%3B--"])
def test_strange_id_names_nothing(text: str, shop: Shop) -> None:
    response = shop.client().get(f"{ADDRESS}?type=daily_trend&segmentId={text}")
    assert response.status_code == 200
    assert response.json()["data"] == []
    assert "segmentId" in response.json()["warning"]


def test_very_long_id_names_nothing(shop: Shop) -> None:
    answer = shop.ask(type="daily_trend", segmentId="s" * 50_000)
    assert answer["data"] == []
    assert len(answer["warning"]) < 300


def test_more_parameters_than_anyone_needs_are_refused(shop: Shop) -> None:
    response = shop.client().get(f"{ADDRESS}?{'x=1&' * 1001}")
    found = error(response)
    assert (response.status_code, found["code"]) == (400, "INVALID_PARAMETER")
    assert "too many parameters" in found["message"]


def test_grouping_of_another_type_is_refused(shop: Shop) -> None:
    found = error(shop.get({"type": "offer_performance_grouped", "groupBy": "offer"}))
    assert found["parameter"] == "groupBy"
    assert "channel, category, segment" in found["message"]
    found = error(shop.get({"type": "score_distribution", "groupBy": "segment"}))
    assert found["parameter"] == "groupBy"


def test_filter_without_grouping_is_refused(shop: Shop) -> None:
    parameters = {"type": "score_distribution", "filterId": "channel_mail"}
    for more in ({}, {"groupBy": ""}):
        found = error(shop.get(parameters | more))
        assert (found["code"], found["parameter"]) == ("INVALID_PARAMETER", "filterId")
        assert "groupBy" in found["message"]


def test_missing_offer_is_asked_for(shop: Shop) -> None:
    for more in ({}, {"offerId": ""}):
        found = error(shop.get({"type": "why_not_ranked"} | more))
        assert (found["code"], found["parameter"]) == ("INVALID_PARAMETER", "offerId")


def test_group_by_segment_names_those_not_materialised(shop: Shop) -> None:
    asked = {"type": "offer_performance_grouped", "groupBy": "segment"}
    answer = shop.ask(**asked)
    assert "segment_new" in answer["warning"]
    assert {row["segmentId"] for row in answer["data"]} == {"segment_gold"}
    assert "warning" not in shop.ask(**asked, segmentId="segment_gold")


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "image/png", "nonsense", "*/*;q=0", "", "a/b, c;;"]
)
def test_answers_and_errors_are_json_whatever_is_accepted(accept: str, shop: Shop) -> None:
    for parameters, status in [({}, 200), ({"days": "0"}, 400)]:
        response = shop.get(parameters, accept=accept)
        assert response.status_code == status
        assert response["content-type"] == "application/json"


def test_answer_is_for_the_asker_alone_and_checked_each_time(shop: Shop) -> None:
    response = shop.get({})
    assert set(response["cache-control"].split(", ")) == {"private", "no-cache"}
    assert {"Accept", "Authorization", "Cookie"} <= set(response["vary"].split(", "))


def test_condition_for_writers_has_no_effect(shop: Shop) -> None:
    for condition in ('"other"', "*", shop.get({})["etag"]):
        assert shop.get({}, **{"if-match": condition}).status_code == 200


def test_head_tells_what_get_would_without_the_answer(shop: Shop) -> None:
    got = shop.get({"type": "funnel"})
    head = shop.client().head(ADDRESS, {"type": "funnel"})
    assert (head.status_code, head.content) == (200, b"")
    assert (head["etag"], head["content-length"]) == (got["etag"], got["content-length"])
    assert shop.client().head(ADDRESS, {"days": "0"}).status_code == 400
    same = shop.client().head(ADDRESS, {"type": "funnel"}, headers={"if-none-match": got["etag"]})
    assert same.status_code == 304


def test_options_tell_the_methods(shop: Shop) -> None:
    response = shop.client().options(ADDRESS)
    assert response.status_code == 200
    assert response["allow"] == "GET, HEAD, OPTIONS"
