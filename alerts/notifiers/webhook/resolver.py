"""Resolves names to addresses that may be called, and to no other."""

import socket
from collections.abc import Sequence
from typing import TypeGuard

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from alerts.notifiers.webhook.addresses import is_allowed


class ForbiddenAddressError(OSError):
    """The name leads to an address that may not be called."""


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


def _shown(found: Sequence[ResolveResult]) -> str:
    return ", ".join(sorted({each["host"] for each in found})) or "nothing"
