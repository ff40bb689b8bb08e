"""Operators who get through whatever dies under their hands: they look, wait, and do again what nothing came of.

What they do twice is only what somebody would do who sees nothing on the screen. What a messenger has taken from
them (a line in Telegram, a window in Slack that closed) they do not say again.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, Protocol

from simulator.desks import SlackDesk
from simulator.operators import Operator
from simulator.server import Simulator
from tests.acceptance.chats import CHANNEL, CHAT
from tests.acceptance.running import until

LOOKS: Final = 6.0
"""Seconds in which something comes of what was done, else it is tried again."""
GLANCE: Final = 1.5
"""The same of a window in Slack, which opens at once or never."""
WAITS: Final = 25.0
"""The same of a line in Telegram, which is kept there while nobody fetches it."""
MOST: Final = 300.0
"""Seconds after which even the most patient ask an engineer."""
ENGINEERS_CHAT, ENGINEERS_CHANNEL = -1002, "C02"
ENGINEER: Final = Operator(name="Олег Смирнов", telegram=222, slack="U02")
NOT_TAKEN: Final = ("Не помню вопроса", "Ответ не принят")
Start = Literal["Ответить", "В личку"]
DONE_ALREADY: Final = "Уже "
"""How the program begins when it says that this very thing was done."""


class AtWork(Protocol):
    """One operator, one case at a time. Every step returns when the operator has seen that it is done."""

    async def takes(self, customer: str) -> int:
        """«Взять» on the card of that customer; the case's number."""

    async def drafts(self, text: str, *, button: Start) -> None:
        """From the button up to the preview of these words, and no further."""

    async def sends(self, text: str) -> None:
        """«Отправить» under the preview of these words."""

    async def says(self, text: str, *, to: str) -> None:
        """In private, in answer to the customer's words `to`; with a preview where one is shown."""

    async def chatters(self, text: str) -> None:
        """To colleagues, under the card."""

    async def asks_engineers(self, question: str) -> None: ...

    async def engineer_answers(self, question: str, text: str) -> None: ...

    async def closes(self) -> None:
        """«Закрыть: решено» under the customer's thanks."""


async def _insists(act: Callable[[], Awaitable[object]], seen: Callable[[], object], every: float = LOOKS) -> None:
    """Do it, and again where nothing is seen of it; what cannot be done yet is waited for."""
    async with asyncio.timeout(MOST):
        while not seen():
            with contextlib.suppress(LookupError, TimeoutError):
                await act()
            with contextlib.suppress(TimeoutError):
                await until(seen, every, 0.05)


@dataclass(kw_only=True)
class InTelegram:
    title: ClassVar[str] = "in Telegram"
    simulator: Simulator
    person: Operator
    engineer: Operator = ENGINEER
    case: int = 0
    pressed: dict[str, int] = field(default_factory=dict)
    """Under which preview «Отправить» was pressed for which words."""

    async def takes(self, customer: str) -> int:
        self.case = 0
        await until(lambda: self._card(customer) is not None, MOST)
        self.case = self._card(customer) or 0
        await _insists(lambda: self._press("Взять"), lambda: self._buttons("Отдать"))
        return self.case

    async def drafts(self, text: str, *, button: Start) -> None:
        async with asyncio.timeout(MOST):
            while not self._previews(text):
                await self._towards_preview(text, button)

    async def _towards_preview(self, text: str, start: Start) -> None:
        if self._prompt() is not None:
            chat = self.simulator.telegram
            chat.answer_prompt(CHAT, text, user=self.person.telegram, name=self.person.name)
            seen, seconds = (lambda: self._previews(text) or self._prompt() is not None), WAITS
        else:
            label = "Свой текст" if self._buttons("Свой текст") else start
            with contextlib.suppress(LookupError):
                await self._press(label)
            before = len(self._buttons("Свой текст"))
            seen, seconds = (
                (lambda: self._prompt() is not None or len(self._buttons("Свой текст")) != before),
                LOOKS,
            )
        with contextlib.suppress(TimeoutError):
            await until(seen, seconds, 0.05)

    async def sends(self, text: str) -> None:
        number, data = self._previews(text)[0]
        async with asyncio.timeout(MOST):
            while number in self._chat.messages:
                who = self.person
                telegram = self.simulator.telegram
                toast = await telegram.press_and_see(CHAT, number, data, user=who.telegram, name=who.name)
                if toast is not None and toast.text and toast.text.startswith(DONE_ALREADY):
                    return
                assert toast is None or not toast.alert or "ещё раз" in (toast.text or ""), toast
                with contextlib.suppress(TimeoutError):
                    await until(lambda: number not in self._chat.messages, LOOKS, 0.05)

    async def says(self, text: str, *, to: str) -> None:
        await until(lambda: self._notes(to), MOST, 0.05)
        await self._replies(CHAT, to, text, self.person, lambda: self._previews(text))
        if self._previews(text):
            await self.sends(text)

    async def _replies(self, chat: int, to: str, text: str, who: Operator, seen: Callable[[], object]) -> None:
        """To the latest note with the words `to`; again only where the bot says that it did not take it."""
        async with asyncio.timeout(MOST):
            while True:
                note = self._notes(to, chat)[0]
                write = self.simulator.telegram.write
                line = write(chat, text, user=who.telegram, name=who.name, reply_to=note)
                await until(lambda line=line: self._answers(line, chat) or seen(), MOST, 0.05)
                if not any(one.startswith(NOT_TAKEN) for one in self._answers(line, chat)):
                    return

    async def chatters(self, text: str) -> None:
        card = self._shown_on("Отдать")
        self.simulator.telegram.write(CHAT, text, user=self.person.telegram, name=self.person.name, reply_to=card)

    async def asks_engineers(self, question: str) -> None:
        await _insists(lambda: self._asks(question), lambda: self._stands(ENGINEERS_CHAT, question), every=WAITS)

    async def _asks(self, question: str) -> None:
        if self._prompt() is None:
            await self._press("Инженерам")
            await until(lambda: self._prompt() is not None, LOOKS, 0.05)
        who = self.person
        self.simulator.telegram.answer_prompt(CHAT, question, user=who.telegram, name=who.name)

    async def engineer_answers(self, question: str, text: str) -> None:
        stands = lambda: self._stands(CHAT, text)  # noqa: E731
        await self._replies(ENGINEERS_CHAT, question, text, self.engineer, stands)
        await until(lambda: self._stands(CHAT, text), MOST)

    async def closes(self) -> None:
        await _insists(lambda: self._press("Закрыть: решено"), lambda: self._buttons("Товар или услуга"))
        await _insists(lambda: self._press("Товар или услуга"), self._closed)

    # ------------------------------------------------------------ what stands on the screen

    @property
    def _chat(self) -> Any:
        return self.simulator.telegram.chats[CHAT]

    def _all_buttons(self) -> Iterator[tuple[Any, str, str]]:
        """(message, label, data), newest first."""
        for message in reversed(self._chat.messages.values()):
            for row in message.markup.get("inline_keyboard", ()):
                for button in row:
                    yield message, button["text"], button.get("callback_data", "")

    def _buttons(self, label: str) -> list[tuple[int, str]]:
        """Those of this case, newest first."""
        mine = f"c:{self.case}:"
        return [
            (one.id, data) for one, text, data in self._all_buttons() if text == label and data.startswith(mine)
        ]

    def _previews(self, text: str) -> list[tuple[int, str]]:
        return [found for found in self._buttons("Отправить") if text in self._chat.messages[found[0]].text]

    def _card(self, customer: str) -> int | None:
        found = (data for one, _, data in self._all_buttons() if data.startswith("c:") and customer in one.text)
        return next((int(data.split(":")[1]) for data in found), None)

    def _shown_on(self, label: str) -> int:
        return self._buttons(label)[0][0]

    def _closed(self) -> bool:
        return bool(self._buttons("Вернуть"))

    def _notes(self, words: str, chat: int = CHAT) -> list[int]:
        """Notes that may be answered, newest first: the sign at their end says so."""
        messages = reversed(self.simulator.telegram.chats[chat].messages.values())
        return [one.id for one in messages if one.author is None and words in one.text and "↩" in one.text]

    def _answers(self, line: int, chat: int = CHAT) -> list[str]:
        """What the bot has answered to a person's line."""
        messages = self.simulator.telegram.chats[chat].messages.values()
        return [one.text for one in messages if one.author is None and one.reply_to and one.reply_to.id == line]

    def _stands(self, chat: int, words: str) -> list[int]:
        messages = self.simulator.telegram.chats[chat].messages.values()
        return [one.id for one in messages if one.author is None and words in one.text]

    def _prompt(self) -> int | None:
        return self.simulator.telegram.prompt_for(CHAT, self.person.telegram)

    async def _press(self, label: str) -> None:
        found = self._buttons(label)
        if not found:
            raise LookupError(label)
        who = self.person
        await self.simulator.telegram.press_and_see(CHAT, *found[0], user=who.telegram, name=who.name)


@dataclass(kw_only=True)
class InSlack:
    title: ClassVar[str] = "in Slack"
    simulator: Simulator
    person: Operator
    engineer: Operator = ENGINEER
    case: int = 0

    async def takes(self, customer: str) -> int:
        self.case = 0
        await until(lambda: self._card(customer) is not None, MOST)
        self.case = self._card(customer) or 0
        await _insists(lambda: self._press("Взять"), lambda: self._buttons("Отдать"))
        return self.case

    async def drafts(self, text: str, *, button: Start) -> None:
        answers = {"invite": "Свой текст", "reply": "Свой текст", "write_private": text, "write_reply": text}
        await self._goes_through(button, answers, up_to="send", words=text)

    async def sends(self, text: str) -> None:
        """In the window that shows them."""
        await self._goes_through("В личку", {"send": "Отправить"}, words=text)

    async def says(self, text: str, *, to: str) -> None:
        await until(lambda: self._stands(CHANNEL, to), MOST, 0.05)
        await self._goes_through("Ответить клиенту", {"write_private": text, "send": "Отправить"}, words=text)

    async def chatters(self, text: str) -> None:
        card = self._buttons("Отдать")[0][0]
        await self._desk().write(text, thread=card)

    async def asks_engineers(self, question: str) -> None:
        await self._goes_through("Инженерам", {"ask_engineers": question, "holding_word": "Пока не писать"})
        await until(lambda: self._stands(ENGINEERS_CHANNEL, question), MOST)

    async def engineer_answers(self, question: str, text: str) -> None:
        engineer = InSlack(simulator=self.simulator, person=self.engineer, case=self.case)
        answers = {"engineers_answer": text}
        await engineer._goes_through("Ответить оператору", answers, channel=ENGINEERS_CHANNEL)
        await until(lambda: self._stands(CHANNEL, text), MOST)

    async def closes(self) -> None:
        answers = {"resolved": "Товар или услуга", "close": "Товар или услуга"}
        await self._goes_through("Закрыть: решено", answers)
        await until(lambda: self._buttons("Вернуть"), MOST)

    async def _goes_through(
        self,
        label: str,
        answers: Mapping[str, str],
        *,
        up_to: str | None = None,
        words: str = "",
        channel: str = CHANNEL,
    ) -> None:
        """Answer windows by what each asks, until the last one closes or `up_to` is asked about these words.

        A window that does not close is answered again, one of another question is closed.
        """
        desk = self._desk(channel)
        async with asyncio.timeout(MOST):
            while True:
                if desk.modal is None:
                    with contextlib.suppress(LookupError):
                        await self._press(label, channel)
                    with contextlib.suppress(TimeoutError):
                        await until(lambda: desk.modal is not None, GLANCE, 0.05)
                    continue
                asked = json.loads(desk.modal["private_metadata"])
                action = asked["action"].partition(".")[0]
                mine = asked["case"] == self.case and (action != "send" or words in str(desk.modal["blocks"]))
                if mine and action == up_to:
                    return
                if not mine or action not in answers:
                    await desk.close()
                elif await self._submitted(desk, answers[action]):
                    return

    async def _submitted(self, desk: SlackDesk, answer: str) -> bool:
        """Whether that was the last question."""
        match await desk.submit({"answer": answer}):
            case "closed":
                return True
            case "errors":
                raise AssertionError(self.simulator.slack.modals.of(self.person.slack).errors)
            case "unanswered":
                await asyncio.sleep(1.0)
        return False

    # ------------------------------------------------------------ what stands on the screen

    def _desk(self, channel: str = CHANNEL) -> SlackDesk:
        return SlackDesk(slack=self.simulator.slack, operator=self.person, channel=channel)

    def _all_buttons(self, channel: str = CHANNEL) -> Iterator[tuple[Any, dict[str, Any]]]:
        """(message, button), newest first."""
        for message in reversed(self.simulator.slack.channels[channel].messages.values()):
            for block in message.blocks:
                for element in block.get("elements", ()) if block["type"] == "actions" else ():
                    yield message, element

    def _buttons(self, label: str, channel: str = CHANNEL) -> list[tuple[str, dict[str, Any]]]:
        """Those of this case, newest first."""
        return [
            (one.ts, button)
            for one, button in self._all_buttons(channel)
            if button.get("value") == str(self.case) and button["text"]["text"] == label
        ]

    def _card(self, customer: str) -> int | None:
        found = (b for one, b in self._all_buttons() if customer in str(one.blocks) and "value" in b)
        return next((int(button["value"]) for button in found if button["value"].isdecimal()), None)

    def _stands(self, channel: str, words: str) -> bool:
        messages = self.simulator.slack.channels[channel].messages.values()
        return any(one.author is None and words in f"{one.text}{one.blocks}" for one in messages)

    async def _press(self, label: str, channel: str = CHANNEL) -> None:
        found = self._buttons(label, channel)
        if not found:
            raise LookupError(label)
        (ts, button), who = found[0], self.person
        press = self.simulator.slack.press
        await press(channel, ts, button["action_id"], button["value"], user=who.slack, name=who.name)
