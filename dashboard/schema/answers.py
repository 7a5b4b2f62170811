"""The answers of all types in the OpenAPI schema, made from what their classes declare."""

from datetime import datetime
from functools import reduce
from inspect import getdoc
from operator import or_
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from django.db.models import Choices
from msgspec import UNSET, Meta, UnsetType

from dashboard.answers import WindowPart
from dashboard.parameters.declared import BASELINE_DAYS, DAYS, FILTER
from dashboard.reports import REGISTRY, REPORTS
from dashboard.reports.base import Report
from dashboard.schema.errors import Error

COMPONENTS = "#/components/schemas/"


def component(kind: str) -> str:
    """The name of the schema of a type's answers."""
    return "".join(word.capitalize() for word in kind.split("_")) + "Answer"


def envelope(report: type[Report]) -> type[msgspec.Struct]:
    """The envelope of a type's answers, with the parts that apply to it."""
    fields: list[Any] = [
        ("type", Literal[report.name]),
        ("as_of", described(datetime, "The instant that the answer is about.", tz=True)),
    ]
    if DAYS in report.accepts:
        fields.append(("window", WindowPart))
    if BASELINE_DAYS in report.accepts:
        fields.append(("baseline_window", WindowPart))
    if report.sampled:
        fields += [
            ("sample_cap", described(int, "How many raw traces are read at most.")),
            ("sample_size", described(int, "How many traces match and were covered.")),
            ("sample_truncated", described(bool, "Whether some traces were left out.")),
        ]
    fields += [
        ("warning", described(str, "What was not applied, or names nothing.") | UnsetType, UNSET),
        ("data", Any),
    ]
    return msgspec.defstruct(
        component(report.name),
        fields,
        rename="camel",
        kw_only=True,
        namespace={"__doc__": getdoc(report)},
    )


def described(kind: type, description: str, **constraints: Any) -> Any:
    """Annotate a type with its description."""
    return Annotated[kind, Meta(description=description, **constraints)]


def data_of(report: type[Report]) -> Any:
    """The type of a report's data. Where an id names nothing, that is an empty list."""
    annotation = get_type_hints(report.data)["return"]
    has_ids = any(accepted.entity or accepted is FILTER for accepted in report.accepts)
    if has_ids and get_origin(annotation) is not list:
        return annotation | tuple[()]
    return annotation


def parts(annotation: Any) -> list[Any]:
    """The types in an annotation that are neither lists nor unions."""
    if get_origin(annotation) in (list, Union, UnionType):
        return [part for inner in get_args(annotation) for part in parts(inner)]
    return [annotation]


def data_schema(annotation: Any, schemas: dict[Any, Any]) -> Any:
    """The schema of an annotation, given those of its parts.

    msgspec makes schemas of what it can decode, and a union of objects without tags it cannot.
    """
    if get_origin(annotation) is list:
        return {"type": "array", "items": data_schema(get_args(annotation)[0], schemas)}
    if get_origin(annotation) in (Union, UnionType):
        return {"anyOf": [data_schema(inner, schemas) for inner in get_args(annotation)]}
    return schemas[annotation]


def answers() -> dict[str, Any]:
    """The schemas of all answers and errors, by name."""
    envelopes = [envelope(report) for report in REPORTS]
    data = [data_of(report) for report in REPORTS]
    leaves = list(dict.fromkeys(parts(reduce(or_, data))))
    schemas, components = msgspec.json.schema_components(
        [*leaves, *envelopes, Error], ref_template=COMPONENTS + "{name}", schema_hook=choices
    )
    known = dict(zip(leaves, schemas, strict=False))
    for kind, annotation in zip(REGISTRY, data, strict=True):
        components[component(kind)]["properties"]["data"] = data_schema(annotation, known)
    return dict(as_sent(components))


def as_sent(schema: Any) -> Any:
    """Rewrite a schema to match our JSON: decimals are numbers, a single choice is a constant."""
    if isinstance(schema, list):
        return [as_sent(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return {"type": "number"}
    if len(schema.get("enum", ())) == 1:
        return {"type": "string", "const": schema["enum"][0]}
    return {key: as_sent(inner) for key, inner in schema.items()}


def add_answers(result: dict[str, Any], **options: Any) -> dict[str, Any]:  # noqa: ARG001
    """Put the schemas of the answers into the document (a hook of drf-spectacular)."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(answers())
    return result


def choices(kind: type) -> dict[str, Any]:
    """The schema of Django's choices, which msgspec does not take for an enumeration."""
    if issubclass(kind, Choices):
        return {"enum": kind.values}
    raise NotImplementedError(f"The schema does not know {kind.__name__}.")
