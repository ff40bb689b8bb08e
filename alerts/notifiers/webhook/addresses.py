"""Which addresses may be called: routes.yaml leads nobody into our own network unless it says so."""

import ipaddress
import socket
from collections.abc import Sequence
from typing import Final, TypeGuard
from urllib.parse import urlsplit

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class ForbiddenAddressError(OSError):
    """The name leads to an address that may not be called."""


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


class CarefulResolver(AbstractResolver):
    """Resolves to what may be called, at the moment of the call: a name may lead elsewhere a second later."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._resolver: AbstractResolver | None = None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if self._resolver is None:
            self._resolver = ThreadedResolver()
        found = await self._resolver.resolve(host, port, family)
        allowed = [each for each in found if is_allowed(each["host"], private=self._private)]
        if not allowed:
            raise ForbiddenAddressError(f"{host} leads to {_shown(found)}")
        return allowed

    async def close(self) -> None:
        if self._resolver is not None:
            await self._resolver.close()


def is_forbidden(error: BaseException) -> TypeGuard[OSError]:
    """Whether it was the resolver above that refused; aiohttp wraps what it raises."""
    return isinstance(error, ForbiddenAddressError) or isinstance(
        getattr(error, "os_error", error.__cause__), ForbiddenAddressError
    )


def _innermost(address: Address) -> Address:
    """IPv4 inside IPv6: mapped, 6to4 and NAT64 addresses lead to it."""
    if isinstance(address, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
        return address.ipv4_mapped or address.sixtofour or nat64 or address
    return address


def _shown(found: Sequence[ResolveResult]) -> str:
    return ", ".join(sorted({each["host"] for each in found})) or "nothing"


_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
