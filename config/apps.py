"""What has to be in place before the first request."""

from django.apps import AppConfig
from django_structlog.signals import bind_extra_request_failed_metadata

from config.errors import log_status


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Give log lines of errors the status that the client gets."""
        bind_extra_request_failed_metadata.connect(log_status)
