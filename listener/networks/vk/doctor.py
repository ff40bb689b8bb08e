"""A check-up of VK: the service key, each community's key, and its long poll; what is off can be switched on."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from domain.brand import Brand
from listener.diagnosis.line import Line, bad, off, ok, warn
from listener.diagnosis.look import Look
from listener.diagnosis.wire import SilentError, Wire, along
from listener.networks.vk.client import token_hash
from listener.networks.vk.community import missing_events
from listener.networks.vk.events import NEEDED
from listener.networks.vk.options import VkOptions
from listener.networks.vk.quota import quota_key
from listener.networks.vk.talks import NEEDED as NEEDED_FOR_TALKS
from listener.ports import SourceError

VERSION: Final = "5.199"
HOW: Final = "docs/connect-vk.ru.md"
DAY: Final = 24 * 60 * 60
SERVICE: Final = "сервисный ключ"
_REVOKED: Final = ("ключ отозван или скопирован не весь", f"выпустите новый, шаги в {HOW}")
_OTHER: Final = ("не тот ключ: здесь {other}", f"поменяйте ключи местами или по шагам в {HOW}")
_NO_RIGHT: Final = ("нет права {right}", f"создайте ключ заново с нужными правами, шаги в {HOW}")
_MEANINGS: Final[Mapping[int, tuple[str, str]]] = {
    5: _REVOKED,
    7: _NO_RIGHT,
    14: ("VK просит капчу", "откройте {where} в браузере или подождите час"),
    15: _NO_RIGHT,
    17: ("VK просит подтвердить вход", "откройте {where} в браузере"),
    27: _OTHER,
    28: _OTHER,
    203: _NO_RIGHT,
    1051: ("не тот ключ: это ключ VK ID", f"нужен другой, шаги в {HOW}"),
    1114: _REVOKED,
    1116: _REVOKED,
    1117: _REVOKED,
}
"""VK's code → what it means for a key and what to do."""
_RIGHTS: Final[Mapping[str, tuple[str, str]]] = {
    "wall": ("стена", "отвечать в комментариях нельзя"),
    "messages": ("сообщения сообщества", "личных сообщений не слышим и писать не можем"),
}
"""VK's name of a right → as its settings call it, and what is not possible without it."""
_SPENT: Final = frozenset({6, 9, 29})
_NOT_FOUND: Final = frozenset({100, 104})


class RefusedError(Exception):
    """VK's error object: its code and words."""

    def __init__(self, code: int, words: str, redirect: str | None) -> None:
        super().__init__(words)
        self.code = code
        self.redirect = redirect


async def diagnose(brands: Sequence[Brand], options: VkOptions, look: Look) -> AsyncIterator[Line]:
    """The ladder from the network to the right that is missing; `look.fix` switches the long poll's events on."""
    if options.service_token is None and not options.community_tokens:
        yield off("ключи", f"не заданы: VK не слушаем ({HOW})")
        return
    wire = Wire("VK", options.api_url, options.road, look)
    async for line in along(wire, _keys(wire, brands, options, look)):
        yield line


async def count_today(queries: Sequence[str], options: VkOptions, look: Look) -> int | None:
    """What the queries find in the last 24 hours, each a search of the day's quota. Raises SilentError."""
    if options.service_token is None:
        return None
    token = options.service_token.reveal()
    wire = Wire("VK", options.api_url, options.road, look)
    try:
        return sum([await _found_today(wire, token, query, look) for query in queries])
    except RefusedError as error:
        raise SilentError(_refused(SERVICE, error, token, other="ключ сообщества")) from None
    finally:
        await wire.close()


async def _found_today(wire: Wire, token: str, query: str, look: Look) -> int:
    since = str(int(look.now()) - DAY)
    found = await _call(wire, "newsfeed.search", token, q=query, count="1", start_time=since)
    total = found.get("total_count", 0) if isinstance(found, Mapping) else 0
    return total if isinstance(total, int) else 0


async def _keys(wire: Wire, brands: Sequence[Brand], options: VkOptions, look: Look) -> AsyncIterator[Line]:
    yield await _service(wire, brands, options, look)
    async for line in _communities(wire, brands, options, look):
        yield line


async def _service(wire: Wire, brands: Sequence[Brand], options: VkOptions, look: Look) -> Line:
    if options.service_token is None:
        return warn(SERVICE, "не задан: по VK не ищем", f"LISTENER_VK_SERVICE_TOKEN, шаги в {HOW}")
    name = next((brand.names[0] for brand in brands if brand.names), "привет")
    try:
        total = await _found_today(wire, options.service_token.reveal(), name, look)
    except RefusedError as error:
        return _refused(SERVICE, error, options.service_token.reveal(), other="ключ сообщества")
    left = await _left(options.service_token.reveal(), options.search_per_day, look)
    return ok(SERVICE, f"ищет; «{name}» за сутки: {total}; {left}")


async def _left(token: str, per_day: int, look: Look) -> str:
    """The day's searches by the daemon's own count, for VK names none."""
    try:
        used = await look.budget.used(quota_key(token_hash(token))) if look.budget else 0
    except SourceError:
        used = 0  # the database is another line's business
    return f"поисков сегодня {used} из {per_day}" if used else f"в день до {per_day} поисков"


async def _communities(wire: Wire, brands: Sequence[Brand], options: VkOptions, look: Look) -> AsyncIterator[Line]:
    watched = {page.lower() for brand in brands if "vk" in brand.watch for page in brand.watch["vk"].pages}
    tokens = {name.lower(): token.reveal() for name, token in options.community_tokens.items()}
    for name in sorted(watched - set(tokens)):
        remedy = f"впишите его в LISTENER_VK_COMMUNITY_TOKENS, шаги в {HOW}"
        yield bad(f"сообщество {name}", "нет ключа: его комментариев не слышим", remedy)
    for name in sorted(tokens):
        async for line in _community(wire, name, tokens[name], fix=look.fix):
            yield line
        if name not in watched and look.config_read:
            remedy = f"впишите его в файл бренда: watch: {{vk: {{community: [{name}]}}}}"
            yield warn(f"сообщество {name}", "ключ есть, но ни один бренд его не слушает", remedy)


async def _community(wire: Wire, name: str, token: str, *, fix: bool) -> AsyncIterator[Line]:
    what = f"сообщество {name}"
    try:
        # What only a community's own key may call comes first: a service key finds the name too.
        rights = await _call(wire, "groups.getTokenPermissions", token)
        group = await _own_group(wire, what, name, token)
    except RefusedError as error:
        yield _refused(what, error, token, other="сервисный ключ")
        return
    if isinstance(group, Line):
        yield group
        return
    yield ok(what, f"ключ подходит, номер {group}")
    for line in _missing_rights(what, rights):
        yield line
    try:
        async for line in _long_poll(wire, what, group, token, fix=fix):
            yield line
    except RefusedError as error:
        yield _refused(f"{what}, Long Poll", error, token, other="сервисный ключ", right="управление сообществом")


def _missing_rights(what: str, answer: Any) -> list[Line]:
    """What of the answers to customers the key is not made for."""
    rows = answer.get("permissions") if isinstance(answer, Mapping) else None
    if not isinstance(rows, list):
        return [warn(f"{what}, права", "VK их не назвал", "повторите позже; не пройдёт — покажите инженеру")]
    given = {row.get("name") for row in rows if isinstance(row, Mapping)}
    lines = [
        warn(f"{what}, права", f"нет права «{title}»: {lost}", f"создайте ключ заново с этим правом, шаги в {HOW}")
        for right, (title, lost) in _RIGHTS.items()
        if right not in given
    ]
    return lines or [ok(f"{what}, права", "отвечать в комментариях и писать в личку можно")]


async def _own_group(wire: Wire, what: str, name: str, token: str) -> int | Line:
    """The number of the community by that name, when the key is its own."""
    try:
        group = _first(await _call(wire, "groups.getById", token, group_id=name))
    except RefusedError as error:
        if error.code not in _NOT_FOUND:
            raise
        group = {}
    if not group:
        remedy = "слева от двоеточия в LISTENER_VK_COMMUNITY_TOKENS — имя из адреса, после vk.com/"
        return bad(what, "такого сообщества нет", remedy)
    mine = _first(await _call(wire, "groups.getById", token))
    if mine and mine.get("id") != group.get("id"):
        says = f"ключ от другого сообщества ({mine.get('screen_name', mine.get('id'))})"
        return bad(what, says, "поменяйте ключи местами или выпустите новый в нужном сообществе")
    return int(group["id"])


async def _long_poll(wire: Wire, what: str, group: int, token: str, *, fix: bool) -> AsyncIterator[Line]:
    what = f"{what}, Long Poll"
    missing, enabled = await _settings(wire, group, token)
    if fix and (missing or not enabled):
        events = dict.fromkeys((*NEEDED, *NEEDED_FOR_TALKS), "1")
        await _call(
            wire,
            "groups.setLongPollSettings",
            token,
            group_id=str(group),
            enabled="1",
            api_version=VERSION,
            **events,
        )
        was = missing if enabled else ["всё"]
        missing, enabled = await _settings(wire, group, token)
        if enabled and not missing:
            yield ok(what, f"включено сейчас: {', '.join(was)}")
            return
    by_hand = "listener doctor --fix включит сам; руками: Управление → Работа с API → Long Poll API"
    if not enabled:
        yield bad(what, "выключен: комментарии не приходят", by_hand)
    elif missing:
        says = f"выключены события: {', '.join(missing)}"
        deaf = any(event in NEEDED for event in missing)
        yield bad(what, says, by_hand) if deaf else warn(what, f"{says}: личных сообщений не слышим", by_hand)
    else:
        yield ok(what, "включён, нужные события тоже")


async def _settings(wire: Wire, group: int, token: str) -> tuple[list[str], bool]:
    settings = await _call(wire, "groups.getLongPollSettings", token, group_id=str(group))
    enabled = bool(settings.get("is_enabled", True)) if isinstance(settings, Mapping) else True
    return missing_events(settings), enabled


async def _call(wire: Wire, method: str, token: str, **values: str) -> Any:
    """The `response`. Raises RefusedError for VK's error object, SilentError when it is not VK that answers."""
    heard = await wire.ask(method, form={**values, "access_token": token, "v": VERSION})
    body = heard.body or {}
    error = body.get("error")
    if not isinstance(error, Mapping):
        return body.get("response")
    code, redirect = error.get("error_code"), error.get("redirect_uri")
    raise RefusedError(
        code if isinstance(code, int) else 0,
        str(error.get("error_msg", ""))[:200].replace(token, "***"),
        redirect if isinstance(redirect, str) else None,
    )


def _refused(what: str, error: RefusedError, token: str, *, other: str, right: str | None = None) -> Line:
    """A refusal as a line: whose fault it is and what to do. `other` is the key that the wrong one would be."""
    words = f"VK: [{error.code}] {error}"
    if token.startswith("vk2."):
        return bad(what, f"не тот ключ: это ключ VK ID. {words}", f"нужен другой, шаги в {HOW}")
    if error.code in _SPENT:
        return warn(
            what, f"предел запросов исчерпан. {words}", "ключ хорош; завтра, или реже every в файле бренда"
        )
    says, remedy = _MEANINGS.get(error.code, ("отказано", "повторите позже; не пройдёт — покажите инженеру"))
    where = error.redirect or "ссылку из сообщения VK"
    rights = f"«{right}»" if right else "на это действие"
    return bad(what, f"{says.format(other=other, right=rights)}. {words}", remedy.format(where=where))


def _first(answer: Any) -> Mapping[str, Any]:
    groups = answer.get("groups") if isinstance(answer, Mapping) else answer
    return groups[0] if isinstance(groups, list) and groups and isinstance(groups[0], Mapping) else {}
