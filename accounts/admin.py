"""Admin pages of users, groups and tokens."""

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from knox.models import AuthToken
from unfold.admin import checkbox
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.passwords import revoke_tokens
from config.admin_base import ModelAdmin, ReadOnlyAdmin

if TYPE_CHECKING:
    UserBase = DjangoUserAdmin[User]
    GroupBase = DjangoGroupAdmin
else:

    class UserBase(DjangoUserAdmin, ModelAdmin):
        """Django's pages of users with unfold's look."""

    class GroupBase(DjangoGroupAdmin, ModelAdmin):
        """Django's pages of groups with unfold's look."""


for registered in (User, Group, AuthToken):
    admin.site.unregister(registered)

# These decide what a user may do: whoever could set them could make themselves a superuser.
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[misc]  # has no types
    """The admin's password form. Switching off signing in by password revokes tokens too."""

    def save(self, commit: bool = True) -> User:
        """Save the password, or its absence, and revoke the user's tokens."""
        user: User = super().save(commit)
        revoke_tokens(user)
        return user


@admin.register(User)
class UserAdmin(UserBase):
    """Users. Nobody but a superuser gives rights, or takes over an account that has more."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = PasswordForm
    list_display = ("username", "email", "is_active", "is_staff", "is_superuser", "last_login")
    date_hierarchy = "date_joined"

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only superusers change what a user may do."""
        fields = [*super().get_readonly_fields(request, obj), "last_login", "date_joined"]
        return fields if request.user.is_superuser else [*fields, *POWERS]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody changes a user who may do more than they: a password is a way in."""
        return super().has_change_permission(request, obj) and _within_reach(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _within_reach(request.user, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Lists what is deleted with the users, without the digests of their tokens."""
        listed, *rest = super().get_deleted_objects(objs, request)
        return (_without_digests(listed), *rest)


def _within_reach(asking: User | AnonymousUser, other: User | None) -> bool:
    if other is None or asking.is_superuser:
        return True
    if other.is_superuser:
        return False
    # Not get_all_permissions(): that is empty for inactive users, who can be made active.
    held = Permission.objects.filter(Q(user=other) | Q(group__user=other)).values_list(
        "content_type__app_label", "codename"
    )
    return asking.has_perms({f"{app}.{name}" for app, name in held})


def _without_digests(listed: Any) -> Any:
    if isinstance(listed, list):
        return [_without_digests(entry) for entry in listed]
    # Escaped before, and replacing hexadecimal digits by a word adds nothing to escape.
    return mark_safe(re.sub(r"\b[0-9a-f]{128}\b", "token", conditional_escape(listed)))  # noqa: S308


@admin.register(Group)
class GroupAdmin(GroupBase):
    """Groups. Only superusers change them, since they give rights."""

    list_display = ("name", "members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With the number of members."""
        return super().get_queryset(request).annotate(member_count=Count("user"))

    @admin.display(description="users", ordering="member_count")
    def members(self, obj: Any) -> int:
        """How many users belong to the group."""
        return int(obj.member_count)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(
        self,
        request: HttpRequest,
        obj: Group | None = None,  # noqa: ARG002 - Django's signature
    ) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: Group | None = None,  # noqa: ARG002
    ) -> bool:
        return bool(request.user.is_superuser)


class ValidityFilter(admin.SimpleListFilter):
    """Filters tokens by whether they have expired."""

    title = "validity"
    parameter_name = "valid"

    def lookups(
        self,
        request: HttpRequest,  # noqa: ARG002
        model_admin: Any,  # noqa: ARG002
    ) -> list[tuple[str, str]]:
        return [("yes", "Valid"), ("no", "Expired")]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Any],
    ) -> QuerySet[Any]:
        """The tokens of the choice."""
        expired = Q(expiry__lte=timezone.now())
        match self.value():
            case "yes":
                return queryset.exclude(expired)
            case "no":
                return queryset.filter(expired)
        return queryset


@admin.register(AuthToken)
class AuthTokenAdmin(ReadOnlyAdmin):
    """Tokens: who has one, until when, and revoking it.

    The primary key is the token's digest, which is not shown. So there is no page for a single
    token, whose address would hold it, and the list tells tokens apart by their first characters.
    """

    list_display = ("token_key", "user", "created", "expiry")
    list_display_links = None
    list_filter = (ValidityFilter, ("user", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("^token_key", "user__username")
    ordering = ("-created", "token_key")
    date_hierarchy = "created"
    actions = ("revoke",)

    def get_urls(self) -> list[URLPattern]:
        return [url for url in super().get_urls() if url.name == "knox_authtoken_changelist"]

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Revoking alone: Django's own deletion shows primary keys."""
        actions: dict[str, Any] = super().get_actions(request)
        return {name: entry for name, entry in actions.items() if name == "revoke"}

    @admin.display(description=ModelAdmin.action_checkbox.short_description)  # type: ignore[attr-defined]
    def action_checkbox(self, obj: Any) -> SafeString:
        """A box that selects the token by its first characters."""
        return SafeString(checkbox.render(ACTION_CHECKBOX_NAME, obj.token_key))

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Run the action on the tokens that start with the selected characters."""
        data = request.POST.copy()
        selected = queryset.filter(token_key__in=data.getlist(ACTION_CHECKBOX_NAME))
        data.setlist(ACTION_CHECKBOX_NAME, [token.pk for token in selected])
        request.POST = data  # type: ignore[assignment]
        return super().response_action(request, queryset, *args, **kwargs)

    @admin.action(description="Revoke", permissions=["delete"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete the tokens: whoever uses one is signed out at once."""
        tokens = list(queryset.select_related("user"))
        kind = ContentType.objects.get_for_model(AuthToken)
        LogEntry.objects.bulk_create(
            LogEntry(
                user_id=request.user.pk,  # type: ignore[misc]  # nobody gets here unknown
                content_type=kind,
                object_id=token.token_key,
                object_repr=f"token {token.token_key}… of {token.user}",
                action_flag=DELETION,
                change_message="revoked",
            )
            for token in tokens
        )
        AuthToken.objects.filter(pk__in=[token.pk for token in tokens]).delete()
        self.message_user(request, f"{len(tokens)} tokens revoked.", messages.SUCCESS)
