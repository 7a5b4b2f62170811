"""The content security policy, relaxed where the admin needs it."""

from typing import TYPE_CHECKING, Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponseBase

if TYPE_CHECKING:

    class CSPMiddleware:
        """What django-csp, which mypy does not see, has to offer here."""

        def get_policy_parts(self, *args: Any) -> Any:
            """The policy's parts."""
else:
    from csp.middleware import CSPMiddleware

# unfold's pages have inline scripts, and Alpine evaluates the expressions in their attributes.
ADMIN_POLICY = {"script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL]}


class AdminAwareCSPMiddleware(CSPMiddleware):
    """Sends the policy of the settings; on the admin's pages, one that lets them work."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,
    ) -> Any:
        """The policy's parts."""
        parts = super().get_policy_parts(request, response, report_only)
        match = request.resolver_match
        if match is not None and match.app_names == ["admin"]:
            parts.update = {**ADMIN_POLICY, **(parts.update or {})}
        return parts
