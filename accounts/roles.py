"""The roles, which are Django's groups of these names. Superusers are admins."""

from django.contrib.auth.models import AnonymousUser, User

VIEWER, ADMIN = "viewer", "admin"


def is_viewer(user: User | AnonymousUser) -> bool:
    """Whether the user may ask questions: as a viewer, or as an admin, who may do all of it."""
    if not user.is_authenticated:
        return False
    return user.is_superuser or user.groups.filter(name__in=(VIEWER, ADMIN)).exists()
