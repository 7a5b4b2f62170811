"""The addresses of the API, the pages, the admin and the metrics."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("dashboard.urls")),
    path("", include("dashboard.pages.urls")),
    path("", include("django_prometheus.urls")),
]
handler400 = "config.errors.bad_request"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
handler403 = "dashboard.pages.views.no_access"
