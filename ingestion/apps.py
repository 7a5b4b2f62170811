"""Configuration of the ingestion app."""

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    """Ways in for events."""

    name = "ingestion"
