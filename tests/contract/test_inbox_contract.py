"""One contract for every inbox: presses, and the questions that some of them ask, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import pytest

from alerts.cards.buttons import Button
from alerts.cards.prompt import Option, Prompt
from alerts.notifiers.slack.inbox import NO_APP_TOKEN, SlackInbox
from alerts.notifiers.telegram.inbox import TAKEN, TelegramInbox
from alerts.ports import Answer, Inbox, Press
from simulator.faults import Fault
from tests.contract.notifier_stages import (
    ANNA,
    CARD,
    TOKEN,
    SlackStage,
    TelegramStage,
    clock,
    slack_stage,
    telegram_stage,
)
from tests.outbox import MemoryPromptBook
from tests.waiting import until

ASKING = replace(CARD, buttons=(tuple(Button(label=name, action=name) for name in ("claim", "note", "transfer")),))
TEXT = Prompt(case=12, action="note", title="Заметка к № 12", question="Что запомнить?")
CHOICE = Prompt(
    case=12,
    action="transfer",
    title="Передать № 12",
    question="Кому передать?",
    options=(Option(value="oleg", label="Олег Смирнов"), Option(value="x" * 32, label="Вера")),
)


class Person(Protocol):
    """Anna in front of her messenger, where the card is shown."""

    ref: str

    async def press(self, action: str) -> None: ...

    async def write(self, text: str) -> None:
        """The answer to the question that is asked of her."""

    async def choose(self, option: str) -> None: ...

    def reads(self) -> str:
        """Everything that she was told, in one text."""


@dataclass
class TelegramPerson:
    stage: TelegramStage
    ref: str
    toasts: list[str] = field(default_factory=list)

    async def press(self, action: str) -> None:
        await self._press(int(self.ref), f"c:12:{action}")

    async def write(self, text: str) -> None:
        self.stage.telegram.answer_prompt(-1001, text, user=111, name=ANNA.name)

    async def choose(self, option: str) -> None:
        message = list(self.stage.telegram.chats[-1001].messages.values())[-1]
        rows = message.markup["inline_keyboard"]
        buttons = {button["text"]: button["callback_data"] for row in rows for button in row}
        await self._press(message.id, buttons[option])

    def reads(self) -> str:
        return "\n".join([*self.toasts, *self.stage.shown()])

    async def _press(self, message: int, data: str) -> None:
        toast = await self.stage.telegram.press(-1001, message, data, user=111, name=ANNA.name)
        self.toasts.append(toast or "")


@dataclass
class SlackPerson:
    stage: SlackStage
    ref: str

    async def press(self, action: str) -> None:
        await self.stage.slack.press("C01", self.ref.partition(":")[2], action, "12", user="U01", name=ANNA.name)

    async def write(self, text: str) -> None:
        await self._submit(text)

    async def choose(self, option: str) -> None:
        await self._submit(option)

    def reads(self) -> str:
        modals = self.stage.slack.snapshot()["modals"]
        errors = [text for modal in modals for text in modal["errors"].values()]
        return "\n".join([*errors, *(line.text for line in self.stage.slack.channels["C01"].ephemerals)])

    async def _submit(self, value: str) -> None:
        await until(lambda: bool(self.stage.slack.snapshot()["modals"]))
        await self.stage.slack.submit("U01", {"answer": value})


@dataclass
class Desk:
    """The daemon behind the inbox; `refuses` is the value that it does not take."""

    refuses: str = "плохо"
    presses: list[Press] = field(default_factory=list)

    async def __call__(self, press: Press) -> Answer:
        self.presses.append(press)
        asked = {"note": TEXT, "transfer": CHOICE}.get(press.action)
        if asked is not None and press.value is None:
            return Answer(text="", prompt=asked)
        return Answer(text="Так нельзя", alert=True) if press.value == self.refuses else Answer(text="Сделано")


def telegram_inbox(stage: TelegramStage, token: str = TOKEN) -> TelegramInbox:
    return TelegramInbox(stage.address, token, clock, MemoryPromptBook(), poll_seconds=1)


def slack_inbox(stage: SlackStage, token: str = TOKEN, app_token: str | None = None) -> SlackInbox:
    return SlackInbox(stage.address, token, app_token or stage.slack.app_token, clock)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(params=["slack", "telegram"])
async def person(request: pytest.FixtureRequest, desk: Desk) -> AsyncIterator[Person]:
    async with STAGES[request.param](desk) as person:
        yield person


async def test_a_press_comes_from_the_card_as_its_notifier_names_it(person: Person, desk: Desk) -> None:
    await person.press("claim")
    (press,) = desk.presses
    assert (press.case, press.action, press.value) == (12, "claim", None)
    assert press.user in ("111", "U01")
    assert press.ref == person.ref
    assert press.chat in ("-1001", "C01")


async def test_what_came_of_a_press_is_read(person: Person) -> None:
    await person.press("claim")
    await until(lambda: "Сделано" in person.reads())


async def test_a_text_that_is_asked_for_comes_back_as_a_press_with_a_value(person: Person, desk: Desk) -> None:
    await person.press("note")
    await person.write("звонил,\nждёт <мастера>")
    await until(lambda: "Сделано" in person.reads())
    asking, answer = desk.presses
    assert (answer.case, answer.action, answer.value) == (12, "note", "звонил,\nждёт <мастера>")
    assert answer.user == asking.user
    assert answer.chat == asking.chat
    assert answer.key != asking.key


@pytest.mark.parametrize(("label", "value"), [("Олег Смирнов", "oleg"), ("Вера", "x" * 32)])
async def test_a_choice_comes_back_as_a_press_with_a_value(
    person: Person, desk: Desk, label: str, value: str
) -> None:
    await person.press("transfer")
    await person.choose(label)
    await until(lambda: "Сделано" in person.reads())
    answer = desk.presses[-1]
    assert (answer.case, answer.action, answer.value) == (12, "transfer", value)
    assert answer.ref == person.ref


async def test_a_refused_answer_is_told(person: Person) -> None:
    await person.press("note")
    await person.write("плохо")
    await until(lambda: "Так нельзя" in person.reads())


async def test_a_question_may_be_asked_again_and_answered(person: Person, desk: Desk) -> None:
    for text in ("один", "два"):
        await person.press("note")
        await person.write(text)
        await until(lambda text=text: text in [press.value for press in desk.presses])  # type: ignore[misc]
    assert len({press.key for press in desk.presses}) == 4


@pytest.mark.parametrize(
    ("path", "stage", "opened"),
    [
        ("getUpdates", telegram_stage, telegram_inbox),
        ("apps.connections.open", slack_stage, slack_inbox),
    ],
    ids=["telegram", "slack"],
)
async def test_an_inbox_that_cannot_hear_says_so_until_it_can(
    path: str, stage: Any, opened: Callable[[Any], Inbox], desk: Desk
) -> None:
    async with stage() as there:
        there.faults.add(Fault(path=path, kind="status", status=502, times=2))
        inbox = opened(there)
        async with running(inbox, desk):
            await until(lambda: inbox.deaf is not None)
            assert inbox.deaf is not None
            assert (inbox.deaf.everywhere, inbox.deaf.advice) == (False, None), "it may pass by itself"
            await until(lambda: inbox.deaf is None)


async def test_a_token_that_is_refused_is_known_although_no_card_is_sent(desk: Desk) -> None:
    async with telegram_stage() as telegram, slack_stage() as slack:
        inboxes: list[Inbox] = [telegram_inbox(telegram, token="1:other"), slack_inbox(slack, token="xoxb-other")]
        async with running(inboxes[0], desk), running(inboxes[1], desk):
            for inbox in inboxes:
                await until(lambda inbox=inbox: inbox.deaf is not None and inbox.deaf.everywhere)  # type: ignore[misc]


async def test_slacks_other_token_costs_presses_alone(desk: Desk) -> None:
    async with slack_stage() as slack:
        inbox = slack_inbox(slack, app_token="xapp-other")
        async with running(inbox, desk):
            await until(lambda: inbox.deaf is not None)
            assert inbox.deaf is not None
            assert (inbox.deaf.everywhere, inbox.deaf.advice) == (False, NO_APP_TOKEN)


async def test_a_bot_that_another_program_reads_is_named(desk: Desk) -> None:
    async with telegram_stage() as telegram:
        ours, other = telegram_inbox(telegram), telegram_inbox(telegram)
        async with running(ours, desk), running(other, desk):
            await until(lambda: any(inbox.deaf and inbox.deaf.advice == TAKEN for inbox in (ours, other)))


@asynccontextmanager
async def telegram_person(desk: Desk) -> AsyncIterator[Person]:
    async with telegram_stage() as stage:
        ref = await stage.notifier.send(stage.chat, ASKING, "d1")
        async with running(telegram_inbox(stage), desk):
            yield TelegramPerson(stage=stage, ref=ref)


@asynccontextmanager
async def slack_person(desk: Desk) -> AsyncIterator[Person]:
    async with slack_stage() as stage:
        ref = await stage.notifier.send(stage.chat, ASKING, "d1")
        async with running(slack_inbox(stage), desk):
            yield SlackPerson(stage=stage, ref=ref)


STAGES: dict[str, Callable[[Desk], Any]] = {"slack": slack_person, "telegram": telegram_person}


@asynccontextmanager
async def running(inbox: Inbox, desk: Desk) -> AsyncIterator[None]:
    task = asyncio.create_task(inbox.run(desk))
    try:
        yield
        assert not task.done(), task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
