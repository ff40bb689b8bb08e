"""What people do in Telegram, and what they read of it: presses, answers to prompts, commands."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from alerts.cards.asking import KEEP
from alerts.cards.digest import TURN
from alerts.cards.prompt import Option, Prompt
from alerts.notifiers.highlights import cut
from alerts.notifiers.telegram import TELEGRAM
from alerts.notifiers.telegram.api import TelegramApi, TelegramError
from alerts.notifiers.telegram.courtesies import Courtesies
from alerts.notifiers.telegram.prompts import Prompts
from alerts.notifiers.telegram.refusals import notify_error
from alerts.notifiers.telegram.updates import Place, Query, Reply, read_query, read_reply, read_words
from alerts.ports import Answer, Asked, OnPress, Press

log = logging.getLogger(__name__)

MAX_TOAST: Final = 200
NOTED_WITHIN: Final = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Pauses, in seconds, in which the outbox has written down where a note stands that somebody has answered."""
FRESH: Final = timedelta(seconds=15)
"""The age from which a note is not waited for: it is noted by now, or the process that said it has died before."""
TOLD_WITHIN: Final = 2.0
"""Seconds for which presses wait until somebody has read that his answer was not taken."""
LATER: Final = Answer(text="Принято, записываем…")
FAILED: Final = Answer(text="Не получилось записать, попробуем ещё раз", alert=True)
GIVEN_UP: Final = "Не получилось записать. Нажмите кнопку под карточкой ещё раз через минуту."
BELOW: Final = "Ответ внизу чата"
UNDERSTOOD: Final = "Понятно"
CHOOSE: Final = "Дальше внизу чата: нажмите там кнопку"
WRITE: Final = "Ответьте на вопрос внизу чата"
NOT_ASKED: Final = "Не получилось задать вопрос. Нажмите ещё раз"
FORGOTTEN: Final = "Не помню вопроса, нажмите кнопку под карточкой ещё раз."
FORGOTTEN_NOTE: Final = "Ответ не принят. Если это сообщение ниже повторено, ответьте на последнее такое."
NO_TEXT: Final = "Здесь нужен текст: ответьте на вопрос сообщением."
ANOTHERS: Final = "На этот вопрос отвечает {name}. Нажмите кнопку под карточкой, и бот спросит вас."
SOMEBODY: Final = "другой человек"


class Hearing:
    """One update at a time, whole. A press that takes longer than `answer_within` seconds is acknowledged first:
    Telegram forgets it soon.
    """

    def __init__(
        self,
        api: TelegramApi,
        prompts: Prompts,
        courtesies: Courtesies,
        clock: Callable[[], datetime],
        *,
        answer_within: float,
    ) -> None:
        self._api = api
        self._prompts = prompts
        self._courtesies = courtesies
        self._clock = clock
        self._answer_within = answer_within

    async def take(self, update: Mapping[str, Any], on_press: OnPress) -> None:
        """Raises what `on_press` and the book of prompts raise; the update is then to be taken again."""
        if query := read_query(update):
            await self._obey(query, on_press)
        elif words := read_words(update):
            self._courtesies.offer(words.chat, text=words.reply, message_thread_id=words.topic)
        elif reply := read_reply(update):
            await self._hear(reply, on_press)

    async def give_up(self, update: Mapping[str, Any]) -> None:
        """The person is told: a press that was acknowledged and then lost would be waited for."""
        query, reply = read_query(update), read_reply(update)
        if query is not None and query.place is not None:
            await self._say(query.place, f"{query.user_name}: {GIVEN_UP}")
        elif reply is not None:
            await self._say(reply.place, GIVEN_UP)

    async def _obey(self, query: Query, on_press: OnPress) -> None:
        """A toast says what came of a press; where it came too late for one, a message says what was refused."""
        work = asyncio.ensure_future(self._press(query, on_press))
        try:
            in_time, _ = await asyncio.wait({work}, timeout=self._answer_within)
            if in_time and work.exception() is not None:
                await self._answer(query.id, FAILED)
                work.result()
            await self._answer(query.id, work.result() if in_time else LATER)
            answer = await work
        finally:
            work.cancel()
        if query.place is None:
            return
        if answer.alert and not in_time:
            await self._say(query.place, f"{query.user_name}: {answer.text}")
        elif query.value is not None and query.action != TURN and not answer.alert:
            await self._prompts.take_away(query.place.chat, query.place.message)

    async def _press(self, query: Query, on_press: OnPress) -> Answer:
        press = Press(
            messenger=TELEGRAM,
            key=f"tg:{query.id}",
            user=query.user,
            user_name=query.user_name,
            case=query.case,
            action=query.action,
            at=self._clock(),
            value=query.value,
            chat=str(query.place.chat) if query.place else None,
            ref=str(query.place.card) if query.place else None,
        )
        answer = await on_press(press)
        if answer.is_long and query.place is not None and cut(answer.text, MAX_TOAST) != answer.text:
            # A toast would break it off; as a message it stands until it has been read.
            read = Option(value=KEEP, label=UNDERSTOOD)
            prompt = Prompt(case=query.case, action=query.action, title="", question=answer.text, options=(read,))
            answer = replace(answer, text=BELOW, prompt=prompt, is_long=False)
        return answer if answer.prompt is None else await self._ask(answer, query, query.place)

    async def _ask(self, answer: Answer, by: Query | Reply, place: Place | None) -> Answer:
        """Ask what the answer's prompt asks; returns what the person reads beside the question."""
        prompt = answer.prompt
        if prompt is None or place is None:
            return Answer(text=NOT_ASKED, alert=True)
        try:
            await self._prompts.ask(prompt, by, place, self._clock())
        except TelegramError as error:
            refused = notify_error(error)
            log.warning("a question in Telegram was not asked: %s", refused)
            wait = f" через {refused.retry_after:.0f} с" if refused.retry_after else ""
            return Answer(text=NOT_ASKED + wait, alert=True)
        return Answer(text=answer.text or (CHOOSE if prompt.options else WRITE))

    async def _hear(self, reply: Reply, on_press: OnPress) -> None:
        """An answer to a prompt, or to a note that may be answered, is a press with a value; what else people
        answer is their talk, and stays theirs.
        """
        asked = await self._recall(reply)
        if asked is None:
            if reply.asked is not None or reply.to_note:
                await self._tell(reply, FORGOTTEN if reply.asked is not None else FORGOTTEN_NOTE)
        elif asked.user not in (None, reply.user):
            await self._tell(reply, ANOTHERS.format(name=reply.asked or SOMEBODY))
        elif not reply.text.strip():
            await self._tell(reply, NO_TEXT)
        else:
            await self._take(reply, asked, on_press)

    async def _recall(self, reply: Reply) -> Asked | None:
        """A note may be answered before it is noted where it stands: such words must not be lost.

        All that people do waits meanwhile, and after a restart once more: an old note is worth no waiting.
        """
        asked = await self._prompts.recall(reply)
        may_come = reply.to_note and reply.is_to_fresh(self._clock(), FRESH)
        for pause in NOTED_WITHIN if may_come else ():
            if asked is not None:
                break
            await asyncio.sleep(pause)
            asked = await self._prompts.recall(reply)
        return asked

    async def _take(self, reply: Reply, asked: Asked, on_press: OnPress) -> None:
        press = Press(
            messenger=TELEGRAM,
            key=f"tg:{reply.place.chat}:{reply.place.message}",
            user=reply.user,
            user_name=reply.user_name,
            case=asked.case,
            action=asked.action,
            at=self._clock(),
            value=reply.text,
            chat=asked.chat,
            ref=asked.ref,
        )
        answer = await on_press(press)
        asks = answer.prompt is not None
        if asks:
            answer = await self._ask(answer, reply, reply.place)
        if answer.text and (answer.alert or not asks):
            await self._say(reply.place, answer.text)
        if not answer.alert and asked.user is not None:
            await self._prompts.take_away(reply.place.chat, reply.to)

    async def _tell(self, reply: Reply, text: str) -> None:
        """Waited for: killed before it is said, the next process gets the answer again and says it."""
        words = _reply_to(reply.place, text)
        await self._courtesies.owe(reply.place.chat, int(reply.user), TOLD_WITHIN, **words)

    async def _say(self, place: Place, text: str) -> None:
        try:
            await self._api.call("sendMessage", chat_id=place.chat, **_reply_to(place, text))
        except TelegramError as error:
            log.warning("a word to somebody in Telegram was not shown: %s", notify_error(error))

    async def _answer(self, query_id: str, answer: Answer) -> None:
        try:
            await self._api.call(
                "answerCallbackQuery",
                callback_query_id=query_id,
                text=cut(answer.text, MAX_TOAST),
                show_alert=answer.alert or answer.is_long,
            )
        except TelegramError as error:
            # «query is too old», a lost connection: the press itself counts, and the card will show it.
            log.info("a toast in Telegram was not shown: %s", notify_error(error))


def _reply_to(place: Place, text: str) -> dict[str, Any]:
    """A word to whoever wrote or pressed there, as an answer to it."""
    return {
        "message_thread_id": place.topic,
        "text": text,
        "reply_parameters": {"message_id": place.message, "allow_sending_without_reply": True},
    }
