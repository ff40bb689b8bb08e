"""Talks on the simulator's page: prompts, threads, modals, alerts, mentions, own texts; on a phone too."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

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


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def reply_modal() -> dict[str, Any]:
    menu = {"type": "static_select", "action_id": "a", "options": [{"text": plain("Олег"), "value": "oleg"}]}
    text = {"type": "plain_text_input", "action_id": "a", "multiline": True}
    return {
        "type": "modal",
        "title": plain("Ответить"),
        "submit": plain("Отправить"),
        "notify_on_close": True,
        "blocks": [
            section("*Пётр* &lt;пишет&gt;"),
            {"type": "input", "block_id": "text", "label": plain("Текст ответа"), "element": text},
            {"type": "input", "block_id": "who", "label": plain("Передать"), "optional": True, "element": menu},
        ],
    }


async def test_a_question_of_the_bot_opens_an_answer_for_the_one_it_asks(
    world: Simulator, bot: Bot, page: Page
) -> None:
    card = await bot.card("Ромашка молчит", "Ответить")
    await bot.telegram(
        "sendMessage",
        chat_id=CHAT,
        text='<a href="tg://user?id=222">Олег</a>, что ответить &lt;Петру&gt;?',
        parse_mode="HTML",
        reply_parameters={"message_id": card},
        reply_markup={"force_reply": True, "selective": True, "input_field_placeholder": "Текст клиенту"},
    )
    chat, composer = page.locator("#telegram .stream"), page.locator("#telegram .composer")
    await expect(chat).to_contain_text("Ждёт ответа: Олег Смирнов")
    await expect(chat.locator(".quoted")).to_contain_text("Ромашка молчит")
    await expect(composer.locator(".to")).to_be_hidden()
    await page.get_by_label("Олег Смирнов").check()
    await expect(composer.locator(".to")).to_contain_text("Отклик спрашивает: Олег, что ответить <Петру>?")
    await composer.get_by_placeholder("Текст клиенту").fill("Здравствуйте, <b>проверяем</b>")
    await page.keyboard.press("Enter")
    await expect(chat).to_contain_text("Ответ получен")
    await expect(composer.locator(".to")).to_be_hidden()
    await expect(chat.locator(".mine .body")).to_have_text("Здравствуйте, <b>проверяем</b>")
    answer = world.telegram.updates.waiting[-1]["message"]
    assert (answer["from"]["id"], answer["reply_to_message"]["from"]["is_bot"]) == (222, True)


async def test_a_question_that_is_put_off_stays_away(bot: Bot, page: Page) -> None:
    await bot.telegram("sendMessage", chat_id=CHAT, text="Что?", reply_markup={"force_reply": True})
    to = page.locator("#telegram .composer .to")
    await to.get_by_role("button").click()
    await page.wait_for_timeout(1200)
    await expect(to).to_be_hidden()


async def test_any_message_is_answered_and_written_beside(world: Simulator, bot: Bot, page: Page) -> None:
    card = await bot.card("Ромашка молчит")
    chat, composer = page.locator("#telegram .stream"), page.locator("#telegram .composer")
    await chat.get_by_role("button", name="Ответить на это сообщение").click()
    await expect(composer.locator(".to")).to_contain_text("Ответ на: Ромашка молчит")
    await composer.get_by_label("Сообщение в Telegram").fill("беру")
    await page.keyboard.press("Enter")
    await expect(chat.locator(".message")).to_have_count(2)
    await composer.get_by_label("Сообщение в Telegram").fill("обедать?")
    await composer.get_by_role("button", name="Отправить в Telegram").click()
    await expect(chat.locator(".message")).to_have_count(3)
    first, second = list(world.telegram.chats[CHAT].messages.values())[1:]
    assert (first.reply_to and first.reply_to.id, second.reply_to) == (card, None)


async def test_an_alert_stays_until_it_is_closed(world: Simulator, bot: Bot, page: Page) -> None:
    await bot.card("Ромашка молчит", "Взять")
    alert = page.get_by_role("dialog", name="Ответ бота")

    async def refuse() -> None:
        (update,) = await world.telegram.updates.poll(offset=0, limit=1, timeout=5, allowed=None)
        world.telegram.answer_query(update["callback_query"]["id"], "Уже взял <Олег>", alert=True)

    async with asyncio.TaskGroup() as group:
        group.create_task(refuse())
        group.create_task(page.locator("#telegram").get_by_role("button", name="Взять").click())
    await expect(alert).to_contain_text("Уже взял <Олег>")
    await alert.get_by_role("button", name="Понятно").click()
    await expect(alert).to_be_hidden()
    assert await page.locator(".toast").count() == 0


async def test_who_is_mentioned_stands_out_and_more_so_to_oneself(bot: Bot, page: Page) -> None:
    text = '<a href="tg://user?id=111">Анна</a> и <a href="tg://user?id=222">Олег</a>, спросите @dezhurny'
    await bot.telegram("sendMessage", chat_id=CHAT, text=text, parse_mode="HTML")
    await bot.slack("chat.postMessage", channel="C01", text="x", blocks=[section("<@U01>, <@U02>, <!here>")])
    telegram, slack = page.locator("#telegram .stream"), page.locator("#slack .stream")
    await expect(telegram.locator(".mention")).to_have_text(["Анна", "Олег", "@dezhurny"])
    await expect(telegram.locator(".mention.me")).to_have_text(["Анна"])
    await expect(slack.locator(".mention")).to_have_text(["@Анна Иванова", "@Олег Смирнов", "@here"])
    await expect(slack.locator(".mention.me")).to_have_text(["@Анна Иванова", "@here"])
    await page.get_by_label("Олег Смирнов").check()
    await expect(telegram.locator(".mention.me")).to_have_text(["Олег"])
    await expect(slack.locator(".mention.me")).to_have_text(["@Олег Смирнов", "@here"])


async def test_a_thread_hangs_under_its_card_and_is_gone_on_with(world: Simulator, bot: Bot, page: Page) -> None:
    card = (await bot.slack("chat.postMessage", channel="C01", text="Обращение № 1"))["ts"]
    for number in range(5):
        loud = number == 4
        await bot.slack(
            "chat.postMessage", channel="C01", text=f"запись {number}", thread_ts=card, reply_broadcast=loud
        )
    stream = page.locator("#slack .stream")
    answers = stream.locator(".message").first.locator(".answer")
    await expect(answers).to_have_count(3)
    await expect(stream.locator(".message")).to_have_count(2)
    await expect(stream.locator(".message").last).to_contain_text("показано и в канале")
    await stream.get_by_role("button", name="Показать ещё 2").click()
    await expect(answers).to_have_count(5)
    await stream.get_by_role("button", name="Ответить в обсуждении").first.click()
    await page.get_by_label("Сообщение в Slack").fill("звоню")
    await page.keyboard.press("Enter")
    await expect(answers.last).to_contain_text("звоню")
    assert list(world.slack.channels["C01"].messages.values())[-1].thread == card


async def test_a_modal_opens_tells_of_mistakes_and_is_sent(world: Simulator, bot: Bot, page: Page) -> None:
    await bot.slack(
        "chat.postMessage",
        channel="C01",
        text="x",
        blocks=[section("Карточка"), slack_button("Ответить", "reply")],
    )
    sent: list[dict[str, Any]] = []
    answers = [{"response_action": "errors", "errors": {"text": "Слишком коротко"}}, None]
    serving = asyncio.create_task(modal_app(world, bot, sent, answers))
    await page.locator("#slack").get_by_role("button", name="Ответить", exact=True).click()
    modal = page.get_by_role("dialog", name="Окно Slack")
    await expect(modal).to_contain_text("Пётр <пишет>")
    await modal.get_by_role("button", name="Отправить").click()
    await expect(modal.locator(".wrong").first).to_have_text("Заполните это поле")
    await modal.get_by_label("Текст ответа").fill("ок")
    await modal.get_by_role("button", name="Отправить").click()
    await expect(modal.locator(".wrong").first).to_have_text("Слишком коротко")
    await expect(modal.get_by_label("Текст ответа")).to_have_value("ок")
    await modal.get_by_label("Текст ответа").fill("Здравствуйте, проверяем линию")
    await modal.get_by_label("Передать").select_option(label="Олег")
    await modal.get_by_role("button", name="Отправить").click()
    await expect(modal).to_be_hidden()
    await serving
    assert [one["text"]["a"]["value"] for one in sent] == ["ок", "Здравствуйте, проверяем линию"]
    assert sent[1]["who"]["a"]["selected_option"]["value"] == "oleg"


async def test_escape_closes_a_modal_and_the_app_hears_of_it(world: Simulator, bot: Bot, page: Page) -> None:
    await bot.slack("chat.postMessage", channel="C01", text="x", blocks=[slack_button("Ответить", "reply")])
    heard: list[dict[str, Any]] = []
    serving = asyncio.create_task(modal_app(world, bot, heard, [None]))
    await page.locator("#slack").get_by_role("button", name="Ответить", exact=True).click()
    modal = page.get_by_role("dialog", name="Окно Slack")
    await modal.get_by_label("Текст ответа").fill("черновик")
    # What is being typed stays while the page asks for news.
    await page.wait_for_timeout(1200)
    await expect(modal.get_by_label("Текст ответа")).to_have_value("черновик")
    await page.keyboard.press("Escape")
    await expect(modal).to_be_hidden()
    await serving
    assert len(heard) == 1


async def test_another_person_sees_no_modal_of_hers(world: Simulator, bot: Bot, page: Page) -> None:
    await bot.slack("chat.postMessage", channel="C01", text="x", blocks=[slack_button("Ответить", "reply")])
    serving = asyncio.create_task(modal_app(world, bot, [], [None]))
    await page.locator("#slack").get_by_role("button", name="Ответить", exact=True).click()
    modal = page.get_by_role("dialog", name="Окно Slack")
    await expect(modal).to_be_visible()
    await page.evaluate("document.querySelector('#people input[value=U02]').click()")
    await expect(modal).to_be_hidden()
    await page.get_by_label("Анна Иванова").check()
    await expect(modal).to_be_visible()
    await modal.get_by_role("button", name="Закрыть").click()
    await serving


async def test_own_texts_are_gone_on_with_changed_and_deleted(world: Simulator, page: Page) -> None:
    form, feed = page.locator("#write"), page.locator("#feed li")
    await form.get_by_label("Текст", exact=True).fill("Довезун, где заказ?")
    await form.get_by_label("Где опубликовать").select_option(label="Комментарий у «Довезун»")
    await form.get_by_role("button", name="Опубликовать").click()
    await expect(feed.first).to_contain_text("Довезун, где заказ?")
    await feed.first.get_by_role("button", name="Дописать").click()
    await form.get_by_label("Текст", exact=True).fill("уже ночь")
    await form.get_by_role("button", name="Опубликовать").click()
    await expect(feed.first).to_contain_text("Гость, уже ночь")
    await feed.nth(1).get_by_role("button", name="Изменить").click()
    await expect(form.get_by_label("Текст", exact=True)).to_have_value("Довезун, где заказ?")
    await form.get_by_label("Текст", exact=True).fill("Привезли, спасибо")
    await form.get_by_role("button", name="Изменить").click()
    await expect(feed.nth(1)).to_contain_text("изменено")
    await expect(feed.nth(1)).to_contain_text("Привезли, спасибо")
    await feed.first.get_by_role("button", name="Удалить").click()
    await expect(feed.first).to_contain_text("удалено")
    await expect(feed.first.get_by_role("button")).to_have_count(0)
    first, second = world.publishing.published[-2:]
    assert (first.text, second.under, second.deleted_at is None) == ("Привезли, спасибо", first.id, False)


async def test_every_tab_says_what_comes_there_until_it_comes(world: Simulator, page: Page) -> None:
    said = []
    for messenger in ("telegram", "slack"):
        tabs = page.locator(f"#{messenger} .tabs button")
        await expect(tabs.first).to_be_visible()
        for number in range(await tabs.count()):
            await tabs.nth(number).click()
            said.append(await page.locator(f"#{messenger} .empty").inner_text())
    assert len(said) == 5
    assert all("Пока тихо." in words and len(words) > 40 for words in said)
    assert any("Инженеры видят здесь" in words for words in said)
    world.telegram.send(-1001, "x", markup={}, topic=None, html=True)
    await expect(page.locator("#telegram .tabs .fresh")).to_have_text(["Поддержка 1"])


async def test_the_page_is_usable_on_a_phone(browser: Browser, world: Simulator, bot: Bot) -> None:
    await bot.card("<b>Ромашка</b> " + "оченьдлинноеслово" * 8, "Взять", "Не жалоба", "Закрыть")
    blocks = [section("*Тулпар* " + "оченьдлинноеслово" * 8), slack_button("Взять", "claim")]
    await bot.slack("chat.postMessage", channel="C01", text="x", blocks=blocks)
    world.publishing.by_hand("vk", "Гость", "ромашка" * 30)
    async with opened_page(browser, world, width=360, height=740) as page:
        for panel, place in {"Telegram": "#telegram", "Slack": "#slack", "Сети": "#networks"}.items():
            await page.locator("#panels").get_by_role("button", name=panel).click()
            await expect(page.locator(place)).to_be_visible()
            await expect(page.locator("main > :visible")).to_have_count(1)
            assert await page.evaluate(WIDER_THAN_THE_WINDOW) == []
            assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        await page.locator("#panels").get_by_role("button", name="Telegram").click()
        for label in ("Взять", "Не жалоба", "Закрыть"):
            await expect(page.locator("#telegram").get_by_role("button", name=label)).to_be_in_viewport(ratio=1)
        await page.get_by_label("Сообщение в Telegram").fill("беру")
        await page.get_by_role("button", name="Отправить в Telegram").click()
        await expect(page.locator("#telegram .mine")).to_contain_text("беру")


WIDER_THAN_THE_WINDOW = """[...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.getClientRects().length)
    .map((one) => one.outerHTML.slice(0, 80))"""


async def modal_app(
    world: Simulator, bot: Bot, heard: list[dict[str, Any]], answers: list[dict[str, Any] | None]
) -> None:
    """Opens a modal for a press; notes what is sent from it and answers in turn; a closing ends it too."""
    opened = await bot.slack("apps.connections.open", token=world.slack.app_token)
    left = list(answers)
    async with bot._session.ws_connect(opened["url"]) as socket:
        async for frame in socket:
            envelope = json.loads(frame.data)
            if "envelope_id" not in envelope:
                continue
            payload, ack = envelope["payload"], {"envelope_id": envelope["envelope_id"]}
            if payload["type"] == "block_actions":
                await socket.send_json(ack)
                await bot.slack("views.open", trigger_id=payload["trigger_id"], view=reply_modal())
                continue
            heard.append(payload["view"]["state"]["values"])
            answer = left.pop(0)
            await socket.send_json(ack | ({"payload": answer} if answer else {}))
            if not left:
                return


async def test_the_customers_phone_shows_his_talk_and_one_writes_in_his_place(
    world: Simulator, page: Page
) -> None:
    phone = page.locator("#talks")
    await expect(phone).to_be_hidden()
    item = world.publishing.by_hand("vk", "Пётр", "Ромашка, где интернет?", community="romashka")
    world.vk.message(item.author, "Здравствуйте, <b>пишу</b>", group_id=201001, ref="Ab")
    world.vk.community_message(201001, item.author.number, "Смотрим")
    await expect(phone.locator("li .text")).to_have_text(["Здравствуйте, <b>пишу</b>", "Смотрим"])
    await expect(phone.locator("li.mine")).to_have_count(1)
    await phone.get_by_label("Сообщение клиента").fill("Спасибо!")
    await page.keyboard.press("Enter")
    await expect(phone.locator("li.mine .text").last).to_have_text("Спасибо!")
    assert world.private.talks()[-1]["text"] == "Спасибо!"


async def test_a_private_chat_with_the_bot_is_its_owners_alone(world: Simulator, page: Page) -> None:
    world.telegram.add_chat(111, "Лично")
    world.slack.talk_with("U01")
    tabs = page.locator(".tabs button", has_text="Лично")
    await expect(tabs).to_have_count(2)
    await tabs.first.click()
    await page.get_by_label("Олег Смирнов").check()
    await expect(tabs).to_have_count(0)
    await expect(page.locator("#telegram .tabs button[aria-selected=true]")).to_contain_text("Поддержка")
