"""The database backend that `ENGINE` names."""

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL."""
