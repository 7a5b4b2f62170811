"""The sidebar of the admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from knox.models import AuthToken

from decisions import models as decisions
from offers import models as offers
from segments import models as segments

# Groups of pages, each with its icon.
PAGES: dict[str, dict[type[models.Model], str]] = {
    "Catalogue": {
        offers.Offer: "sell",
        offers.Category: "category",
        offers.Channel: "campaign",
        offers.Creative: "palette",
        offers.Budget: "payments",
        offers.Experiment: "science",
        offers.Journey: "route",
        offers.Trigger: "bolt",
        offers.Approval: "approval",
    },
    "Decisions": {
        decisions.DecisionFlow: "account_tree",
        decisions.QualificationRule: "rule",
        decisions.ContactPolicy: "policy",
        decisions.Suppression: "do_not_disturb_on",
        decisions.AlgorithmModel: "model_training",
        decisions.OutcomeType: "flag",
    },
    "Customers": {segments.Segment: "groups", segments.Customer: "person"},
    "Log": {
        decisions.Interaction: "touch_app",
        decisions.DecisionTrace: "timeline",
        decisions.Run: "play_circle",
        decisions.Attribution: "share",
        decisions.ModelMetric: "monitoring",
    },
    "Access": {User: "account_circle", Group: "shield_person", AuthToken: "key"},
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar's groups, with the pages that the user may see."""
    groups = []
    for title, icons in PAGES.items():
        items = [
            {
                "title": capfirst(model._meta.verbose_name_plural),
                "icon": icon,
                "link": reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"),
            }
            for model, icon in icons.items()
            if admin.site.get_model_admin(model).has_view_permission(request)
        ]
        if items:
            groups.append({"title": title, "items": items})
    return groups
