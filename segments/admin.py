"""Admin pages of customers and segments.

Memberships have a composite key, which the admin cannot show; they are what a customer's page
says about segments, and what filtering customers by segment finds.
"""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.admin_base import EstimatePaginator
from offers.admin_base import CatalogueAdmin, CatalogueForm, PermanentAdmin, StatusAdminMixin
from segments.filters import InvalidFilterError, validate_filters
from segments.models import Customer, Segment, SegmentMembership
from segments.preview import counting_seconds, preview


class StorableJSONField(forms.JSONField):
    """JSON that PostgreSQL can hold and a page can show again.

    Python also reads NaN, Infinity and halves of surrogate pairs, which are none of it.
    """

    def to_python(self, value: Any) -> Any:
        """The value, if it can be stored."""
        try:
            found = super().to_python(value)
            _storable(found)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(
                "This cannot be stored: NaN, Infinity, half a surrogate pair (\\ud800 to \\udfff), "
                "a number of thousands of digits, or lists in lists in lists. Leave it out."
            ) from error
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Keep the input as typed if it is not valid JSON."""
        try:
            value = super().bound_data(data, initial)
            _storable(value)
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)
        return value


def _storable(value: Any) -> None:
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


JSON_FIELDS: Any = {models.JSONField: {"form_class": StorableJSONField}}


class SegmentForm(CatalogueForm):
    """A segment whose filters can be used."""

    def clean_filters(self) -> Any:
        """Refuse filters that mean nothing, naming the one that is wrong."""
        filters = self.cleaned_data["filters"]
        if filters is None:  # an empty field
            return []
        try:
            validate_filters(filters)
        except InvalidFilterError as error:
            raise forms.ValidationError(str(error)) from error
        return filters


@admin.register(Segment)
class SegmentAdmin(StatusAdminMixin, PermanentAdmin):
    """Segments. One is archived, not deleted: its members may be millions."""

    form = SegmentForm
    formfield_overrides = JSON_FIELDS
    list_display = ("name", "external_id", "status_label", "materialized_at", "customer_count")
    list_filter = ("status", ("materialized_at", admin.EmptyFieldListFilter))
    readonly_fields = ("materialized_at", "customer_count", "members", "preview")

    def save_model(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Segment,
        form: Any,
        change: bool,
    ) -> None:
        """Store only what was changed: the segment may have been materialised meanwhile."""
        obj.save(update_fields=form.changed_data if change else None)

    @admin.display(description="members")
    def members(self, obj: Segment) -> SafeString | str:
        """A link to the list of members."""
        if obj.pk is None or obj.materialized_at is None:
            return "not materialised"
        address = reverse("admin:segments_customer_changelist")
        return format_html('<a href="{}?segment={}">list of members</a>', address, obj.pk)

    @admin.display(description="preview")
    def preview(self, obj: Segment) -> SafeString | str:
        """How many customers the stored filters match now, and the SQL that finds them."""
        if not obj.pk:
            return "shown once the segment is saved"
        known = vars(obj)  # the page asks several times
        if "_preview" not in known:
            known["_preview"] = _preview_of(obj.pk)
        return known["_preview"]  # type: ignore[no-any-return]


def _preview_of(key: int) -> SafeString | str:
    try:
        found = preview(key)
    except InvalidFilterError as error:
        return f"These filters cannot be used: {error}."
    if found.customers is None:
        told = f"More customers than can be counted in {counting_seconds():g} s match now."
    else:
        told = f"{found.customers:,} customers match now."
    layout = '<p>{}</p><pre class="font-mono whitespace-pre-wrap break-all mt-2">{}</pre>'
    return format_html(layout, told, found.query)


class SegmentFilter(admin.SimpleListFilter):
    """Members of a segment."""

    title = "segment"
    parameter_name = "segment"

    def lookups(
        self,
        request: HttpRequest,  # noqa: ARG002
        model_admin: Any,  # noqa: ARG002
    ) -> list[tuple[str, str]]:
        segments = Segment.objects.exclude(materialized_at=None).order_by("name", "external_id")
        return [(str(key), name) for key, name in segments.values_list("pk", "name")]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Customer],
    ) -> QuerySet[Customer]:
        """The members of the choice."""
        choices = {value for value, _ in self.lookup_choices}
        value = self.value()
        if value is None:
            return queryset
        if value not in choices:
            return queryset.none()
        member = SegmentMembership.objects.filter(
            customer_id=OuterRef("customer_id"), segment_id=value
        )
        return queryset.filter(Exists(member))


class CustomerForm(CatalogueForm):
    """A customer whose attributes are an object."""

    def clean_attributes(self) -> Any:
        """Accept nothing but an object."""
        attributes = self.cleaned_data["attributes"]
        if attributes is None:  # an empty field
            return {}
        if not isinstance(attributes, dict):
            raise forms.ValidationError(
                'The attributes are a list or a single value; use an object, such as {"age": 42}.'
            )
        return attributes


@admin.register(Customer)
class CustomerAdmin(CatalogueAdmin):
    """Customers: too many to count, found by the beginning of their id."""

    form = CustomerForm
    formfield_overrides = JSON_FIELDS
    readonly_once_created = ("customer_id",)
    readonly_fields = ("segments",)
    list_display = ("customer_id", "attribute_names")
    list_display_links = ("customer_id",)
    list_filter = (SegmentFilter,)
    search_fields = ("^customer_id",)
    search_help_text = "customer id, or its beginning"
    sortable_by = ("customer_id",)
    paginator = EstimatePaginator
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search by the beginning of the id, case included, so that the primary key answers."""
        term = search_term.strip()
        if not term:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(customer_id__startswith=term), False

    @admin.display(description="attributes")
    def attribute_names(self, obj: Customer) -> str:
        """Which attributes are known, shortened to ten."""
        names = sorted(obj.attributes)
        return ", ".join(names[:10]) + (" …" if len(names) > 10 else "") or "-"

    @admin.display(description="segments")
    def segments(self, obj: Customer) -> SafeString | str:
        """The segments that the customer belongs to, as last materialised."""
        segments = Segment.objects.filter(memberships__customer_id=obj.pk).order_by("external_id")
        change = "admin:segments_segment_change"
        links = ((reverse(change, args=[found.pk]), found.name) for found in segments)
        return format_html_join(", ", '<a href="{}">{}</a>', links) or "-"
