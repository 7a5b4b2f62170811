"""Errors of the endpoint, in one form that tells nothing of the product's inner workings."""

from http import HTTPStatus
from math import ceil
from typing import Any

from django.core.exceptions import TooManyFieldsSent
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, status

from config import errors

# What the endpoint answers, besides answers.
CODES = {
    status: errors.CODES[status]
    for status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
}
UNKNOWN_TYPE = "UNKNOWN_TYPE"


class UnavailableError(exceptions.APIException):
    """The database is away, or a query ran past its time limit."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = (
        "The database did not answer in time. Try again in a few seconds, or ask for fewer days."
    )
    wait = errors.RETRY_AFTER_SECONDS


class AnswerExceptionHandler(ExceptionHandler):
    """Maps database and Django errors to API errors."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        """Return the API error for an exception."""
        if errors.is_unavailable(exc):
            return UnavailableError()
        if isinstance(exc, TooManyFieldsSent):
            return exceptions.ParseError(
                "The address has too many parameters; it accepts each of the documented ones once."
            )
        return super().convert_known_exceptions(exc)

    def get_headers(self, exc: exceptions.APIException) -> dict[str, str]:
        """Add Retry-After in whole seconds, at least 1, to 429 and 503."""
        headers: dict[str, str] = super().get_headers(exc)
        if exc.status_code in (
            status.HTTP_429_TOO_MANY_REQUESTS,
            status.HTTP_503_SERVICE_UNAVAILABLE,
        ):
            headers["Retry-After"] = str(max(1, ceil(getattr(exc, "wait", None) or 1)))
        return headers


class ContractFormatter(ExceptionFormatter):
    """`{"error": {"code", "message", "status", "parameter"?}}`."""

    def run(self) -> dict[str, Any]:
        first = self.get_errors()[0]  # a client mends one thing at a time
        code = self.exc.status_code
        error = {
            "code": UNKNOWN_TYPE
            if first.code == UNKNOWN_TYPE
            else CODES.get(HTTPStatus(code), "ERROR"),
            "message": first.detail,
            "status": code,
        }
        if code == status.HTTP_400_BAD_REQUEST and first.attr:
            error["parameter"] = first.attr
        return {"error": error}
