"""Presses and answers from Telegram: an own long poll whose offset moves only past what was handled."""

import asyncio
import logging
import random
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from alerts.backoff import Backoff
from alerts.notifiers.telegram.api import Connect, TelegramApi, TelegramError
from alerts.notifiers.telegram.courtesies import Courtesies
from alerts.notifiers.telegram.hearing import Hearing
from alerts.notifiers.telegram.prompts import Prompts
from alerts.notifiers.telegram.refusals import notify_error
from alerts.notifiers.telegram.updates import read_query, read_reply, update_id
from alerts.ports import NotifyError, OnPress, PromptBook

log = logging.getLogger(__name__)

AT_ONCE: Final = 8
TRIES: Final = 3
REMEMBERED: Final = 1000
AGAIN: Final = Backoff(first=1.0, longest=30.0)
CONFLICT: Final = 409
TAKEN: Final = (
    "нажатия забирает другая программа с тем же токеном: остановите её или выпустите новый токен в @BotFather"
)
IDLE_PAUSE: Final = 0.5
"""Between answers without news: a server that knows no long poll answers at once."""


class TelegramInbox:
    """`run` handles the presses of one case in order and different cases side by side.

    A press that was not answered in `answer_within` seconds is acknowledged first: Telegram forgets it soon.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        clock: Callable[[], datetime],
        prompts: PromptBook,
        *,
        connector: Connect | None = None,
        poll_seconds: int = 25,
        answer_within: float = 1.0,
    ) -> None:
        self._api = TelegramApi(base_url, token, connector=connector)
        self._courtesies = Courtesies(self._api)
        self._hearing = Hearing(
            self._api, Prompts(self._api, prompts), self._courtesies, clock, answer_within=answer_within
        )
        self._poll_seconds = poll_seconds
        self._offset = 0
        self._deaf: NotifyError | None = None
        self._tries: dict[int, int] = {}
        self._done: set[int] = set()
        self._past: OrderedDict[int, None] = OrderedDict()

    @property
    def deaf(self) -> NotifyError | None:
        return self._deaf

    async def run(self, on_press: OnPress) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._courtesies.run())
                await self._listen(on_press)
        finally:
            await self._api.close()

    async def _listen(self, on_press: OnPress) -> None:
        failures = 0
        while True:
            try:
                fresh = await self._poll()
            except TelegramError as error:
                await asyncio.sleep(await self._held_back(error, failures))
                failures += 1
                continue
            failures, self._deaf = 0, None
            await self._handle(fresh, on_press)

    async def _poll(self) -> list[Mapping[str, Any]]:
        """The updates from the offset on; an answer without any is followed by a short rest."""
        answer = await self._api.call(
            "getUpdates",
            patience=self._poll_seconds + 10.0,
            offset=self._offset,
            # After a failure the first answer says that all is well again: it must not take as long as news do.
            timeout=0 if self._deaf else self._poll_seconds,
            allowed_updates=["message", "callback_query"],
        )
        if not isinstance(answer, list):
            raise TelegramError("getUpdates answers no list")
        fresh = self._fresh(answer)
        if not fresh:
            await asyncio.sleep(IDLE_PAUSE)
        return fresh

    def _fresh(self, answer: Sequence[Any]) -> list[Mapping[str, Any]]:
        """The updates that were not handled yet.

        After a week without any Telegram goes on counting from a number at random. Whoever answers with lower ones
        than were asked for, and with no others, has done so.
        """
        known = self._done | self._past.keys()
        news = [
            (number, update) for update in answer if (number := update_id(update)) >= 0 and number not in known
        ]
        if news and all(number < self._offset for number, _ in news):
            log.info("Telegram counts its updates anew, from %d", min(number for number, _ in news))
            self._offset = min(number for number, _ in news)
            self._done.clear()
        return [update for number, update in news if number >= self._offset]

    async def _held_back(self, error: TelegramError, failures: int) -> float:
        """Seconds to wait after a failed poll."""
        verdict = notify_error(error)
        if error.code == CONFLICT:
            verdict = NotifyError(str(verdict), retry_after=verdict.retry_after, advice=TAKEN)
            log.critical(
                "another program reads this Telegram bot's updates, or a webhook is set: %s", error.description
            )
            if "webhook" in error.description.lower():
                await self._delete_webhook()
        else:
            log.warning("Telegram's updates do not come: %s", verdict)
        self._deaf = verdict
        if verdict.retry_after is not None:
            return verdict.retry_after
        return AGAIN.after(failures, random.random())

    async def _handle(self, fresh: Sequence[Mapping[str, Any]], on_press: OnPress) -> None:
        """Handle the updates and move the offset up to the first that has to come again."""
        lanes: dict[object, list[Mapping[str, Any]]] = {}
        for update in fresh:
            lanes.setdefault(_lane_of(update), []).append(update)
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._lane(gate, updates, on_press)) for updates in lanes.values()]
        again = {number for task in tasks for number in task.result()}
        self._remember({*map(update_id, fresh)} - again)
        self._offset = min(again, default=max([self._offset - 1, *map(update_id, fresh), *self._done]) + 1)
        self._tries = {number: tries for number, tries in self._tries.items() if number >= self._offset}
        self._done = {number for number in self._done if number >= self._offset}
        if again:
            await asyncio.sleep(IDLE_PAUSE)

    def _remember(self, handled: Iterable[int]) -> None:
        """A server that gives again what it was asked to go past must not be obeyed again."""
        for number in handled:
            self._past[number] = None
        while len(self._past) > REMEMBERED:
            self._past.popitem(last=False)

    async def _lane(
        self,
        gate: asyncio.Semaphore,
        updates: Sequence[Mapping[str, Any]],
        on_press: OnPress,
    ) -> list[int]:
        """Handle updates one after another; returns those to be tried again."""
        again = []
        async with gate:
            for update in updates:
                number = update_id(update)
                try:
                    await self._hearing.take(update, on_press)
                except Exception:
                    # One bad press must not end the inbox; it comes again a few times and is then given up.
                    self._tries[number] = self._tries.get(number, 0) + 1
                    log.exception("a press in Telegram failed, try %d of %d", self._tries[number], TRIES)
                    if self._tries[number] < TRIES:
                        again.append(number)
                        continue
                    await self._hearing.give_up(update)
                self._done.add(number)
        return again

    async def _delete_webhook(self) -> None:
        try:
            await self._api.call("deleteWebhook")
        except TelegramError as error:
            log.warning("the webhook of the Telegram bot could not be removed: %s", notify_error(error))


def _lane_of(update: Mapping[str, Any]) -> object:
    """What goes in order: the presses of one case, the answers to one question."""
    query, reply = read_query(update), read_reply(update)
    if query is not None:
        return query.case
    return (reply.place.chat, reply.to) if reply is not None else None
