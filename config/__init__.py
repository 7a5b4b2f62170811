"""Settings, addresses, the server and the default database."""

__version__ = "0.1.0"
