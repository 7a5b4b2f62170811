"""What a decision trace means for each offer: a fact of the trace alone, so found out once."""

from collections.abc import Iterable, Mapping, Sequence
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


class Outcome(NamedTuple):
    """What became of an offer in a decision; ids are those of the outside world.

    `state` adds up: ELIGIBLE if the offer was selected, or scored, or passed qualification (an
    entry, none failed) while no policy blocked it; SCORED; SELECTED; and, if it was considered
    (a failed or blocked entry, a score) but not selected, STAGE_UNIT times the first stage that
    applies. `rank` is its place among the selected, else among the scored offers. `cause`
    depends on the stage: the failed rule or the blocking policy with the smallest id; where
    it was outranked, the selected offer of the lowest rank, ties by id, if any was selected.
    """

    offer_id: str
    state: int
    rank: float | None
    cause: str | None


def outcomes(
    qualified: Sequence[Qualification],
    limited: Sequence[Limitation],
    scored: Mapping[str, float | None],
    selected: Mapping[str, float],
) -> list[Outcome]:
    """The outcome of each offer that was eligible or considered.

    `scored` and `selected` are ranks by offer.
    """
    entered = [entry.offer_id for entry in qualified]
    failed = _smallest([(entry.offer_id, entry.rule_id) for entry in qualified if not entry.passed])
    blocked = _smallest([(entry.offer_id, entry.policy_id) for entry in limited if entry.blocked])
    winner = min(selected, key=lambda offer: (selected[offer], offer), default=None)
    found = []
    for offer in dict.fromkeys((*entered, *blocked, *scored, *selected)):
        state = ELIGIBLE | SCORED if offer in scored else 0
        cause = None
        if offer in selected:
            state |= ELIGIBLE | SELECTED
        elif offer in failed:
            state |= FAILED
            cause = failed[offer]
        elif offer in blocked:
            state |= BLOCKED
            cause = blocked[offer]
        elif state:
            state |= OUTRANKED
            cause = winner
        else:
            state = ELIGIBLE
        rank = selected[offer] if offer in selected else scored.get(offer)
        found.append(Outcome(offer, state, rank, cause))
    return found


def _smallest(causes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The smallest id by offer, by code point."""
    found: dict[str, str] = {}
    for offer, cause in causes:
        if offer not in found or cause < found[offer]:
            found[offer] = cause
    return found
