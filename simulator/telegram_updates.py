"""A bot's updates: kept until their offset is confirmed, handed to one long poll at a time."""

import asyncio
from collections.abc import Sequence
from typing import Any


class ConflictError(Exception):
    """Another long poll has taken over."""


class Updates:
    """Offsets as Telegram has them: asking from N confirms everything below N; -N asks for the last N."""

    def __init__(self) -> None:
        self.waiting: list[dict[str, Any]] = []
        self._next = 100_001
        self._allowed: frozenset[str] = frozenset()
        self._poll: asyncio.Future[None] | None = None

    def add(self, kind: str, value: dict[str, Any]) -> None:
        """Something happened. What the bot did not ask for is forgotten."""
        if self._allowed and kind not in self._allowed:
            return
        self.waiting.append({"update_id": self._next, kind: value})
        self._next += 1
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    async def poll(
        self,
        *,
        offset: int,
        limit: int,
        timeout: float,  # noqa: ASYNC109 - the protocol's own long-poll time
        allowed: Sequence[str] | None,
    ) -> list[dict[str, Any]]:
        """The unconfirmed updates, at once or as soon as there are any. Raises ConflictError."""
        self._end_other()
        if allowed is not None:
            self._allowed = frozenset(allowed)
        self._confirm(offset)
        if not self.waiting and timeout > 0:
            mine = self._poll = asyncio.get_running_loop().create_future()
            await asyncio.wait({mine}, timeout=timeout)
            if mine.done():
                mine.result()
        return self.waiting[: max(1, min(limit, 100))]

    def _end_other(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(ConflictError)
            # The ended poll reads it if it still lives; a client that hung up never will.
            self._poll.exception()

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            self.waiting = [update for update in self.waiting if update["update_id"] >= offset]
        elif offset < 0:
            self.waiting = self.waiting[offset:]
