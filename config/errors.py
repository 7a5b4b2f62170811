"""Errors that no view answers: JSON on the API, a page elsewhere, and nothing of our workings."""

import sys
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

API = "/api/"
RETRY_AFTER_SECONDS = 5
# What the API calls each status.
CODES = {
    HTTPStatus.BAD_REQUEST: "INVALID_PARAMETER",
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "FORBIDDEN",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.METHOD_NOT_ALLOWED: "METHOD_NOT_ALLOWED",
    HTTPStatus.REQUEST_TIMEOUT: "REQUEST_TIMEOUT",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "TOO_LARGE",
    HTTPStatus.TOO_MANY_REQUESTS: "THROTTLED",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL_ERROR",
    HTTPStatus.SERVICE_UNAVAILABLE: "UNAVAILABLE",
}
MESSAGES = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read: its address, its Host header or its "
    "form is not valid.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not arrive in time. Send it again.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body of the request is too large. Send less at once.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here. It is in the log.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database did not answer in time. Try again in a few "
    "seconds.",
}


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the database was away or too slow, which a client can wait for."""
    return isinstance(error, OperationalError | InterfaceError)


def error_response(path: str, status: HTTPStatus) -> HttpResponse:
    """Respond with an error: JSON on the API, a page elsewhere."""
    message = MESSAGES[status]
    response: HttpResponse
    if path.startswith(API):
        body = {"error": {"code": CODES[status], "message": message, "status": status}}
        response = JsonResponse(body, status=status)
    else:
        page = render_to_string("error.html", {"title": status.phrase, "message": message})
        response = HttpResponse(page, status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Django's handler of requests that it cannot trust or read."""
    return error_response(request.path, HTTPStatus.BAD_REQUEST)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Django's handler of addresses that lead nowhere."""
    return error_response(request.path, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of all other exceptions; it finds the one being handled."""
    if is_unavailable(sys.exc_info()[1]):
        return error_response(request.path, HTTPStatus.SERVICE_UNAVAILABLE)
    return error_response(request.path, HTTPStatus.INTERNAL_SERVER_ERROR)


def log_status(log_kwargs: dict[str, Any], exception: Exception, **_: Any) -> None:
    """Name the status that the client gets, where django-structlog would say 500."""
    if is_unavailable(exception):
        log_kwargs["code"] = int(HTTPStatus.SERVICE_UNAVAILABLE)
