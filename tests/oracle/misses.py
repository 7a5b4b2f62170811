"""Why an offer was not chosen."""

from tests.oracle.numbers import rate
from tests.oracle.question import Question
from tests.oracle.world import Row, Trace

STAGES = ["qualification", "contact_policy", "outranked"]


def why_not_ranked(question: Question) -> Row:
    offer = question.given["offerId"]
    considered = [trace for trace in question.traces() if was_considered(trace, offer)]
    missed = [trace for trace in considered if offer not in trace.selected_ranks]
    causes: dict[tuple[str, str | None], int] = {}
    winners: dict[str, int] = {}
    for trace in missed:
        stage, cause = reason(trace, offer)
        causes[stage, cause] = causes.get((stage, cause), 0) + 1
        if stage == "outranked" and trace.selected_ranks:
            _, winner = min((rank, other) for other, rank in trace.selected_ranks.items())
            winners[winner] = winners.get(winner, 0) + 1
    return question.offer(offer) | {
        "considered": len(considered),
        "selected": len(considered) - len(missed),
        "missed": len(missed),
        "missRate": rate(len(missed), len(considered)),
        "reasons": [
            {"stage": stage, "id": cause, "name": name_of(question, stage, cause), "count": count}
            for (stage, cause), count in sorted(
                causes.items(),
                key=lambda item: (-item[1], STAGES.index(item[0][0]), item[0][1] or ""),
            )
        ],
        "beatenBy": [
            question.offer(winner) | {"count": count}
            for winner, count in sorted(winners.items(), key=lambda item: (-item[1], item[0]))[:5]
        ],
    }


def was_considered(trace: Trace, offer: str) -> bool:
    return (
        offer in trace.failed
        or offer in trace.blocked
        or offer in trace.scores
        or offer in trace.selected_ranks
    )


def reason(trace: Trace, offer: str) -> tuple[str, str | None]:
    """The first stage that applies, and what caused it."""
    if offer in trace.failed:
        return "qualification", min(trace.failed[offer])
    if offer in trace.blocked:
        return "contact_policy", min(trace.blocked[offer])
    return "outranked", None


def name_of(question: Question, stage: str, cause: str | None) -> str | None:
    if cause is None:
        return None
    entity = {"qualification": "qualification_rules", "contact_policy": "contact_policies"}[stage]
    name: str = question.world.catalogue(entity)[cause]["name"]
    return name
