"""What offers and channels achieve."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from tests.oracle.numbers import money, rate
from tests.oracle.overview import active
from tests.oracle.question import Question
from tests.oracle.world import Interaction, Row

Key = TypeVar("Key")


def impressions(rows: list[Interaction]) -> int:
    return sum(row.outcome.impression for row in rows)


def positive(rows: list[Interaction]) -> int:
    return sum(row.outcome.positive for row in rows)


def conversions(rows: list[Interaction]) -> int:
    return sum(row.outcome.conversion for row in rows)


def revenue(rows: list[Interaction]) -> Fraction:
    return sum((row.value for row in rows), Fraction(0))


def grouped(
    rows: list[Interaction], key: Callable[[Interaction], Key]
) -> dict[Key, list[Interaction]]:
    groups: dict[Key, list[Interaction]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def by_offer(rows: list[Interaction]) -> dict[str, list[Interaction]]:
    return grouped(rows, lambda row: row.offer_id)


def by_channel(rows: list[Interaction]) -> dict[str, list[Interaction]]:
    return grouped(rows, lambda row: row.channel_id)


def most_shown_first(row: Row) -> Any:
    return -row["impressions"], row.get("offerId", row.get("channelId"))


def acceptance_rate(question: Question) -> list[Row]:
    answers = [
        question.offer(offer_id)
        | {
            "impressions": impressions(rows),
            "positive": positive(rows),
            "acceptanceRate": rate(positive(rows), impressions(rows)),
        }
        for offer_id, rows in by_offer(question.interactions()).items()
        if impressions(rows) or positive(rows)
    ]
    return sorted(answers, key=most_shown_first)


def performance(question: Question, offer_id: str, rows: list[Interaction]) -> Row:
    return question.offer(offer_id) | {
        "impressions": impressions(rows),
        "conversions": conversions(rows),
        "revenue": money(revenue(rows)),
        "conversionRate": rate(conversions(rows), impressions(rows)),
    }


def offer_performance(question: Question) -> list[Row]:
    offers = by_offer(question.interactions())
    answers = [
        performance(question, offer_id, offers.get(offer_id, []))
        for offer_id in active(question.world.present_offers())
    ]
    return sorted(answers, key=most_shown_first)[:20]


def offer_performance_grouped(question: Question) -> list[Row]:
    answers: list[Row] = []
    for decoration, rows in groups_of(question):
        group = [
            decoration | performance(question, offer_id, offer_rows)
            for offer_id, offer_rows in by_offer(rows).items()
            if offer_id in active(question.world.present_offers())
        ]
        answers += sorted(group, key=most_shown_first)[:20]
    return answers


def groups_of(question: Question) -> list[tuple[Row, list[Interaction]]]:
    """The interactions of each group, in the order of the groups."""
    group_by = question.given.get("groupBy", "channel")
    if group_by == "segment":
        return segments_of(question)
    rows = question.interactions()
    groups: list[tuple[Row, list[Interaction]]]
    if group_by == "channel":
        groups = [(question.channel(key), found) for key, found in by_channel(rows).items()]
        return sorted(groups, key=lambda group: (group[0]["channelName"], group[0]["channelId"]))
    categories = grouped(rows, lambda row: question.category_of(row.offer_id))
    groups = [(question.category(key), found) for key, found in categories.items()]
    return sorted(
        groups,
        key=lambda group: (
            group[0]["categoryId"] is None,
            group[0]["categoryName"],
            group[0]["categoryId"] or "",
        ),
    )


def segments_of(question: Question) -> list[tuple[Row, list[Interaction]]]:
    """The active materialised segments, or the one asked for, whatever its status."""
    segments = question.world.catalogue("segments")
    if "segmentId" in question.given:
        chosen = [segments[question.given["segmentId"]]]
    else:
        chosen = [row for row in active(segments).values() if row["id"] in question.materialised]
        question.warnings += [
            tuple(filter(None, (row["id"], row["name"])))
            for row in active(segments).values()
            if row["id"] not in question.materialised
        ]
    chosen.sort(key=lambda row: (row["name"], row["id"]))
    return [
        (
            {"segmentId": segment["id"], "segmentName": segment["name"]},
            [
                row
                for row in question.interactions()
                if row.customer_id in question.members_of(segment)
            ],
        )
        for segment in chosen
    ]


def channel_effectiveness(question: Question) -> list[Row]:
    found = by_channel(question.interactions())
    channels = question.world.catalogue("channels")
    answers = [
        question.channel(channel_id)
        | {
            "impressions": impressions(found.get(channel_id, [])),
            "conversions": conversions(found.get(channel_id, [])),
            "effectivenessRate": rate(
                conversions(found.get(channel_id, [])), impressions(found.get(channel_id, []))
            ),
        }
        for channel_id in channels
        if channel_id in active(channels) or channel_id in found
    ]
    return sorted(answers, key=most_shown_first)
