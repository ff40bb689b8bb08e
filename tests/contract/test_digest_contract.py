"""One contract for every messenger that shows digests: the list, its buttons, its faults, over real sockets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from alerts.cards.buttons import Button
from alerts.cards.digest import A_PAGE, TURN, Item, Sheet
from alerts.cards.incident import TAKE
from alerts.notifiers.slack.inbox import SlackInbox
from alerts.notifiers.telegram.inbox import TelegramInbox
from alerts.ports import Lists, NotifyError, Reachable
from simulator.faults import Fault
from tests.contract.notifier_stages import (
    ANNA,
    CARD,
    TOKEN,
    NetworkStage,
    SlackStage,
    clock,
    slack_stage,
    telegram_stage,
)
from tests.contract.test_inbox_contract import Desk, running
from tests.contract.test_notifier_contract import HARD_TEXTS
from tests.outbox import MemoryPromptBook

STAGES: dict[str, Any] = {"slack": slack_stage, "telegram": telegram_stage}


def an_item(number: int, **fields: Any) -> Item:
    item = Item(
        case=number,
        urgent=False,
        title="Ромашка Телеком",
        words="Третий день не работает интернет",
        facts="срочность 40 % · написано в 12:00",
        url=f"https://vk.com/wall-1_{number}",
        button=Button(label=f"Взять № {number}", action="claim"),
    )
    return replace(item, **fields)


SHEET = Sheet(
    digest=3,
    title="Ждут 42 обращения",
    hint="Самые срочные сверху.",
    items=tuple(an_item(number) for number in range(100, 100 + A_PAGE)),
    status="Страница 2 из 5",
    turns=(("‹ Назад", 0), ("Дальше ›", 2)),
)


INCIDENT = replace(
    SHEET,
    lines=("63 жалобы с 13:40, обычно 2 в час", "▁▂█ с 13:40 до 14:20", "ВКонтакте 40; X 23"),
    own=(Button(label="Взять происшествие", action=TAKE, style="primary"),),
)


@pytest.fixture(params=sorted(STAGES))
async def network(request: pytest.FixtureRequest) -> AsyncIterator[NetworkStage]:
    async with STAGES[request.param]() as stage:
        yield stage


def lists(network: NetworkStage) -> Lists:
    assert isinstance(network.notifier, Lists)
    return network.notifier


async def test_a_digest_shows_each_case_and_where_one_is(network: NetworkStage) -> None:
    await lists(network).send_digest(network.chat, SHEET, "d1")
    (text,) = network.shown()
    for part in (
        "Ждут 42 обращения",
        "№\u00a0100",
        "№\u00a0109",
        "не работает",
        "срочность 40 %",
        "Страница 2 из 5",
    ):
        assert part in text


async def test_what_is_taken_says_by_whom_and_has_no_words_any_more(network: NetworkStage) -> None:
    taken = an_item(100, taken="Взяла Анна Иванова в 14:05", button=None, words="")
    ref = await lists(network).send_digest(network.chat, SHEET, "d1")
    await lists(network).edit_digest(network.chat, ref, replace(SHEET, items=(taken, *SHEET.items[1:])))
    (text,) = network.shown()
    assert "Взяла Анна Иванова в 14:05" in text


async def test_a_digest_without_a_change_is_a_success(network: NetworkStage) -> None:
    ref = await lists(network).send_digest(network.chat, SHEET, "d1")
    await lists(network).edit_digest(network.chat, ref, SHEET)
    assert len(network.shown()) == 1


async def test_a_digest_that_may_have_been_shown_says_so(network: NetworkStage) -> None:
    await lists(network).send_digest(network.chat, replace(SHEET, repeat=True), "d1")
    assert "возможный повтор" in network.shown()[0]


@pytest.mark.parametrize("name", sorted(HARD_TEXTS))
async def test_any_text_may_stand_in_a_digest(network: NetworkStage, name: str) -> None:
    text = HARD_TEXTS[name]
    hard = [an_item(1, words=text, title=text, facts=text, urgent=True), an_item(2, taken=text, button=None)]
    sheet = replace(SHEET, items=tuple(hard * (A_PAGE // 2)), title=f"Ждут {text}", hint=text, status=text)
    assert await lists(network).send_digest(network.chat, sheet, "d1")


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", "https://vk.com/" + "x" * 5000, 'https://a/"<>|&']
)
async def test_no_address_loses_the_digest(network: NetworkStage, url: str | None) -> None:
    sheet = replace(SHEET, items=tuple(an_item(number, url=url) for number in range(A_PAGE)))
    assert await lists(network).send_digest(network.chat, sheet, "d1")


async def test_a_vanished_digest_says_so(network: NetworkStage) -> None:
    ref = "C01:1.2" if network.chat.messenger == "slack" else "999999"
    with pytest.raises(NotifyError) as caught:
        await lists(network).edit_digest(network.chat, ref, SHEET)
    assert caught.value.gone


async def test_a_shut_chat_is_closed_for_digests_cards_and_edits(network: NetworkStage) -> None:
    ref = await lists(network).send_digest(network.chat, SHEET, "d1")
    network.throw_out()
    for call in (
        lists(network).send_digest(network.chat, SHEET, "d2"),
        network.notifier.send(network.chat, CARD, "d3"),
    ):
        with pytest.raises(NotifyError) as caught:
            await call
        assert caught.value.closed
    if network.chat.messenger == "telegram":
        with pytest.raises(NotifyError) as caught:
            await lists(network).edit_digest(network.chat, ref, replace(SHEET, status="другое"))
        assert caught.value.closed


async def test_a_messenger_says_whether_it_is_there(network: NetworkStage) -> None:
    assert isinstance(network.notifier, Reachable)
    await network.notifier.ping()
    path = "auth.test" if network.chat.messenger == "slack" else "getMe"
    network.faults.add(Fault(path=path, kind="status", status=503, times=1))
    with pytest.raises(NotifyError):
        await network.notifier.ping()
    await network.notifier.ping()
    assert network.shown() == []


def opened(network: NetworkStage, ref: str) -> tuple[Any, list[dict[str, Any]], Callable[[Any], Awaitable[None]]]:
    """An inbox of the messenger, the buttons of the message from above to below, and a finger for them."""
    if isinstance(network, SlackStage):
        slack = network.slack
        message = slack.channels["C01"].messages[ref.partition(":")[2]]
        beside = [block["accessory"] for block in message.blocks if "accessory" in block]
        below = [
            element for block in message.blocks if block["type"] == "actions" for element in block["elements"]
        ]

        async def press_there(button: dict[str, Any]) -> None:
            await slack.press("C01", message.ts, button["action_id"], button["value"], user="U01", name=ANNA.name)

        return SlackInbox(network.address, TOKEN, slack.app_token, clock), [*beside, *below], press_there
    telegram = network.telegram  # type: ignore[attr-defined]  # the other stage
    rows = telegram.chats[-1001].messages[int(ref)].markup["inline_keyboard"]

    async def press_here(button: dict[str, Any]) -> None:
        await telegram.press(-1001, int(ref), button["callback_data"], user=111, name=ANNA.name)

    inbox = TelegramInbox(network.address, TOKEN, clock, MemoryPromptBook(), poll_seconds=1)  # type: ignore[attr-defined]
    return inbox, [button for row in rows for button in row], press_here


async def test_an_incident_says_how_much_it_is_above_its_cases(network: NetworkStage) -> None:
    await lists(network).send_digest(network.chat, INCIDENT, "d1")
    (text,) = network.shown()
    assert text.index("63 жалобы") < text.index("▁▂█") < text.index("№\u00a0100")


async def test_a_case_is_claimed_from_the_digest_and_the_list_has_buttons_of_its_own(
    network: NetworkStage,
) -> None:
    desk = Desk()
    ref = await lists(network).send_digest(network.chat, INCIDENT, "d1")
    inbox, (*buttons, _, on, take), press = opened(network, ref)
    assert len(buttons) == A_PAGE
    async with running(inbox, desk):
        await press(buttons[3])
        await press(on)
        await press(take)
    claim, turn, taken = desk.presses
    assert (claim.case, claim.action, claim.value, claim.ref) == (103, "claim", None, ref)
    assert (turn.case, turn.action, turn.value, turn.ref) == (3, TURN, "2", ref)
    assert (taken.case, taken.action, taken.value, taken.ref) == (3, TAKE, None, ref)
    assert len(network.shown()) == 1, "turning a page deletes nothing"
