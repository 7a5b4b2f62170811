"""Answers as CSV in the OpenAPI schema: the layout of each type, and an example."""

from inspect import getdoc

from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from dashboard.csv_export import as_csv, columns, row_type
from dashboard.reports import REGISTRY
from dashboard.reports.base import Report
from dashboard.schema.examples import DATA


def csv_answer() -> OpenApiResponse:
    """The description of an answer as CSV."""
    layouts = [
        f"- `{kind}`{f' by {grouping}' if grouping else ''}: {layout(service, grouping)}"
        for kind, service in REGISTRY.items()
        for grouping in groupings(service)
    ]
    return OpenApiResponse(
        {
            "type": "string",
            "description": "\n".join([str(getdoc(as_csv)), "", "The columns:", "", *layouts]),
        },
        examples=[
            OpenApiExample(
                kind, as_csv(service, service.default_grouping, DATA[kind]), summary=kind
            )
            for kind, service in REGISTRY.items()
        ],
    )


def groupings(service: type[Report]) -> list[str | None]:
    """The groupings of a type, and None where there is an answer without one."""
    without = [None] if service.default_grouping is None else []
    return [*without, *service.groupings]


def layout(service: type[Report], grouping: str | None) -> str:
    """The columns of a type's answers."""
    return ", ".join(f"`{name}`" for name in columns(row_type(service, grouping)))
