"""An incident's buttons and «Похожие решённые», pressed where operators press them: real clients over sockets, the
real obey, both engines.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

import pytest

from alerts.delivery.showing import Showing
from alerts.incidents.group import Group
from alerts.incidents.usual import Usual
from alerts.notifiers.slack.inbox import SlackInbox
from alerts.notifiers.telegram.inbox import TelegramInbox
from alerts.ports import Notice
from listener.loops.obey import Obey
from listener.store.stores import Stores
from simulator.desks import SlackDesk, TelegramDesk
from simulator.operators import Operator
from tests.contract.answering import Desk
from tests.contract.notifier_stages import TOKEN, SlackStage, TelegramStage, slack_stage, telegram_stage
from tests.contract.store_samples import ANNA, NOW, claim_all, complain, mention
from tests.contract.test_inbox_contract import running
from tests.contract.test_store_incidents import open_desk
from tests.contract.test_store_solutions import ROUTER, solve
from tests.people import users
from tests.waiting import until

OPERATOR = Operator(name="Анна Иванова", telegram=111, slack="U01")
PERSON = replace(ANNA, users=users(telegram="111", slack="U01"), signature="Анна, поддержка")
HOUR = timedelta(hours=1)


class Seat(Protocol):
    """Where the operator sits. A question is what is asked of her and waits for an answer."""

    stage: TelegramStage | SlackStage

    async def press(self, label: str) -> None:
        """The button under the newest message that has it."""

    def question(self) -> str: ...

    async def choose(self, label: str) -> None: ...

    async def write(self, text: str) -> None: ...

    def told(self) -> str:
        """What she was told in answer to her presses."""


@dataclass
class InTelegram:
    stage: TelegramStage
    desk: TelegramDesk
    toasts: list[str]

    async def press(self, label: str) -> None:
        toast = await self.desk.press(label)
        self.toasts.append(toast.text if toast is not None else "")

    def question(self) -> str:
        """What is settled is taken away."""
        messages = [*self.stage.telegram.chats[-1001].messages.values()]
        asked = [each.text for each in messages if each.text.startswith("Анна Иванова, ")]
        return asked[-1] if asked else ""

    async def choose(self, label: str) -> None:
        await self.press(label)

    async def write(self, text: str) -> None:
        self.desk.answer(text)

    def told(self) -> str:
        """What was answered in time for a toast, and what came as a message."""
        messages = self.stage.telegram.chats[-1001].messages.values()
        return "\n".join([*self.toasts, *(message.text for message in messages)])


@dataclass
class InSlack:
    stage: SlackStage
    desk: SlackDesk

    async def press(self, label: str) -> None:
        for message in reversed(self.stage.slack.channels["C01"].messages.values()):
            for block in message.blocks:
                for button in (*block.get("elements", ()), block.get("accessory", {})):
                    if button.get("type") == "button" and button["text"]["text"] == label:
                        who = OPERATOR
                        await self.stage.slack.press(
                            "C01", message.ts, button["action_id"], button["value"], user=who.slack, name=who.name
                        )
                        return
        raise LookupError(label)

    def question(self) -> str:
        modal = self.desk.modal
        if modal is None:
            return ""
        texts = [block["text"]["text"] for block in modal["blocks"] if block["type"] == "section"]
        return "\n".join([modal["title"]["text"], *texts])

    async def choose(self, label: str) -> None:
        await self.desk.submit({"answer": label})

    async def write(self, text: str) -> None:
        await self.desk.submit({"answer": text})

    def told(self) -> str:
        return "\n".join(self.desk.whispers)


@dataclass
class Room:
    """A store, a messenger over a socket, and an operator in front of it."""

    desk: Desk
    seat: Seat
    showing: Showing

    async def tell(self, seconds: float = 1) -> None:
        """What is due is shown, as the daemon's worker shows it."""
        self.desk.clock.turn(seconds=seconds)
        now = self.desk.now()
        for due in await claim_all(self.desk.stores, now):
            shown = await self.showing.show(due, now)
            await self.desk.stores.outbox.shown(due, shown.ref, now)

    async def incident(self, count: int) -> None:
        """So many complaints of as many people, seen as one trouble and shown."""
        surges = open_desk(self.desk.stores)
        chat = self.seat.stage.chat
        await complain(self.desk.stores, *(surges.said(None, NOW) for _ in range(count)), now=NOW, chats=(chat,))
        group, usual = Group(brand="romashka", what="связь"), Usual(per_hour=1.0, shape=1.0)
        lists = ("telegram", "slack")
        assert await self.desk.stores.incidents.begin(group, usual, NOW - HOUR, NOW, HOUR, lists) == 1
        await self.tell()

    async def asked(self, words: str) -> str:
        await until(lambda: words in self.seat.question())
        return self.seat.question()

    async def answered(self) -> list[int]:
        while await self.desk.answer():
            pass
        return [outbound.case for outbound in self.desk.outreach.sent]

    def shown(self) -> str:
        return "\n".join(self.seat.stage.shown())


@pytest.fixture(params=["slack", "telegram"])
async def room(request: pytest.FixtureRequest, store: Stores) -> AsyncIterator[Room]:
    async with {"slack": in_slack, "telegram": in_telegram}[request.param](store) as opened:
        yield opened


def open_room(store: Stores, seat: Seat) -> Room:
    desk = Desk(store, people=(PERSON,))
    return Room(desk, seat, Showing(seat.stage.notifier, desk.rules().context))


def obey_of(desk: Desk) -> Any:
    return Obey(desk.stores, desk.rules, desk.clock, desk.telemetry, lambda: None)


@asynccontextmanager
async def in_telegram(store: Stores, per_minute: int | None = None) -> AsyncIterator[Room]:
    async with telegram_stage(per_minute=per_minute) as stage:
        at = TelegramDesk(telegram=stage.telegram, operator=OPERATOR, chat=-1001)
        room = open_room(store, InTelegram(stage, at, []))
        inbox = TelegramInbox(stage.address, TOKEN, room.desk.now, store.prompts, poll_seconds=1)
        async with running(inbox, obey_of(room.desk)):
            yield room


@asynccontextmanager
async def in_slack(store: Stores) -> AsyncIterator[Room]:
    async with slack_stage() as stage:
        at = SlackDesk(slack=stage.slack, operator=OPERATOR, channel="C01")
        room = open_room(store, InSlack(stage, at))
        inbox = SlackInbox(stage.address, TOKEN, stage.slack.app_token, room.desk.now)
        async with running(inbox, obey_of(room.desk)):
            yield room


COUNT = 25


async def test_a_walk_in_a_group_that_takes_twenty_a_minute_answers_everybody_once(store: Stores) -> None:
    """Who is told to wait presses the same button again and is shown the next; nobody is passed over or lost."""
    async with in_telegram(store, per_minute=20) as room:
        assert isinstance(room.seat, InTelegram)
        clock, seat = room.desk.clock, room.seat
        seat.stage.telegram.clock = clock.now
        await room.incident(COUNT)
        await seat.press("Ответить всем")
        await room.asked("Напишите ответ, который подойдёт каждому")
        await seat.write("Авария, чиним до шести")
        await room.asked(f"Ждут ответа: {COUNT}.")
        began, waits, shown = clock.now(), 0, list[str]()
        for _ in range(10 * COUNT):
            before = seat.question()
            shown += re.findall(r"Автор (\d+): «", before)
            await seat.press("Отправить")
            if refused := re.search(r"ещё раз через (\d+) с", seat.toasts[-1]):
                waits += 1
                clock.turn(seconds=int(refused[1]))
                continue
            if "Больше никто не ждёт" in seat.toasts[-1]:
                break
            await until(lambda asked=before: seat.question() not in ("", asked))  # type: ignore[misc]
            clock.turn(seconds=1)
        assert waits >= 1, "the limit was met"
        everybody = list(range(1, COUNT + 1))
        assert sorted(map(int, set(shown))) == everybody
        assert clock.now() - began <= timedelta(minutes=3)
        assert sorted(await room.answered()) == everybody


async def test_an_incident_is_taken_and_its_card_tells_that(room: Room) -> None:
    await room.incident(12)
    assert "12\u00a0жалоб" in room.shown()
    await room.seat.press("Взять происшествие")
    await until(lambda: "теперь ваше" in room.seat.told())
    await room.tell(10)
    assert re.search(r"началось: 12\u00a0жалоб · \d\d:\d\d взяла Анна Иванова", room.shown())
    with pytest.raises(LookupError):
        await room.seat.press("Взять происшествие")


async def test_a_case_is_taken_from_the_list_and_has_a_card(room: Room) -> None:
    await room.incident(12)
    number = "№\u00a03" if isinstance(room.seat, InTelegram) else "Взять №\u00a03"
    await room.seat.press(number)
    await until(lambda: bool(room.seat.told()))
    assert (await room.desk.case(3)).state.owner == "anna"
    await room.tell(10)
    assert "Жалоба № 3: " in room.shown()


async def test_pages_are_turned(room: Room) -> None:
    await room.incident(12)
    assert "№\u00a012" not in room.shown()
    await room.seat.press("Дальше ›")
    await room.tell(10)
    assert "Страница 2 из 2" in room.shown()
    assert "№\u00a012" in room.shown()


async def test_all_are_answered_one_by_one_each_shown_and_confirmed(room: Room) -> None:
    await room.incident(4)
    await room.seat.press("Ответить всем")
    await room.asked("Напишите ответ, который подойдёт каждому")
    await room.seat.write("Авария, чиним до шести")
    first = await room.asked("Ждут ответа: 4.")
    assert "Автор 1: «Ромашка" in first
    assert "Авария, чиним до шести\nАнна, поддержка" in first
    await room.seat.choose("Отправить")
    await room.asked("Ждут ответа: 3.")
    await room.seat.choose("Пропустить")
    await room.asked("Ждут ответа: 2.")
    await room.seat.choose("Изменить")
    await room.asked("Перед отправкой покажу")
    await room.seat.write("А вам мы перезвоним")
    changed = await room.asked("А вам мы перезвоним")
    assert "Автор 3: «" in changed
    await room.seat.choose("Отправить")
    await room.asked("Это последний, кто ждёт ответа.")
    await room.seat.choose("Закончить")
    await until(lambda: "остановились" in room.seat.told())
    assert await room.answered() == [1, 3]
    assert {outbound.text for outbound in room.desk.outreach.sent} == {
        "Авария, чиним до шести\nАнна, поддержка",
        "А вам мы перезвоним",
    }
    await room.tell(10)
    assert "Анна Иванова написала ответ для всех" in room.shown()

    await room.seat.press("Ответить всем")
    again = await room.asked("Текст, Анна Иванова в")
    assert "Авария, чиним до шести" in again
    await room.seat.choose("Дальше с этим текстом")
    await room.asked("Автор 2: «")
    await room.seat.choose("Отправить")
    await room.asked("Автор 4: «")
    await room.seat.choose("Отправить")
    await until(lambda: "Больше никто не ждёт" in room.seat.told())
    assert await room.answered() == [1, 3, 2, 4]


def refused(seat: Seat) -> str:
    if not isinstance(seat, InSlack):
        return seat.told()
    modals = seat.stage.slack.snapshot()["modals"]
    return "\n".join(text for modal in modals for text in modal["errors"].values())


async def test_a_refusal_is_read_and_leads_no_further(room: Room) -> None:
    await room.incident(2)
    await room.seat.press("Ответить всем")
    await room.asked("Напишите ответ")
    await room.seat.write("Чиним")
    await room.asked("Автор 1: «")
    await room.desk.confirmed("Уже чиним", case=1, person=PERSON)
    await room.seat.choose("Отправить")
    await until(lambda: "уже ответили" in refused(room.seat))
    await room.seat.choose("Пропустить")
    await room.asked("Автор 2: «")
    assert await room.answered() == [1]


async def test_its_end_is_said_under_its_card(room: Room) -> None:
    await room.incident(6)
    surges = open_desk(room.desk.stores)
    assert await surges.look(3 * 3600) == 1
    room.desk.clock.time = surges.clock.time
    await room.tell(10)
    assert "Всего 6\u00a0обращений" in room.shown()
    assert re.search(r"началось: 6\u00a0жалоб · \d\d:\d\d закончилось", room.shown())


async def test_what_helped_others_is_shown_and_taken_as_a_draft(room: Room) -> None:
    store, chat = room.desk.stores, room.seat.stage.chat
    await solve(store, 1, ROUTER, "Перезагрузите роутер кнопкой сзади")
    for due in await claim_all(store, NOW + HOUR):
        await store.outbox.shown(due, f"old-{due.id}", NOW + HOUR)
    said = mention(2, thread="t2", text="Лампочка на роутере не горит, нет интернета, помогите", published_at=NOW)
    await complain(store, said, now=NOW + HOUR, chats=(chat,))
    await room.tell(3700)
    assert "Жалоба № 2: " in room.shown()
    await room.seat.press("Похожие решённые")
    asked = await room.asked("Перезагрузите роутер кнопкой сзади")
    assert "без «Отправить» ничего не уйдёт" in asked
    await room.seat.choose("Взять за основу №\u00a01")
    await room.asked("Знаков: ")
    assert await room.answered() == []
    await room.seat.choose("Отправить")
    await until(lambda: "тправ" in room.seat.told())
    assert await room.answered() == [2]


async def test_that_nothing_is_alike_is_told(room: Room) -> None:
    await complain(room.desk.stores, mention(1), now=NOW, chats=(room.seat.stage.chat,))
    await room.tell()
    await room.seat.press("Похожие решённые")
    await until(lambda: "Похожих решённых обращений пока нет" in room.seat.told())
    assert not any(isinstance(due, Notice) for due in await claim_all(room.desk.stores, room.desk.now()))
