"""Nothing is forgotten when a type or a parameter is added: what is missing, and where."""

import re
from collections.abc import Iterator
from inspect import getdoc, getmodule
from pathlib import Path
from typing import get_type_hints

from dashboard.parameters.declared import FILTER, GROUP_BY, PARAMETERS, Parameter
from dashboard.reports import REPORTS
from dashboard.reports.base import Report
from tests.oracle import ACCEPTED, TYPES
from tests.oracle.question import PARAMETERS as ORACLE_PARAMETERS
from tests.support.ingesting import ROOT
from tests.support.questions import values
from tests.support.shop import GIVEN, bundle
from tests.test_contract import QUERIES
from tests.test_readme import README, names, table

JS = ROOT / "dashboard" / "static" / "dashboard" / "js"


def test_reports_are_complete() -> None:
    missing = [line for report in REPORTS for line in (*own_gaps(report), *gaps_elsewhere(report))]
    assert not missing, "\n" + "\n".join(missing)


def test_parameters_are_complete() -> None:
    missing = [line for parameter in PARAMETERS for line in gaps_of_parameter(parameter)]
    assert not missing, "\n" + "\n".join(missing)


def own_gaps(report: type[Report]) -> Iterator[str]:
    """What the class itself still lacks."""
    place = f"{path_of(report)}: {report.__name__}"
    definition = getdoc(report) or ""
    if not definition.partition("\n")[0].strip():
        yield f"{place} needs a docstring: what the number means, its unit, its edge cases."
    if "return" not in get_type_hints(report.data):
        yield f"{place}.data needs a return annotation, which the schema is made from."
    if not hasattr(report, "example"):
        yield f"{place} needs an `example`: its data as an answer might have it."
    if report.default_grouping and report.default_grouping not in report.groups:
        yield f"{place}.default_grouping is none of its `groups`."
    if report.groups and GROUP_BY not in report.accepts:
        yield f"{place} has `groups`, so it has to accept GROUP_BY."


def gaps_elsewhere(report: type[Report]) -> Iterator[str]:
    """Where the type is still to be named beside its class."""
    kind, accepted = report.name, {parameter.name for parameter in report.accepts}
    if kind not in names(table(README, "type", "answers")):
        yield f"README.md, Types: add a row `{kind}` with the question that it answers."
    for name in sorted(accepted - documented(kind)):
        yield f"README.md, Parameters: say that `{kind}` accepts `{name}`."
    for name in sorted(documented(kind) - accepted):
        yield f"README.md, Parameters: `{kind}` does not accept `{name}`."
    if kind not in TYPES:
        yield f"tests/oracle/__init__.py: add {kind} to TYPES, in plain loops over the event rows."
    if ACCEPTED.get(kind) != accepted:
        yield f"tests/oracle/question.py: ACCEPTED[{kind!r}] should be {sorted(accepted)}."
    if kind not in QUERIES:
        yield f"tests/test_contract.py: say in QUERIES how many queries {kind} makes."
    if f"\n  {kind}: " not in (JS / "types.js").read_text():
        yield f"types.js: add {kind} to TABLES, its data as the columns of a table."
    if not any(f'type: "{kind}"' in view.read_text() for view in JS.glob("view_*.js")):
        yield f"view_*.js: give {kind} a panel in one of the views."


def gaps_of_parameter(parameter: Parameter) -> Iterator[str]:
    """What the parameter still lacks, place by place."""
    name, takers = parameter.name, [report for report in REPORTS if parameter in report.accepts]
    if not parameter.field.help_text:
        yield f"dashboard/parameters/declared.py: {name} needs a help_text."
    if not takers:
        yield f"dashboard/reports: no report accepts {name}; add it to their `accepts`."
    if not any(f"`{name}`" in row[0] for row in table(README, "parameter", "is", "accepted by")):
        yield f"README.md, Parameters: add a row `{name}`."
    if name not in ORACLE_PARAMETERS:
        yield f"tests/oracle/question.py: add {name} to PARAMETERS, and say what it does."
    if name not in GIVEN:
        yield f"tests/support/shop.py: add a value of {name} to GIVEN."
    try:
        for report in takers if parameter is not FILTER else ():  # drawn with its groupBy
            values(bundle(), report.name, name)
    except KeyError:
        yield f"tests/support/questions.py: `values` has none for {name}."


def documented(kind: str) -> set[str]:
    """The parameters that README.md says a type accepts."""
    found: set[str] = set()
    for row in table(README, "parameter", "is", "accepted by"):
        types = set(re.findall(r"`(\w+)`", row[2]))
        accepts = kind not in types if row[2].strip().startswith("all but") else kind in types
        found |= set(re.findall(r"`(\w+)`", row[0])) if accepts else set()
    return found - {"type", "format"}


def path_of(report: type[Report]) -> Path:
    """Where the class is written."""
    return Path(str(getattr(getmodule(report), "__file__", ""))).relative_to(ROOT)
