"""The endpoint, `GET /api/v1/dashboard-data`."""

from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from dashboard.answers import answer
from dashboard.parameters.request import ParametersSerializer
from dashboard.presentation import present
from dashboard.schema import credentials  # noqa: F401 - registers itself
from dashboard.schema.document import DashboardDataSchema


class AnyContentNegotiation(BaseContentNegotiation):
    """Errors are JSON, whatever the client would rather have: a wrong Accept header is no reason
    to refuse. An answer is what its presentation makes of it.
    """

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:  # noqa: ARG002 - DRF's signature
        return renderers[0], renderers[0].media_type


class DashboardDataView(APIView):
    """Answers one question about the engine; `type` says which."""

    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AnyContentNegotiation
    schema = DashboardDataSchema()

    def get(self, request: Request) -> HttpResponseBase:
        parameters = ParametersSerializer(data=request.query_params).parameters()
        shown = present(answer(parameters), parameters, request)
        etag = f'W/"{blake2b(shown.lasting, digest_size=16).hexdigest()}"'
        response = HttpResponse(shown.body, headers=shown.headers)
        response.headers["ETag"] = etag
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Accept", "Authorization", "Cookie"])
        conditional = get_conditional_response(request, etag=etag, response=response)
        # Its other verdict is 412: that no weak ETag will do for If-Match, which is for writers.
        if conditional is None or conditional.status_code != HTTPStatus.NOT_MODIFIED:
            return response
        return conditional
