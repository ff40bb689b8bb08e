"""VK as a network: names, accounts, what can be watched."""

import logging
import re
from collections.abc import AsyncIterator, Sequence
from typing import Final

from alerts.outreach.ports import Outreach
from domain.brand import Brand
from domain.mention import Author, network_id
from listener.diagnosis.line import Line
from listener.diagnosis.look import Look
from listener.networks.network import Network, WatchKey
from listener.networks.vk.abilities import abilities, by_hand, invitation, length_of, speaker
from listener.networks.vk.options import VkOptions, read_options
from listener.ports import Budget, Clock, Source

log = logging.getLogger(__name__)

SITE: Final = "https://vk.com/"
MARKUP: Final = re.compile(
    r"\[(?:(?:id|club|public|event)\d{1,20}(?::bp-?\d{1,20}_\d{1,20})?|https?://[^|\]\s]{1,500})\|([^\]\n]{1,100})\]"
)
"""[id1|Анна], [club1:bp-1_7|Ромашка], [https://vk.com/wall1_1|запись]"""
_NUMBERED: Final = (("club", "-"), ("public", "-"), ("id", ""))


def account(name: str) -> str:
    """`-123`, `club123` and `public123` are one community, `id7` is the person 7; a name is itself."""
    for prefix, sign in _NUMBERED:
        number = name.removeprefix(prefix)
        if number != name and number.isdecimal():
            return sign + number
    return name


def author_url(author: Author) -> str:
    """By number, which never changes: a screen name may be another's tomorrow."""
    number = author.id.removeprefix("-")
    if not number.isdecimal():
        return ""
    return f"{SITE}club{number}" if author.id.startswith("-") else f"{SITE}id{number}"


def _queries(brand: Brand) -> tuple[str, ...]:
    from listener.networks.vk.dialect import vk_queries  # noqa: PLC0415 - loads morphology; few commands ask

    return vk_queries(brand)


def _sources(brands: Sequence[Brand], options: VkOptions, budget: Budget, clock: Clock) -> list[Source]:
    if not options.secrets():  # nor is the library loaded
        log.info("VK is off: no token")
        return []
    from listener.networks.vk.build import build_vk  # noqa: PLC0415 - loads vk_api; only the daemon hears

    return build_vk(brands, options, budget, clock, _queries)


def _diagnose(brands: Sequence[Brand], options: VkOptions, look: Look) -> AsyncIterator[Line]:
    from listener.networks.vk.doctor import diagnose  # noqa: PLC0415 - only the doctor asks

    return diagnose(brands, options, look)


async def _today(brand: Brand, options: VkOptions, look: Look) -> int | None:
    from listener.networks.vk.doctor import count_today  # noqa: PLC0415 - only a newcomer asks

    return await count_today(_queries(brand), options, look)


def _outreach(_: Sequence[Brand], options: VkOptions, _budget: Budget, clock: Clock) -> Outreach | None:
    if not options.secrets():
        return None
    from listener.networks.vk.outreach import build_outreach  # noqa: PLC0415 - loads vk_api; only the daemon answers

    return build_outreach(options, clock)


VK: Final = Network(
    id=network_id("vk"),
    title="ВКонтакте",
    short="VK",
    places={
        "post": "запись ВКонтакте",
        "comment": "комментарий ВКонтакте",
        "reply": "ответ в комментариях ВКонтакте",
        "review": "отзыв ВКонтакте",
        "topic": "обсуждение ВКонтакте",
        "message": "сообщение ВКонтакте",
    },
    hears={"search": "поиск по VK для {}", "community": "сообщество VK {}"},
    # @page, [page|Name], *page and vk.com/page
    marks=("@", "[", "*", "vk.com/", "vk.ru/"),
    markup=MARKUP,
    account=account,
    accounts_help="Короткие имена страниц бренда в VK",
    author_example="vk:-100500",
    author_url=author_url,
    watch=(
        WatchKey(name="search", means="search", help="Искать по всему VK", default=True),
        WatchKey(name="community", means="pages", help="Свои сообщества: стена и комментарии сразу", default=[]),
        WatchKey(name="streaming", means="later", help="Пока не поддерживается: оставьте false", default=False),
        WatchKey(
            name="every",
            means="every",
            help="Как часто искать: 90s, 15m, 1h; в день даётся 1000 поисков",
            default="90s",
        ),
    ),
    queries=_queries,
    price=None,
    tells=frozenset({"deletions", "edits"}),
    with_vault=lambda options, _vault: options,
    options=read_options,
    searches_per_day=lambda options: options.search_per_day,
    sources=_sources,
    today=_today,
    diagnose=_diagnose,
    speaker=speaker,
    abilities=abilities,
    outreach=_outreach,
    cost=lambda _outbound: None,
    invitation=invitation,
    by_hand=by_hand,
    length_of=length_of,
)
