"""Configuration of the offers app."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "offers"
