"""Somebody goes home with cases open: in both messengers he keeps them, hands over all, or one by one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from alerts.cards.asking import KEEP
from alerts.cards.handover import OpenCase, shift_over
from alerts.cards.shift import ALL, EACH, value_of
from alerts.cases.commands import Claim
from alerts.notifiers.slack.notifier import SlackNotifier
from alerts.notifiers.telegram.notifier import TelegramNotifier
from alerts.path import Path
from alerts.ports import Press
from alerts.routing import Chat, Receiver, Routing
from alerts.sla import Hours
from domain.person import Absence, Person
from listener.loops.obey import Obey
from listener.loops.shifts import end_shift
from listener.metrics import Metrics
from listener.rules import Rules
from listener.store.stores import Stores
from listener.telemetry import Telemetry
from listener.web.health import Health
from simulator.desks import SlackDesk, TelegramDesk
from simulator.operators import Operator
from simulator.slack import Slack
from simulator.telegram import Telegram
from tests.acceptance.running import until
from tests.contract.notifier_stages import serving
from tests.contract.store_samples import ANNA, OLEG, SUPPORT, complain, do, mention, notices, press, show_all
from tests.contract.test_store_assigning import WAY
from tests.fakes import TurnedClock
from tests.integration.test_pipeline import rules_of
from tests.integration.test_slack_inbox import listening as slack_listening
from tests.integration.test_telegram_inbox import TOKEN
from tests.integration.test_telegram_inbox import listening as telegram_listening
from tests.people import users

EVENING = datetime(2026, 11, 23, 15, 1, tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)
HOURS = Hours(weekdays=((time(9), time(21)),), weekend=(), holidays=None, night="urgent")
WORKS = Person(id="oleg", name="Олег Смирнов", role="operator", users=OLEG.users, gender="m")
COMES = Person(id="boris", name="Борис Ли", role="operator", users=users(telegram="333"), gender="m")
AWAY = replace(COMES, id="gone", name="Вера Ким", users={}, absence=Absence())
LEAVES = replace(ANNA, users=users(telegram="111", slack="U01"))
TEAM = (LEAVES, WORKS, COMES, AWAY)
DAY = replace(HOURS, weekdays=((time(9), time(15)),))
LATE = replace(HOURS, weekdays=((time(17), time(21)),))
ROUTING = Routing(
    receivers=(Receiver(name="support", chats=(SUPPORT,)),),
    default=("support",),
    hours=HOURS,
    shifts={"anna": DAY, "boris": LATE},
)
OPERATOR = Operator(name="Анна Иванова", telegram=111, slack="U01")


@dataclass(kw_only=True)
class Evening:
    """Anna at both messengers; the word that her shift is over stands in each."""

    store: Stores
    telegram: Telegram
    slack: Slack

    @property
    def in_telegram(self) -> TelegramDesk:
        return TelegramDesk(telegram=self.telegram, operator=OPERATOR, chat=-1001)

    @property
    def in_slack(self) -> SlackDesk:
        return SlackDesk(slack=self.slack, operator=OPERATOR, channel="C01")

    async def owners(self) -> list[str | None]:
        found = [await self.store.cases.case(number) for number in (1, 2, 3)]
        return [case.state.owner if case else "?" for case in found]

    def last_said(self) -> tuple[str, list[str]]:
        """The newest message of the group, and the labels under it."""
        message = list(self.telegram.chats[-1001].messages.values())[-1]
        rows = message.markup.get("inline_keyboard", ())
        return message.text.replace("\xa0", " "), [button["text"] for row in rows for button in row]


@pytest.fixture
def rules() -> Rules:
    """Made before the loop runs: the dictionary of word forms is read with them."""
    made = rules_of(replace(ROUTING, people=TEAM), TEAM)
    return replace(made, context=replace(made.context, hours=HOURS))


@pytest.fixture
async def evening(store: Stores, rules: Rules) -> AsyncIterator[Evening]:
    clock = TurnedClock(EVENING)
    for number in (1, 2, 3):
        await complain(store, mention(number, thread=f"t{number}", text=f"Нет связи {number}"), path=WAY)
        await do(store, Claim(), case=number)
    await show_all(store)
    telegram, slack = Telegram(clock.now, token=TOKEN, per_minute=None), _slack(clock)
    telegram.add_chat(-1001, "Поддержка")
    obey = Obey(store, lambda: rules, clock, Telemetry(Metrics(), Health(), clock), lambda: None)
    left = [
        OpenCase(id=number, brand_title="Ромашка", owner="anna", opened_at=EVENING, due_at=None)
        for number in (1, 2, 3)
    ]
    note = shift_over(LEAVES, left, rules.context, EVENING)
    assert note is not None
    async with AsyncExitStack() as stack:
        at_telegram = await stack.enter_async_context(serving("/telegram", telegram.app()))
        at_slack = await stack.enter_async_context(serving("/slack", slack.app()))
        await stack.enter_async_context(_told(f"{at_telegram}/telegram/", f"{at_slack}/slack/api/", note))
        await stack.enter_async_context(telegram_listening(f"{at_telegram}/telegram/", obey))
        await stack.enter_async_context(slack_listening(f"{at_slack}/slack/api/", obey))
        yield Evening(store=store, telegram=telegram, slack=slack)


def _slack(clock: TurnedClock) -> Slack:
    slack = Slack(clock.now, bot_token="xoxb-secret", app_token="xapp-secret", per_second=None)
    slack.add_channel("C01", "support")
    return slack


@asynccontextmanager
async def _told(at_telegram: str, at_slack: str, note: object) -> AsyncIterator[None]:
    telegram, slack = TelegramNotifier(at_telegram, TOKEN), SlackNotifier(at_slack, "xoxb-secret")
    try:
        await telegram.note(Chat(messenger="telegram", chat="-1001"), None, note, "k")  # type: ignore[arg-type]
        await slack.note(Chat(messenger="slack", chat="#support"), None, note, "k")  # type: ignore[arg-type]
        yield
    finally:
        await telegram.close()
        await slack.close()


async def test_all_go_at_once_to_who_works_now_and_he_reads_one_word(evening: Evening) -> None:
    text, labels = evening.last_said()
    assert "смена закончилась, за вами 3 открытых обращения" in text
    assert labels == ["Передать все", "По одному", "Оставить за мной"]
    await evening.in_telegram.press("Передать все")
    asked, labels = evening.last_said()
    assert "За вами 3 открытых обращения: № 1, № 2, № 3. Кому передать?" in asked
    assert labels == [
        "Олег Смирнов, сейчас на смене",
        "Борис Ли, с 17:00",
        "В очередь",
        "Не передавать",
    ]
    toast = await evening.in_telegram.press("Олег Смирнов, сейчас на смене")
    assert toast is not None
    assert toast.text.replace("\xa0", " ") == "3 обращения теперь ведёт Олег Смирнов"
    assert await evening.owners() == ["oleg"] * 3
    words = await notices(evening.store, EVENING)
    assert [(word.draft.kind, word.draft.sender, len(word.cases)) for word in words] == [
        ("transferred", "oleg", 3)
    ]


async def test_one_by_one_in_slack_each_goes_where_it_is_sent(evening: Evening) -> None:
    desk = evening.in_slack
    await desk.press("По одному")
    for choice in ("Борис Ли, с 17:00", "В очередь", "Оставить за мной"):
        await until(lambda: desk.modal is not None)
        await desk.submit({"Выберите": choice})
    await until(lambda: desk.modal is None)
    assert await evening.owners() == ["boris", None, "anna"]
    words = await notices(evening.store, EVENING)
    assert [(word.draft.kind, word.cases[0].id) for word in words] == [("transferred", 1)]


async def test_who_keeps_them_changes_nothing_and_who_has_none_is_told_so(evening: Evening) -> None:
    kept = await evening.in_telegram.press("Оставить за мной")
    assert kept is not None
    assert kept.text.replace("\xa0", " ") == "Хорошо, за вами остаётся 3 обращения"
    other = replace(evening.in_telegram, operator=Operator(name="Олег", telegram=222, slack="U02"))
    nothing = await other.press("Передать все")
    assert nothing is not None
    assert nothing.text == "За вами нет открытых обращений, передавать нечего"
    assert await evening.owners() == ["anna"] * 3


async def test_all_go_back_to_the_queue_and_a_second_press_finds_nothing(evening: Evening) -> None:
    await evening.in_telegram.press("Передать все")
    stays = evening.last_said()
    await evening.in_telegram.press("Передать все")
    assert evening.last_said() == stays
    await evening.in_telegram.press("В очередь")
    assert await evening.owners() == [None] * 3
    again = await evening.in_telegram.press("В очередь")
    assert again is not None
    assert again.text == "Передавать нечего: обращения уже не у вас"


MONEY = Person(id="dina", name="Дина Орлова", role="operator", users=users(telegram="444"), gender="f")
BOTH = Person(id="egor", name="Егор Зуев", role="operator", users=users(telegram="555"), gender="m")
TWO = replace(
    ROUTING,
    receivers=(
        Receiver(name="support", chats=(SUPPORT,), people=("anna", "oleg", "egor")),
        Receiver(name="money", chats=(SUPPORT,), people=("anna", "dina", "egor")),
    ),
)


@pytest.fixture
def two_receivers() -> Rules:
    people = (LEAVES, WORKS, MONEY, BOTH)
    return rules_of(replace(TWO, people=people), people)


async def of_two_receivers(store: Stores) -> None:
    """Two cases of support and one of money, all Anna's."""
    for number, name in ((1, "support"), (2, "money"), (3, "support")):
        text = f"Нет связи {number}"
        await complain(store, mention(number, thread=f"t{number}", text=text), path=Path(receivers=(name,)))
        await do(store, Claim(), case=number)


def shift_press(action: str, value: str | None = None, case: int = 0) -> Press:
    return replace(press("shift", case, action), value=value, key=f"{action}.{case}.{value}")


async def owners(store: Stores) -> list[str | None]:
    found = [await store.cases.case(number) for number in (1, 2, 3)]
    return [case.state.owner if case else "?" for case in found]


@pytest.mark.parametrize(
    ("to", "said", "whose"),
    [
        (
            WORKS,
            "2 обращения теперь ведёт Олег Смирнов. Обращение № 2 снова ничьё: таких Олег Смирнов не ведёт",
            1,
        ),
        (
            MONEY,
            "Обращение № 2 теперь ведёт Дина Орлова. 2 обращения снова в очереди: таких Дина Орлова не ведёт",
            2,
        ),
        (BOTH, "3 обращения теперь ведёт Егор Зуев", 3),
    ],
)
async def test_all_go_to_who_may_have_them_and_the_rest_to_their_queue(
    store: Stores, two_receivers: Rules, to: Person, said: str, whose: int
) -> None:
    await of_two_receivers(store)
    asked = await end_shift(shift_press(ALL), LEAVES, two_receivers, store.shifts, EVENING)
    assert asked.prompt is not None
    assert asked.prompt.question.endswith("Чего этот человек не ведёт, вернётся в очередь своего получателя.")
    given = await end_shift(shift_press(ALL, value_of(to)), LEAVES, two_receivers, store.shifts, EVENING)
    assert given.text.replace("\xa0", " ") == said
    assert (
        await owners(store)
        == {
            1: ["oleg", None, "oleg"],
            2: [None, "dina", None],
            3: ["egor", "egor", "egor"],
        }[whose]
    )


async def test_one_by_one_only_those_are_offered_who_may_have_it(store: Stores, two_receivers: Rules) -> None:
    await of_two_receivers(store)
    asked = await end_shift(shift_press(EACH), LEAVES, two_receivers, store.shifts, EVENING)
    offered = []
    for case in (1, 2, 3):
        assert asked.prompt is not None
        offered.append([option.label.partition(",")[0] for option in asked.prompt.options[:2]])
        asked = await end_shift(shift_press(EACH, KEEP, case), LEAVES, two_receivers, store.shifts, EVENING)
    assert offered == [["Олег Смирнов", "Егор Зуев"], ["Дина Орлова", "Егор Зуев"], ["Олег Смирнов", "Егор Зуев"]]
    refused = await end_shift(shift_press(EACH, value_of(WORKS), 2), LEAVES, two_receivers, store.shifts, EVENING)
    assert (refused.alert, await owners(store)) == (True, ["anna"] * 3)
