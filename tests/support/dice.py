"""Randomness for bundles: a seed for what rows say, and a choice for each, whether it is there.

Each row is rolled from the seed and its own place alone. So bundles are made quickly and differ
widely, and a failing one still shrinks to the few rows that matter, since leaving one out hardly
changes the others. All choices are one draw of bytes: given several draws of a kind, Hypothesis
spends most examples on copying one to the other, which here makes nothing new.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

SEED = 16
Row = dict[str, Any]
Thing = TypeVar("Thing")


class Dice(Random):
    """A random generator with a few words more."""

    def maybe(self, chance: float) -> bool:
        """True with that chance."""
        return self.random() < chance

    def some(self, things: Sequence[Thing], most: int) -> list[Thing]:
        """Up to `most` of them, perhaps the same one several times."""
        return self.choices(things, k=self.randint(0, most)) if things else []

    def optional(self, **fields: Any) -> Row:
        """The fields, but some are null and some are missing."""
        return {
            name: value if self.maybe(0.8) else None
            for name, value in fields.items()
            if self.maybe(0.8)
        }


class Roll:
    """Rolls the rows of one bundle: SEED bytes of seed, then one for each row there may be."""

    def __init__(self, choices: bytes) -> None:
        self._seed = choices[:SEED].hex()
        self._rows = iter(choices[SEED:])

    def dice(self, *place: object) -> Dice:
        """The dice for one place."""
        return Dice(f"{self._seed} {place}")

    def present(self) -> bool:
        """Whether the next row is there; Hypothesis makes bytes smaller as it shrinks."""
        return next(self._rows) >= 128

    def ids(self, entity: str, pool: Sequence[str], most: int, least: int = 0) -> list[str]:
        """Ids of the pool, each at most once."""
        shuffled = self.dice(entity).sample(pool, len(pool))[:most]
        kept = [row_id for row_id in shuffled if self.present()]
        return kept if len(kept) >= least else shuffled[:least]

    def entities(
        self, entity: str, ids: Sequence[str], row: Callable[[Dice], Row], key: str = "id"
    ) -> list[Row]:
        """A row for each id, and in some bundles a second one for the first, which replaces it."""
        rows = [{key: row_id, **row(self.dice(entity, row_id))} for row_id in ids]
        again = self.dice(entity, "again")
        if ids and again.maybe(0.2):
            rows.append({key: ids[0], **row(again)})
        return rows

    def log(self, entity: str, most: int, row: Callable[[Dice], Row]) -> list[Row]:
        """Up to `most` rows; in some bundles one has the id of another."""
        rows = []
        for place in range(most):
            if self.present():
                dice = self.dice(entity, place)
                number = dice.randrange(most) if dice.maybe(0.05) else place
                rows.append({"id": f"{entity}{number}", **row(dice)})
        return rows
