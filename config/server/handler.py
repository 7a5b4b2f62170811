"""Django's handler of ASGI requests, with threads that are few, and keep their connections.

Django's own gives each request a thread of its own, so no database connection is ever kept.
"""

import asyncio
import time
from functools import partial
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import HttpResponse, HttpResponseBase
from django.urls import set_script_prefix

from config.database.deadline import GRACE_SECONDS, within
from config.errors import error_response
from config.server.pool import BoundedPool, OverloadedError

# What is answered without the database, and while it hangs.
LIGHT = ("/static/", "/healthz", "/readyz", "/metrics", "/favicon.ico")
LIGHT_THREADS = 2
# So many requests may wait for a thread. Whoever comes then is turned away at once.
LONGEST_QUEUE = 100
BODILESS = ("GET", "HEAD")


class TooLargeError(Exception):
    """The body has more bytes than are accepted."""


class ThreadedHandler(ASGIHandler):
    """Runs Django's synchronous handler in threads. What waits for one waits on the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self._requests = BoundedPool(settings.SERVER_THREADS, LONGEST_QUEUE, "request")
        self._light_requests = BoundedPool(LIGHT_THREADS, LONGEST_QUEUE, "light-request")

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - Django's signature
        """Load the synchronous middleware: everything here is written that way."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, or say why not."""
        try:
            body = await self._body(scope, receive)
            response: Any = await self._answer(scope, body)
        except RequestAborted:
            return
        except TimeoutError:
            response = error_response(scope["path"], HTTPStatus.REQUEST_TIMEOUT)
        except TooLargeError:
            response = error_response(scope["path"], HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except OverloadedError:
            response = error_response(scope["path"], HTTPStatus.SERVICE_UNAVAILABLE)
        if scope["method"] == "HEAD":
            response.content = b""  # which its length, as a header, still tells
        await self.send_response(response, send)

    async def _body(self, scope: Any, receive: Any) -> IO[bytes]:
        """The body of a request; of those that have none by their nature, none is waited for."""
        if scope["method"] in BODILESS:
            return BytesIO()
        # Granian waits for the header no longer than this, either.
        async with asyncio.timeout(settings.READ_TIMEOUT_SECONDS):
            return await self.read_body(_limited(receive, settings.MAX_BODY_BYTES))

    async def _answer(self, scope: Any, body: Any) -> HttpResponseBase:
        """The answer from a thread. Raises OverloadedError if none is free in time."""
        light = scope["path"].startswith(LIGHT)
        pool = self._light_requests if light else self._requests
        patience = settings.ANSWER_TIMEOUT_SECONDS
        deadline = time.monotonic() + patience + GRACE_SECONDS
        return await pool.run(partial(self._respond, scope, body, deadline), patience)

    def _respond(self, scope: Any, body: Any, deadline: float) -> Any:
        """Handle a whole request in a thread, from Django's first signal to its last."""
        with within(deadline - time.monotonic()):
            set_script_prefix(get_script_prefix(scope))
            signals.request_started.send(sender=self.__class__, scope=scope)
            request, refusal = self.create_request(scope, body)
            response = refusal if request is None else _whole(self.get_response(request))
            response.close()
            body.close()
            return response

    def create_request(self, scope: Any, body_file: Any) -> Any:
        """As Django's; an address that is not UTF-8 gets an answer like all others."""
        request, refusal = super().create_request(scope, body_file)
        if refusal is not None and refusal.status_code == HTTPStatus.BAD_REQUEST:
            refusal = error_response(scope["path"], HTTPStatus.BAD_REQUEST)
        return request, refusal


def _whole(response: Any) -> Any:
    """The response, read to its end if it is a stream: files are read in the thread too."""
    if not response.streaming:
        return response
    whole = HttpResponse(b"".join(response), status=response.status_code)
    whole.headers, whole.cookies = response.headers, response.cookies
    response.close()
    return whole


def _limited(receive: Any, most: int) -> Any:
    """Wrap `receive` so that it raises TooLargeError after too many bytes."""
    left = most

    async def limited() -> Any:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLargeError
        return message

    return limited
