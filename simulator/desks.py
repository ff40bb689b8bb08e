"""An operator's desk: what somebody does in Telegram and Slack, by the words that stand on the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.operators import Operator
from simulator.slack import Slack
from simulator.slack_modals import Submitted
from simulator.telegram import Telegram
from simulator.telegram_queries import Toast


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramDesk:
    """`chat` is where the operator sits; whatever is not there raises LookupError."""

    telegram: Telegram
    operator: Operator
    chat: int

    async def press(self, label: str, *, message: int | None = None) -> Toast | None:
        """The button of that label, under the newest message that has it; None when the bot does not answer."""
        number, data = self._button(label, message)
        who = self.operator
        return await self.telegram.press_and_see(self.chat, number, data, user=who.telegram, name=who.name)

    def write(self, text: str, *, reply_to: int | None = None) -> int:
        who = self.operator
        return self.telegram.write(self.chat, text, user=who.telegram, name=who.name, reply_to=reply_to)

    def answer(self, text: str) -> int:
        """Types into the answer that the latest prompt has opened."""
        return self.telegram.answer_prompt(self.chat, text, user=self.operator.telegram, name=self.operator.name)

    @property
    def prompt(self) -> str | None:
        """What the bot asks of this operator and has got no answer to."""
        number = self.telegram.prompt_for(self.chat, self.operator.telegram)
        return None if number is None else self.telegram.chats[self.chat].messages[number].text

    def _button(self, label: str, wanted: int | None) -> tuple[int, str]:
        for message in reversed(self.telegram.chats[self.chat].messages.values()):
            for row in message.markup.get("inline_keyboard", ()) if wanted in (None, message.id) else ():
                for button in row:
                    if button["text"] == label and "callback_data" in button:
                        return message.id, button["callback_data"]
        raise LookupError(f"кнопка «{label}»")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackDesk:
    """`channel` is where the operator sits; whatever is not there raises LookupError."""

    slack: Slack
    operator: Operator
    channel: str

    async def press(self, label: str, *, message: str | None = None) -> None:
        """The button of that label, in the newest message that has it; a modal may open."""
        ts, button = self._button(label, message)
        who = self.operator
        await self.slack.press(
            self.channel, ts, button["action_id"], button.get("value"), user=who.slack, name=who.name
        )

    async def submit(self, values: Mapping[str, str]) -> Submitted:
        """Fills in the open modal by its labels and sends it."""
        return await self.slack.submit(self.operator.slack, values)

    async def close(self) -> None:
        """Closes the open modal without sending it."""
        await self.slack.close(self.operator.slack)

    async def command(self, command: str, text: str = "") -> None:
        """Types «/ответ …» into the channel."""
        who = self.operator
        await self.slack.command(self.channel, command, text, user=who.slack, name=who.name)

    async def shortcut(self, callback: str, message: str) -> None:
        """Chooses an action in the menu of a message."""
        who = self.operator
        await self.slack.shortcut(self.channel, message, callback, user=who.slack, name=who.name)

    async def write(self, text: str, *, thread: str | None = None) -> str:
        who = self.operator
        return await self.slack.write(self.channel, text, user=who.slack, name=who.name, thread=thread)

    @property
    def modal(self) -> dict[str, Any] | None:
        """The view that is open in front of this operator."""
        open_ones = [one for one in self.slack.modals.all() if one.person.id == self.operator.slack]
        return open_ones[-1].view if open_ones else None

    @property
    def whispers(self) -> list[str]:
        """The lines that only this operator sees, oldest first."""
        lines = self.slack.channels[self.channel].ephemerals
        return [line.text for line in lines if line.user == self.operator.slack]

    def _button(self, label: str, wanted: str | None) -> tuple[str, dict[str, Any]]:
        for message in reversed(self.slack.channels[self.channel].messages.values()):
            for block in message.blocks if wanted in (None, message.ts) else ():
                for element in block.get("elements", ()) if block["type"] == "actions" else ():
                    if element["type"] == "button" and element["text"]["text"] == label and "url" not in element:
                        return message.ts, element
        raise LookupError(f"кнопка «{label}»")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One operator at both messengers."""

    telegram: TelegramDesk
    slack: SlackDesk
