"""`python -m config.serve`: the production server, once everything that it needs is in place."""

import os
import socket
import sys
from typing import NoReturn

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import Error, connections

from config import gunicorn
from config.schema import ensure_schema


def listen() -> socket.socket:
    """A socket that listens on PORT of BIND_ADDRESS. Ends the process if there can be none."""
    host, port = gunicorn.host, gunicorn.port
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        sys.exit(f"PORT is {port!r}; it must be a number from 1 to 65535.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, int(port)), family=family)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        sys.exit(
            f"Port {port} of {host} cannot be used: {reason}. "
            "Stop what uses it, or choose another port, such as PORT=8001."
        )
    # Header and body are sent one after the other; the body must not wait for the client's
    # acknowledgement of the header, which comes 40 ms later. Connections inherit this.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def serve(listener: socket.socket) -> NoReturn:
    """Become gunicorn. Whoever connects from now on is answered as soon as it is up."""
    connections.close_all()
    sys.stdout.flush()
    listener.set_inheritable(True)
    address = f"fd://{listener.fileno()}"
    arguments = ["-c", "python:config.gunicorn", "--bind", address, "config.wsgi"]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments])  # noqa: S606 - no input of anybody's


def main() -> None:
    """Check the port, the settings and the tables, then serve."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    listener = listen()
    try:
        django.setup()
        ensure_schema()
    except (ImproperlyConfigured, CommandError, Error) as error:
        sys.exit(f"The server cannot start: {str(error).strip()}")
    serve(listener)


if __name__ == "__main__":
    main()
