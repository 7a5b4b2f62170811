"""Configuration of the summaries app."""

from django.apps import AppConfig


class SummariesConfig(AppConfig):
    """Sums of the log."""

    name = "summaries"
