"""Answers as CSV in the OpenAPI schema: the layout of each type, and an example."""

from inspect import getdoc

from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from dashboard.csv_export import as_csv, columns, row_type
from dashboard.reports import REGISTRY
from dashboard.reports.base import Report


def csv_answer() -> OpenApiResponse:
    """The description of an answer as CSV."""
    layouts = [
        f"- `{kind}`{f' by {grouping}' if grouping else ''}: {layout(report, grouping)}"
        for kind, report in REGISTRY.items()
        for grouping in groupings(report)
    ]
    return OpenApiResponse(
        {
            "type": "string",
            "description": "\n".join([str(getdoc(as_csv)), "", "The columns:", "", *layouts]),
        },
        examples=[
            OpenApiExample(
                kind, as_csv(report, report.default_grouping, report.example), summary=kind
            )
            for kind, report in REGISTRY.items()
        ],
    )


def groupings(report: type[Report]) -> list[str | None]:
    """The groupings of a type, and None where there is an answer without one."""
    without = [None] if report.default_grouping is None else []
    return [*without, *report.groups]


def layout(report: type[Report], grouping: str | None) -> str:
    """The columns of a type's answers."""
    return ", ".join(f"`{name}`" for name in columns(row_type(report, grouping)))
