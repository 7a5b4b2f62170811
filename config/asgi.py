"""The application that the production server runs."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from config.processes import end_with_parent  # noqa: E402 - after the settings
from config.server.handler import ThreadedHandler  # noqa: E402

# Or it would go on serving, and hold the port, after the process that can be told to stop.
end_with_parent()
application = ThreadedHandler()
