"""A press counts where the case was told: a known user's id from elsewhere asks for nothing."""

from dataclasses import replace

import pytest

from alerts.cases.commands import Claim
from domain.person import messenger_id
from listener.store.presses import Answered
from listener.store.stores import Stores
from tests.contract.store_samples import ANNA, NOW, SLACK, SUPPORT, claim, complain, mention, press, wish


async def pressed(
    store: Stores, key: str, chat: str | None, ref: str | None, messenger: str = "telegram"
) -> Answered:
    made = replace(press(key), chat=chat, ref=ref, messenger=messenger_id(messenger))
    return await store.presses.obey(made, ANNA.name, lambda _case: wish(Claim(), ANNA), NOW)


@pytest.mark.parametrize(
    ("messenger", "chat", "ref"),
    [
        ("telegram", "-999", "ref-1"),
        ("telegram", "C07", "ref-1"),
        ("slack", "C99", "C99:17.5"),
        ("slack", "#support-2", "C07:17.5"),
    ],
)
async def test_a_press_from_a_chat_that_was_never_told_is_refused(
    store: Stores, messenger: str, chat: str, ref: str
) -> None:
    await told(store)
    answered = await pressed(store, "k", chat, ref, messenger)
    assert (answered.applied, answered.reason) == (False, "elsewhere")
    assert answered.answer.text == "Обращение № 1 показано в другом чате: нажмите там"
    assert (await pressed(store, "k", chat, ref, messenger)) == answered, "the same press, said again"


async def test_a_press_where_the_case_was_told_counts(store: Stores) -> None:
    await told(store)
    assert (await pressed(store, "k", SUPPORT.chat, "ref-1")).applied


async def test_a_chat_that_the_config_calls_by_name_is_known_by_its_messages(store: Stores) -> None:
    await told(store)
    assert (await pressed(store, "k", "C07", "C07:17.5", "slack")).applied


async def test_so_is_one_where_only_another_case_was_shown_yet(store: Stores) -> None:
    await told(store)
    await complain(store, mention(2, thread="another"), chats=(SLACK,))
    made = replace(press("k", 2), chat="C07", ref="C07:18.5", messenger=messenger_id("slack"))
    assert (await store.presses.obey(made, ANNA.name, lambda _case: wish(Claim(), ANNA), NOW)).applied


async def test_a_card_may_be_pressed_before_its_place_is_noted(store: Stores) -> None:
    await complain(store, mention(1), chats=(SUPPORT, SLACK))
    await claim(store)
    assert (await pressed(store, "k", "C07", "C07:17.5", "slack")).applied


async def test_a_chat_that_the_config_calls_by_its_number_is_known_even_then(store: Stores) -> None:
    await complain(store, mention(1), chats=(SUPPORT, SLACK))
    await claim(store)
    assert (await pressed(store, "k", "-999", "ref-1")).reason == "elsewhere"


async def test_a_messenger_that_does_not_say_where_is_believed(store: Stores) -> None:
    await told(store)
    assert (await pressed(store, "k", None, None)).applied


async def told(store: Stores) -> None:
    """The case is told in a Telegram group, and in a Slack channel that the config names «#support»."""
    await complain(store, mention(1), chats=(SUPPORT, SLACK))
    for delivery in await claim(store):
        ref = "C07:17.5" if delivery.chat.messenger == "slack" else f"ref-{delivery.id}"
        await store.outbox.shown(delivery, ref, NOW)
