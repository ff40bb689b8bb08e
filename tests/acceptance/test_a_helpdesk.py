"""A helpdesk beside Telegram: told of every case, and its people act from there as if they pressed a button."""

import asyncio
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator.publishing import Published
from simulator.server import Simulator
from tests.acceptance.chats import PATIENCE, cards
from tests.acceptance.running import LEAN, Process, config_files, until, world
from tests.helpdesk import SECRET, Agent, Fault, Helpdesk, helpdesk

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs"
ANGRY = "Ромашка, третий день нет интернета, в поддержке никто не отвечает! Мой телефон +7 912 345-67-12"
PEOPLE = """people:
  - {id: anna, name: Анна Иванова, role: operator, telegram: 111, helpdesk: agent-17, gender: f}
  - {id: oleg, name: Олег Смирнов, role: operator, telegram: 222, helpdesk: agent-18, gender: m}
"""
ROUTES = """receivers:
  support:
    telegram: [{chat: -1001}]
    webhook: [{name: desk, url: "%s", answers: true}]
  archive: {webhook: [{name: archive, url: "%s", whole: true}]}
route: {to: [support, archive]}
sla: {warn: 15m, due: 30m, breach: 60m}
"""
SETTINGS = {
    "LISTENER_TELEGRAM_PER_MINUTE": "600",
    "LISTENER_WEBHOOK_SECRETS": json.dumps({"desk": SECRET, "archive": SECRET}),
}
VALID = {
    name: jsonschema.Draft202012Validator(json.loads((DOCS / f"webhook-{name}.schema.json").read_text()))
    for name in ("event", "answer", "order")
}


def written(tmp_path: Path, desk: Helpdesk, archive: Helpdesk) -> Path:
    config = config_files(tmp_path)
    (config / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    (config / "routes.yaml").write_text(ROUTES % (desk.url, archive.url), encoding="utf-8")
    return config


def complain(simulator: Simulator) -> Published:
    return simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")


async def told(desk: Helpdesk, **wanted: Any) -> dict[str, Any]:
    """Wait until the helpdesk knows the case so; returns how it stands there."""

    def stands() -> bool:
        return bool(desk.events) and all(desk.latest()[key] == value for key, value in wanted.items())

    try:
        await until(stands, PATIENCE)
    except TimeoutError:
        raise AssertionError(f"{wanted}: {list(desk.events)} {desk.refused}") from None
    for event in desk.events.values():
        VALID["event"].validate(event)
    return desk.latest()


async def shows(simulator: Simulator, *words: str) -> None:
    """Wait until the card in Telegram has the words."""

    def shown() -> bool:
        latest = cards(simulator, "telegram")
        return bool(latest) and all(word in latest[-1].text for word in words)

    try:
        await until(shown, PATIENCE)
    except TimeoutError:
        raise AssertionError(f"{words} are not on {cards(simulator, 'telegram')[-1:]}") from None


async def asks(agent: Agent, command: str, key: str = "", **order: Any) -> tuple[int, dict[str, Any]]:
    """Anna asks, unless it says another."""
    whole = {"case": 1, "user": "agent-17", "command": command, **order}
    VALID["order"].validate(whole)
    status, body = await agent.order(key, **whole)
    VALID["answer"].validate(body)
    return status, body


def answers(simulator: Simulator, text: str) -> list[str]:
    """What stands on the page with these words."""
    return [entry.text for entry in simulator.vk.world.entries.values() if text in entry.text]


async def test_a_case_is_worked_on_from_the_helpdesk_and_telegram_shows_it(tmp_path: Path) -> None:
    async with world() as simulator, helpdesk() as desk, helpdesk() as archive:
        config = written(tmp_path, desk, archive)
        async with Process(tmp_path, {**simulator.environment(), **LEAN, **SETTINGS}, config) as daemon:
            await daemon.start()
            complain(simulator)
            case = await told(desk, state="new")
            assert "+7 9•• •••-••-12" in case["mentions"][0]["text"]
            assert "+7 912 345-67-12" in (await told(archive, state="new"))["mentions"][0]["text"]
            assert "Пётр" in case["author"]["name"]

            agent = Agent(url=f"http://127.0.0.1:{daemon.port}/hooks/desk")
            assert (await asks(agent, "claim"))[0] == 200
            await shows(simulator, "Анна Иванова")
            assert (await told(desk, state="claimed"))["owner"]["helpdesk"] == "agent-17"

            noted = await asyncio.gather(
                *(asks(agent, "note", text="мастер едет", key="note-1") for _ in range(10))
            )
            await shows(simulator, "Заметка", "мастер едет")
            again = await asks(agent, "note", text="мастер едет", key="note-1")
            assert (again[0], again[1]["done"]) == (200, True)
            assert all(note == again for note in noted)
            assert len((await told(desk, revision=3))["notes"]) == 1

            status, refused = await asks(agent, "close", user="agent-18", outcome="spam")
            assert (status, refused["reason"]) == (409, "not_yours")
            status, refused = await asks(agent, "claim", user="nobody")
            assert (status, refused["reason"]) == (403, "stranger")
            assert "helpdesk: nobody" in refused["message"]

            await suggested(agent)
            await said_after_a_preview(agent, simulator)
            await told(desk, state="replied")
            status, body = await asks(agent, "close", outcome="resolved", cause="product")
            assert (status, body["done"]) == (200, True)
            await shows(simulator, "Решено (товар или услуга) — Анна Иванова")
            closed = await told(desk, state="closed", outcome="resolved", cause="product")
            assert [answer["by"]["id"] for answer in closed["answers"]] == ["anna"]
            await told(archive, state="closed")
            assert desk.refused == archive.refused == []
            (row,) = await daemon.export("cases")
    assert (row["state"], row["outcome"], row["cause"]) == ("closed", "resolved", "product")


async def suggested(agent: Agent) -> None:
    """The brand's own words are offered, and become a draft with everything filled in."""
    status, body = await asks(agent, "suggest")
    assert (status, body["reason"]) == (202, "to_be_confirmed")
    first, *_, own = body["ask"]["options"]
    assert own["label"] == "Свой текст"
    status, shown = await asks(agent, "answer", to=body["ask"]["to"], value=first["value"])
    assert status == 202
    assert "Пётр" in shown["ask"]["text"]
    assert "{" not in shown["ask"]["text"]
    drop = shown["ask"]["options"][-1]["value"]
    status, dropped = await asks(agent, "answer", to=shown["ask"]["to"], value=drop)
    assert (status, dropped["done"]) == (200, True)


async def said_after_a_preview(agent: Agent, simulator: Simulator) -> None:
    """What gives pause is shown first, though its writer says that he has read it; then it goes out once."""
    text = "Пётр, гарантируем: сегодня всё заработает"
    status, body = await asks(agent, "reply", text=text, confirmed=True, key="reply-1")
    assert (status, body["reason"]) == (202, "to_be_confirmed")
    assert "Обещание" in body["ask"]["text"]
    assert text in body["ask"]["text"]
    assert answers(simulator, "гарантируем") == []
    drop = next(option["value"] for option in body["ask"]["options"] if option["label"] == "Не отправлять")
    assert (await asks(agent, "answer", to=body["ask"]["to"], value=drop))[0] == 200

    calm = "Пётр, здравствуйте! Уже разбираемся, ответим здесь же"
    status, body = await asks(agent, "reply", text=calm)
    assert (status, body["reason"]) == (202, "to_be_confirmed"), "nobody said that he has read it"
    send = body["ask"]["options"][0]["value"]
    for _ in range(2):
        status, body = await asks(agent, "answer", to=body["ask"]["to"] if "ask" in body else "send", value=send)
    assert status == 409, "the second time it is on its way"
    await until(lambda: len(answers(simulator, "Уже разбираемся")) == 1, PATIENCE)


async def test_a_helpdesk_that_was_away_and_a_daemon_that_died_agree_in_the_end(tmp_path: Path) -> None:
    async with world() as simulator, helpdesk() as desk, helpdesk() as archive:
        config = written(tmp_path, desk, archive)
        async with Process(tmp_path, {**simulator.environment(), **LEAN, **SETTINGS}, config) as daemon:
            await daemon.start()
            desk.always = Fault(status=503, headers={"Retry-After": "2"})
            complain(simulator)
            await told(archive, state="new")
            await shows(simulator, "Жалоба № 1")
            agent = Agent(url=f"http://127.0.0.1:{daemon.port}/hooks/desk")
            first = await asks(agent, "claim", key="claim-1")
            assert (first[0], first[1]["done"]) == (200, True)
            await daemon.kill()
            await desk.stop()
            await daemon.start()
            again = await asks(agent, "claim", key="claim-1")
            assert again == first, "the same key is answered as before, and claims nothing twice"
            assert (await asks(agent, "claim"))[1]["reason"] == "already_yours"
            desk.always = None
            await desk.start()
            case = await told(desk, state="claimed", revision=2)
            assert [entry["kind"] for entry in case["history"]] == ["opened", "claimed"]
            assert len(desk.told(1)) == 1, "what happened meanwhile is one event"
            assert [row["what"] for row in await daemon.export("actions")] == ["claim"]
            log = daemon.said()
    assert SECRET not in log
    assert "345-67" not in log
