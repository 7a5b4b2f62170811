"""Configuration of the offers app."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    """The offers app."""

    name = "offers"
