"""One contract for every notifier: what it shows, what it survives, and what its errors tell the delivery."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from aiohttp import web

from alerts.cards.card import Line, Tone
from alerts.notifiers.slack.notifier import SlackNotifier
from alerts.notifiers.telegram.notifier import TelegramNotifier
from alerts.ports import Notifier, NotifyError, Paced, Threads
from simulator.faults import Fault
from tests.contract.notifier_stages import (
    ANNA,
    CARD,
    CLAIMED,
    NOTE,
    TOKEN,
    NetworkStage,
    Stage,
    console_stage,
    memory_stage,
    serving,
    slack_stage,
    telegram_stage,
)
from tests.ports import own_port

STAGES = {
    "console": console_stage,
    "memory": memory_stage,
    "slack": slack_stage,
    "telegram": telegram_stage,
}
NETWORK_STAGES = {"slack": slack_stage, "telegram": telegram_stage}

HARD_TEXTS = {
    "html": "<script>alert('1')</script> & <b>жир</b> &lt; &amp;amp;",
    "mentions": "<!channel> <@U01> <https://evil.example|сюда>",
    "64 KB": "не работает " * 5461,
    "64 KB of escapes": "<&>" * 21_845,
    "64 KB of emoji": "😡" * 16_384,
    "emoji family": "👨‍👩‍👧‍👦🤬🇷🇺",
    "obscene": "да вы охуели совсем, блядь",
    "right to left": "\u202eтекст наоборот\u202c שלום עליכם مرحبا",
    "control characters": "ноль\x00звонок\x07эскейп\x1b[31mкрасный\r\nстрока",
    "half of an emoji": "обрыв \ud83d хвост",
    "nothing": "",
    "blank": " \n\t ",
    "many lines": "\n" * 500 + "конец" + "\n" * 500,
    "stars": "*жирно* _косо_ ~нет~ `код` ```",
}
WRONG_SPANS = ((0, 5), (3, 10**6), (7, 7), (-3, 4), (9, 2))


@pytest.fixture(params=sorted(STAGES))
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with STAGES[request.param]() as stage:
        yield stage


@pytest.fixture(params=sorted(NETWORK_STAGES))
async def network(request: pytest.FixtureRequest) -> AsyncIterator[NetworkStage]:
    open_stage: Any = NETWORK_STAGES[request.param]
    hasty = request.node.get_closest_marker("hasty") is not None
    async with open_stage(**({"patience": 0.5} if hasty else {})) as stage:
        yield stage


async def test_a_card_shows_the_words_the_deadline_and_the_status(stage: Stage) -> None:
    assert await stage.notifier.send(stage.chat, CARD, "d1")
    (text,) = stage.shown()
    for part in ("Ромашка Телеком", "Пётр Сидоров", "интернет", "Ответить до 14:30", "Новое", "№ 3"):
        assert part in text


async def test_a_repeat_says_so(stage: Stage) -> None:
    await stage.notifier.send(stage.chat, replace(CARD, repeat=True), "d1")
    assert "возможный повтор" in stage.shown()[0]


async def test_an_edit_shows_the_new_status(stage: Stage) -> None:
    ref = await stage.notifier.send(stage.chat, CARD, "d1")
    await stage.notifier.edit(stage.chat, ref, CLAIMED)
    assert "анна иванова" in stage.shown()[0].lower()


async def test_an_edit_without_a_change_is_a_success(stage: Stage) -> None:
    ref = await stage.notifier.send(stage.chat, CARD, "d1")
    await stage.notifier.edit(stage.chat, ref, CARD)
    await stage.notifier.edit(stage.chat, ref, CARD)
    assert len(stage.shown()) == 1


@pytest.mark.parametrize("name", sorted(HARD_TEXTS))
async def test_any_text_of_a_customer_is_shown_and_edited(stage: Stage, name: str) -> None:
    card = replace(CARD, quote=HARD_TEXTS[name], evidence_spans=WRONG_SPANS, brand_spans=WRONG_SPANS)
    ref = await stage.notifier.send(stage.chat, card, "d1")
    await stage.notifier.edit(stage.chat, ref, replace(card, status="Закрыто"))
    assert "закрыто" in stage.shown()[0].lower()


async def test_any_text_may_stand_in_any_part_of_the_card(stage: Stage) -> None:
    for text in HARD_TEXTS.values():
        lines = tuple(Line(text=text, tone=tone, sign="💡") for tone in get_args(Tone)) * 10
        card = replace(CARD, quote=text, title=text, status=text, above=lines, below=lines)
        assert await stage.notifier.send(stage.chat, card, "d1")


async def test_markup_of_a_customer_stays_his_words(stage: Stage) -> None:
    hostile = "<script>&amp; <b>жир</b> <!channel>"
    await stage.notifier.send(stage.chat, replace(CARD, quote=hostile, evidence_spans=(), brand_spans=()), "d1")
    assert hostile in stage.shown()[0]


async def test_a_note_names_the_people_and_quotes_the_customer(stage: Stage) -> None:
    card = await stage.notifier.send(stage.chat, CARD, "d1")
    await _noting(stage).note(stage.chat, card, NOTE, "n1")
    text = stage.shown()[-1]
    for part in ("просрочено на 12 минут", "Вера Безномерная", "Так и не работает!"):
        assert part in text
    assert any(anna in text for anna in ("Анна Иванова", "<@U01>"))


async def test_a_note_that_may_have_been_said_before_says_so(stage: Stage) -> None:
    await _noting(stage).note(stage.chat, None, replace(NOTE, repeat=True), "n1")
    assert "возможный повтор" in stage.shown()[-1]


@pytest.mark.parametrize("name", sorted(HARD_TEXTS))
async def test_any_text_may_stand_in_a_note(stage: Stage, name: str) -> None:
    text, hostile = HARD_TEXTS[name], replace(ANNA, name=HARD_TEXTS[name])
    note = replace(NOTE, text=f"Написал: {text}", quote=text, to=(hostile,) * 40)
    assert await _noting(stage).note(stage.chat, None, note, "n1")


async def test_a_note_stands_under_its_card(network: NetworkStage) -> None:
    card = await network.notifier.send(network.chat, CARD, "d1")
    note = await _noting(network).note(network.chat, card, NOTE, "n1")
    assert network.under(note) == card


@pytest.mark.parametrize("loud", [False, True])
async def test_a_note_is_one_message_however_loud(network: NetworkStage, loud: object) -> None:
    card = await network.notifier.send(network.chat, CARD, "d1")
    await _noting(network).note(network.chat, card, replace(NOTE, loud=bool(loud)), "n1")
    assert len(network.shown()) == 2


async def test_a_note_without_a_card_is_said_in_the_chat(network: NetworkStage) -> None:
    note = await _noting(network).note(network.chat, None, NOTE, "n1")
    assert network.under(note) is None


@pytest.mark.parametrize("ref", ["C01:1.2", "999999"])
async def test_a_note_to_a_vanished_card_is_said_in_the_chat(network: NetworkStage, ref: str) -> None:
    if network.chat.messenger == "slack" and ":" not in ref:
        ref = f"C01:{ref}"
    note = await _noting(network).note(network.chat, ref, NOTE, "n1")
    assert network.under(note) is None


async def test_a_note_rings_the_people_it_names(network: NetworkStage) -> None:
    card = await network.notifier.send(network.chat, CARD, "d1")
    note = await _noting(network).note(network.chat, card, NOTE, "n1")
    assert network.rung(note) == {"anna"}


async def test_a_note_s_faults_are_a_card_s_faults(network: NetworkStage) -> None:
    network.faults.add(Fault(path=network.send_path, kind="reset"))
    with pytest.raises(NotifyError) as caught:
        await _noting(network).note(network.chat, None, NOTE, "n1")
    assert caught.value.ambiguous
    network.throw_out()
    with pytest.raises(NotifyError) as caught:
        await _noting(network).note(network.chat, None, NOTE, "n1")
    assert caught.value.permanent


async def test_every_chat_of_a_network_has_a_limit(network: NetworkStage) -> None:
    assert isinstance(network.notifier, Paced)
    assert network.notifier.limits.chat(network.chat) is not None


async def test_an_address_that_is_no_web_address_does_not_lose_the_card(stage: Stage) -> None:
    bad = replace(CARD.buttons[1][0], url="javascript:alert(1)")
    assert await stage.notifier.send(stage.chat, replace(CARD, buttons=((bad,),)), "d1")


@pytest.mark.parametrize("status", [200, 404, 502])
async def test_a_page_instead_of_an_answer_is_ambiguous(network: NetworkStage, status: int) -> None:
    network.faults.add(Fault(path=network.send_path, kind="html", status=status))
    assert (await _failure(network)).ambiguous


@pytest.mark.parametrize("body", [None, [], "ok", 7, {}, {"ok": True}, {"ok": True, "result": None}, {"ok": "да"}])
async def test_a_strange_answer_is_ambiguous(network: NetworkStage, body: object) -> None:
    network.faults.add(Fault(path=network.send_path, kind="json", body=body))
    assert (await _failure(network)).ambiguous


@pytest.mark.parametrize("kind", [SlackNotifier, TelegramNotifier])
async def test_an_answer_that_is_nested_without_end_is_ambiguous(kind: Any, network: NetworkStage) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="[" * 100_000, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    async with serving("/any", app) as address:
        notifier: Notifier = kind(f"{address}/any/", TOKEN)
        try:
            with pytest.raises(NotifyError) as caught:
                await notifier.send(network.chat, CARD, "d1")
        finally:
            await notifier.close()
    assert caught.value.ambiguous


async def test_a_server_fault_is_ambiguous(network: NetworkStage) -> None:
    body = {"ok": False, "error_code": 500, "description": "Internal Server Error", "error": "internal_error"}
    network.faults.add(Fault(path=network.send_path, kind="json", status=500, body=body))
    assert (await _failure(network)).ambiguous


async def test_a_server_fault_without_a_word_is_ambiguous(network: NetworkStage) -> None:
    network.faults.add(Fault(path=network.send_path, kind="json", status=500, body={"ok": False}))
    assert (await _failure(network)).ambiguous


@pytest.mark.hasty
async def test_a_timeout_after_sending_is_ambiguous(network: NetworkStage) -> None:
    network.faults.add(Fault(path=network.send_path, kind="hang", seconds=0.8))
    error = await _failure(network)
    assert error.ambiguous
    assert not error.permanent


async def test_a_cut_connection_is_ambiguous(network: NetworkStage) -> None:
    network.faults.add(Fault(path=network.send_path, kind="reset"))
    assert (await _failure(network)).ambiguous


@pytest.mark.parametrize("kind", [SlackNotifier, TelegramNotifier])
async def test_a_refused_connection_is_not_ambiguous(kind: Any, network: NetworkStage) -> None:
    notifier: Notifier = kind(f"http://127.0.0.1:{own_port()}/", TOKEN)
    try:
        with pytest.raises(NotifyError) as caught:
            await notifier.send(network.chat, CARD, "d1")
    finally:
        await notifier.close()
    assert not caught.value.ambiguous
    assert not caught.value.permanent


async def test_a_messenger_that_asks_to_wait_is_obeyed(network: NetworkStage) -> None:
    body = {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "error": "ratelimited",
    }
    body["parameters"] = {"retry_after": 7}
    headers = {"Retry-After": "7"}
    network.faults.add(Fault(path=network.send_path, kind="json", status=429, body=body, headers=headers))
    error = await _failure(network)
    assert error.retry_after == 7
    assert not error.everywhere, "the other chats go on"
    assert not error.ambiguous


@pytest.mark.parametrize("seconds", [99_999_999_999_999, 10**400, -1, 0])
async def test_no_messenger_makes_its_chats_wait_for_longer_than_an_hour(
    network: NetworkStage, seconds: int
) -> None:
    body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "error": "ratelimited"}
    headers = {"Retry-After": str(seconds)}
    body["parameters"] = {"retry_after": seconds}
    network.faults.add(Fault(path=network.send_path, kind="json", status=429, body=body, headers=headers))
    error = await _failure(network)
    assert error.retry_after is not None
    assert 1 <= error.retry_after <= 3600


@pytest.mark.parametrize("asked", ["7", "Wed, 21 Oct 2015 12:00:07 GMT"])
@pytest.mark.parametrize("kind", ["html", "status"])
async def test_a_server_that_fails_and_says_for_how_long_is_obeyed(
    network: NetworkStage, asked: str, kind: Any
) -> None:
    headers = {"Retry-After": asked, "Date": "Wed, 21 Oct 2015 12:00:00 GMT"}
    network.faults.add(Fault(path=network.send_path, kind=kind, status=503, headers=headers))
    error = await _failure(network)
    assert error.retry_after == 7
    assert error.ambiguous, "it may have been shown all the same"


async def test_a_server_that_fails_silences_its_messenger_for_five_minutes_at_most(network: NetworkStage) -> None:
    headers = {"Retry-After": "86400"}
    network.faults.add(Fault(path=network.send_path, kind="html", status=502, headers=headers))
    assert (await _failure(network)).retry_after == 300


async def test_a_proxy_that_is_asked_too_often_is_obeyed(network: NetworkStage) -> None:
    network.faults.add(Fault(path=network.send_path, kind="html", status=429, headers={"Retry-After": "7"}))
    error = await _failure(network)
    assert error.retry_after == 7
    assert not error.ambiguous


async def test_a_chat_that_threw_the_bot_out_is_permanent(network: NetworkStage) -> None:
    network.throw_out()
    error = await _failure(network)
    assert error.permanent
    assert not error.ambiguous


async def test_an_unknown_chat_is_permanent(network: NetworkStage) -> None:
    network.chat = replace(network.chat, chat="-404")
    assert (await _failure(network)).permanent


@pytest.mark.parametrize("ref", ["C01:1.2", "999999", "", "не номер"])
async def test_an_edit_of_a_vanished_message_says_so(network: NetworkStage, ref: str) -> None:
    if network.chat.messenger == "slack" and ":" not in ref:
        ref = f"C01:{ref}"
    with pytest.raises(NotifyError) as caught:
        await network.notifier.edit(network.chat, ref, CARD)
    assert caught.value.gone
    assert not caught.value.permanent


async def test_a_refused_token_holds_the_messenger_and_stays_secret(
    network: NetworkStage,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for holder in ("telegram", "slack"):
        if (simulated := getattr(network, holder, None)) is not None:
            simulated.token = simulated.bot_token = "8:another"
    error = await _failure(network)
    assert error.retry_after
    assert error.everywhere
    assert not error.permanent
    assert "check LISTENER_" in caplog.text
    assert TOKEN not in caplog.text


async def test_after_a_fault_the_next_card_is_shown(network: NetworkStage) -> None:
    network.faults.add(Fault(path=network.send_path, kind="reset"))
    await _failure(network)
    assert await network.notifier.send(network.chat, CARD, "d1")


async def _failure(network: NetworkStage) -> NotifyError:
    """The error of the next send; none may carry the token."""
    with pytest.raises(NotifyError) as caught:
        await network.notifier.send(network.chat, CARD, "d1")
    error = caught.value
    chain = [error, error.__cause__, None if error.__suppress_context__ else error.__context__]
    assert not any("secret-of-the-bot" in repr(link) + str(link) for link in chain)
    return error


def _noting(stage: Stage) -> Threads:
    assert isinstance(stage.notifier, Threads)
    return stage.notifier
