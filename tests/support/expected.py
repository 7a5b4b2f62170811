"""What the oracle should be told, whatever has been ingested, erased and dropped before."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.oracle import members
from tests.oracle.membership import equal
from tests.support.bundles import Bundle
from tests.support.dice import Row
from tests.support.soak import LOGS, identity

SUMMED = ("interactions", "decision_traces")  # for each segment
Log = dict[str, dict[tuple[str, ...], Row]]


def no_rows() -> Log:
    """Logs without a row."""
    return {entity: {} for entity in LOGS}


@dataclass
class Expected:
    """The rows that still count, and the members that the last materialisation found.

    A dropped row counts, but nobody can tell any more whose it is: here it becomes that of a
    customer of its own. The sums of a segment keep it if the customer was a member at the time, so
    that one is a member for good; nobody else can join, leave, or be erased with it.
    """

    catalogue: dict[str, dict[str, Row]]
    log: Log = field(default_factory=no_rows)
    dropped: Log = field(default_factory=no_rows)
    ingested: dict[str, set[tuple[str, ...]]] = field(
        default_factory=lambda: {entity: set() for entity in LOGS}
    )
    members: dict[str, set[str]] = field(default_factory=dict)
    nameless: dict[str, set[str]] = field(default_factory=dict)
    materialised: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, catalogue: Bundle) -> "Expected":
        """Of a database with this catalogue and empty logs; the last row of an id wins."""
        ids = {"outcome_types": "key"}
        expected = cls(
            {
                entity: {row[ids.get(entity, "id")]: row for row in rows}
                for entity, rows in catalogue.items()
                if entity != "model_metrics"  # they have no id, and no rule here touches them
            }
        )
        for segment in expected.catalogue["segments"]:
            expected.members[segment] = set()
            expected.nameless[segment] = set()
        return expected

    def ingest(self, entity: str, rows: list[Row]) -> None:
        """The first row of an identity wins, even if it has been erased or dropped since."""
        for row in rows:
            name = identity(entity, row)
            if name not in self.ingested[entity]:
                self.ingested[entity].add(name)
                self.log[entity][name] = row

    def replace(self, entity: str, row: Row) -> None:
        """A row of the catalogue. Other filters undo a segment's materialisation."""
        before = self.catalogue[entity].get(row["id"])
        if entity == "segments" and before and not equal(before["filters"], row["filters"]):
            self.materialised.discard(row["id"])
        self.catalogue[entity][row["id"]] = row

    def materialise(self, segment: str) -> None:
        """The segment has the members that it should have now."""
        customers = self.catalogue["customers"].values()
        self.members[segment] = {*members(self.catalogue["segments"][segment], customers)}
        self.materialised.add(segment)

    def erase(self, customer: str) -> bool:
        """Forget the customer; returns whether there was anything to forget."""
        tables: list[dict[Any, Row]] = [*self.log.values(), self.catalogue["suppressions"]]
        found = self.catalogue["customers"].pop(customer, None) is not None
        for rows in tables:
            for name in [name for name, row in rows.items() if row.get("customerId") == customer]:
                del rows[name]
                found = True
        for customers in self.members.values():
            found |= customer in customers
            customers.discard(customer)
        return found

    def drop(self, edge: datetime) -> None:
        """What happened before is in the sums, but no longer in the log."""
        for entity, rows in self.log.items():
            for name in [name for name, row in rows.items() if time_of(row) < edge]:
                row = rows.pop(name)
                nameless = f"{entity} {name}"
                self.dropped[entity][name] = row | {"customerId": nameless}
                for segment, customers in self.members.items():
                    if entity in SUMMED and row["customerId"] in customers:
                        self.nameless[segment].add(nameless)

    def oldest(self) -> datetime:
        """When the log begins."""
        times = [time_of(row) for rows in self.log.values() for row in rows.values()]
        return min(times, default=datetime.max.replace(tzinfo=UTC))

    def bundle(self) -> Bundle:
        """All rows that count."""
        logs = {
            entity: [*self.log[entity].values(), *self.dropped[entity].values()] for entity in LOGS
        }
        catalogue = {entity: [*rows.values()] for entity, rows in self.catalogue.items()}
        return {**catalogue, **logs, "model_metrics": []}

    def membership(self, question: dict[str, str]) -> dict[str, set[str]]:
        """Who counts for the segments that are materialised."""
        from_log = question["type"] == "why_not_ranked" or (
            question["type"] == "selection_frequency"
            and not {"channelId", "decisionFlowId"}.isdisjoint(question)
        )
        return {
            segment: self.members[segment] | (set() if from_log else self.nameless[segment])
            for segment in self.materialised
        }


def time_of(row: Row) -> datetime:
    """When it happened."""
    name = next(name for name in ("occurredAt", "createdAt", "startedAt") if name in row)
    return datetime.fromisoformat(row[name]).astimezone(UTC)
