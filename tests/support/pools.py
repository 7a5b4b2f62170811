"""What random bundles draw from: values that are easily confused, and the edges of things."""

from decimal import Decimal
from typing import Any

from tests.support.dice import Dice, Row

Bundle = dict[str, list[Row]]

# Different by code point, by locale, and by UTF-16 unit; and some that SQL or COPY might mind.
IDS = ["o", "O", "o10", "o9", "_o", "ö", "\uff5eo", "\U0001f600", "it's", "a\\b", "%", "x y"]
NAMES = ["Same", "Same", "same", "Ärger", "Zoo", "aal", "\U0001f600", "\uff5e", "", "Uncategorised"]
STATUSES = ["active", "active", "active", "draft", "paused", "archived"]
CUSTOMERS = ["c1", "c2", "c3", "C3", "c10"]
ANYBODY = [*CUSTOMERS, *CUSTOMERS, "stranger", "Stranger"]  # the last two in the log only
CHANNEL_TYPES = ["email", "push", "sms", "in_app", "web", "webhook", "branch", "direct_mail"]
POLICY_TYPES = ["silence", "cooldown", "frequency_cap", "time_window", "metric_condition"]
ATTRIBUTIONS = ["last_touch", "first_touch", "linear", "time_decay", "position_based"]

OUTCOMES: dict[str, tuple[str, str, bool]] = {
    "seen_and_liked": ("positive", "impression", False),
    "seen_and_bought": ("positive", "impression", True),
    "shown_in_vain": ("negative", "impression", False),
    "sale": ("positive", "response", True),
    "a-shrug": ("neutral", "response", False),
}
BUILT_IN = [
    "impression",
    "impression",
    "impression",
    "impression",
    "impression",
    "click",
    "accept",
    "conversion",
    "convert",
    "dismiss",
    "deferred",
    "not_presented",
]

MONEY = [
    "0",
    "1",
    "2.5",
    "0.005",
    "-0.005",
    "0.0001",
    "-0.0049",
    "1.005",
    "-3.1415",
    "19.9999",
    "0.015",
    "33.3333",
    "10",
    "10",
    "20",
    "1000000.0001",
    "99999999999.9999",
    "-12.345",
]
SCORES = [
    *(0, 0.3, 0.7, 1, 1.0, 0.1, 0.2, 0.5, 0.6, 0.8, 0.9, 0.1 + 0.2, 0.6999999999999999),
    0.29999999999999993,
    0.999999,
    0.05,
    5e-324,
]
ATTRIBUTES = ["tier", "age", 'it\'s a "field"', "ünïcode.x"]
TEXTS = ["gold", "Gold", "old", "", "5", "true", "é"]
NUMBERS = [5, 5.0, 0, 1, -2.5, 1e20, 2**60]
VALUES: list[Any] = [
    *TEXTS,
    *NUMBERS,
    *(True, False, [], ["gold", 5], [True], [["gold"]], {}, {"a": 1}, {"a": 1.0, "b": None}),
]


def money(dice: Dice) -> Decimal:
    """An amount with up to 4 decimals, perhaps negative."""
    return Decimal(dice.choice(MONEY))


def score(dice: Dice) -> float:
    """A score at the edge of a bin, or anywhere."""
    return dice.choice(SCORES) if dice.maybe(0.7) else dice.random()


def named(dice: Dice, **fields: Any) -> Row:
    """Fields beside a name."""
    return {"name": dice.choice(NAMES), **fields}


def switched(dice: Dice, **fields: Any) -> Row:
    """Fields beside a name and a status."""
    return named(dice, status=dice.choice(STATUSES), **fields)


def ids_of(bundle: Bundle, entity: str) -> list[str]:
    """The ids that rows can refer to."""
    return list(dict.fromkeys(row["id"] for row in bundle[entity]))
