"""«Убрать запись» through the real daemon: last of all, told first, undone; and what others delete is told."""

from pathlib import Path

import pytest

from simulator.faults import Fault
from simulator.publishing import Published
from simulator.server import Simulator
from tests.acceptance.chats import CHAT, PATIENCE
from tests.acceptance.running import LEAN, Process, config_files, says, until, world
from tests.acceptance.test_a_private_talk import choose, invited, offers, stands, texts

pytestmark = pytest.mark.slow

KEEPER = "vk1.a.the-key-of-a-person-who-keeps-the-page"
PEOPLE = """people:
  - {id: anna, name: Анна Иванова, role: operator, telegram: 111, slack: U01, gender: f}
  - {id: irina, name: Ирина Петрова, role: lead, telegram: 333, slack: U03, gender: f}
"""
ROUTES = """receivers:
  support: {telegram: [{chat: -1001}], slack: ["#support"], owner: anna}
route: {to: support}
sla: {warn: 15m, due: 30m, breach: 60m}
"""
HISTORY = ("told_of_removal", "reply_refused", "removed", "restored")
NO_RIGHT = {"error": {"error_code": 15, "error_msg": "Access denied"}}


def configured(folder: Path) -> Path:
    config = config_files(folder)
    (config / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    (config / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    (config / "policy.yaml").write_text("removal: on\nnight: off\n", encoding="utf-8")
    return config


def settings(simulator: Simulator, **more: str) -> dict[str, str]:
    return {**simulator.environment(), **LEAN, "LISTENER_TELEGRAM_PER_MINUTE": "600", **more}


def card(simulator: Simulator) -> int:
    """The number of the case's card in the support's chat; without its words it is no «Жалоба» any more."""
    messages = simulator.telegram.chats[CHAT].messages.values()
    return next(one.id for one in messages if one.text.startswith(("Жалоба № 1:", "Обращение № 1:")))


def labels(simulator: Simulator) -> list[str]:
    keyboard = simulator.telegram.chats[CHAT].messages[card(simulator)].markup.get("inline_keyboard", ())
    return [button["text"] for row in keyboard for button in row]


async def insists(simulator: Simulator, action: str, refusal: str) -> None:
    """Press what no card offers, as somebody with an old card may; a refusal that comes too late for a toast is
    said in the chat.
    """
    toast = await simulator.telegram.press(CHAT, card(simulator), f"c:1:{action}", user=111, name="Анна Иванова")
    assert says(toast, refusal)
    await until(lambda: refusal in (toast or "") or any(refusal in text for text in texts(simulator, CHAT)))


def is_gone(simulator: Simulator, comment: Published) -> bool:
    return simulator.vk.world.entries[comment.id].gone


def writes(simulator: Simulator, comment: Published, text: str, **named: str) -> None:
    group = next(house.group for house in simulator.corpus.houses if house.id == "romashka")
    simulator.vk.message(comment.author, text, group_id=group, **named)


async def kinds(daemon: Process) -> list[str]:
    return [event["kind"] for event in await daemon.export("events")]


async def test_a_record_is_removed_only_when_its_author_knows_and_is_put_back(tmp_path: Path) -> None:
    config = configured(tmp_path)
    async with world() as simulator:
        simulator.vk.add_keeper(KEEPER)
        async with Process(tmp_path, settings(simulator), config) as keyless:
            await keyless.start()
            comment, ref = await invited(simulator)
            await insists(simulator, "take_off", "только после разговора в личных")
            writes(simulator, comment, "Здравствуйте, я насчёт интернета", ref=ref)
            await stands(simulator, CHAT, "Клиент пишет в личные сообщения", "я насчёт интернета")
            await until(lambda: "Закрыть" in labels(simulator), PATIENCE)
            assert "Убрать запись" not in labels(simulator)  # a page's own key may not
            await insists(simulator, "take_off", "Убрать эту запись нельзя")
            await keyless.terminate()

        keyed = settings(simulator, LISTENER_VK_USER_TOKEN=KEEPER)
        async with Process(tmp_path, keyed, config) as daemon:
            await daemon.start()
            writes(simulator, comment, "Уберите, пожалуйста, мою запись: вопрос решён")
            await choose(simulator, "Убрать запись", "Ещё нет")
            assert not is_gone(simulator, comment)
            assert "told_of_removal" not in await kinds(daemon)

            await choose(simulator, "Убрать запись", "Да, автор знает")
            await stands(simulator, CHAT, "Анна Иванова подтвердила: автор знает, что запись уберут")
            assert not is_gone(simulator, comment)  # nothing goes before it was looked at

            simulator.vk.faults.add(Fault(path="wall.deleteComment", kind="json", body=NO_RIGHT))
            await removes(simulator)
            await stands(simulator, CHAT, "Запись автора не удалена, обращение №\xa01", "нет на это прав")
            assert not is_gone(simulator, comment)

            await removes(simulator)
            await until(lambda: is_gone(simulator, comment), PATIENCE)
            await stands(
                simulator, CHAT, "запись автора убрана со страницы, попросила Анна Иванова", "Запись удалил"
            )
            await choose(simulator, "Вернуть запись")
            await puts_back(simulator)
            await until(lambda: not is_gone(simulator, comment), PATIENCE)
            await stands(simulator, CHAT, "запись автора возвращена на страницу")
            await until(lambda: "Убрать запись" in labels(simulator), PATIENCE)
            done = [kind for kind in await kinds(daemon) if kind in HISTORY]
            assert not any("это сделал не Отклик" in text for text in texts(simulator, CHAT))
    assert done == ["told_of_removal", "reply_refused", "removed", "restored"]


async def removes(simulator: Simulator) -> None:
    """«Убрать запись» on the card, and the same word under what would go."""
    await until(lambda: "Убрать запись" in labels(simulator), PATIENCE)
    desk = simulator.desk("Анна").telegram
    # The question of an earlier try is taken away: it is not the one to be answered.
    await until(
        lambda: not any("Убрать со страницы эту запись" in text for text in texts(simulator, CHAT)), PATIENCE
    )
    await desk.press("Убрать запись", message=card(simulator))
    preview = await stands(simulator, CHAT, "Убрать со страницы эту запись автора?", "третий день нет интернета")
    await desk.press("Убрать запись", message=preview)


async def puts_back(simulator: Simulator) -> None:
    preview = await stands(simulator, CHAT, "Вернуть на страницу эту запись автора?")
    await simulator.desk("Анна").telegram.press("Вернуть запись", message=preview)


async def test_what_somebody_else_deletes_on_the_brands_page_is_told_to_the_lead(tmp_path: Path) -> None:
    config = configured(tmp_path)
    async with world() as simulator, Process(tmp_path, settings(simulator), config) as daemon:
        await daemon.start()
        angry = "Ромашка, третий день нет интернета, в поддержке никто не отвечает! Верните деньги"
        comment = simulator.publishing.by_hand("vk", "Пётр", angry, community="romashka")
        taken_back = simulator.publishing.by_hand("vk", "Ольга", angry, community="romashka")
        await offers(simulator, "Взять")
        await until(lambda: any(text.startswith("Жалоба № 2:") for text in texts(simulator, CHAT)), PATIENCE)
        simulator.customers.deletes(taken_back.id)
        simulator.customers.deletes(comment.id, by_brand=True)
        note = await stands(simulator, CHAT, "Со страницы бренда удалили запись автора", "Ирина Петрова")
        told = [text for text in texts(simulator, CHAT) if "удалили запись автора" in text]
        deleted = [event for event in await daemon.export("events") if event["kind"] == "mention_deleted"]
    answered = simulator.telegram.chats[CHAT].messages[note].reply_to
    assert answered is not None
    assert "Пётр" in answered.text  # under his card; who deletes his own words is nobody's news
    assert len(told) == 1
    assert sorted(event["payload"]["silent"] for event in deleted) == [False, True]
