"""The page for people. Its script asks the endpoint for every figure that it shows."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView, TemplateView

from accounts.permissions import IsViewer
from accounts.roles import is_viewer
from config.csp import nothing_inline
from dashboard.pages.menus import menus, offers
from dashboard.reports import REPORTS
from decisions.models import DecisionTrace

strict = method_decorator(nothing_inline, "dispatch")


@strict
@method_decorator(never_cache, "dispatch")
class DashboardView(LoginRequiredMixin, TemplateView):
    """The page: every type of answer as a chart or table, in five views."""

    template_name = "dashboard/index.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let in whoever may ask the endpoint. Raises PermissionDenied."""
        if request.user.is_authenticated and not is_viewer(request.user):
            raise PermissionDenied(IsViewer.message)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Menus, and what the script has to know."""
        return super().get_context_data(
            **kwargs,
            menus=menus(),
            offers=offers(),
            script={
                "endpoint": reverse("dashboard-data"),
                "signIn": reverse("sign-in"),
                "timeZone": settings.REPORTING_TIME_ZONE,
                "traces": self._traces(),
                "accepts": {
                    report.name: [parameter.name for parameter in report.accepts]
                    for report in REPORTS
                },
            },
        )

    def _traces(self) -> str | None:
        """Where the admin lists decision traces, for those whom it lets in."""
        user = self.request.user
        if user.is_staff and user.has_perm(f"decisions.view_{DecisionTrace._meta.model_name}"):
            return reverse("admin:decisions_decisiontrace_changelist")
        return None


@strict
class SignInView(LoginView):
    """The sign-in page. Redirects those who are signed in already."""

    template_name = "dashboard/sign_in.html"
    redirect_authenticated_user = True
    next_page = "dashboard"


@strict
class SignOutView(LogoutView):
    template_name = "dashboard/signed_out.html"


class FaviconView(RedirectView):
    """Where browsers look for the icon of pages that do not name one, such as JSON."""

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:  # noqa: ARG002 - Django's signature
        return static("dashboard/icon.svg")


def no_access(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """The page for those who may not see the one they asked for."""

    @nothing_inline
    def page(request: HttpRequest) -> HttpResponseBase:
        return render(request, "403.html", {"exception": exception}, status=HTTPStatus.FORBIDDEN)

    return page(request)
