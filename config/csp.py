"""The content security policy: relaxed where the admin needs it, strict on our own pages."""

from typing import TYPE_CHECKING, Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponseBase

if TYPE_CHECKING:

    class CSPMiddleware:
        """Stands in for django-csp's class, which has no types."""

        def get_policy_parts(self, *args: Any) -> Any:
            """The policy's parts."""
else:
    from csp.middleware import CSPMiddleware

# unfold's pages have inline scripts, and Alpine evaluates the expressions in their attributes.
ADMIN_POLICY = {"script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL]}

# Our own pages need nothing inline, neither script nor style.
nothing_inline = csp_replace({"style-src": [SELF]})


class AdminAwareCSPMiddleware(CSPMiddleware):
    """Sends the policy of the settings, relaxed on the admin's pages so that they work."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,
    ) -> Any:
        parts = super().get_policy_parts(request, response, report_only)
        match = request.resolver_match
        if match is not None and match.app_names == ["admin"]:
            parts.update = {**ADMIN_POLICY, **(parts.update or {})}
        return parts
