"""Presses that wait for the bot's answer: a toast, an alert, or nothing in time."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from simulator.telegram_checks import RefusedError
from simulator.telegram_entities import length

MAX_TOAST: Final = 200
LIFE: Final = timedelta(seconds=60)
PRESS_WAITS: Final = 5.0
"""Seconds that somebody looks at the button."""
FIRST: Final = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """The bot's answer to a press; an alert stands in the middle of the screen until it is closed."""

    text: str | None
    alert: bool = False


class Queries:
    """Callback queries by their ids."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._numbers = itertools.count(FIRST)
        self._asked: dict[str, tuple[datetime, asyncio.Future[Toast]]] = {}

    def ask(self) -> tuple[str, Callable[[], Awaitable[Toast | None]]]:
        """A new query's id, and what waits for its answer."""
        number = str(next(self._numbers))
        answer: asyncio.Future[Toast] = asyncio.get_running_loop().create_future()
        self._asked[number] = (self._clock(), answer)

        async def wait() -> Toast | None:
            try:
                return await asyncio.wait_for(asyncio.shield(answer), PRESS_WAITS)
            except TimeoutError:
                return None

        return number, wait

    def answer(self, number: str, toast: Toast) -> None:
        """Raises RefusedError for a query that is unknown or too old, and for a toast that is too long."""
        at, answer = self._asked.get(number, (None, None))
        if at is None or answer is None or self._clock() - at > LIFE:
            raise RefusedError(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        if length(toast.text or "") > MAX_TOAST:
            raise RefusedError(400, "Bad Request: MESSAGE_TOO_LONG")
        if not answer.done():
            answer.set_result(toast)
