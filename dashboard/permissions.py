"""Who may read answers."""

from django.contrib.auth.models import AnonymousUser, User
from django.views import View
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from fixtures.builtin import ADMIN, VIEWER


def has_role(user: User | AnonymousUser) -> bool:
    """Whether the user is a viewer or an admin."""
    if not user.is_authenticated:
        return False
    return user.is_superuser or user.groups.filter(name__in=(VIEWER, ADMIN)).exists()


class IsViewer(BasePermission):
    """Lets in viewers, and admins, who may do all that a viewer may.

    The roles are the groups of these names; superusers are admins.
    """

    message = f'You need the role "{VIEWER}" or "{ADMIN}". Ask an administrator for it.'

    def has_permission(self, request: Request, view: View) -> bool:  # noqa: ARG002
        """Whether the user has one of the roles."""
        return has_role(request.user)
