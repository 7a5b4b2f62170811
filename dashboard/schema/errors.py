"""Errors in the OpenAPI schema."""

from typing import Annotated, Any, Literal

import msgspec
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from msgspec import UNSET, Meta, UnsetType

from dashboard.errors import CODES, UNKNOWN_TYPE


class ErrorDetail(msgspec.Struct, omit_defaults=True):
    """What was wrong; `parameter` is there where it was a query parameter."""

    code: Annotated[
        Literal[tuple(sorted({UNKNOWN_TYPE, *CODES.values()}))],  # type: ignore[valid-type]  # computed
        Meta(description="For programs."),
    ]
    message: Annotated[str, Meta(description="For people: what was wrong, and what is accepted.")]
    status: Annotated[int, Meta(description="The HTTP status.")]
    parameter: Annotated[str, Meta(description="Its name.")] | UnsetType = UNSET


class Error(msgspec.Struct):
    """The body of every error."""

    error: ErrorDetail


ERRORS: dict[int, tuple[str, dict[str, Any]]] = {
    400: (
        "Unknown type (`UNKNOWN_TYPE`), or a wrong or missing parameter (`INVALID_PARAMETER`).",
        {
            "code": "INVALID_PARAMETER",
            "message": "days is '0'; it accepts a whole number from 1 to 365, in digits.",
            "parameter": "days",
        },
    ),
    401: (
        "No or wrong credentials.",
        {"code": "UNAUTHENTICATED", "message": "Invalid token."},
    ),
    403: (
        "Signed in, but in neither of the groups `viewer` and `admin`.",
        {
            "code": "FORBIDDEN",
            "message": 'You need the role "viewer" or "admin". Ask an administrator for it.',
        },
    ),
    405: (
        "Anything but GET, HEAD and OPTIONS.",
        {"code": "METHOD_NOT_ALLOWED", "message": 'Method "POST" not allowed.'},
    ),
    429: (
        "Too many requests of the user, or too many wrong tokens from the address.",
        {
            "code": "THROTTLED",
            "message": "Request was throttled. Expected available in 12 seconds.",
        },
    ),
    500: (
        "A fault of the server, which its log describes.",
        {"code": "INTERNAL_ERROR", "message": "Server Error (500)"},
    ),
    503: (
        "The database is away, or the answer took too long.",
        {
            "code": "UNAVAILABLE",
            "message": "The database did not answer in time. Try again in a few seconds, "
            "or ask for fewer days.",
        },
    ),
}


def error_response(status: int) -> OpenApiResponse:
    """The description of an error."""
    description, detail = ERRORS[status]
    return OpenApiResponse(
        {"$ref": "#/components/schemas/Error"},
        description,
        [OpenApiExample(str(detail["code"]), {"error": {**detail, "status": status}})],
    )
