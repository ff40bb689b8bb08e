"""The simulator's page in a real browser: cards are shown, buttons pressed, texts published, foreign HTML is text.

A small bot in the test drives the Telegram and Slack simulators over their own APIs, as the daemon would.
"""

import asyncio
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from simulator.server import Simulator
from tests.page_parts import CHAT, Bot, opened_page, section, slack_button, standing_world, started_browser

# One loop for all, for the one browser that they share.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with started_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def world() -> AsyncIterator[Simulator]:
    async with standing_world() as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def bot(world: Simulator) -> AsyncIterator[Bot]:
    async with aiohttp.ClientSession() as session:
        yield Bot(world, session)


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, world: Simulator) -> AsyncIterator[Page]:
    async with opened_page(browser, world) as page:
        yield page


async def test_a_pressed_telegram_button_changes_the_card_and_shows_the_toast(bot: Bot, page: Page) -> None:
    await bot.card("<b>Ромашка</b> третий день без связи", "Взять", "Не жалоба")
    chat = page.locator("#telegram .stream")
    await expect(chat.locator("b", has_text="Ромашка")).to_be_visible()
    async with asyncio.TaskGroup() as group:
        group.create_task(bot.answer_telegram())
        group.create_task(chat.get_by_role("button", name="Взять").click())
    await expect(chat).to_contain_text("Анна Иванова: c:1:Взять")
    await expect(page.locator(".toast")).to_have_text("Вы взяли обращение № 1")
    await expect(chat.locator(".keys button")).to_have_count(0)


async def test_a_pressed_slack_button_changes_the_card_and_whispers_to_the_one_who_pressed(
    bot: Bot, page: Page
) -> None:
    blocks = [section("*Тулпар*: списали дважды &lt;деньги&gt;"), slack_button("Взять", "claim")]
    await bot.slack("chat.postMessage", channel="#support", text="Тулпар", blocks=blocks)
    channel = page.locator("#slack .stream")
    await expect(channel).to_contain_text("Тулпар: списали дважды <деньги>")
    await page.get_by_label("Олег Смирнов").check()
    async with asyncio.TaskGroup() as group:
        group.create_task(bot.answer_slack())
        group.create_task(channel.get_by_role("button", name="Взять").click())
    await expect(channel).to_contain_text("Олег Смирнов: claim")
    await expect(page.locator(".toast")).to_have_text("Теперь оно ваше")
    await expect(channel.locator(".whisper")).to_have_count(1)
    await page.get_by_label("Анна Иванова").check()
    await expect(channel.locator(".whisper")).to_have_count(0)


async def test_foreign_html_is_shown_as_text_and_never_run(bot: Bot, page: Page) -> None:
    evil = "<img src=x onerror=document.title='взлом'><script>document.title='взлом'</script>"
    escaped = evil.replace("<", "&lt;").replace(">", "&gt;")
    await bot.card(f"<blockquote>{escaped}</blockquote><a href='https://vk.com/id1'>кто</a>")
    await bot.slack("chat.postMessage", channel="C01", text="x", blocks=[section(escaped)])
    body = {"network": "vk", "text": evil, "author": evil}
    async with bot._session.post(f"{page.url}sim/publish", json=body) as response:
        assert response.status == 200
    for place in ("#telegram .stream", "#slack .stream", "#feed"):
        await expect(page.locator(place)).to_contain_text("onerror=document.title")
    assert await page.locator("img, .stream script").count() == 0
    assert await page.title() == "Отклик: показ"


async def test_markup_that_a_messenger_does_not_know_stays_without_effect(page: Page) -> None:
    shown = await page.evaluate(
        """async () => {
            const { telegramHtml, mrkdwn } = await import("/page/markup.js");
            const box = document.createElement("div");
            const link = "<a href='javascript:alert(1)'>а</a>";
            box.append(telegramHtml(link + "<img src=x onerror=alert(1)><b onclick=x>б</b>"));
            box.append(telegramHtml("\\n<blockquote>в</blockquote>\\nг &amp;lt; &#1076;"));
            const slack = document.createElement("div");
            slack.append(mrkdwn("<javascript:alert(1)|в> *г* snake_case_word &lt;b&gt;"));
            return [box.innerHTML, slack.innerHTML];
        }"""
    )
    assert shown == [
        "<span>а</span><span><b>б</b></span>\n<blockquote>в</blockquote>г &amp;lt; д",
        "<span>в</span> <b>г</b> snake_case_word &lt;b&gt;",
    ]


async def test_a_text_written_on_the_page_is_published(world: Simulator, page: Page) -> None:
    await page.get_by_label("Текст", exact=True).fill("Довезун, второй час жду заказ")
    await page.get_by_label("Имя автора").fill("Пётр")
    await page.get_by_label("Где опубликовать").select_option(label="X")
    await page.get_by_role("button", name="Опубликовать").click()
    await expect(page.locator("#feed li").first).to_contain_text("Довезун, второй час жду заказ")
    assert world.publishing.published[-1].network == "x"
    assert world.publishing.published[-1].author.name == "Пётр"


async def test_an_unchanged_card_is_not_drawn_again_and_the_readers_place_is_kept(bot: Bot, page: Page) -> None:
    for number in range(20):
        await bot.card(f"карточка {number}", "Взять")
    chat = page.locator("#telegram .stream")
    first = chat.locator(".message").first
    await expect(chat.locator(".message")).to_have_count(20)
    await first.evaluate("line => { line.marked = true; line.parentElement.scrollTop = 0; }")
    await bot.card("свежая карточка", "Взять")
    await expect(page.locator("#telegram .newer")).to_be_visible()
    assert await chat.evaluate("stream => stream.scrollTop") == 0
    assert await first.evaluate("line => line.marked")
    await page.locator("#telegram .newer").click()
    await expect(page.locator("#telegram .newer")).to_be_hidden()


async def test_the_keyboard_reaches_a_card_and_keeps_its_place_when_the_card_changes(bot: Bot, page: Page) -> None:
    number = await bot.card("до", "Взять", "Закрыть")
    button = page.locator("#telegram").get_by_role("button", name="Закрыть")
    await button.focus()
    keys = {"inline_keyboard": [[{"text": "Закрыть", "callback_data": "c:1:Закрыть"}]]}
    await bot.telegram("editMessageText", chat_id=CHAT, message_id=number, text="после", reply_markup=keys)
    await expect(page.locator("#telegram .stream")).to_contain_text("после")
    await expect(button).to_be_focused()
    async with asyncio.TaskGroup() as group:
        group.create_task(bot.answer_telegram())
        group.create_task(page.keyboard.press("Enter"))
    await expect(page.locator("#telegram .stream")).to_contain_text("Анна Иванова: c:1:Закрыть")


async def test_the_page_fits_the_window(page: Page) -> None:
    await expect(page.locator("#counters")).to_have_text(re.compile(r"Всего \d+"))
    wide = await page.evaluate(
        "document.documentElement.scrollWidth > innerWidth || document.body.scrollHeight > innerHeight"
    )
    assert not wide
    assert await page.locator("#lost").is_hidden()


async def test_a_guided_minute_goes_on_with_what_is_pressed_and_is_closed_for_good(bot: Bot, page: Page) -> None:
    guide = page.locator("#guide")
    await expect(guide).to_contain_text("1 из 6. Это карточки настоящей программы")
    await bot.card("третий день без связи", "Взять", "Не жалоба")
    async with asyncio.TaskGroup() as group:
        group.create_task(bot.answer_telegram())
        group.create_task(page.locator("#telegram .stream").get_by_role("button", name="Взять").click())
    await expect(guide).to_contain_text("2 из 6. Обращение ваше")
    await guide.get_by_role("button", name="Закрыть подсказку").click()
    await expect(guide).to_be_hidden()
    await page.reload()
    await expect(page.locator("#feed")).to_be_visible()
    await expect(page.locator("#guide")).to_be_hidden()
