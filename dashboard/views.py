"""The endpoint."""

from hashlib import blake2b
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from dashboard.answers import answer
from dashboard.parameters import ParametersSerializer
from dashboard.schema import document

# Decimals are numbers in JSON; msgspec writes them as exactly as they are.
encode = msgspec.json.Encoder(decimal_format="number").encode


class AnyContentNegotiation(BaseContentNegotiation):
    """JSON, whatever the client would rather have: a wrong Accept header is no reason to refuse."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:  # noqa: ARG002
        """The only renderer."""
        return renderers[0], renderers[0].media_type


class DashboardDataView(APIView):
    """All that the product knows, by type."""

    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AnyContentNegotiation

    @document
    def get(self, request: Request) -> HttpResponseBase:
        """Answer the question."""
        parameters = ParametersSerializer(data=request.query_params).parameters()
        envelope = answer(parameters)
        body = encode(envelope)
        # All but the instant, which comes second, just after the type.
        digest = blake2b(body.replace(envelope.as_of.encode(), b"", 1), digest_size=16)
        etag = f'W/"{digest.hexdigest()}"'
        response = HttpResponse(body, content_type="application/json")
        response.headers["ETag"] = etag
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        conditional = get_conditional_response(request, etag=etag, response=response)
        # Its other verdict is 412: that no weak ETag will do for If-Match, which is for writers.
        if conditional is None or conditional.status_code != HTTPStatus.NOT_MODIFIED:
            return response
        return conditional
