"""The floor: what a request costs before anything is asked.

An empty answer behind the same authentication, permission and throttle as the endpoint's.
"""

from django.http import HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.views import APIView

from config.urls import urlpatterns as product


class FloorView(APIView):
    """Nothing, for those who may see it."""

    def get(self, request: Request) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """An empty answer."""
        return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [*product, path("floor", FloorView.as_view(schema=None))]
