"""Random valid parameters for a type of answer, about the ids of a bundle.

parameters = data.draw(questions(bundle, "selection_frequency"))
"""

from collections.abc import Iterable

from hypothesis import strategies as st

from tests.oracle import ACCEPTED
from tests.support.dice import Dice
from tests.support.pools import Bundle, ids_of

# The windows whose edges random bundles lie at, most interesting first.
DAYS = ["7", "1", "2", "3", "14", "30", "365"]
GROUPS = {
    "offer_performance_grouped": ["channel", "category", "segment"],
    "score_distribution": ["channel", "offer", "category"],
}
ENTITIES = {
    "modelId": "models",
    "segmentId": "segments",
    "channelId": "channels",
    "categoryId": "categories",
    "decisionFlowId": "decision_flows",
    "offerId": "offers",
}
DIMENSIONS = {"channel": "channels", "offer": "offers", "category": "categories"}
REQUIRED = {"offerId"}
UNKNOWN = "names nothing"


def questions(bundle: Bundle, kind: str) -> st.SearchStrategy[dict[str, str]]:
    """The type and some of the parameters that it accepts; rarely an id that names nothing, an
    empty value, or a parameter that it does not accept.
    """
    return one_of_each(bundle, [kind]).map(lambda asked: asked[0])


def one_of_each(bundle: Bundle, kinds: Iterable[str]) -> st.SearchStrategy[list[dict[str, str]]]:
    """A question of each kind, in one draw. Given many draws alike, Hypothesis spends most
    examples on copying one to another and hardly makes new bundles.
    """
    # Not .map, as bundles are made, or it would take the two for interchangeable.
    return st.builds(
        lambda seed: [question(bundle, kind, Dice(f"{seed} {kind}")) for kind in kinds],
        st.integers(0, 2**64 - 1),
    )


def question(bundle: Bundle, kind: str, dice: Dice) -> dict[str, str]:
    """Random parameters."""
    asked = {"type": kind}
    for name in sorted(ACCEPTED[kind] - {"filterId"}):
        if name in REQUIRED or dice.maybe(0.6):
            asked[name] = dice.choice(values(bundle, kind, name))
    dimension = DIMENSIONS.get(asked.get("groupBy", ""))
    if "filterId" in ACCEPTED[kind] and dimension and dice.maybe(0.4):
        asked["filterId"] = dice.choice([*ids_of(bundle, dimension) * 3, UNKNOWN])
    strange = sorted({"days", "segmentId", "offerId", "baselineDays"} - ACCEPTED[kind])
    if strange and dice.maybe(0.05):
        asked[dice.choice(strange)] = "3"
    return asked


def values(bundle: Bundle, kind: str, name: str) -> list[str]:
    """Values of a parameter that the type accepts."""
    if name in ("days", "baselineDays"):
        return DAYS
    if name == "groupBy":
        return GROUPS[kind]
    return [*ids_of(bundle, ENTITIES[name]) * 3, UNKNOWN, *([] if name in REQUIRED else [""])]
