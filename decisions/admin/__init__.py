"""Admin pages of the log and of what it refers to."""

from decisions.admin import catalogue, log, traces

__all__ = ["catalogue", "log", "traces"]
