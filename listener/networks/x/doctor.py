"""A check-up of X: the bearer token, what is left of the money, and whether search is open to the app."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from domain.brand import Brand
from listener.diagnosis.line import Line, bad, off, ok, warn
from listener.diagnosis.wire import Heard, Look, SilentError, Wire, along
from listener.networks.x.options import XOptions
from listener.networks.x.prices import POST_READ, USER_READ

HOW: Final = "docs/connect-x.ru.md"
TOKEN: Final = "Bearer Token"  # noqa: S105 - what the line is about
SEARCH: Final = "поиск"
MONEY: Final = "деньги"
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
    """The ladder from the network to the money; nothing that it asks is billed."""
    if options.bearer_token is None:
        yield off("токен", f"не задан: X не слушаем ({HOW})")
        return
    wire = Wire("X", options.api_url, options.road, look)
    async for line in along(wire, _token(wire, brands, options.bearer_token.reveal())):
        yield line


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
    for line in _limits(brands):
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


def _limits(brands: Sequence[Brand]) -> list[Line]:
    """Brands that are read on X without a bound on the money."""
    lines = []
    for brand in brands:
        if "x" in brand.watch and "x" not in brand.usd_per_day:
            says = (
                f"у бренда {brand.id} нет предела трат (запись {POST_READ / 1000} $, автор {USER_READ / 1000} $)"
            )
            lines.append(warn(MONEY, says, "впишите в файл бренда: limits: {x_usd_per_day: 5}"))
    return lines


def _words(body: Mapping[str, Any]) -> str:
    words = [text for key in ("title", "detail") if isinstance(text := body.get(key), str)]
    return "; ".join(dict.fromkeys(words))[:200] or "без объяснений"


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
