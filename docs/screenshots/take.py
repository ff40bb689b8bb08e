"""Takes the pictures of this folder from the running demo: `.venv/bin/python docs/screenshots/take.py`.

With names of scenes (`cards`, `incident`, `solved`, `evening`) it takes those alone, each in a demo of its own.
Needs Chromium and fonts with Cyrillic and emoji (Debian: chromium fonts-dejavu fonts-noto-color-emoji).
"""

# ruff: noqa: INP001 - a script beside its pictures, no package

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page, async_playwright

from simulator.corpus import load_corpus
from simulator.server import Simulator, system_now

FOLDER: Final = Path(__file__).parent
LISTENER: Final = Path(sys.executable).with_name("listener")
COMPLAINT: Final = (
    "Ромашка, третий день не работает интернет! Мастер не пришёл, в поддержке молчат. Верните деньги за ноябрь"
)
AUTHOR: Final = "Мария Светлова"
ANSWERS: Final = ("Мария, мастер будет у вас сегодня с 17 до 19", "Да, сегодня. Мастер уже в пути, позвонит вам")
SOLVED: Final = (
    "Ромашка, на роутере не горит лампочка «Интернет», сеть пропала. Что делать?",
    "Ромашка, лампочка на роутере погасла, сети нет второй день!",
)
HELPED: Final = "Зажмите кнопку Reset на 10 секунд: роутер перезагрузится, и лампочка загорится"
FOR_ALL: Final = "{имя}, здравствуйте! Авария на магистрали, бригада на месте. Починим до 18:00"
NAMES: Final = ("Пётр", "Мария", "Иван", "Ольга", "Павел", "Елена", "Сергей", "Юлия", "Андрей", "Нина")
SURNAMES: Final = (
    *("Ткач", "Коваль", "Гончар", "Бондарь", "Мельник", "Кравец", "Шевчук", "Лысенко", "Ковтун", "Савчук"),
    *("Белый", "Чёрный", "Седых"),
)
DAY_LEFT: Final = timedelta(minutes=4)
"""Of the support's working day, when its evening is to be taken."""
OUTAGE: Final = 126
RISES: Final = (3, 20, 62)
"""How many have complained when the next minute begins: the bars rise."""
A_BAR_MS: Final = 61_000
TROUBLES: Final = (
    "с утра нет интернета, роутер мигает красным, поддержка молчит",
    "связь пропала во всём доме, соседи тоже сидят без неё",
    "скорость упала до нуля, ни одна страница не грузится",
    "сеть отваливается каждые пять минут, работать невозможно",
    "телефон не ловит сеть, никому не дозвониться уже полдня",
    "вай-фай есть, а интернета нет, сколько можно терпеть",
)
PATIENCE_MS: Final = 60_000
MOSCOW: Final = ZoneInfo("Europe/Moscow")
EVENING_ROUTES: Final = """receivers:
  support: {{telegram: [{{chat: -1001}}], slack: ["#support"], owner: oleg, on_call: oleg}}
route: {{to: support}}
sla: {{warn: 15m, due: 30m, breach: 60m}}
hours: {{weekdays: ["00:00-{end:%H:%M}"], weekend: ["00:00-{end:%H:%M}"], night: urgent}}
"""
EVENING_PEOPLE: Final = """people:
  - {{id: anna, name: Анна Иванова, role: operator, telegram: 111, slack: U01, gender: f,
     hours: {{weekdays: ["00:00-{end:%H:%M}"], weekend: ["00:00-{end:%H:%M}"]}}}}
  - {{id: oleg, name: Олег Смирнов, role: lead, telegram: 222, slack: U02, gender: m}}
"""
TOAST_MS: Final = 6_000
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)


async def main(wanted: Sequence[str]) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("there is no Chromium on this machine")
    if unknown := set(wanted) - SCENES.keys():
        sys.exit(f"no such scene: {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name in wanted or SCENES:
            world, scene = SCENES[name]
            async with world() as address:
                page = await browser.new_page(viewport={"width": 1360, "height": 860}, device_scale_factor=2)
                await _open(page, address)
                await scene(page)
                await page.close()
        await browser.close()


async def _cards(page: Page) -> None:
    """Cards, the whole page, a phone, and a private talk."""
    await _settle(page)
    await _take(page, "telegram")
    await _take(page, "slack")
    # The whole page is big enough without doubling it.
    await page.screenshot(path=FOLDER / "page.png", scale="css")
    await _take_phone(page)
    await page.set_viewport_size({"width": 1360, "height": 860})
    await _talk(page)


@contextlib.asynccontextmanager
async def _demo() -> AsyncIterator[str]:
    """The demo in a process of its own; the address of its page."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    demo = ("demo", "--port", port, "--speed", "2", "--seed", "4")
    process = await asyncio.create_subprocess_exec(LISTENER, *demo, stdout=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


@contextlib.asynccontextmanager
async def _before_evening() -> AsyncIterator[str]:
    """The daemon over the demo's world, with a team whose day is over soon; the address of the page."""
    with tempfile.TemporaryDirectory(prefix="otklik-evening-") as name:
        folder, ends = Path(name), system_now().astimezone(MOSCOW) + DAY_LEFT
        shutil.copytree(FOLDER.parents[1] / "simulator" / "demo", folder / "config")
        (folder / "config" / "routes.yaml").write_text(EVENING_ROUTES.format(end=ends), encoding="utf-8")
        (folder / "config" / "people.yaml").write_text(
            EVENING_PEOPLE.format(end=ends - timedelta(minutes=1)), encoding="utf-8"
        )
        simulator = Simulator(load_corpus(), system_now, rate=0)
        await simulator.start("127.0.0.1", 0)
        daemon = await asyncio.create_subprocess_exec(
            LISTENER,
            "run",
            cwd=folder,
            env={
                **os.environ,
                **simulator.environment(),
                "LISTENER_DATABASE_URL": f"sqlite:///{folder / 'evening.db'}",
                "LISTENER_HTTP_BIND": "127.0.0.1:0",
                "LISTENER_CONFIG_DIR": str(folder / "config"),
                "LISTENER_LOG_LEVEL": "WARNING",
            },
        )
        try:
            yield simulator.address
        finally:
            daemon.terminate()
            await daemon.wait()
            await simulator.stop()


async def _open(page: Page, address: str) -> None:
    """The page answers as soon as the demo has begun to serve it."""
    for _ in range(60):
        with contextlib.suppress(PlaywrightError):
            await page.goto(address)
            return
        await asyncio.sleep(0.5)
    sys.exit("the demo does not answer")


async def _quiet(page: Page, cards: int = 1) -> None:
    """Wait until the daemon works and so many cards are there; then nobody writes any more."""
    await page.locator("#telegram .message").nth(cards - 1).wait_for(timeout=2 * PATIENCE_MS)
    await page.locator("#rate").select_option("0")


async def _settle(page: Page) -> None:
    """Wait for a few cards, let one more customer complain, and take the card before in hand."""
    chat = page.locator("#telegram .message")
    await _quiet(page, 5)
    form = page.locator("#write")
    await form.locator("[name=author]").fill(AUTHOR)
    await form.locator("[name=text]").fill(COMPLAINT)
    await form.get_by_role("button").click()
    for messenger in ("telegram", "slack"):
        await _card(page, messenger).wait_for(timeout=PATIENCE_MS)
    await chat.nth(await chat.count() - 2).get_by_role("button", name="Взять").click()
    for messenger in ("telegram", "slack"):
        taken = page.locator(f"#{messenger} .message", has_text="Взяла Анна Иванова")
        await taken.wait_for(timeout=PATIENCE_MS)
    # What the page says in passing is gone by then.
    await page.wait_for_timeout(TOAST_MS)


async def _take(page: Page, messenger: str) -> None:
    await _card(page, messenger).screenshot(path=FOLDER / f"{messenger}-card.png")


async def _talk(page: Page) -> None:
    """The same customer is led into a private talk and helped there; the pictures of the operators' guide."""
    telegram, slack = page.locator("#telegram"), page.locator("#slack")
    card = _card(page, "telegram").first
    await card.get_by_role("button", name="Взять").click()
    await card.get_by_text("Взяла Анна Иванова").wait_for(timeout=PATIENCE_MS)
    await card.get_by_role("button", name="В личку").click()
    await telegram.get_by_role("button", name="извинение").click()
    send = telegram.get_by_role("button", name="Отправить", exact=True)
    await send.wait_for(timeout=PATIENCE_MS)
    await page.wait_for_timeout(TOAST_MS)
    await telegram.locator(".message", has=page.get_by_role("button", name="Отправить", exact=True)).screenshot(
        path=FOLDER / "preview.png"
    )
    await send.click()
    for number, words in enumerate(ANSWERS):
        note = telegram.locator(".message", has_text="Ответьте на это сообщение").nth(number)
        await note.get_by_role("button", name="Ответить на это сообщение").click(timeout=PATIENCE_MS)
        await telegram.locator(".composer textarea").fill(words)
        await telegram.get_by_role("button", name="Отправить в Telegram").click()
        if number == 0:
            await send.click(timeout=PATIENCE_MS)
        await page.locator("#talks li", has_text=words).wait_for(timeout=PATIENCE_MS)
    close = telegram.get_by_role("button", name="Закрыть: решено")
    await close.wait_for(timeout=PATIENCE_MS)
    await page.wait_for_timeout(TOAST_MS)
    thread = _card(page, "slack").first
    await slack.get_by_role("button", name="Закрыть: решено").wait_for(timeout=PATIENCE_MS)
    await thread.locator(".thread").screenshot(path=FOLDER / "talk-slack.png")
    await close.click()
    await telegram.get_by_role("button", name="Товар или услуга").wait_for(timeout=PATIENCE_MS)
    await page.wait_for_timeout(TOAST_MS)
    await page.screenshot(path=FOLDER / "case-page.png", scale="css")


async def _incident(page: Page) -> None:
    """An outage: many complain, somebody has taken the whole of it, and answers one after another."""
    await page.set_viewport_size({"width": 1360, "height": 1800})
    await _quiet(page)
    for number in range(OUTAGE):
        if number in RISES:
            await page.wait_for_timeout(A_BAR_MS)
        if number == RISES[-1]:
            take = _list(page, "telegram").get_by_role("button", name="Взять происшествие")
            await take.click(timeout=PATIENCE_MS)
        words = f"Ромашка, {TROUBLES[number % len(TROUBLES)]}! Это {number + 1}-й дом"
        network = "vk" if number % 3 else "x"
        author = f"{NAMES[number % len(NAMES)]} {SURNAMES[number // len(NAMES)]}"
        said = {"network": network, "author": author, "text": words}
        said |= {"community": "romashka"} if network == "vk" else {}
        await page.request.post(urljoin(page.url, "/sim/publish"), data=said)
    for messenger in ("telegram", "slack"):
        await _list(page, messenger).get_by_text("уже 12").first.wait_for(timeout=3 * PATIENCE_MS)
    await _walk(page)
    await page.wait_for_timeout(TOAST_MS)
    for messenger in ("telegram", "slack"):
        await _list(page, messenger).screenshot(path=FOLDER / f"incident-{messenger}.png")


async def _walk(page: Page) -> None:
    """One draft for all, in Telegram; then on with it in Slack's window."""
    telegram = page.locator("#telegram")
    await _list(page, "telegram").get_by_role("button", name="Ответить всем").click()
    await telegram.get_by_role("button", name="Свой текст").last.click(timeout=PATIENCE_MS)
    await page.get_by_text("Напишите ответ, который подойдёт каждому").last.wait_for(timeout=PATIENCE_MS)
    await telegram.locator(".composer textarea").fill(FOR_ALL)
    await telegram.get_by_role("button", name="Отправить в Telegram").click()
    question = telegram.locator(".message", has=page.get_by_role("button", name="Пропустить", exact=True)).last
    await question.wait_for(timeout=PATIENCE_MS)
    await page.wait_for_timeout(TOAST_MS)
    await question.screenshot(path=FOLDER / "walk-telegram.png")
    await question.get_by_role("button", name="Отправить", exact=True).click()
    await page.wait_for_timeout(TOAST_MS)
    await question.get_by_role("button", name="Закончить", exact=True).click(timeout=PATIENCE_MS)
    await _list(page, "slack").get_by_role("button", name="Ответить всем").click()
    window = page.locator("#modal")
    await window.get_by_text("Ответа ждут").wait_for(timeout=PATIENCE_MS)
    await _choose(page, "Дальше с этим текстом")
    await window.get_by_text("Знаков:").wait_for(timeout=PATIENCE_MS)
    # On X the demo's brand answers by hand: the picture is of somebody who is answered from the page.
    await _choose(page, "Пропустить")
    await window.get_by_text("romashka_help").wait_for(timeout=PATIENCE_MS)
    await window.screenshot(path=FOLDER / "walk-slack.png")
    await _choose(page, "Закончить")
    await window.wait_for(state="hidden", timeout=PATIENCE_MS)


async def _choose(page: Page, label: str) -> None:
    """An answer in Slack's window."""
    window = page.locator("#modal")
    await window.locator("select, input[type=radio]").first.wait_for(timeout=PATIENCE_MS)
    if await window.locator("select").count():
        await window.locator("select").select_option(label=label)
    else:
        await window.get_by_label(label).check()
    await window.get_by_role("button", name="Готово").click()


async def _solved(page: Page) -> None:
    """One customer was helped in public; the next one has the same trouble."""
    await _quiet(page)
    telegram = page.locator("#telegram")
    await _complain(page, "Игорь Лунин", SOLVED[0])
    card = telegram.locator(".message", has_text="Игорь Лунин").first
    await card.get_by_role("button", name="Взять").click(timeout=PATIENCE_MS)
    await card.get_by_role("button", name="Ответить", exact=True).click(timeout=PATIENCE_MS)
    await telegram.get_by_role("button", name="Свой текст").last.click(timeout=PATIENCE_MS)
    await page.get_by_text("Напишите текст.").last.wait_for(timeout=PATIENCE_MS)
    await telegram.locator(".composer textarea").fill(HELPED)
    await telegram.get_by_role("button", name="Отправить в Telegram").click()
    await telegram.get_by_role("button", name="Отправить", exact=True).last.click(timeout=PATIENCE_MS)
    await card.get_by_text("Ответ, Анна Иванова").wait_for(timeout=PATIENCE_MS)
    await card.get_by_role("button", name="Закрыть", exact=True).click()
    for answer in ("Решено", "Товар или услуга"):
        await telegram.get_by_role("button", name=answer).last.click(timeout=PATIENCE_MS)
    await card.get_by_role("button", name="Вернуть").wait_for(timeout=PATIENCE_MS)
    await _complain(page, "Вера Сорока", SOLVED[1])
    card = telegram.locator(".message", has_text="Вера Сорока").first
    await card.get_by_role("button", name="Похожие решённые").click(timeout=PATIENCE_MS)
    question = telegram.locator(".message", has=page.get_by_role("button", name="Взять за основу")).last
    await question.wait_for(timeout=PATIENCE_MS)
    await page.wait_for_timeout(TOAST_MS)
    await question.screenshot(path=FOLDER / "solved.png")


async def _evening(page: Page) -> None:
    """Some of the day's complaints are taken, one is answered by nobody; then Anna's shift ends, and the day."""
    await page.set_viewport_size({"width": 1360, "height": 1400})
    telegram = page.locator("#telegram")
    for number, trouble in enumerate(TROUBLES[:5]):
        await _complain(page, f"{NAMES[number]} {SURNAMES[number]}", f"Ромашка, {trouble}! Это {number + 1}-й дом")
        card = telegram.locator(".message", has_text=f"{NAMES[number]} {SURNAMES[number]}").first
        await card.get_by_role("button", name="Взять").wait_for(timeout=PATIENCE_MS)
        if number < 3:
            await card.get_by_role("button", name="Взять").click()
            await card.get_by_text("Взяла Анна Иванова").wait_for(timeout=PATIENCE_MS)
    patience = DAY_LEFT / timedelta(milliseconds=1) + PATIENCE_MS
    for words, name in (("смена закончилась", "shift-end"), ("Конец дня", "evening")):
        said = telegram.locator(".message", has_text=words).last
        await said.wait_for(timeout=patience)
        await page.wait_for_timeout(TOAST_MS)
        await said.screenshot(path=FOLDER / f"{name}.png")


async def _complain(page: Page, author: str, text: str) -> None:
    said = {"network": "vk", "author": author, "text": text, "community": "romashka"}
    await page.request.post(urljoin(page.url, "/sim/publish"), data=said)


def _list(page: Page, messenger: str) -> Locator:
    """The card of the incident, and none of the words about it."""
    return page.locator(f"#{messenger} .message", has_text="📋 Происшествие").last


async def _take_phone(page: Page) -> None:
    """The same on a narrow screen."""
    await page.set_viewport_size({"width": 360, "height": 740})
    stream = page.locator("#telegram .stream")
    await stream.evaluate("one => { one.scrollTop = one.scrollHeight; }")
    await page.screenshot(path=FOLDER / "phone.png")


def _card(page: Page, messenger: str) -> Locator:
    return page.locator(f"#{messenger} .message", has_text=AUTHOR)


Scene = Callable[[Page], Awaitable[None]]
World = Callable[[], contextlib.AbstractAsyncContextManager[str]]
SCENES: Final[Mapping[str, tuple[World, Scene]]] = {
    "cards": (_demo, _cards),
    "incident": (_demo, _incident),
    "solved": (_demo, _solved),
    "evening": (_before_evening, _evening),
}


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
