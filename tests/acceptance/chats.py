"""What stands in the support's two chats: cards, words under them, whom these call; read as an operator would."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.server import Simulator
from tests.acceptance.running import until

CHAT, CHANNEL = -1001, "C01"
CALLED = {"telegram": "tg://user?id={telegram}", "slack": "<@{slack}>"}
CODES = {
    "anna": {"telegram": "111", "slack": "U01"},
    "oleg": {"telegram": "222", "slack": "U02"},
    "irina": {"telegram": "333", "slack": "U03"},
}
REPEAT = "возможный повтор"
PATIENCE = 300.0
"""Seconds until something stands in a chat: a machine may be busy, a Telegram group gets one in four seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message of the bot. `ref` names it, `under` is the message that it answers, None for none."""

    messenger: str
    ref: str
    under: str | None
    text: str
    labels: tuple[str, ...]
    edited: bool
    loud: bool = False

    @property
    def is_card(self) -> bool:
        """One that another has followed keeps only the way there."""
        return self.under is None and ("Заметка" in self.labels or "продолжение ниже" in self.text)

    @property
    def calls(self) -> set[str]:
        codes = CALLED[self.messenger]
        return {name for name, code in CODES.items() if codes.format(**code) in self.text}


def lines(simulator: Simulator, messenger: str) -> list[Line]:
    """Oldest first."""
    return list(_telegram(simulator) if messenger == "telegram" else _slack(simulator))


def cards(simulator: Simulator, messenger: str) -> list[Line]:
    return [line for line in lines(simulator, messenger) if line.is_card]


def notes(simulator: Simulator, messenger: str, words: str = "") -> list[Line]:
    """Words under cards that call somebody."""
    said = [line for line in lines(simulator, messenger) if line.under and "🔔" in line.text]
    return [line for line in said if words in line.text]


async def shows(simulator: Simulator, *words: str, lacks: str = "¤", count: int = 1) -> None:
    """Wait until the latest card of both chats has the words; `count` cards stand there, and no more."""

    def shown() -> bool:
        latest = [(cards(simulator, messenger) or [None])[-1] for messenger in CALLED]
        return all(card and all(word in card.text for word in words) and lacks not in card.text for card in latest)

    try:
        await until(shown, PATIENCE)
    except TimeoutError:
        raise AssertionError(f"{words} are not on {[cards(simulator, one)[-1:] for one in CALLED]}") from None
    assert {one: len(cards(simulator, one)) for one in CALLED} == dict.fromkeys(CALLED, count)


async def told(simulator: Simulator, words: str, *people: str, loud: bool = False) -> None:
    """Wait until both chats have the words under their latest card, said once and to these people alone.

    Telegram knows no key: what was on its way to it when the daemon died may come again, marked as a repeat.
    """
    try:
        await until(lambda: all(notes(simulator, one, words) for one in CALLED), PATIENCE)
    except TimeoutError:
        raise AssertionError(f"«{words}» is not among {[notes(simulator, one) for one in CALLED]}") from None
    for messenger in CALLED:
        for note in (said := notes(simulator, messenger, words)):
            assert note.under == cards(simulator, messenger)[-1].ref
            assert note.calls == set(people)
            assert messenger == "telegram" or note.loud == loud
        assert all(REPEAT in note.text for note in said[1:])
    assert len(notes(simulator, "slack", words)) == 1


def _telegram(simulator: Simulator) -> Iterator[Line]:
    (chat,) = (chat for chat in simulator.telegram.snapshot()["chats"] if chat["id"] == CHAT)
    for message in chat["messages"]:
        if message["author"] is None:
            answers = message["reply_to"]
            yield Line(
                messenger="telegram",
                ref=str(message["id"]),
                under=str(answers["id"]) if answers else None,
                text=_plain(message["html"]),
                labels=tuple(button["label"] for row in message["buttons"] for button in row),
                edited=message["edited_at"] is not None,
            )


def _slack(simulator: Simulator) -> Iterator[Line]:
    (channel,) = (one for one in simulator.slack.snapshot()["channels"] if one["id"] == CHANNEL)
    for message in channel["messages"]:
        if message["author"] is None:
            elements = [element for block in message["blocks"] for element in block.get("elements", ())]
            yield Line(
                messenger="slack",
                ref=message["ts"],
                under=message["thread"],
                text=_plain("\n".join(_words(message["blocks"]))),
                labels=tuple(one["text"]["text"] for one in elements if one["type"] == "button"),
                edited=message["edited_at"] is not None,
                loud=bool(message["broadcast"]),
            )


def _words(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        if "text" in block:
            yield block["text"]["text"]
        if block["type"] == "context":
            yield from (element["text"] for element in block["elements"])


def _plain(text: str) -> str:
    return text.replace("\xa0", " ")
