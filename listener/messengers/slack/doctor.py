"""A check-up of Slack: both tokens, their rights, every channel, and on request a card with a button to press."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import ClientError, ClientSession, WSMsgType

from alerts.routing import Chat
from listener.diagnosis.line import Line, bad, off, ok, sent_beside_the_daemon, warn
from listener.diagnosis.look import Look
from listener.diagnosis.wire import Wire, along
from listener.messengers.slack.messenger import GUIDE
from listener.messengers.slack.options import SlackOptions
from listener.proxies import Proxies

BOT: Final = "бот (xoxb-)"
APP: Final = "ключ (xapp-)"
TEST: Final = "otklik_doctor"
NEEDED: Final = ("chat:write", "channels:read", "groups:read", "channels:history", "groups:history")
BETTER: Final = ("im:write", "im:history")
"""Without them what was said to one person is not looked up, and may be said twice."""
_REVOKED: Final = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked", "org_login_required"}
)


class RefusedError(Exception):
    """`ok: false`: Slack's word for it, and the right that it misses."""

    def __init__(self, word: str, needed: str) -> None:
        super().__init__(word)
        self.word = word
        self.needed = needed


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    wire: Wire
    bot: str
    app: str

    async def call(
        self, method: str, values: Mapping[str, str] | None = None, *, by_app: bool = False
    ) -> tuple[Mapping[str, Any], str]:
        """The answer and the rights of the token. Raises RefusedError, or SilentError."""
        token = self.app if by_app else self.bot
        heard = await self.wire.ask(method, form=values or {}, headers={"Authorization": f"Bearer {token}"})
        body = heard.body or {}
        if body.get("ok") is not True:
            raise RefusedError(str(body.get("error", "")), str(body.get("needed", "")))
        return body, heard.headers.get("x-oauth-scopes", "")


async def diagnose(
    options: SlackOptions, chats: tuple[Chat, ...], look: Look, *, send_test: float | None = None
) -> AsyncIterator[Line]:
    """The ladder from the network to every channel; `send_test`: seconds to wait for a test card's button."""
    if options.bot_token is None or options.app_token is None:
        for line in _switched_off(chats):
            yield line
        return
    wire = Wire("Slack", options.api_url, options.road, look)
    app = App(wire=wire, bot=options.bot_token.reveal(), app=options.app_token.reveal())
    async for line in along(wire, _lines(app, chats, options, send_test)):
        yield line


async def _lines(
    app: App, chats: tuple[Chat, ...], options: SlackOptions, send_test: float | None
) -> AsyncIterator[Line]:
    met = await _meet(app)
    for line in met:
        yield line
    address = await _socket(app)
    yield address if isinstance(address, Line) else ok(APP, "Socket Mode открывается")
    if met[0].state == "bad":
        return
    async for line in _channels(app, chats):
        yield line
    if send_test is not None and isinstance(address, str):
        async for line in _test_cards(app, chats, address, options, send_test):
            yield line


def _switched_off(chats: tuple[Chat, ...]) -> Iterator[Line]:
    if chats:
        says = f"токенов нет, а маршруты ведут в Slack ({len(chats)}): карточки уйдут в окно программы"
        yield bad("токены", says, f"LISTENER_SLACK_BOT_TOKEN и LISTENER_SLACK_APP_TOKEN, шаги в {GUIDE}")
    else:
        yield off("токены", f"не заданы: Slack выключен ({GUIDE})")


async def _meet(app: App) -> list[Line]:
    try:
        me, rights = await app.call("auth.test")
    except RefusedError as error:
        return [_refused(BOT, error)]
    lines = [ok(BOT, f"{me.get('user', '')} в пространстве «{me.get('team', '')}»")]
    had = {right.strip() for right in rights.split(",")}
    missing = [right for right in NEEDED if rights and right not in had]
    if missing:
        lines.append(bad(BOT, f"нет права: {', '.join(missing)}", _ADD_RIGHT))
    unchecked = [right for right in BETTER if rights and right not in had]
    if unchecked:
        says = f"нет права: {', '.join(unchecked)}; личное сообщение после обрыва связи может прийти дважды"
        lines.append(warn(BOT, says, _ADD_RIGHT))
    return lines


async def _socket(app: App) -> str | Line:
    """The address of a Socket Mode connection, or what keeps it shut."""
    try:
        opened, _ = await app.call("apps.connections.open", by_app=True)
    except RefusedError as error:
        return _refused(APP, error)
    return str(opened.get("url", ""))


async def _channels(app: App, chats: tuple[Chat, ...]) -> AsyncIterator[Line]:
    if not chats and not app.wire.look.config_read:
        yield off("каналы", "какие, неизвестно: настройки с ошибками")
        return
    if not chats:
        remedy = 'впишите канал получателю в routes.yaml: slack: ["#support"]'
        yield warn("каналы", "ни один маршрут не ведёт в Slack", remedy)
        return
    try:
        known = await _listed(app)
    except RefusedError as error:
        yield _refused("каналы", error)
        return
    for chat in chats:
        yield _channel(chat.chat, known)


async def _listed(app: App) -> list[Mapping[str, Any]]:
    channels: list[Mapping[str, Any]] = []
    cursor = ""
    while True:
        asked = {"types": "public_channel,private_channel", "limit": "200"} | (
            {"cursor": cursor} if cursor else {}
        )
        page, _ = await app.call("conversations.list", asked)
        channels += [channel for channel in page.get("channels", []) if isinstance(channel, Mapping)]
        cursor = str((page.get("response_metadata") or {}).get("next_cursor", ""))
        if not cursor:
            return channels


def _channel(wanted: str, known: list[Mapping[str, Any]]) -> Line:
    what = f"канал {wanted}"
    name = wanted.removeprefix("#")
    found = next(
        (channel for channel in known if wanted == channel.get("id") or name == channel.get("name")), None
    )
    if found is None:
        before = next((channel for channel in known if name in (channel.get("previous_names") or [])), None)
        if before is not None:
            return bad(what, f"канал переименован в #{before.get('name')}", "впишите новое имя или номер канала")
        return bad(what, "канала нет, или он закрыт для приложения", "проверьте имя; в закрытый позовите: /invite")
    if found.get("is_archived"):
        return bad(what, "канал в архиве", "верните его из архива или назовите другой")
    if not found.get("is_member"):
        return bad(what, "бота нет в канале", "напишите в канале: /invite и имя приложения")
    return ok(what, f"#{found.get('name')}, бот на месте")


async def _test_cards(
    app: App, chats: tuple[Chat, ...], address: str, options: SlackOptions, seconds: float
) -> AsyncIterator[Line]:
    """A card with a button in every channel, and whether each was pressed in time."""
    road = Proxies("Slack", options.road)
    try:
        async with ClientSession(connector=road.connector()) as session, session.ws_connect(address) as socket:
            sent: dict[str, str] = {}
            for chat in chats:
                what = f"проба в {chat.chat}"
                try:
                    answer, _ = await app.call("chat.postMessage", _card(chat.chat))
                    sent[str(answer.get("ts"))] = what
                except RefusedError as error:
                    yield _refused(what, error)
            pressed = await _pressed(socket, set(sent), seconds)
            for ts, what in sent.items():
                yield _outcome(what, pressed.get(ts), seconds)
    except (ClientError, OSError) as error:
        yield bad(APP, f"Socket Mode не открылся: {type(error).__name__}", "повторите; поможет прокси Slack")


def _outcome(what: str, who: str | None, seconds: float) -> Line:
    if seconds <= 0:
        return sent_beside_the_daemon(what)
    if who is not None:
        return ok(what, f"карточка видна, кнопку нажал(а) {who}")
    says = f"карточка ушла, за {seconds:.0f} с кнопку никто не нажал"
    return warn(what, says, "посмотрите, видна ли она; работающий listener run перехватывает нажатия")


async def _pressed(socket: Any, sent: set[str], seconds: float) -> dict[str, str]:
    """Who pressed which card, until all are pressed or time is up."""
    pressed: dict[str, str] = {}
    if seconds <= 0:
        return pressed
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for ts, who in _presses(socket):
                pressed[ts] = who
                if sent <= set(pressed):
                    break
    return pressed


async def _presses(socket: Any) -> AsyncIterator[tuple[str, str]]:
    """The `ts` of each test card that was pressed and who pressed it."""
    async for frame in socket:
        if frame.type is not WSMsgType.TEXT:
            continue
        message = json.loads(frame.data)
        if "envelope_id" in message:
            await socket.send_json({"envelope_id": message["envelope_id"]})
        payload = message.get("payload") or {}
        actions = payload.get("actions") or [{}]
        if actions[0].get("action_id") == TEST:
            shown = payload.get("message") or payload.get("container") or {}
            user = payload.get("user") or {}
            yield (
                str(shown.get("ts") or shown.get("message_ts")),
                str(user.get("name") or user.get("id") or "кто-то"),
            )


def _card(channel: str) -> dict[str, str]:
    text = "Проба Отклика: нажмите кнопку. Это не жалоба."
    button = {"type": "button", "text": {"type": "plain_text", "text": "Вижу, нажимаю"}, "action_id": TEST}
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "elements": [button]},
    ]
    return {"channel": channel, "text": text, "blocks": json.dumps(blocks, ensure_ascii=False)}


def _refused(what: str, error: RefusedError) -> Line:
    word = error.word
    if word in _REVOKED:
        return bad(
            what, f"ключ отозван или скопирован не весь. Slack: {word}", f"впишите новый, шаги 3 и 4 в {GUIDE}"
        )
    says, remedy = _REFUSALS.get(word, ("отказано", "повторите позже; не пройдёт — покажите инженеру"))
    return bad(what, f"{says.format(right=error.needed or word)}. Slack: {word}", remedy)


_ADD_RIGHT: Final = "OAuth & Permissions → Add an OAuth Scope, потом Reinstall App"
_REFUSALS: Final[Mapping[str, tuple[str, str]]] = {
    "channel_not_found": ("канала нет", "проверьте имя; в закрытый позовите приложение: /invite"),
    "is_archived": ("канал в архиве", "верните его из архива или назовите другой"),
    "missing_scope": ("нет права: {right}", _ADD_RIGHT),
    "not_allowed_token_type": ("не тот ключ", f"xoxb- и xapp- перепутаны; шаги 3 и 4 в {GUIDE}"),
    "not_in_channel": ("бота нет в канале", "напишите в канале: /invite и имя приложения"),
    "socket_mode_disabled": ("Socket Mode выключен", "Settings → Socket Mode → Enable"),
    "link_disabled": ("Socket Mode выключен", "Settings → Socket Mode → Enable"),
}
