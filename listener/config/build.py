"""From checked files to the daemon's own values."""

import re
from collections.abc import Sequence
from datetime import time
from typing import Final

from alerts.routing import Chat, Receiver, Route, Routing, When
from alerts.sla import Hours, Sla
from domain.brand import Brand, WatchVk, WatchX
from domain.person import Person
from listener.brands.letters import ROMAN_SCHEMES, words_of
from listener.config.schema import (
    BrandFile,
    HoursFile,
    PersonFile,
    ReceiverFile,
    RoutesYaml,
    SlaFile,
    WhenFile,
    WordsYaml,
    seconds,
)
from listener.config.values import Words

LONGEST_ID: Final = 32
_NO_ID: Final = re.compile(r"[^a-z0-9-]")


def build_brand(file: BrandFile) -> Brand:
    vk, x = file.watch.vk, file.watch.x
    return Brand(
        id=file.id,
        title=file.title,
        names=tuple(file.names),
        only_when=tuple(file.only_when),
        never_when=tuple(file.never_when),
        phrases=tuple(file.phrases),
        accounts_vk=_handles(file.accounts.vk),
        accounts_x=_handles(file.accounts.x),
        ignore_authors=tuple(file.ignore_authors),
        watch_vk=None
        if vk is None
        else WatchVk(search=vk.search, community=_handles(vk.community), every=seconds(vk.every)),
        watch_x=None if x is None else WatchX(search=x.search, mentions=x.mentions, every=seconds(x.every)),
        complaint_at=file.alert.complaint_at,
        per_day=file.alert.per_day,
        x_usd_per_day=file.limits.x_usd_per_day,
    )


def build_routing(file: RoutesYaml) -> Routing:
    return Routing(
        receivers=tuple(
            Receiver(name=name, chats=_chats(receiver), owner=receiver.owner, backup=receiver.backup)
            for name, receiver in file.receivers.items()
        ),
        default=tuple(file.route.to),
        routes=tuple(Route(when=_when(route.when), to=tuple(route.to)) for route in file.route.routes),
        sla=None if file.sla is None else _sla(file.sla),
        hours=None if file.hours is None else _hours(file.hours),
    )


def build_person(file: PersonFile) -> Person:
    return Person(
        id=person_id(file),
        name=file.name,
        role=file.role,
        telegram=file.telegram,
        slack=file.slack,
        signature=file.signature,
        gender=file.gender,
    )


def person_id(file: PersonFile) -> str | None:
    """The person's id, else one made of the name («Анна Иванова»: anna-ivanova); None without letters."""
    spelled = "-".join(words_of(file.name)).translate(ROMAN_SCHEMES[0])
    return file.id or _NO_ID.sub("", spelled)[:LONGEST_ID].strip("-") or None


def build_words(file: WordsYaml) -> Words:
    return Words(topics={topic: tuple(words) for topic, words in file.topics.items()}, urgent=tuple(file.urgent))


def _handles(accounts: Sequence[str]) -> tuple[str, ...]:
    return tuple(account.removeprefix("@") for account in accounts)


def _chats(file: ReceiverFile) -> tuple[Chat, ...]:
    return (
        *(Chat(messenger="telegram", chat=str(one.chat), topic=one.topic) for one in file.telegram),
        *(Chat(messenger="slack", chat=channel) for channel in file.slack),
        *(Chat(messenger="console", chat=name) for name in file.console),
    )


def _when(file: WhenFile) -> When:
    return When(
        brands=tuple(file.brands or ()),
        networks=tuple(file.networks),
        topics=tuple(file.topics or ()),
        intents=tuple(file.intents),
        urgency_at=file.urgency_at,
        complaint_at=file.complaint_at,
        reach_at=file.reach_at,
    )


def _sla(file: SlaFile) -> Sla:
    return Sla(warn=seconds(file.warn), due=seconds(file.due), breach=seconds(file.breach))


def _hours(file: HoursFile) -> Hours:
    return Hours(
        weekdays=_blocks(file.weekdays),
        weekend=_blocks(file.weekend),
        holidays=file.holidays,
        night=file.night,
        timezone=file.timezone,
    )


def _blocks(blocks: Sequence[str]) -> tuple[tuple[time, time], ...]:
    return tuple(
        (_time(start), _time(end)) for start, _, end in (block.partition("-") for block in sorted(blocks))
    )


def _time(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)
