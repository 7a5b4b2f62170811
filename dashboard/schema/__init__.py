"""The endpoint's OpenAPI schema, made from the types' classes, the parameters and the errors."""

from collections.abc import Callable
from typing import TypeVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from dashboard.parameters import ParametersSerializer
from dashboard.presentation import AROUND, CSV_TYPE, JSON_TYPE
from dashboard.reports import REGISTRY
from dashboard.schema import credentials
from dashboard.schema.answers import COMPONENTS, component
from dashboard.schema.csv_answers import csv_answer
from dashboard.schema.errors import ERRORS, error_response
from dashboard.schema.examples import example
from dashboard.schema.parameters import parameter

__all__ = ["credentials", "document"]

F = TypeVar("F", bound=Callable[..., object])


def header(
    name: str, description: str, *statuses: int, kind: type = str, required: bool = True
) -> OpenApiParameter:
    """The description of a response's header."""
    return OpenApiParameter(
        name,
        kind,
        OpenApiParameter.HEADER,
        description=description,
        required=required,
        response=list(statuses),
    )


def document(view: F) -> F:
    """Describe the endpoint."""
    references = {kind: f"{COMPONENTS}{component(kind)}" for kind in REGISTRY}
    answer = OpenApiResponse(
        {
            "oneOf": [{"$ref": reference} for reference in references.values()],
            "discriminator": {"propertyName": "type", "mapping": references},
        },
        "The answer. Each type has a form of its own.",
        [
            OpenApiExample(
                kind,
                example(kind),
                summary=kind,
                description=str(service.__doc__).partition("\n")[0],
            )
            for kind, service in REGISTRY.items()
        ],
    )
    disposition = "CSV only: `attachment`, with the type and the day as the name of the file."
    csv_only = [("Content-Disposition", disposition)]
    csv_only += [(name, f"CSV only: {meaning}") for _, name, meaning in AROUND]
    decorate = extend_schema(
        operation_id="getDashboardData",
        summary="Answers a question about what the decision engine does",
        description="`type` says which question; the other parameters narrow it. A known parameter "
        "that the type does not accept is not applied, and `warning` says so; unknown ones are "
        "ignored, and an empty value counts as none. An id that names nothing, or a segment that "
        "is not materialised, gets no data and a `warning`. Rates are ratios of two sums, null "
        "where the denominator is 0. Lists have a total order. `format=csv`, or an `Accept` header "
        "that prefers `text/csv`, gets the data as CSV, and what is around it in headers.",
        tags=["dashboard"],
        parameters=[
            *(parameter(name, field) for name, field in ParametersSerializer().fields.items()),
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description="ETags of earlier answers: one that still holds is not sent again.",
            ),
            header("ETag", "Stands for all of the answer but `asOf`, in its format.", 200, 304),
            *(header(name, meaning, 200, required=False) for name, meaning in csv_only),
            header("WWW-Authenticate", "The scheme of the credentials.", 401),
            header("Allow", "The methods that there are.", 405),
            header("Retry-After", "When to try again, in seconds.", 429, 503, kind=int),
        ],
        responses={
            (200, JSON_TYPE): answer,
            (200, CSV_TYPE): csv_answer(),
            304: OpenApiResponse(description="The answer is the one of `If-None-Match`."),
            **{(status, JSON_TYPE): error_response(status) for status in ERRORS},
        },
    )
    return decorate(view)
