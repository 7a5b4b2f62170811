"""`python -m config.server`: the production server."""

import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import Error

from config.schema import ensure_schema
from config.server.serve import check_port, serve


def main() -> None:
    """Check the settings, the port and the tables, then serve."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
        check_port()
        ensure_schema()
    except (ImproperlyConfigured, CommandError, Error) as error:
        sys.exit(f"The server cannot start: {str(error).strip()}")
    serve()


if __name__ == "__main__":
    main()
