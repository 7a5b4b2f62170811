"""Materialising as an action on the admin's list of segments."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from config.database.deadline import extended
from segments.admin import SegmentAdmin
from segments.filters import InvalidFilterError
from segments.models import Segment
from summaries.materialising import analyze_members, materialise

# Adding up the history of millions of customers takes minutes, not seconds as an answer does.
MATERIALISING_SECONDS = 600

admin.site.unregister(Segment)


@admin.register(Segment)
class MaterialisingSegmentAdmin(SegmentAdmin):
    """The pages of segments, with an action that materialises them."""

    actions = ("materialise",)

    @admin.action(description="Materialise", permissions=["change"])
    def materialise(self, request: HttpRequest, queryset: QuerySet[Segment]) -> None:
        """Bring the members in line with the filters and the customers as they are now."""
        for segment in queryset.order_by("external_id"):
            try:
                with extended(MATERIALISING_SECONDS):
                    change = materialise(segment.pk)
            except InvalidFilterError as error:
                messages.error(request, f"{segment.external_id} is left as it was: {error}.")
                continue
            if change is not None:
                told = f"{change.joined:,} joined, {change.left:,} left, {change.after:,} members"
                self.log_change(request, segment, f"Materialised: {told}.")
                messages.success(request, f"{segment.external_id}: {told}.")
        analyze_members()
