"""How the OpenAPI document describes the endpoint.

It is put together when somebody asks for the document, so a type that lacks a description leaves
the site as it is.
"""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from dashboard.presentation import AROUND, CSV_TYPE, JSON_TYPE
from dashboard.reports import REPORTS
from dashboard.schema.answers import COMPONENTS, component
from dashboard.schema.csv_answers import csv_answer
from dashboard.schema.errors import ERRORS, error_response
from dashboard.schema.examples import example
from dashboard.schema.parameters import parameters


class DashboardDataSchema(AutoSchema):
    """The description of GET /api/v1/dashboard-data."""

    def get_operation_id(self) -> str:
        return "getDashboardData"

    def get_tags(self) -> list[str]:
        return ["dashboard"]

    def get_summary(self) -> str:
        return "Answers a question about what the decision engine does"

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular calls it
        return (
            "`type` says which question; the other parameters narrow it. A known parameter "
            "that the type does not accept is not applied, and `warning` says so; unknown ones are "
            "ignored, and an empty value counts as none. An id that names nothing, or a segment "
            "that is not materialised, gets no data and a `warning`. Rates are ratios of two sums, "
            "null where the denominator is 0. Lists have a total order. `format=csv`, or an "
            "`Accept` header that prefers `text/csv`, gets the data as CSV, and what is around it "
            "in headers."
        )

    def get_override_parameters(self) -> list[Any]:
        """Query parameters, the request's header, and the headers of responses."""
        disposition = "CSV only: `attachment`, with the type and the day as the name of the file."
        csv_only = [("Content-Disposition", disposition)]
        csv_only += [(name, f"CSV only: {meaning}") for _, name, meaning in AROUND]
        return [
            *parameters(),
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description="ETags of earlier answers: one that still holds is not sent again.",
            ),
            _header("ETag", "Stands for all of the answer but `asOf`, in its format.", 200, 304),
            *(_header(name, meaning, 200, required=False) for name, meaning in csv_only),
            _header("WWW-Authenticate", "The scheme of the credentials.", 401),
            _header("Allow", "The methods that there are.", 405),
            _header("Retry-After", "When to try again, in seconds.", 429, 503, kind=int),
        ]

    def get_response_serializers(self) -> Any:
        """The answers in both formats, and the errors."""
        return {
            (200, JSON_TYPE): _json_answer(),
            (200, CSV_TYPE): csv_answer(),
            304: OpenApiResponse(description="The answer is the one of `If-None-Match`."),
            **{(status, JSON_TYPE): error_response(status) for status in ERRORS},
        }


def _json_answer() -> OpenApiResponse:
    references = {report.name: f"{COMPONENTS}{component(report.name)}" for report in REPORTS}
    return OpenApiResponse(
        {
            "oneOf": [{"$ref": reference} for reference in references.values()],
            "discriminator": {"propertyName": "type", "mapping": references},
        },
        "The answer. Each type has a form of its own.",
        [
            OpenApiExample(
                report.name,
                example(report),
                summary=report.name,
                description=str(report.__doc__).partition("\n")[0],
            )
            for report in REPORTS
        ],
    )


def _header(
    name: str, description: str, *statuses: int, kind: type = str, required: bool = True
) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        kind,
        OpenApiParameter.HEADER,
        description=description,
        required=required,
        response=list(statuses),
    )
