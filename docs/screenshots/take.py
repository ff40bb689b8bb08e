"""Takes the pictures of this folder from the running demo: `.venv/bin/python docs/screenshots/take.py`.

Needs Chromium and fonts with Cyrillic and emoji (Debian: chromium fonts-dejavu fonts-noto-color-emoji).
"""

# ruff: noqa: INP001 - a script beside its pictures, no package

import asyncio
import contextlib
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page, async_playwright

FOLDER: Final = Path(__file__).parent
COMPLAINT: Final = (
    "Ромашка, третий день не работает интернет! Мастер не пришёл, в поддержке молчат. Верните деньги за ноябрь"
)
AUTHOR: Final = "Мария Светлова"
ANSWERS: Final = ("Мария, мастер будет у вас сегодня с 17 до 19", "Да, сегодня. Мастер уже в пути, позвонит вам")
OUTAGE: Final = 64
RISES: Final = (3, 11, 40)
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
TOAST_MS: Final = 6_000
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)


async def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("there is no Chromium on this machine")
    with _demo() as address:
        await _take_all(chromium, address)


async def _take_all(chromium: str, address: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1360, "height": 860}, device_scale_factor=2)
        await _open(page, address)
        await _settle(page)
        await _take(page, "telegram")
        await _take(page, "slack")
        # The whole page is big enough without doubling it.
        await page.screenshot(path=FOLDER / "page.png", scale="css")
        await _take_phone(page)
        await page.set_viewport_size({"width": 1360, "height": 860})
        await _talk(page)
        await _incident(page)
        await browser.close()


@contextlib.contextmanager
def _demo() -> Iterator[str]:
    """The demo in a process of its own; the address of its page."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    demo = (Path(sys.executable).with_name("listener"), "demo", "--port", port, "--speed", "2", "--seed", "4")
    with subprocess.Popen(demo, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own command
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


async def _open(page: Page, address: str) -> None:
    """The page answers as soon as the demo has begun to serve it."""
    for _ in range(60):
        with contextlib.suppress(PlaywrightError):
            await page.goto(address)
            return
        await asyncio.sleep(0.5)
    sys.exit("the demo does not answer")


async def _settle(page: Page) -> None:
    """Wait for a few cards, let one more customer complain, and take the card before in hand."""
    chat = page.locator("#telegram .message")
    await chat.nth(4).wait_for(timeout=PATIENCE_MS)
    await page.locator("#rate").select_option("0")
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
    """An outage: sixty-four people complain, and somebody has taken the whole of it."""
    await page.set_viewport_size({"width": 1360, "height": 1800})
    for number in range(OUTAGE):
        if number in RISES:
            await page.wait_for_timeout(A_BAR_MS)
        words = f"Ромашка, {TROUBLES[number % len(TROUBLES)]}! Это {number + 1}-й дом"
        network = "vk" if number % 3 else "x"
        said = {"network": network, "author": f"Клиент {number}", "text": words}
        said |= {"community": "romashka"} if network == "vk" else {}
        await page.request.post(urljoin(page.url, "/sim/publish"), data=said)
    for messenger in ("telegram", "slack"):
        card = page.locator(f"#{messenger} .message", has_text="Происшествие").last
        await card.wait_for(timeout=PATIENCE_MS)
    await page.wait_for_timeout(TOAST_MS)
    card = page.locator("#telegram .message", has_text="Происшествие").last
    await card.get_by_role("button", name="Взять происшествие").click()
    await card.get_by_text("взяла Анна Иванова").wait_for(timeout=PATIENCE_MS)
    await page.wait_for_timeout(TOAST_MS)
    for messenger in ("telegram", "slack"):
        card = page.locator(f"#{messenger} .message", has_text="Происшествие").last
        await card.screenshot(path=FOLDER / f"incident-{messenger}.png")


async def _take_phone(page: Page) -> None:
    """The same on a narrow screen."""
    await page.set_viewport_size({"width": 360, "height": 740})
    stream = page.locator("#telegram .stream")
    await stream.evaluate("one => { one.scrollTop = one.scrollHeight; }")
    await page.screenshot(path=FOLDER / "phone.png")


def _card(page: Page, messenger: str) -> Locator:
    return page.locator(f"#{messenger} .message", has_text=AUTHOR)


if __name__ == "__main__":
    asyncio.run(main())
