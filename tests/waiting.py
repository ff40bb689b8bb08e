"""Waiting for what a simulator shows."""

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Return as soon as it holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        # What the simulators show has no event to wait for.
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
