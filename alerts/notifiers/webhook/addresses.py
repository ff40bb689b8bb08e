"""Which addresses may be called: routes.yaml leads nobody into our own network unless it says so."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def is_loopback(url: str) -> bool:
    """Whether it is this machine, by the names that everybody knows."""
    return urlsplit(url).hostname in LOOPBACK


def is_allowed(text: str, *, private: bool) -> bool:
    """Whether an address (as digits) may be called; `private`: also one of a private network.

    Link-local addresses never may: cloud machines read their own secrets there.
    """
    address = _innermost(ipaddress.ip_address(text.partition("%")[0]))
    if address.is_loopback:
        return private
    if address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved:
        return False
    return address.is_global or private


def literal(url: str) -> str | None:
    """The address where the host is one; aiohttp asks no resolver about it."""
    host = urlsplit(url).hostname or ""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _innermost(address: Address) -> Address:
    """IPv4 inside IPv6: mapped, 6to4 and NAT64 addresses lead to it."""
    if isinstance(address, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
        return address.ipv4_mapped or address.sixtofour or nat64 or address
    return address


_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
