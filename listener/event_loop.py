"""The event loop's own complaints, said seldom, and descriptors enough for all that is open at a time."""

import asyncio
import logging
import resource
from collections import Counter
from typing import Any, Final

log = logging.getLogger(__name__)

AGAIN: Final = 60.0
"""Seconds in which a complaint is said once: out of descriptors, asyncio makes it a hundred times a second."""
DESCRIPTORS: Final = 65_536


class Complaints:
    """The loop's exception handler."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}
        self._unsaid: Counter[str] = Counter()

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        message, now = str(context.get("message", "a fault without words")), loop.time()
        if now - self._said.get(message, -AGAIN) < AGAIN:
            self._unsaid[message] += 1
            return
        self._said[message] = now
        more = self._unsaid.pop(message, 0)
        again = f" (and {more} times more)" if more else ""
        log.error("event loop: %s%s", message, again, exc_info=context.get("exception"))


def make_room() -> None:
    """As many descriptors as the system allows: sockets of clients must not use up those of our own calls."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
