"""A check-up of X: the bearer token, the money that is left, whether search is open, and who may speak."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from alerts.russian import decimal
from domain.brand import Brand
from listener.diagnosis.line import Line, bad, off, ok, warn
from listener.diagnosis.look import Look
from listener.diagnosis.wire import Heard, SilentError, Wire, along
from listener.networks.x.credentials import Credentials
from listener.networks.x.options import XOptions
from listener.networks.x.posts import errors_of
from listener.networks.x.prices import POST_READ, USER_READ
from listener.networks.x.speaking import credentials_of
from listener.ports import SourceError, money_key
from listener.proxies import Proxies

HOW: Final = "docs/connect-x.ru.md"
TOKEN: Final = "Bearer Token"  # noqa: S105 - what the line is about
SEARCH: Final = "поиск"
MONEY: Final = "деньги"
ANSWERS: Final = "ответы"
_LEVEL: Final = (
    "App settings → User authentication settings → Read and write and Direct message, потом Regenerate ключей "
    f"аккаунта, раздел «Отвечать» в {HOW}"
)
DAY: Final = timedelta(days=1)
_NOTHING: Final = "otklikdoctorlooksfornothing"
"""Nobody writes this: X bills only for what it returns."""
_WRONG_KIND: Final = (TOKEN, "не тот ключ: Bearer Token начинается на AAAA", f"шаги 3 и 4 в {HOW}")
_ODD: Final = (TOKEN, "X отвечает не так, как обещал", "повторите позже; не пройдёт — покажите инженеру")
_REFUSALS: Final[Mapping[int, tuple[str, str, str]]] = {
    401: (TOKEN, "ключ отозван или скопирован не весь", f"Regenerate в Keys and tokens, шаг 3 в {HOW}"),
    402: (MONEY, "деньги кончились", "пополните счёт: Billing → Credits"),
    403: (SEARCH, "нет права на поиск", f"проверьте тариф приложения, шаг 2 в {HOW}"),
    429: (MONEY, "предел трат исчерпан", "поднимите предел в Billing или ждите"),
}
"""Status → what it is about, what it means and what to do."""


async def diagnose(brands: Sequence[Brand], options: XOptions, look: Look) -> AsyncIterator[Line]:
    """The ladder from the network to the money and the accounts' keys; X may bill a cent for each account."""
    if options.bearer_token is None:
        yield off("токен", f"не задан: постов X не слушаем ({HOW})")
        if not options.speaking:
            return
    wire = Wire("X", options.api_url, options.road, look)
    async for line in along(wire, _keys(wire, brands, options)):
        yield line


async def _keys(wire: Wire, brands: Sequence[Brand], options: XOptions) -> AsyncIterator[Line]:
    if options.bearer_token is not None:
        async for line in _token(wire, brands, options.bearer_token.reveal()):
            yield line
    if not options.speaking:
        yield off(ANSWERS, f"ключей аккаунтов нет: отвечает человек, по ссылке с карточки ({HOW})")
    used = {name.lstrip("@").lower() for brand in brands for name in brand.accounts.get("x", ())}
    credentials_by_handle = credentials_of(options, Proxies("X", options.road), lambda: _now(wire))
    for handle, credentials in sorted(credentials_by_handle.items()):
        yield await _account(wire, options, handle, credentials, silent=_wants_no_messages(brands))
        if handle not in used and wire.look.config_read:
            remedy = f"впишите его в файл бренда: accounts: {{x: [{handle}]}}"
            yield warn(f"аккаунт @{handle}", "ключи есть, но ни один бренд его своим не называет", remedy)


def _now(wire: Wire) -> datetime:
    return datetime.fromtimestamp(wire.look.now(), UTC)


def _wants_no_messages(brands: Sequence[Brand]) -> bool:
    """Whether the staff have said that private messages are nobody's business."""
    watched = [brand.watch["x"].messages for brand in brands if "x" in brand.watch]
    return bool(watched) and not any(watched)


async def _account(wire: Wire, options: XOptions, handle: str, credentials: Credentials, *, silent: bool) -> Line:
    """Whose keys they are, and what they may do: X says that beside every answer. `silent`: no messages wanted."""
    what, path = f"аккаунт @{handle}", "2/users/me"
    try:
        headers = await credentials.headers("GET", options.api_url + path)
    except SourceError as error:
        return bad(what, f"ключи не обновить: {error}", f"раздел «Отвечать» в {HOW}")
    heard = await wire.ask(path, headers=headers)
    if heard.status != HTTPStatus.OK:
        words = _words(heard.body or {})
        for secret in credentials.secrets:
            words = words.replace(secret, "***")
        says = "ключи отозваны или скопированы не все" if heard.status == HTTPStatus.UNAUTHORIZED else "отказано"
        remedy = f"Regenerate в Keys and tokens → Access Token and Secret, раздел «Отвечать» в {HOW}"
        return bad(what, f"{says}. X: {heard.status} {words}", remedy)
    data = (heard.body or {}).get("data")
    name = str(data.get("username", "")) if isinstance(data, Mapping) else ""
    if name.lower() != handle:
        return bad(what, f"ключи от другого аккаунта: @{name}", "впишите ключи этого аккаунта или его имя слева")
    level = next((value for key, value in heard.headers.items() if key.lower() == "x-access-level"), "")
    return _rights(what, level, silent=silent)


def _rights(what: str, level: str, *, silent: bool) -> Line:
    if level == "read":
        return bad(what, "ключи только читают: отвечать нельзя", _LEVEL)
    if level == "read-write" and silent:
        return ok(what, "отвечать можно; личные сообщения выключены (messages: off), права на них не нужно")
    if level == "read-write":
        remedy = f"{_LEVEL}; не нужны личные сообщения — messages: off в policy.yaml"
        return warn(what, "отвечать можно, личных сообщений ключи не видят", remedy)
    return ok(what, "ключи подходят: отвечать и писать в личку можно")


async def count_today(queries: Sequence[str], options: XOptions, look: Look) -> int | None:
    """What the queries find in the last 24 hours; each is a paid question. Raises SilentError."""
    if options.bearer_token is None:
        return None
    token = options.bearer_token.reveal()
    wire = Wire("X", options.api_url, options.road, look)
    since = datetime.fromtimestamp(look.now(), UTC) - DAY
    total = 0
    try:
        for query in queries:
            heard = await _get(
                wire,
                token,
                "2/tweets/counts/recent",
                query=query,
                granularity="day",
                start_time=f"{since:%Y-%m-%dT%H:%M:%SZ}",
            )
            if heard.status != HTTPStatus.OK:
                raise SilentError(_search_lines(heard, token)[-1])
            meta = (heard.body or {}).get("meta")
            total += _number(meta.get("total_tweet_count") if isinstance(meta, Mapping) else None) or 0
    finally:
        await wire.close()
    return total


async def _token(wire: Wire, brands: Sequence[Brand], token: str) -> AsyncIterator[Line]:
    searched = await _get(wire, token, "2/tweets/search/recent", query=_NOTHING, max_results="10")
    for line in _search_lines(searched, token):
        yield line
    if searched.status == HTTPStatus.OK:
        yield await _money(wire, token)
        async for line in _heard_accounts(wire, brands, token):
            yield line
    async for line in _limits(brands, wire.look):
        yield line


async def _get(wire: Wire, token: str, path: str, **query: str) -> Heard:
    return await wire.ask(path, query=query, headers={"Authorization": f"Bearer {token}"})


def _search_lines(heard: Heard, token: str) -> list[Line]:
    if heard.status == HTTPStatus.OK:
        left = heard.headers.get("x-rate-limit-remaining")
        return [ok(TOKEN, "подходит"), ok(SEARCH, f"открыт; запросов в четверть часа осталось {left or 'много'}")]
    body = heard.body or {}
    capped = "usage-capped" in str(body.get("type", "")) or "UsageCap" in str(body.get("title", ""))
    if heard.status == HTTPStatus.TOO_MANY_REQUESTS and not capped:
        return [ok(TOKEN, "подходит"), warn(SEARCH, "четверть часа исчерпана", "подождите 15 минут")]
    wrong_kind = heard.status == HTTPStatus.UNAUTHORIZED and not token.startswith("AAAA")
    what, says, remedy = _WRONG_KIND if wrong_kind else _REFUSALS.get(heard.status, _ODD)
    words = _words(body).replace(token, "***")
    return [bad(what, f"{says}. X: {heard.status} {words}", remedy)]


async def _heard_accounts(wire: Wire, brands: Sequence[Brand], token: str) -> AsyncIterator[Line]:
    """Own accounts whose mentions are wanted and that X does not have: the daemon would pause their sources."""
    wanted = (brand for brand in brands if "x" in brand.watch and brand.watch["x"].mentions)
    handles = {name.lstrip("@").lower(): brand.id for brand in wanted for name in brand.accounts.get("x", ())}
    for handle, brand_id in handles.items():
        body = (await _get(wire, token, f"2/users/by/username/{quote(handle, safe='')}")).body or {}
        words = "; ".join(errors_of(body))
        if words and not body.get("data"):
            remedy = f"исправьте accounts и watch в файле бренда {brand_id}"
            yield bad(f"аккаунт @{handle}", f"в X такого нет: {words}", remedy)


async def _money(wire: Wire, token: str) -> Line:
    try:
        data = ((await _get(wire, token, "2/usage/tweets")).body or {}).get("data")
    except SilentError:
        data = None  # some plans have no such page
    usage = data if isinstance(data, Mapping) else {}
    used, cap = _number(usage.get("project_usage")), _number(usage.get("project_cap"))
    if used is None or cap is None:
        return warn(MONEY, "сколько потрачено, X не говорит", "смотрите в Developer Portal → Billing")
    says = f"в этом месяце прочитано {used} из {cap} записей"
    if cap and used >= cap:
        return bad(MONEY, f"предел исчерпан: {says}", "поднимите предел в Billing или ждите")
    return ok(MONEY, says)


async def _limits(brands: Sequence[Brand], look: Look) -> AsyncIterator[Line]:
    """What each brand's day has cost by our own count, and brands that are read without a bound on the money."""
    for brand in brands:
        if spent := await _spent(brand, look):
            limit = brand.usd_per_day.get("x")
            bound = f" из {decimal(limit, 2)} $" if limit is not None else ""
            yield ok(MONEY, f"{brand.id}: сегодня на чтение и ответы ушло до {decimal(spent, 3)} ${bound}")
        if "x" in brand.watch and "x" not in brand.usd_per_day:
            says = (
                f"у бренда {brand.id} нет предела трат (запись {POST_READ / 1000} $, автор {USER_READ / 1000} $)"
            )
            yield warn(MONEY, says, "впишите в файл бренда: limits: {x_usd_per_day: 5}")


async def _spent(brand: Brand, look: Look) -> float:
    if look.budget is None:
        return 0.0
    try:
        return await look.budget.used(money_key("x", brand.id)) / 1000
    except SourceError:
        return 0.0  # the database is another line's business


def _words(body: Mapping[str, Any]) -> str:
    words = [text for key in ("title", "detail") if isinstance(text := body.get(key), str)]
    return "; ".join(dict.fromkeys(words))[:200] or "без объяснений"


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
