"""Presses from Telegram: an own long poll whose offset moves only past what was handled."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from alerts.notifiers.telegram.api import Connect, TelegramApi, TelegramError
from alerts.notifiers.telegram.refusals import notify_error
from alerts.notifiers.telegram.updates import Query, Words, read_query, read_words, update_id
from alerts.ports import Answer, OnPress, Press

log = logging.getLogger(__name__)

LATER: Final = Answer(text="Принято, записываем…")
FAILED: Final = Answer(text="Не получилось записать, попробуем ещё раз", alert=True)
MAX_TOAST: Final = 200
AT_ONCE: Final = 8
TRIES: Final = 3
LONGEST_PAUSE: Final = 30.0
CONFLICT: Final = 409
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
        *,
        connector: Connect | None = None,
        poll_seconds: int = 25,
        answer_within: float = 1.0,
    ) -> None:
        self._api = TelegramApi(base_url, token, connector=connector)
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._answer_within = answer_within
        self._offset = 0
        self._tries: dict[int, int] = {}
        self._done: set[int] = set()

    async def run(self, on_press: OnPress) -> None:
        failures = 0
        try:
            while True:
                try:
                    fresh = await self._poll()
                except TelegramError as error:
                    await asyncio.sleep(await self._held_back(error, failures))
                    failures += 1
                    continue
                failures = 0
                await self._handle(fresh, on_press)
        finally:
            await self._api.close()

    async def _poll(self) -> list[Mapping[str, Any]]:
        """The updates from the offset on; an answer without any is followed by a short rest."""
        answer = await self._api.call(
            "getUpdates",
            patience=self._poll_seconds + 10.0,
            offset=self._offset,
            timeout=self._poll_seconds,
            allowed_updates=["message", "callback_query"],
        )
        if not isinstance(answer, list):
            raise TelegramError("getUpdates answers no list")
        fresh = [
            update
            for update in answer
            if (number := update_id(update)) >= self._offset and number not in self._done
        ]
        if not fresh:
            await asyncio.sleep(IDLE_PAUSE)
        return fresh

    async def _held_back(self, error: TelegramError, failures: int) -> float:
        """Seconds to wait after a failed poll."""
        verdict = notify_error(error)
        if error.code == CONFLICT:
            log.critical(
                "another program reads this Telegram bot's updates, or a webhook is set: %s", error.description
            )
            if "webhook" in error.description.lower():
                await self._delete_webhook()
        else:
            log.warning("Telegram's updates do not come: %s", verdict)
        if verdict.retry_after is not None:
            return verdict.retry_after
        return min(LONGEST_PAUSE, 2.0**failures) * random.uniform(0.5, 1.0)

    async def _handle(self, fresh: Sequence[Mapping[str, Any]], on_press: OnPress) -> None:
        """Handle the updates and move the offset up to the first that has to come again."""
        lanes: dict[object, list[Mapping[str, Any]]] = {}
        for update in fresh:
            query = read_query(update)
            lanes.setdefault(query.case if query else None, []).append(update)
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._lane(gate, updates, on_press)) for updates in lanes.values()]
        again = {number for task in tasks for number in task.result()}
        self._offset = min(again, default=max([self._offset - 1, *map(update_id, fresh), *self._done]) + 1)
        self._tries = {number: tries for number, tries in self._tries.items() if number >= self._offset}
        self._done = {number for number in self._done if number >= self._offset}
        if again:
            await asyncio.sleep(IDLE_PAUSE)

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
                    await self._one(update, on_press)
                except Exception:
                    # One bad press must not end the inbox; it comes again a few times and is then given up.
                    self._tries[number] = self._tries.get(number, 0) + 1
                    log.exception("a press in Telegram failed, try %d of %d", self._tries[number], TRIES)
                    if self._tries[number] < TRIES:
                        again.append(number)
                        continue
                self._done.add(number)
        return again

    async def _one(self, update: Mapping[str, Any], on_press: OnPress) -> None:
        query, words = read_query(update), read_words(update)
        if query is not None:
            await self._obey(query, on_press)
        elif words is not None:
            await self._introduce(words)

    async def _obey(self, query: Query, on_press: OnPress) -> None:
        press = Press(
            messenger="telegram",
            key=f"tg:{query.id}",
            user=query.user,
            user_name=query.user_name,
            case=query.case,
            action=query.action,
            at=self._clock(),
        )
        work = asyncio.ensure_future(on_press(press))
        try:
            in_time, _ = await asyncio.wait({work}, timeout=self._answer_within)
            if not in_time:
                await self._answer(query.id, LATER)
                await work
            elif work.exception() is None:
                await self._answer(query.id, work.result())
            else:
                await self._answer(query.id, FAILED)
                work.result()
        finally:
            work.cancel()

    async def _answer(self, query_id: str, answer: Answer) -> None:
        try:
            await self._api.call(
                "answerCallbackQuery",
                callback_query_id=query_id,
                text=answer.text[:MAX_TOAST],
                show_alert=answer.alert,
            )
        except TelegramError as error:
            # «query is too old», a lost connection: the press itself counts, and the card will show it.
            log.info("a toast in Telegram was not shown: %s", notify_error(error))

    async def _introduce(self, words: Words) -> None:
        try:
            await self._api.call(
                "sendMessage", chat_id=words.chat, text=words.reply, message_thread_id=words.topic
            )
        except TelegramError as error:
            log.info("an answer to /id in Telegram was not shown: %s", notify_error(error))

    async def _delete_webhook(self) -> None:
        try:
            await self._api.call("deleteWebhook")
        except TelegramError as error:
            log.warning("the webhook of the Telegram bot could not be removed: %s", notify_error(error))
