"""Starting the server, once everything that it needs is in place."""

import resource
import socket
import sys
import threading
import time
from urllib.request import urlopen

from django.conf import settings
from django.db import connections
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

# As many may be open at once. Idle ones cost a few kilobytes each.
CONNECTIONS = 4096
# Left to requests when the server is told to stop: what they may take, and to send the answer.
STOPPING_SECONDS = 2
FORKED_AFTER_SECONDS = 0.5


def check_port() -> None:
    """End the process if the port is not free."""
    host, port = settings.BIND_ADDRESS, settings.PORT
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        sys.exit(
            f"Port {port} of {host} cannot be used: {reason}. "
            "Stop what uses it, or choose another port, such as PORT=8001."
        )


def serve(message: str = "") -> None:
    """Serve until a signal ends it; print the message as soon as requests are answered."""
    check_port()
    connections.close_all()
    allow_open_files()
    server = Server(
        "config.asgi:application",
        address=settings.BIND_ADDRESS,
        port=settings.PORT,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=settings.READ_TIMEOUT_SECONDS * 1000),
        backlog=CONNECTIONS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=round(settings.ANSWER_TIMEOUT_SECONDS) + STOPPING_SECONDS,
        log_level=LogLevels(settings.LOG_LEVEL.lower()),
        # Its lines take the same way as all others.
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},
    )
    if message:
        # Once granian has forked: no other thread may be busy in that moment.
        announcing = threading.Timer(FORKED_AFTER_SECONDS, _announce, [message])
        announcing.daemon = True
        announcing.start()
    server.serve()


def allow_open_files() -> None:
    """Use all the open files that the system allows: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _announce(message: str) -> None:
    host = settings.BIND_ADDRESS
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not bound here
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}/healthz"
    while True:
        try:
            with urlopen(address, timeout=1):
                break
        except OSError:
            time.sleep(0.05)
    print(message, flush=True)
