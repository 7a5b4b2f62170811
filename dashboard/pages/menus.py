"""What the filter menus of the page offer: ids and names from the catalogue, no figures."""

from dataclasses import dataclass

from dashboard.parameters.declared import (
    CATEGORY,
    CHANNEL,
    DECISION_FLOW,
    MODEL,
    OFFER,
    SEGMENT,
    Parameter,
)
from offers.models import Status


@dataclass(frozen=True)
class Menu:
    """A menu that sets a parameter of the address; its first entry leaves it out."""

    parameter: str
    label: str
    everything: str
    # What is not active any more has a past worth asking about: it comes last.
    active: list[tuple[str, str]]
    others: list[tuple[str, str]]


def menus() -> list[Menu]:
    """The menus, in the order of the page."""
    return [
        _menu(SEGMENT, "Segment", "All customers"),
        _menu(CHANNEL, "Channel", "All channels"),
        _menu(CATEGORY, "Category", "All categories"),
        _menu(DECISION_FLOW, "Flow", "All flows"),
        _menu(MODEL, "Model", "All active models"),
    ]


def offers() -> Menu:
    """The offers; those that have been deleted keep their history."""
    return _menu(OFFER, "Offer", "Choose an offer…")


def _menu(parameter: Parameter, label: str, everything: str) -> Menu:
    if parameter.entity is None:
        raise ValueError(f"{parameter.name} names no entity, so there is nothing to choose from")
    active: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for entity in parameter.entity._default_manager.order_by("name", "external_id"):
        fits = getattr(entity, "status", Status.ACTIVE) == Status.ACTIVE
        (active if fits else others).append((entity.external_id, entity.name))
    return Menu(parameter.name, label, everything, active, others)
