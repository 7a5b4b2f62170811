"""Permission classes of the API."""

from django.views import View
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.roles import ADMIN, VIEWER, is_viewer


class IsViewer(BasePermission):
    """Lets in viewers and admins."""

    message = f'You need the role "{VIEWER}" or "{ADMIN}". Ask an administrator for it.'

    def has_permission(self, request: Request, view: View) -> bool:  # noqa: ARG002 - DRF's signature
        return is_viewer(request.user)
