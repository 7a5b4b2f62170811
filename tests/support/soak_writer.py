"""A plain INSERT session, as a process of its own that can be killed.

    python -m tests.support.soak_writer DATABASE_URL NAME SEED

Its transactions hold a few rows each, take their time, and are sometimes rolled back.
"""

import sys
import time
from datetime import UTC, datetime, timedelta

import psycopg

from tests.support.dice import Dice

TRANSACTIONS = 12
CUSTOMERS = ["c1", "c2", "c3", "C3", "c10", "stranger"]
INTERACTION = """
INSERT INTO decisions_interaction
    (event_id, customer_id, offer_id, channel_id, outcome_type_id, occurred_at, value, cost)
SELECT %(event)s, %(customer)s, offer.id, channel.id, outcome.id, %(at)s, %(value)s, 0.5
FROM (SELECT id FROM offers_offer ORDER BY external_id LIMIT 1) offer,
     (SELECT id FROM offers_channel ORDER BY external_id LIMIT 1) channel,
     (SELECT id FROM decisions_outcometype WHERE external_id = %(outcome)s) outcome
"""
RUN = """
INSERT INTO decisions_run (event_id, decision_flow_id, started_at, status, latency_ms)
SELECT %(event)s, id, %(at)s, 'completed', %(latency)s
FROM decisions_decisionflow ORDER BY external_id LIMIT 1
"""


def write(url: str, name: str, dice: Dice) -> None:
    """Insert rows, whose event ids begin with the name."""
    with psycopg.connect(url) as session:
        for number in range(TRANSACTIONS):
            for place in range(dice.randint(1, 5)):
                row = {
                    "event": f"{name}-{number}-{place}",
                    "customer": dice.choice(CUSTOMERS),
                    "outcome": dice.choice(["impression", "click", "conversion"]),
                    "at": datetime.now(UTC) - timedelta(days=dice.choice([0, 1, 7, 40, 200])),
                    "value": f"{dice.randrange(10**6)}.{dice.randrange(10**4):04}",
                    "latency": dice.randrange(500),
                }
                session.execute(dice.choice([INTERACTION, INTERACTION, RUN]), row)
                time.sleep(dice.random() * 0.02)
            if dice.maybe(0.2):
                session.rollback()
            else:
                session.commit()


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], Dice(sys.argv[3]))
