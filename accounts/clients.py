"""Tells clients apart by their addresses."""

from ipaddress import ip_network

from django.http import HttpRequest
from ipware import get_client_ip
from rest_framework.request import Request

# The smallest network that an IPv6 customer gets: within it, a new address costs nothing.
IPV6_NETWORK_BITS = 64


def client_of(request: HttpRequest | Request) -> str:
    """The client's IPv4 address or IPv6 network.

    X-Forwarded-For is believed as far as trusted proxies wrote it (IPWARE_* in the settings). A
    request that did not pass all of them counts for the address that it came from.
    """
    trusted, _ = get_client_ip(request)
    address = trusted or str(request.META.get("REMOTE_ADDR", ""))
    if ":" in address:
        bare = address.partition("%")[0]
        return str(ip_network(f"{bare}/{IPV6_NETWORK_BITS}", strict=False).network_address)
    return address
