"""A network on the way to the database that can stop forwarding, without closing anything."""

import socket
import threading
from contextlib import suppress
from typing import Self

from django.db import connection

PIECE = 65536


class FreezingProxy:
    """A TCP port that leads to the server of the tests, until it freezes."""

    def __init__(self, port: int = 0) -> None:
        """Port 0 is any that is free."""
        self._thawed = threading.Event()
        self._thawed.set()
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *error: object) -> None:
        self.thaw()
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    @property
    def url(self) -> str:
        """The database of the tests, by way of this port."""
        settings = connection.settings_dict
        who = settings["USER"] + (f":{settings['PASSWORD']}" if settings["PASSWORD"] else "")
        return f"postgres://{who}@127.0.0.1:{self.port}/{settings['NAME']}?sslmode=disable"

    def freeze(self) -> None:
        """Forward nothing more. New connections are accepted, as by a kernel, and hang."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Forward all that has waited."""
        self._thawed.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._sockets.append(client)
                self._start(self._connect, client)

    def _connect(self, client: socket.socket) -> None:
        self._thawed.wait()
        try:
            server = self._to_server()
        except OSError:  # nobody there
            client.close()
            return
        self._sockets.append(server)
        self._start(self._forward, client, server)
        self._forward(server, client)

    def _to_server(self) -> socket.socket:
        settings = connection.settings_dict
        host, port = settings["HOST"], settings["PORT"] or "5432"
        if not host.startswith("/"):
            return socket.create_connection((host or "127.0.0.1", int(port)))
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(f"{host}/.s.PGSQL.{port}")
        except OSError:
            server.close()
            raise
        return server

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                self._thawed.wait()
                target.sendall(piece)
            self._thawed.wait()
            target.shutdown(socket.SHUT_WR)

    def _start(self, target: object, *arguments: object) -> None:
        threading.Thread(target=target, args=arguments, daemon=True).start()  # type: ignore[arg-type]
