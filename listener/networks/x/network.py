"""X as a network: names, accounts, what can be watched."""

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Final

from alerts.outreach.ports import Outreach
from alerts.russian import decimal
from domain.brand import Brand
from domain.mention import Author, network_id
from listener.diagnosis.line import Line
from listener.diagnosis.look import Look
from listener.networks.network import Network, Price, WatchKey
from listener.networks.x.abilities import abilities, by_hand, invitation, speaker
from listener.networks.x.length import length_of
from listener.networks.x.options import XOptions, read_options
from listener.networks.x.prices import POST_READ, USER_READ, price_of
from listener.ports import Budget, Clock, Source

log = logging.getLogger(__name__)

SITE: Final = "https://x.com/"


def author_url(author: Author) -> str:
    return f"{SITE}{author.handle}" if author.handle else f"{SITE}i/user/{author.id}"


def _queries(brand: Brand) -> tuple[str, ...]:
    from listener.networks.x.dialect import x_query  # noqa: PLC0415 - loads morphology; few commands ask

    return (x_query(brand),)


def _sources(brands: Sequence[Brand], options: XOptions, budget: Budget, clock: Clock) -> list[Source]:
    if not options.secrets():  # nor is the library loaded
        log.info("X is off: no token")
        return []
    from listener.networks.x.build import build_x  # noqa: PLC0415 - loads tweepy; only the daemon hears

    return build_x(brands, options, budget, clock, _queries)


def _diagnose(brands: Sequence[Brand], options: XOptions, look: Look) -> AsyncIterator[Line]:
    from listener.networks.x.doctor import diagnose  # noqa: PLC0415 - only the doctor asks

    return diagnose(brands, options, look)


async def _today(brand: Brand, options: XOptions, look: Look) -> int | None:
    from listener.networks.x.doctor import count_today  # noqa: PLC0415 - only a newcomer asks

    return await count_today(_queries(brand), options, look)


def _outreach(brands: Sequence[Brand], options: XOptions, budget: Budget, clock: Clock) -> Outreach | None:
    if not options.secrets():
        return None
    from listener.networks.x.costs import bill_of  # noqa: PLC0415 - as below
    from listener.networks.x.outreach import build_outreach  # noqa: PLC0415 - loads tweepy; only the daemon answers

    bills = {brand.id: bill_of(brand, budget, clock) for brand in brands}
    return build_outreach(options, clock, bills=bills)


X: Final = Network(
    id=network_id("x"),
    title="X",
    short="X",
    places={"post": "пост в X", "reply": "ответ в X", "comment": "комментарий в X", "message": "сообщение в X"},
    hears={
        "search": "поиск по X для {}",
        "mentions": "упоминания @{} в X",
        "answers": "ответы от имени @{} в X",
        "messages": "личные сообщения @{} в X",
    },
    marks=("@", "x.com/", "twitter.com/"),
    markup=None,
    account=str,
    accounts_help="Имена бренда в X, без @",
    author_example="x:имя",
    author_url=author_url,
    watch=(
        WatchKey(name="search", means="search", help="Искать по всему X", default=True),
        WatchKey(
            name="mentions", means="mentions", help="Слушать ответы и упоминания своих аккаунтов", default=False
        ),
        WatchKey(name="stream", means="later", help="Пока не поддерживается: оставьте false", default=False),
        WatchKey(name="every", means="every", help="Как часто искать: 60s, 15m, 1h", default="60s"),
    ),
    queries=_queries,
    price=Price(
        usd=(POST_READ + USER_READ) / 1000,
        words=f"запись {decimal(POST_READ / 1000, 3)} $, её автор раз в сутки {decimal(USER_READ / 1000, 3)} $",
    ),
    tells=frozenset({"edits"}),
    options=read_options,
    with_vault=lambda options, vault: replace(options, vault=vault),
    searches_per_day=lambda _: None,
    sources=_sources,
    today=_today,
    diagnose=_diagnose,
    speaker=speaker,
    abilities=abilities,
    outreach=_outreach,
    cost=lambda outbound: price_of(outbound) / 1000,
    invitation=invitation,
    by_hand=by_hand,
    length_of=length_of,
)
