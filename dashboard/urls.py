"""Addresses of the endpoint and its documentation."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from dashboard.views import DashboardDataView

urlpatterns = [
    path("dashboard-data", DashboardDataView.as_view(), name="dashboard-data"),
    path("dashboard-data/", DashboardDataView.as_view(schema=None)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]
