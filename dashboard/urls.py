"""Addresses of the endpoint and its documentation."""

from django.urls import path
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from dashboard.views import DashboardDataView

# JSON unless YAML is asked for: whoever reads YAML can read JSON.
SCHEMA_RENDERERS = [
    OpenApiJsonRenderer2,
    OpenApiJsonRenderer,
    OpenApiYamlRenderer2,
    OpenApiYamlRenderer,
]

urlpatterns = [
    path("dashboard-data", DashboardDataView.as_view(), name="dashboard-data"),
    path("dashboard-data/", DashboardDataView.as_view(schema=None)),
    path("schema/", SpectacularAPIView.as_view(renderer_classes=SCHEMA_RENDERERS), name="schema"),
    # Its script comes from an address of its own, as the content security policy demands.
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", metadata_class=None),
        name="docs",
    ),
]
