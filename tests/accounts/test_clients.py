"""Whose failures they are, behind proxies, asked of a real server."""

from contextlib import AbstractContextManager

import pytest

from tests.support.serving import Served, serving
from tests.support.shop import ADDRESS

pytestmark = pytest.mark.django_db


def server(**settings: str) -> AbstractContextManager[Served]:
    """A server that takes two wrong tokens from each."""
    return serving(TOKEN_FAILURES_PER_ADDRESS="2/day", **settings)


def statuses(served: Served, *forwarded: str) -> list[int]:
    """What a wrong token hears that came by these addresses; by none if empty."""
    heard = []
    for addresses in forwarded:
        headers = {"Authorization": "Bearer wrong", "X-Forwarded-Proto": "https"}
        if addresses:
            headers["X-Forwarded-For"] = addresses
        heard.append(served.send("GET", ADDRESS, headers=headers).status)
    return heard


def test_without_proxies_all_that_is_forwarded_is_forged() -> None:
    with server() as served:
        assert statuses(served, "192.0.2.1", "192.0.2.2", "192.0.2.3", "") == [401, 401, 429, 429]


def test_https_means_one_proxy() -> None:
    with server(HTTPS="1") as served:
        # Its own word is the last; what stands before came with the request.
        assert statuses(served, *(f"192.0.2.{n}, 198.51.100.1" for n in range(3))) == [
            401,
            401,
            429,
        ]
        assert statuses(served, "198.51.100.1", "198.51.100.1:4711") == [429, 429]
        # Nobody is framed.
        assert statuses(served, "192.0.2.1", "198.51.100.1, 192.0.2.2") == [401, 401]


def test_two_proxies() -> None:
    with server(TRUSTED_PROXIES="2") as served:
        chain = "198.51.100.1, 203.0.113.7"
        assert statuses(served, chain, f"192.0.2.1, {chain}", chain) == [401, 401, 429]
        assert statuses(served, "198.51.100.2, 203.0.113.7") == [401]
        # Who comes past the proxies is who sent the request, whatever they say.
        assert statuses(served, "198.51.100.1", "198.51.100.3", "") == [401, 401, 429]
