"""What the filter menus of the page offer: ids and names from the catalogue, no figures."""

from dataclasses import dataclass

from decisions.models import AlgorithmModel, DecisionFlow
from offers.models import Category, Channel, Entity, Offer, Status
from segments.models import Segment


@dataclass(frozen=True)
class Menu:
    """A menu that sets a parameter of the address; its first entry leaves it out."""

    parameter: str
    label: str
    everything: str
    # The views that show it, separated by spaces, as the page's script reads them.
    views: str
    # What is not active any more has a past worth asking about: it comes last.
    active: list[tuple[str, str]]
    others: list[tuple[str, str]]


def menus() -> list[Menu]:
    """The menus, in the order of the page."""
    return [
        _menu(Segment, "segmentId", "Segment", "All customers", "overview offers decisions"),
        _menu(Channel, "channelId", "Channel", "All channels", "decisions"),
        _menu(Category, "categoryId", "Category", "All categories", "decisions"),
        _menu(DecisionFlow, "decisionFlowId", "Flow", "All flows", "decisions"),
        _menu(AlgorithmModel, "modelId", "Model", "All active models", "models"),
    ]


def offers() -> Menu:
    """The offers; those that have been deleted keep their history."""
    return _menu(Offer, "offerId", "Offer", "Choose an offer…", "decisions")


def _menu(model: type[Entity], parameter: str, label: str, everything: str, views: str) -> Menu:
    active: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for entity in model._default_manager.order_by("name", "external_id"):
        fits = getattr(entity, "status", Status.ACTIVE) == Status.ACTIVE
        (active if fits else others).append((entity.external_id, entity.name))
    return Menu(parameter, label, everything, views, active, others)
