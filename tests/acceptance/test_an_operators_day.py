"""A day of operators in Telegram and Slack, over a daemon of its own process that is killed in the middle."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from simulator.publishing import Published
from simulator.server import Simulator
from tests.acceptance.chats import CALLED, CHAT, PATIENCE, REPEAT, cards, lines, notes, shows, told
from tests.acceptance.running import LEAN, Process, config_files, says, until, world

pytestmark = pytest.mark.slow

ANGRY = "Ромашка, третий день нет интернета, в поддержке никто не отвечает! Верните деньги"
CALM_SLA = "{warn: 15m, due: 30m, breach: 60m}"
HASTY_SLA = "{warn: 4s, due: 25s, breach: 24h}"
"""On a quiet machine a restart falls between the first bell and the second; then nothing passes by itself."""
BROKEN_SLA = "{warn: 4s, due: 25s, breach: 26s}"
SETTINGS = {**LEAN, "LISTENER_TELEGRAM_PER_MINUTE": "600"}
PEOPLE = """people:
  - {id: anna, name: Анна Иванова, role: operator, telegram: 111, slack: U01, gender: f}
  - {id: oleg, name: Олег Смирнов, role: operator, telegram: 222, slack: U02, gender: m}
  - {id: irina, name: Ирина Лаптева, role: lead, telegram: 333, slack: U03, gender: f}
"""
ROUTES = """receivers:
  support: {{telegram: [{{chat: -1001}}], slack: ["#support"], owner: anna, backup: oleg}}
route: {{to: support}}
sla: {sla}
"""


@asynccontextmanager
async def shift(folder: Path, sla: str = CALM_SLA) -> AsyncIterator[tuple[Simulator, Process]]:
    """The support is at its desks: Anna answers for it, Oleg when she is silent, Irina leads. Nobody has hours."""
    config = config_files(folder)
    (config / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    (config / "routes.yaml").write_text(ROUTES.format(sla=sla), encoding="utf-8")
    async with (
        world() as simulator,
        Process(
            folder, {**simulator.environment(), **LEAN, "LISTENER_TELEGRAM_PER_MINUTE": "600"}, config
        ) as daemon,
    ):
        await daemon.start()
        yield simulator, daemon


async def complains(simulator: Simulator) -> Published:
    """Pyotr complains under a post of the brand, and the card is there."""
    first = simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
    await shows(simulator, "Жалоба № 1", "Никто не взял")
    return first


async def settled(daemon: Process) -> None:
    """Wait until the daemon knows of every card that it stands in its chat: else it may come a second time."""

    async def delivered() -> bool:
        return all(row["state"] == "delivered" for row in await daemon.export("deliveries"))

    await until(delivered, PATIENCE, 0.5)


async def restart(daemon: Process) -> None:
    """Killed as by a power cut, while no card is on its way."""
    await settled(daemon)
    await daemon.kill()
    await daemon.start()


async def test_a_case_goes_from_hand_to_hand_in_both_messengers(tmp_path: Path) -> None:
    async with shift(tmp_path) as (simulator, _):
        anna, oleg = simulator.desk("Анна"), simulator.desk("Олег")
        await complains(simulator)
        taken = await anna.telegram.press("Взять")
        assert taken is not None
        assert says(taken.text, "Вы взяли обращение № 1")
        assert not taken.alert
        await shows(simulator, "Взяла Анна Иванова")

        await anna.slack.press("Отдать")
        await shows(simulator, "Отдала Анна Иванова", "никто не взял")

        await oleg.telegram.press("Взять")
        await shows(simulator, "Взял Олег Смирнов")
        refused = await anna.telegram.press("Закрыть")
        refusal = "забрать может Ирина Лаптева кнопкой «Передать»"
        assert refused is not None
        assert says(refused.text, refusal)
        if refusal not in (refused.text or ""):  # it came too late for a toast
            await until(lambda: any(refusal in line.text for line in lines(simulator, "telegram")))

        await oleg.telegram.press("Передать")
        await until(lambda: any("Анна Иванова" in line for line in _choices(simulator)), PATIENCE)
        await oleg.telegram.press("Анна Иванова")
        await shows(simulator, "Отвечает Анна Иванова, передал Олег Смирнов")
        await told(simulator, "Олег Смирнов передал вам обращение", "anna")
        assert _choices(simulator) == []

        await anna.slack.press("Передать")
        await until(lambda: anna.slack.modal is not None, PATIENCE)
        assert await anna.slack.submit({"Выберите": "Олег Смирнов"}) == "closed"
        await told(simulator, "Анна Иванова передала вам обращение", "oleg")
        await shows(simulator, "Отвечает Олег Смирнов, передала Анна Иванова")
        assert all(card.edited for one in CALLED for card in cards(simulator, one))
        assert {one: len(notes(simulator, one)) for one in CALLED} == {"telegram": 2, "slack": 2}


async def test_who_else_of_the_thread_is_unhappy_stands_on_the_card_and_the_rest_is_told_to_who_asks(
    tmp_path: Path,
) -> None:
    async with shift(tmp_path) as (simulator, _):
        anna = simulator.desk("Анна")
        await complains(simulator)
        simulator.publishing.by_hand("vk", "Мария", ANGRY, community="romashka")
        await shows(simulator, "Жалоба № 2", "В этой ветке ещё недоволен: Пётр (№ 1)", count=2)
        toast = await anna.telegram.press("Ещё о клиенте")
        assert toast is not None
        assert "№\xa01, Пётр: ещё открыто" in toast.text
        await anna.slack.press("Ещё о клиенте")
        await until(lambda: any("№\xa01, Пётр: ещё открыто" in line for line in anna.slack.whispers), PATIENCE)


async def test_terms_that_were_changed_while_nobody_ran_are_counted_anew_with_one_word(tmp_path: Path) -> None:
    async with shift(tmp_path) as (simulator, daemon):
        await complains(simulator)
        await settled(daemon)
        await daemon.kill()
        longer = ROUTES.format(sla="{warn: 3h, due: 5h, breach: 6h}")
        (tmp_path / "config" / "routes.yaml").write_text(longer, encoding="utf-8")
        await daemon.start()
        word = "Часы работы или сроки изменили, и изменились сроки 1"

        def said() -> dict[str, int]:
            return {one: sum(word in line.text for line in lines(simulator, one)) for one in CALLED}

        await until(lambda: said() == dict.fromkeys(CALLED, 1), PATIENCE)
        await restart(daemon)
        assert said() == dict.fromkeys(CALLED, 1)


async def test_a_note_written_in_either_messenger_stands_on_both_cards(tmp_path: Path) -> None:
    async with shift(tmp_path) as (simulator, daemon):
        anna, oleg = simulator.desk("Анна"), simulator.desk("Олег")
        await complains(simulator)
        await anna.telegram.press("Заметка")
        await until(lambda: anna.telegram.prompt is not None, PATIENCE)
        await restart(daemon)  # the question is remembered
        anna.telegram.answer("звонила, ждёт мастера")
        await shows(simulator, "Заметка, Анна Иванова", "звонила, ждёт мастера")

        await oleg.slack.press("Заметка")
        await until(lambda: oleg.slack.modal is not None, PATIENCE)
        assert await oleg.slack.submit({"Текст": "  "}) == "errors"
        assert await oleg.slack.submit({"Текст": "авария на Мира, 14"}) == "closed"
        await shows(simulator, "Заметка, Олег Смирнов", "авария на Мира, 14", "звонила, ждёт мастера")
        assert all(card.text.count("📝") == 2 for one in CALLED for card in cards(simulator, one))


async def test_what_the_customer_says_next_reaches_whoever_has_the_case(tmp_path: Path) -> None:
    async with shift(tmp_path) as (simulator, daemon):
        anna = simulator.desk("Анна")
        first = await complains(simulator)
        await anna.telegram.press("Взять")
        await shows(simulator, "Взяла Анна Иванова")
        simulator.customers.writes_again(first.id, "договор 4451")
        await told(simulator, "Автор пишет, обращение № 1", "anna")
        await shows(simulator, "договор ••51", "💬", lacks="4451")

        await settled(daemon)
        await daemon.kill()
        again = simulator.customers.writes_again(first.id, "Безобразие, до сих пор нет интернета, верните деньги!")
        await daemon.start()
        await told(simulator, "Автор снова пожаловался", "anna", loud=True)
        await shows(simulator, "Безобразие, до сих пор нет интернета")

        said = {one: len(notes(simulator, one)) for one in CALLED}
        simulator.customers.edits(again.id, "Спасибо, всё починили")
        await shows(simulator, "Спасибо, всё починили", "изменено в", lacks="Безобразие")
        simulator.customers.edits(first.id, "Спасибо, всё починили, молодцы")
        await shows(simulator, "жалобы больше нет", lacks="Ответить до")
        simulator.customers.deletes(again.id)
        await shows(simulator, "молодцы", "Автор удалил запись")
        assert {one: len(notes(simulator, one)) for one in CALLED} == said, "an edit or a deletion rings nobody"


async def test_what_was_no_complaint_or_closed_comes_back_as_a_new_message(tmp_path: Path) -> None:
    async with shift(tmp_path) as (simulator, daemon):
        anna = simulator.desk("Анна")
        first = await complains(simulator)
        await anna.slack.press("Не жалоба")
        await shows(simulator, "Не жалоба — Анна Иванова")
        simulator.customers.writes_again(first.id, "третий день без интернета, подаю в суд!")
        await shows(simulator, "🔥", "Срочно: суд", "Автор написал снова, никто не взял", count=2)

        await settled(daemon)
        await anna.telegram.press("Закрыть")
        await until(lambda: "Решено" in _choices(simulator), PATIENCE)
        await anna.telegram.press("Решено")
        await until(lambda: "Наша ошибка" in _choices(simulator), PATIENCE)
        closed = await anna.telegram.press("Наша ошибка")
        await daemon.kill()  # what was answered is kept
        await daemon.start()
        assert closed is not None
        assert says(closed.text, "Вы закрыли обращение")
        await shows(simulator, "Решено (наша ошибка) — Анна Иванова", count=2)
        await anna.slack.press("Вернуть")
        await shows(simulator, "Анна Иванова вернула в работу", "Никто не взял", "Ответить до", count=2)
        cases = await daemon.export("cases")
    assert [(case["id"], case["state"], case["owner"]) for case in cases] == [(1, "new", None)]


async def test_a_rest_past_the_deadline_is_asked_about_and_its_end_survives_a_kill(tmp_path: Path) -> None:
    async with shift(tmp_path) as (simulator, daemon):
        anna = simulator.desk("Анна")
        await complains(simulator)
        pressed = time.monotonic()
        await anna.telegram.press("Взять")
        await shows(simulator, "Взяла Анна Иванова")
        # So long that «Отложено» is seen, however slow the machine is.
        rest = 10 + int(10 * (time.monotonic() - pressed))
        await anna.slack.press("Отложить")
        await until(lambda: anna.slack.modal is not None, PATIENCE)
        question, _ = anna.slack.modal["blocks"]
        assert "срок пройдёт. Всё равно отложить?" in question["text"]["text"]
        assert await anna.slack.submit({"Выберите": "Не откладывать"}) == "closed"

        await anna.telegram.press("Отложить")
        await until(lambda: "Не откладывать" in _choices(simulator), PATIENCE)
        # The answer names the time that was read: here one that a test can wait for.
        await _chooses(simulator, f"c:1:snooze:{int(time.time()) + rest}")
        await shows(simulator, "Отложено до")
        await restart(daemon)
        await told(simulator, "снова ждёт ответа", "anna")
        await shows(simulator, "отложенное снова в работе", "Взяла Анна Иванова", lacks="Отложено до")
        assert {one: len(notes(simulator, one)) for one in CALLED} == {"telegram": 1, "slack": 1}


async def test_bells_ring_for_the_owner_the_backup_and_the_leads_across_a_kill(tmp_path: Path) -> None:
    async with shift(tmp_path, HASTY_SLA) as (simulator, daemon):
        await complains(simulator)
        await simulator.desk("Анна").slack.press("Взять")
        await told(simulator, "надо ответить до", "anna")
        await restart(daemon)
        await told(simulator, "Срок вышел: ответ по обращению", "anna", "oleg", loud=True)
        await shows(simulator, "срок ответа прошёл", "Взяла Анна Иванова")
        (tmp_path / "config" / "routes.yaml").write_text(ROUTES.format(sla=BROKEN_SLA), encoding="utf-8")
        await until(lambda: all(_calls_irina(simulator, one) for one in CALLED), PATIENCE)
        await shows(simulator, "обещанный срок сорван")
    rung = {one: [note.calls for note in notes(simulator, one) if REPEAT not in note.text] for one in CALLED}
    bells = [{"anna"}, {"anna", "oleg"}, {"anna", "oleg", "irina"}]
    assert rung == {"telegram": bells, "slack": bells}


async def test_a_note_on_its_way_when_the_daemon_is_killed_is_neither_lost_nor_doubled(tmp_path: Path) -> None:
    async with shift(tmp_path) as (simulator, daemon):
        anna, oleg = simulator.desk("Анна"), simulator.desk("Олег")
        people = {"Анна Иванова": "anna", "Олег Смирнов": "oleg"}
        await complains(simulator)
        for later, giver, name, words in (
            (0.0, anna, "Олег Смирнов", "Анна Иванова передала вам"),
            (0.1, oleg, "Анна Иванова", "Олег Смирнов передал вам"),
        ):
            await settled(daemon)
            await giver.telegram.press("Передать")
            await until(lambda label=name: label in _choices(simulator), PATIENCE)
            toast = await giver.telegram.press(name)
            assert toast is not None
            assert says(toast.text, "теперь ведёт")
            # It has answered, and dies at once or in the middle of telling.
            await asyncio.sleep(later)
            await daemon.kill()
            await daemon.start()
            await told(simulator, words, people[name])
        await shows(simulator, "Отвечает Анна Иванова, передал Олег Смирнов")
    assert len(notes(simulator, "slack")) == 2
    assert len(notes(simulator, "telegram")) <= 4


def _choices(simulator: Simulator) -> list[str]:
    """The labels of the options that stand in the Telegram chat."""
    messages = simulator.telegram.chats[CHAT].messages.values()
    return [
        button["text"]
        for message in messages
        for row in message.markup.get("inline_keyboard", ())
        for button in row
        if button.get("callback_data", "").count(":") == 3
    ]


async def _chooses(simulator: Simulator, data: str) -> None:
    """Presses an option under the question that came last."""
    message = max(simulator.telegram.chats[CHAT].messages)
    toast = await simulator.telegram.press(CHAT, message, data, user=111, name="Анна Иванова")
    assert says(toast, "отложено до")


def _calls_irina(simulator: Simulator, messenger: str) -> bool:
    return any("irina" in note.calls for note in notes(simulator, messenger))
