"""All statements for the log, from the files here and the declared logs."""

from collections.abc import Iterator
from datetime import datetime

from django.db import models

from decisions.logs import CAUSES, DECISION_TRACES, LOGS, PARTITIONED, Log, references
from decisions.models import EntityUse, Suppression
from decisions.models.log import LAST_EVENT
from decisions.sql import text
from offers.models import FIRST_INSTANT, Offer


def log_tables() -> str:
    """The partitioned logs, each with its default partition, and the tables of identities."""
    parts: list[str] = [text("log_tables")]
    for log in PARTITIONED:
        limits = {"first": _utc(FIRST_INSTANT), "last": _utc(LAST_EVENT)}
        parts.append(text("default_partition").format(table=log.table, time=log.time, **limits))
        if log.keys is not None and log.identity == ("event_id",):  # Django makes the others
            parts.append(text("identities").format(keys=log.keys._meta.db_table))
    return "\n".join(parts)


def guards() -> str:
    """All triggers of the log, of the identities and of what the log refers to."""
    logs = [log.table for log in LOGS]
    kept = [*(log.keys._meta.db_table for log in PARTITIONED if log.keys), _table(EntityUse)]
    return "\n".join(
        [
            *map(text, ("append_only", "other_writers", "keep_used")),
            *(text("guard_rows").format(table=table) for table in [*logs, *kept]),
            *(text("guard_table").format(table=table) for table in kept),
            *(
                f"SELECT decisions_guard_statements('{table}', '{log.table}');"
                for log in LOGS
                for table in _whole_tables(log)
            ),
            *(_inserted(log.table, _checks(log)) for log in LOGS),
            # No log, but what it refers to is used as well, and it goes with its customer.
            _inserted(_table(Suppression), _uses(_referenced(Suppression)), "INSERT OR UPDATE"),
            *(
                text("keep_used_entity").format(table=_table(entity), noun=_noun(entity))
                for entity in used_entities()
            ),
            text("as_owner"),
        ]
    )


def used_entities() -> list[type[models.Model]]:
    """What the log refers to, and what therefore stays."""
    found = [entity for log in LOGS for _, entity, _ in references(log.model)]
    found += [entity for log in LOGS for entity in log.lists.values()]
    return list(dict.fromkeys(found))


def _whole_tables(log: Log) -> list[str]:
    return [log.table, f"{log.table}_default"] if log.keys else [log.table]


def _inserted(table: str, checks: list[str], event: str = "INSERT") -> str:
    lines = "\n".join(f"    {check}" for check in checks)
    return text("inserted").format(table=table, checks=lines, event=event)


def _checks(log: Log) -> list[str]:
    """What is checked and remembered of a row that somebody else inserted."""
    checks = [f"PERFORM decisions_check_row('{log.table}', NEW.id, NEW.{log.time});"]
    checks += _uses(_referred(log))
    if log.keys is not None:
        columns = ", ".join(log.identity)
        values = ", ".join(f"NEW.{column}" for column in log.identity)
        first, *others = log.identity
        noun = "".join([*(f"NEW.{column} || ' ' || " for column in others), f"'{log.noun}'"])
        checks += [
            f"INSERT INTO {_table(log.keys)} (row_id, {columns}) VALUES (NEW.id, {values})",
            "ON CONFLICT DO NOTHING;",
            "IF NOT FOUND THEN",
            f"    PERFORM decisions_refuse_known({noun}, NEW.{first});",
            "END IF;",
        ]
    return checks


def _referred(log: Log) -> Iterator[tuple[type[models.Model], str]]:
    """Entities that a row refers to, each with the SQL of their keys."""
    yield from _referenced(log.model)
    lists: dict[type[models.Model], list[str]] = {}
    for column, entity in log.lists.items():
        lists.setdefault(entity, []).append(f"NEW.{column}")
    if log is DECISION_TRACES:
        # Of these, ingestion takes nothing that is not in one of the other lists.
        lists[Offer].append("NEW.outcome_offers")
        for stage, entity in CAUSES.items():
            causes = f"decisions_causes(NEW.outcome_states, NEW.outcome_causes, {stage.value})"
            lists[entity].append(causes)
    for entity, arrays in lists.items():
        yield entity, " || ".join(arrays)


def _referenced(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Entities that a row's foreign keys refer to, each with the SQL of the key."""
    for column, entity, nullable in references(model):
        keys = f"ARRAY[NEW.{column}]"
        yield entity, f"array_remove({keys}, NULL)" if nullable else keys


def _uses(referred: Iterator[tuple[type[models.Model], str]]) -> list[str]:
    return [
        f"PERFORM decisions_note_use('{_table(entity)}', '{_noun(entity)}', {keys});"
        for entity, keys in referred
    ]


def _utc(moment: datetime) -> str:
    return moment.isoformat(sep=" ")


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


def _noun(model: type[models.Model]) -> str:
    return str(model._meta.verbose_name)
