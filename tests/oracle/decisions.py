"""How decisions came about: scores, degraded scoring, selection."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.numbers import rate
from tests.oracle.question import Question
from tests.oracle.world import Row


def bin_of(score: float) -> int:
    """Decided by the shortest decimal that names the float: 0.3 is in the bin that starts
    with it, although the float is a little less than three tenths; so is 0.29999999999999998,
    which is the same float, and 0.30000000000000004, the next one. The last bin is closed.
    """
    return min(int(Decimal(repr(float(score))) * 10), 9)


def bins(scores: list[float]) -> list[Row]:
    return [
        {
            "binStart": place / 10,
            "binEnd": (place + 1) / 10,
            "count": sum(bin_of(score) == place for score in scores),
        }
        for place in range(10)
    ]


def score_distribution(question: Question) -> list[Row]:
    group_by = question.given.get("groupBy")
    if group_by is None:
        scores = [score for trace in question.traces() for score in trace.scores.values()]
        return bins([score for score in scores if score is not None])
    groups: dict[str | None, list[float]] = {}
    for trace in question.traces():
        for offer, score in trace.scores.items():
            if score is None:
                continue
            group = {
                "channel": trace.channel_id,
                "offer": offer,
                "category": question.category_of(offer),
            }[group_by]
            groups.setdefault(group, []).append(score)
    show: dict[str, Callable[[Any], Row]] = {
        "channel": question.channel,
        "offer": question.offer,
        "category": question.category,
    }
    only = question.given.get("filterId")
    return [
        show[group_by](group_id)
        | {
            "count": len(scores),
            "mean": float(sum(map(Fraction, scores)) / len(scores)),
            "bins": bins(scores),
        }
        for group_id, scores in sorted(
            groups.items(), key=lambda item: (-len(item[1]), item[0] is None, item[0] or "")
        )
        if only in (None, group_id)
    ]


def degraded_scoring(question: Question) -> Row:
    scored = [trace for trace in question.traces() if trace.scores]
    reasons: dict[str, int] = {}
    for trace in scored:
        if trace.degraded:
            reason = trace.degraded_reason or "unknown"
            reasons[reason] = reasons.get(reason, 0) + 1
    degraded = sum(trace.degraded for trace in scored)
    return {
        "degradedCount": degraded,
        "totalCount": len(scored),
        "degradedRate": rate(degraded, len(scored)),
        "byReason": [
            {"reason": reason, "count": count}
            for reason, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        ],
    }


def selection_frequency(question: Question) -> list[Row]:
    answers = []
    category = question.given.get("categoryId")
    for offer_id, offer in question.world.catalogue("offers").items():
        if category is not None and offer.get("categoryId") != category:
            continue
        traces = [trace for trace in question.traces() if offer_id in trace.eligible()]
        if not traces:
            continue
        selected = sum(offer_id in trace.selected_ranks for trace in traces)
        ranks = [rank for trace in traces if (rank := trace.rank(offer_id)) is not None]
        answers.append(
            question.offer(offer_id)
            | {
                "mandatory": bool(offer.get("mandatory")),
                "eligible": len(traces),
                "scored": sum(offer_id in trace.scores for trace in traces),
                "selected": selected,
                "selectionRate": rate(selected, len(traces)),
                "averageRank": rate(sum(ranks), len(ranks)),
                "rankDistribution": [ranks.count(rank) for rank in range(1, 11)],
            }
        )
    return sorted(answers, key=lambda row: (-row["selected"], -row["eligible"], row["offerId"]))
