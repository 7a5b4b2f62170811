"""What a decision trace means for each offer: a fact of the trace alone, so found out once."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from decisions.models import MissStage

# The state of an offer: these, and 8 times the stage of a miss.
ELIGIBLE, SCORED, SELECTED = 1, 2, 4
STAGE_UNIT = 8
FAILED = STAGE_UNIT * MissStage.QUALIFICATION.value
BLOCKED = STAGE_UNIT * MissStage.CONTACT_POLICY.value
OUTRANKED = STAGE_UNIT * MissStage.OUTRANKED.value


class Qualification(Protocol):
    """Whether an offer passed a rule."""

    offer_id: str
    rule_id: str
    passed: bool


class Limitation(Protocol):
    """Whether a contact policy blocked an offer."""

    offer_id: str
    policy_id: str
    blocked: bool


class Outcomes(NamedTuple):
    """What became of each offer in a decision, by offer; ids are those of the outside world.

    A state adds up: ELIGIBLE if the offer was selected, or scored, or passed qualification (an
    entry, none failed) while no policy blocked it; SCORED; SELECTED; and, if it was considered
    (a failed or blocked entry, a score) but not selected, STAGE_UNIT times the first stage that
    applies. The rank, if any, is its place among the selected, else among the scored offers. The
    cause of a miss depends on the stage: the failed rule or the blocking policy with the
    smallest id; where it was outranked, the selected offer of the lowest rank, ties by id, if
    any was selected.
    """

    states: dict[str, int]
    ranks: dict[str, int]
    causes: dict[str, str]


def outcomes(
    qualified: Sequence[Qualification],
    limited: Sequence[Limitation],
    scored: Mapping[str, int],
    selected: Mapping[str, int],
) -> Outcomes:
    """The outcomes of all offers that were eligible or considered.

    `scored` and `selected` are ranks by offer. What counts more overwrites what counts less.
    """
    failed: dict[str, str] = {}
    for entry in qualified:
        if not entry.passed:
            rule, known = entry.rule_id, failed.get(entry.offer_id)
            failed[entry.offer_id] = rule if known is None or rule < known else known
    blocked: dict[str, str] = {}
    for limit in limited:
        if limit.blocked:
            policy, known = limit.policy_id, blocked.get(limit.offer_id)
            blocked[limit.offer_id] = policy if known is None or policy < known else known
    entered = [entry.offer_id for entry in qualified]
    states = dict.fromkeys((*entered, *blocked, *scored, *selected), ELIGIBLE)
    causes: dict[str, str] = {}
    states.update(dict.fromkeys(scored, ELIGIBLE | SCORED | OUTRANKED))
    if selected:
        winner = min(selected, key=lambda offer: (selected[offer], offer))
        causes.update(dict.fromkeys(scored, winner))
    for stage, missed in (BLOCKED, blocked), (FAILED, failed):
        causes.update(missed)
        for offer in missed:
            states[offer] = stage | ELIGIBLE | SCORED if offer in scored else stage
    for offer in selected:
        states[offer] = ELIGIBLE | SELECTED | (SCORED if offer in scored else 0)
        causes.pop(offer, None)
    return Outcomes(states, {**scored, **selected}, causes)
