"""A word that belongs to no case is said once in each chat, the newest of those about one thing."""

import asyncio
from collections.abc import Sequence

import pytest

from alerts.cards.card import Card
from alerts.cards.note import Note
from alerts.delivery import announcing
from alerts.delivery.announcing import Announcer
from alerts.ports import NotifyError
from alerts.routing import Chat, Receiver
from domain.person import CONSOLE

HERE, THERE = Chat(messenger=CONSOLE, chat="here"), Chat(messenger=CONSOLE, chat="there")


class Told:
    """A messenger that answers as it was told to, and then takes everything."""

    def __init__(self, *answers: NotifyError) -> None:
        self.answers: list[NotifyError] = list(answers)
        self.said: list[tuple[str, str]] = []
        self.keys: list[str] = []

    async def note(self, chat: Chat, card_ref: str | None, note: Note, key: str) -> str:
        assert card_ref is None
        self.keys.append(key)
        if self.answers:
            raise self.answers.pop(0)
        self.said.append((chat.chat, note.text))
        return "1"

    async def send(self, chat: Chat, card: Card, key: str) -> str:
        raise AssertionError("a word is no card")

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        raise AssertionError("a word is said once and never changed")

    async def close(self) -> None: ...


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing.Backoff, "after", lambda *_: 0.01)


async def say(told: Told, *words: str, chats: Sequence[Chat] = (HERE,)) -> None:
    announcer = Announcer({CONSOLE: told})
    for text in words:
        announcer.say(Receiver(name="smm", chats=tuple(chats)), Note(text=text), about="config")
    await asyncio.sleep(0.2)
    await announcer.close()


async def test_each_chat_of_the_receiver_is_told_once() -> None:
    told = Told()
    await say(told, "слово", chats=(HERE, THERE))
    assert told.said == [("here", "слово"), ("there", "слово")]


async def test_it_is_tried_again_under_the_same_key_until_the_messenger_takes_it() -> None:
    told = Told(NotifyError("503"), NotifyError("429", retry_after=0.01))
    await say(told, "слово")
    assert told.said == [("here", "слово")]
    assert len(told.keys) == 3
    assert len(set(told.keys)) == 1


@pytest.mark.parametrize("error", [NotifyError("kicked", permanent=True), NotifyError("time-out", ambiguous=True)])
async def test_a_chat_that_never_takes_it_or_may_have_it_is_left_alone(error: NotifyError) -> None:
    told = Told(error)
    await say(told, "слово")
    assert told.said == []
    assert len(told.keys) == 1


async def test_a_chat_that_has_moved_is_told_at_its_new_address() -> None:
    told = Told(NotifyError("moved", moved_to="new"))
    await say(told, "слово")
    assert told.said == [("new", "слово")]


async def test_of_two_words_about_the_same_thing_only_the_newest_is_said() -> None:
    told = Told(*[NotifyError("503")] * 3)
    await say(told, "не приняты", "приняты")
    assert told.said == [("here", "приняты")]


async def test_a_messenger_that_is_off_ends_nothing() -> None:
    announcer = Announcer({})
    announcer.say(Receiver(name="smm", chats=(HERE,)), Note(text="слово"), about="config")
    await asyncio.sleep(0)
    await announcer.close()
