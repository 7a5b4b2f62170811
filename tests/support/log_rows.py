"""Random rows of the log, about the catalogue of a bundle."""

from tests.support.dice import Dice, Roll, Row
from tests.support.moments import Moments
from tests.support.pools import ANYBODY, ATTRIBUTIONS, BUILT_IN, Bundle, ids_of, money, score


def add_interactions(roll: Roll, bundle: Bundle, moments: Moments) -> None:
    """Up to 40 interactions."""
    offers, channels = ids_of(bundle, "offers"), ids_of(bundle, "channels")
    creatives, flows = ids_of(bundle, "creatives"), ids_of(bundle, "decision_flows")
    outcomes = [*BUILT_IN, *(row["key"] for row in bundle["outcome_types"] * 2)]

    def interaction(dice: Dice) -> Row:
        return {
            "customerId": dice.choice(ANYBODY),
            "offerId": dice.choice(offers),
            "channelId": dice.choice(channels),
            "outcome": dice.choice(outcomes),
            "occurredAt": moments.text(dice),
            **dice.optional(
                value=money(dice),
                cost=money(dice),
                creativeId=dice.choice(creatives) if creatives else None,
                decisionFlowId=dice.choice(flows),
            ),
        }

    bundle["interactions"] = roll.log("i", 40, interaction)


def add_traces(roll: Roll, bundle: Bundle, moments: Moments) -> None:
    """Up to 15 decisions, with offers twice in a list, and lists that contradict each other."""
    offers, channels = ids_of(bundle, "offers"), ids_of(bundle, "channels")
    rules, policies = ids_of(bundle, "qualification_rules"), ids_of(bundle, "contact_policies")

    def rank(dice: Dice) -> int:
        return dice.choice([1, 2, 3, 1, 2, 10, 11, 100])

    def scored(dice: Dice, offer: str, chance_of_rank: float) -> Row:
        row = {"offerId": offer, "score": None if dice.maybe(0.1) else score(dice)}
        if dice.maybe(chance_of_rank):
            return row | {"rank": rank(dice)}
        return row | {"rank": None} if dice.maybe(0.5) else row

    def limited(dice: Dice, offer: str) -> Row:
        return {"offerId": offer, "policyId": dice.choice(policies), "blocked": dice.maybe(0.4)}

    def trace(dice: Dice) -> Row:
        chance_of_rank = dice.choice([0, 0.8, 1])
        return {
            "customerId": dice.choice(ANYBODY),
            "channelId": dice.choice(channels),
            "decisionFlowId": dice.choice(ids_of(bundle, "decision_flows")),
            "createdAt": moments.text(dice),
            **dice.optional(
                qualificationResults=[
                    {"offerId": offer, "ruleId": dice.choice(rules), "passed": dice.maybe(0.7)}
                    for offer in dice.some(offers, 6)
                ],
                contactPolicyResults=[limited(dice, offer) for offer in dice.some(offers, 4)],
                scoringResults=[
                    scored(dice, offer, chance_of_rank) for offer in dice.some(offers, 6)
                ],
                selectedOffers=[
                    {"offerId": offer, "rank": rank(dice)} for offer in dice.some(offers, 3)
                ],
                degradedScoring=dice.maybe(0.5),
                degradedReason=dice.choice(["model_error", "timeout"]),
                totalLatencyMs=dice.choice([0, 12.5, 300]),
            ),
        }

    bundle["decision_traces"] = roll.log("t", 15, trace)


def add_runs(roll: Roll, bundle: Bundle, moments: Moments) -> None:
    """Runs with and without a latency."""

    def run(dice: Dice) -> Row:
        return {
            "decisionFlowId": dice.choice(ids_of(bundle, "decision_flows")),
            "status": dice.choice(["completed", "completed", "failed", "running"]),
            "startedAt": moments.text(dice),
            **dice.optional(
                latencyMs=dice.choice([0, 1, 2, 7, 100, 86_400_000]),
                channelId=dice.choice(ids_of(bundle, "channels")),
            ),
        }

    bundle["runs"] = roll.log("r", 15, run)


def add_attributions(roll: Roll, bundle: Bundle, moments: Moments) -> None:
    """Some conversions by some models, so that the same pair comes twice."""

    def touchpoint(dice: Dice, offer: str) -> Row:
        channel = dice.choice(ids_of(bundle, "channels"))
        return {
            "offerId": offer,
            "channelId": channel,
            "credit": score(dice),
            "value": money(dice),
        }

    def attribution(dice: Dice) -> Row:
        return {
            "conversionId": dice.choice(["v1", "v2", "v3", "v4", "v5"]),
            "customerId": dice.choice(ANYBODY),
            "model": dice.choice(ATTRIBUTIONS),
            "totalValue": money(dice),
            "createdAt": moments.text(dice),
            **dice.optional(
                touchpoints=[
                    touchpoint(dice, offer) for offer in dice.some(ids_of(bundle, "offers"), 2)
                ]
            ),
        }

    bundle["attributions"] = roll.log("a", 12, attribution)
