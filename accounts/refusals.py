"""Tells people who may not sign in yet how long to wait."""

from collections.abc import Callable
from http import HTTPStatus
from math import ceil

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from config.csp import nothing_inline


class SignInRefused(Exception):  # noqa: N818 - as PermissionDenied
    """Signing in has to wait; the password was not looked at.

    Not a PermissionDenied, which Django would show as a wrong password.
    """

    def __init__(self, message: str, status: HTTPStatus, wait: float) -> None:
        """`wait` is in seconds."""
        super().__init__(message)
        self.message = message
        self.status = status
        self.wait = max(1, ceil(wait))


class SignInRefusedMiddleware:
    """Turns SignInRefused into a response, for every page that signs people in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Return the page that says how long to wait, or None for other exceptions."""
        if not isinstance(exception, SignInRefused):
            return None

        @nothing_inline
        def page(request: HttpRequest) -> HttpResponseBase:
            context = {"refused": exception, "minutes": ceil(exception.wait / 60)}
            response = render(request, "sign_in_refused.html", context, status=exception.status)
            response.headers["Retry-After"] = str(exception.wait)
            return response

        return page(request)
