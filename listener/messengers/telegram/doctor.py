"""A check-up of Telegram: the bot, every chat of the routes, and on request a card with a button to press."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final
from urllib.parse import quote

from alerts.routing import Chat
from listener.diagnosis.line import Line, bad, off, ok, sent_beside_the_daemon, warn
from listener.diagnosis.look import Look
from listener.diagnosis.wire import Wire, along
from listener.messengers.telegram.messenger import GUIDE
from listener.messengers.telegram.options import TelegramOptions

BOT: Final = "бот"
GENERAL: Final = 1
OUTSIDE: Final = ("left", "kicked")
TEST: Final = "otklik-doctor"
"""What the test button says back."""


class RefusedError(Exception):
    """The Bot API's refusal."""

    def __init__(self, code: int, words: str, moved_to: int | None) -> None:
        super().__init__(words)
        self.code = code
        self.moved_to = moved_to


@dataclass(slots=True, kw_only=True)
class Bot:
    """One bot's calls. The token is part of every address, so nothing may repeat an address."""

    wire: Wire
    token: str
    id: int = 0
    name: str = ""

    async def call(self, method: str, *, patience: float | None = None, **values: object) -> Any:
        """The `result`. Raises RefusedError, or SilentError when it is not Telegram that answers."""
        given = {name: value for name, value in values.items() if value is not None}
        path = f"bot{quote(self.token, safe=':')}/{method}"
        body = (await self.wire.ask(path, values=given, patience=patience)).body or {}
        if body.get("ok") is True:
            return body.get("result")
        parameters = body.get("parameters")
        moved = parameters.get("migrate_to_chat_id") if isinstance(parameters, Mapping) else None
        code, description = body.get("error_code"), str(body.get("description", ""))[:200]
        raise RefusedError(
            code if isinstance(code, int) else 0,
            description.replace(self.token, "***"),
            moved if isinstance(moved, int) else None,
        )


async def diagnose(
    options: TelegramOptions, chats: tuple[Chat, ...], look: Look, *, send_test: float | None = None
) -> AsyncIterator[Line]:
    """The ladder from the network to every chat; `send_test`: seconds to wait for the button of a test card."""
    if options.token is None:
        for line in _switched_off(chats):
            yield line
        return
    wire = Wire("Telegram", options.api_url, options.road, look)
    bot = Bot(wire=wire, token=options.token.reveal())
    async for line in along(wire, _lines(bot, chats, send_test)):
        yield line


async def _lines(bot: Bot, chats: tuple[Chat, ...], send_test: float | None) -> AsyncIterator[Line]:
    met = await _meet(bot)
    yield met
    if met.state == "bad":
        return
    try:
        async for line in _beyond(bot, chats, send_test):
            yield line
    except RefusedError as error:
        yield bad(BOT, f"Telegram отказывает: {error.code} {error}", "повторите; не пройдёт — покажите инженеру")


async def _beyond(bot: Bot, chats: tuple[Chat, ...], send_test: float | None) -> AsyncIterator[Line]:
    async for line in _webhook(bot):
        yield line
    for chat in chats:
        async for line in _chat(bot, chat):
            yield line
    if not chats and not bot.wire.look.config_read:
        yield off("чаты", "какие, неизвестно: настройки с ошибками")
    elif not chats:
        remedy = "впишите чат получателю в routes.yaml: telegram: [{chat: …}]"
        yield warn("чаты", "ни один маршрут не ведёт в Telegram", remedy)
    if send_test is not None:
        async for line in _test_cards(bot, chats, send_test):
            yield line


def _switched_off(chats: tuple[Chat, ...]) -> Iterator[Line]:
    if chats:
        says = f"токен не задан, а маршруты ведут в Telegram ({len(chats)}): карточки уйдут в окно программы"
        yield bad("токен", says, f"LISTENER_TELEGRAM_TOKEN, шаги в {GUIDE}")
    else:
        yield off("токен", f"не задан: Telegram выключен ({GUIDE})")


async def _meet(bot: Bot) -> Line:
    if ":" not in bot.token or not bot.token.partition(":")[0].isdecimal():
        return bad(BOT, "не тот ключ: токен бота — цифры, двоеточие, буквы", "возьмите его у @BotFather: /token")
    try:
        me = await bot.call("getMe")
    except RefusedError as error:
        if error.code in (401, 404):
            return bad(BOT, "ключ отозван или скопирован не весь", "@BotFather → /token, впишите новый")
        return bad(BOT, f"Telegram отказывает: {error.code} {error}", "повторите позже")
    bot.id, bot.name = int(me.get("id", 0)), str(me.get("username", ""))
    return ok(BOT, f"@{bot.name}")


async def _webhook(bot: Bot) -> AsyncIterator[Line]:
    try:
        hook = await bot.call("getWebhookInfo")
    except RefusedError:
        return  # a server of one's own that does not know webhooks has none
    url = hook.get("url") if isinstance(hook, Mapping) else None
    if url:
        says = "мешает другой: у бота включён webhook, нажатия уходят туда"
        yield bad(BOT, says, "выключите его там, или заведите отдельного бота: @BotFather → /newbot")


async def _chat(bot: Bot, chat: Chat) -> AsyncIterator[Line]:
    what = f"чат {chat.chat}" + (f", тема {chat.topic}" if chat.topic else "")
    try:
        found = await bot.call("getChat", chat_id=int(chat.chat))
    except RefusedError as error:
        yield await _not_found(bot, what, chat, error)
        return
    title = str(found.get("title") or found.get("first_name") or "")
    standing = await _standing(bot, what, int(chat.chat), str(found.get("type", "")))
    if standing is not None:
        yield standing
        return
    topic = await _topic(bot, what, chat)
    yield topic if topic is not None else ok(what, f"«{title}», бот на месте")


async def _standing(bot: Bot, what: str, chat: int, kind: str) -> Line | None:
    """What keeps the bot from writing there; None when nothing does."""
    if kind == "private":
        return None
    try:
        member = await bot.call("getChatMember", chat_id=chat, user_id=bot.id)
    except RefusedError:
        return None  # the chat itself was shown to us; sending will tell
    status = member.get("status")
    if status in OUTSIDE:
        return bad(what, "бота нет в чате", f"добавьте @{bot.name} в эту группу")
    if status == "restricted" and not member.get("can_send_messages", True):
        return bad(what, "бот не может писать", "разрешите участникам писать или сделайте бота администратором")
    if kind == "channel":
        return warn(what, "это канал, а не группа: кнопки видны всем подписчикам", "заведите группу операторов")
    return None


async def _topic(bot: Bot, what: str, chat: Chat) -> Line | None:
    """Whether the topic is there: «typing…» is shown in it, which nobody is woken by."""
    if chat.topic is None:
        return None
    if chat.topic == GENERAL:
        return bad(what, "тема 1 — это «General»: Telegram её номера не принимает", "уберите topic из routes.yaml")
    try:
        await bot.call("sendChatAction", chat_id=int(chat.chat), message_thread_id=chat.topic, action="typing")
    except RefusedError as error:
        if "thread not found" in str(error).lower():
            return bad(what, "темы нет: её удалили или номер другой", "напишите в нужной теме /id, впишите номер")
        if "topic_closed" in str(error).lower():
            return bad(what, "тема закрыта", "откройте её или назовите другую")
    return None


async def _not_found(bot: Bot, what: str, chat: Chat, error: RefusedError) -> Line:
    if error.moved_to is not None:
        remedy = f"впишите в routes.yaml: chat: {error.moved_to}"
        return bad(what, "группа стала супергруппой, номер сменился", remedy)
    if error.code == 403:
        return bad(what, "бота нет в чате: его удалили или не добавляли", f"добавьте @{bot.name} в эту группу")
    for number in likely(int(chat.chat)):
        try:
            found = await bot.call("getChat", chat_id=number)
        except RefusedError:
            continue
        says = f"такого чата нет, зато есть {number} «{found.get('title', '')}»"
        return bad(what, says, f"впишите в routes.yaml: chat: {number}")
    remedy = f"добавьте @{bot.name} в группу, запустите listener run и напишите в ней /id@{bot.name}"
    return bad(what, "такого чата нет, или бота в нём нет", remedy)


def likely(number: int) -> tuple[int, ...]:
    """The numbers that were probably meant: with the minus, with -100 in front, without it."""
    bare = str(abs(number))
    guesses = [-int(bare), -int("100" + bare)]
    if bare.startswith("100") and len(bare) > len("100"):
        guesses.append(-int(bare.removeprefix("100")))
    return tuple(guess for guess in guesses if guess != number)


async def _test_cards(bot: Bot, chats: tuple[Chat, ...], seconds: float) -> AsyncIterator[Line]:
    """A card with a button in every chat, and whether each was pressed in time; 0 seconds: nobody waits."""
    sent: dict[tuple[int, int], str] = {}
    for chat in chats:
        what = f"проба в {chat.chat}"
        try:
            message = await bot.call(
                "sendMessage",
                chat_id=int(chat.chat),
                message_thread_id=None if chat.topic == GENERAL else chat.topic,
                text="Проба Отклика: нажмите кнопку. Это не жалоба.",
                reply_markup={"inline_keyboard": [[{"text": "Вижу, нажимаю", "callback_data": TEST}]]},
            )
            sent[int(chat.chat), int(message["message_id"])] = what
        except RefusedError as error:
            yield bad(what, f"карточка не ушла: {error.code} {error}", "см. строки выше")
    if seconds <= 0:
        for what in sent.values():
            yield sent_beside_the_daemon(what)
        return
    async for line in _presses(bot, sent, seconds):
        yield line


async def _presses(bot: Bot, sent: dict[tuple[int, int], str], seconds: float) -> AsyncIterator[Line]:
    until, offset = monotonic() + seconds, 0
    try:
        while sent and monotonic() < until:
            wait = max(1, min(10, int(until - monotonic())))
            updates = await bot.call(
                "getUpdates", offset=offset, timeout=wait, allowed_updates=["callback_query"], patience=wait + 10
            )
            for update in updates:
                offset = max(offset, int(update.get("update_id", 0)) + 1)
                pressed, place = _press(update)
                if what := sent.pop(place, None) if pressed else None:
                    await _thank(bot, pressed, place)
                    yield ok(what, f"карточка видна, кнопку нажал(а) {_who(pressed)}")
            await asyncio.sleep(0 if updates else 0.2)
        if offset:
            await bot.call("getUpdates", offset=offset, timeout=0)
    except RefusedError as error:
        if error.code == 409:
            says = "мешает другой: нажатия получает ещё одна программа с этим токеном"
            yield warn("проба", f"{says}, например работающий listener run", "остановите её на время пробы")
            return
        raise
    for what in sent.values():
        yield warn(what, f"карточка ушла, за {seconds:.0f} с кнопку никто не нажал", "посмотрите, видна ли она")


def _press(update: Mapping[str, Any]) -> tuple[Mapping[str, Any], tuple[Any, Any]]:
    """The press of a test button in an update and where it stands; nothing for any other update."""
    pressed = update.get("callback_query") or {}
    message = pressed.get("message") or {}
    place = ((message.get("chat") or {}).get("id"), message.get("message_id"))
    return (pressed if pressed.get("data") == TEST else {}), place


def _who(pressed: Mapping[str, Any]) -> str:
    return str((pressed.get("from") or {}).get("first_name", "кто-то"))


async def _thank(bot: Bot, pressed: Mapping[str, Any], place: tuple[Any, Any]) -> None:
    try:
        await bot.call("answerCallbackQuery", callback_query_id=pressed.get("id"), text="Спасибо, связь есть")
        await bot.call(
            "editMessageText", chat_id=place[0], message_id=place[1], text="Проба Отклика: связь есть ✓"
        )
    except RefusedError:
        return  # the press was seen, which is all that was asked
