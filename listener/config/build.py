"""From checked files to the daemon's own values."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from pydantic import BaseModel

from alerts.outreach.policy import Approach, Approve, Engineers, EngineersAlarm, Night, Policy, Surges
from alerts.routing import AuthorList, Chat, Receiver, Route, Routing, When
from alerts.sla import Hours, Sla, open_calendar
from domain.brand import COMPLAINT_AT, Brand, Messages, Watch
from domain.person import CONSOLE, Absence, Person
from listener.config.messenger_keys import PROGRAMS
from listener.config.network_keys import USD_PER_DAY
from listener.config.people_rules import person_id
from listener.config.schema import (
    AUTO,
    AbsentFile,
    BrandFile,
    EngineersFile,
    HoursFile,
    NoticesFile,
    PeopleYaml,
    PersonFile,
    PolicyYaml,
    ReceiverFile,
    RouteFile,
    RoutesYaml,
    ShiftFile,
    SlaFile,
    SurgesFile,
    WhenFile,
    WordsYaml,
)
from listener.config.types import seconds
from listener.config.values import Notices, Words
from listener.networks.accounts import address
from listener.networks.network import Network
from listener.networks.registry import NETWORKS


def build_brand(file: BrandFile, *, messages: Messages = "invited") -> Brand:
    """`messages`: whose private messages become cases, where the brand's own file does not say."""
    return Brand(
        id=file.id,
        title=file.title,
        names=tuple(file.names),
        only_when=tuple(file.only_when),
        never_when=tuple(file.never_when),
        phrases=tuple(file.phrases),
        misspelled=file.misspelled,
        accounts={name: _handles(accounts) for name, accounts in file.accounts if accounts},
        ignore_authors=tuple(file.ignore_authors),
        watch={
            name: replace(_watch(NETWORKS[name], keys), messages=(file.messages or messages) != "off")
            for name, keys in file.watch
            if keys is not None
        },
        complaint_at=COMPLAINT_AT if file.alert.complaint_at == AUTO else file.alert.complaint_at,
        follows_budget=file.alert.complaint_at == AUTO,
        per_day=file.alert.per_day,
        precision=file.alert.precision,
        messages=file.messages,
        usd_per_day={key.removesuffix(USD_PER_DAY): usd for key, usd in file.limits if usd is not None},
    )


def build_routing(file: RoutesYaml, people: PeopleYaml | None = None) -> Routing:
    return Routing(
        receivers=tuple(_receiver(name, receiver, file) for name, receiver in file.receivers.items()),
        default=tuple(file.route.to),
        routes=tuple(_route(route, file.authors) for route in file.route.routes),
        sla=None if file.sla is None else _sla(file.sla),
        hours=None if file.hours is None else _hours(file.hours),
        return_after=_or_off(file.return_after),
        shifts={
            person_id(person): _shift(person.hours, file.hours)
            for person in (people.people if people else ())
            if person.hours is not None
        },
    )


def _shift(file: ShiftFile, of_all: HoursFile | None) -> Hours:
    usual = of_all or HoursFile()
    holidays = file.holidays if "holidays" in file.model_fields_set else usual.holidays
    open_calendar(holidays)
    return Hours(
        weekdays=_blocks(file.weekdays),
        weekend=_blocks(file.weekend),
        holidays=holidays,
        night=usual.night,
        timezone=file.timezone or usual.timezone,
    )


def _receiver(name: str, file: ReceiverFile, of_all: RoutesYaml) -> Receiver:
    return Receiver(
        name=name,
        chats=_chats(file),
        owner=file.owner,
        backup=file.backup,
        hours=None if file.hours is None else _hours(file.hours, of_all.hours),
        sla=None if file.sla is None else _sla(file.sla),
        assign=file.assign,
        people=tuple(file.people),
        load=file.load,
        on_call=file.on_call,
        return_after=_or_off(file.return_after or of_all.return_after),
    )


def _or_off(duration: str) -> timedelta | None:
    return None if duration == "off" else seconds(duration)


def _route(file: RouteFile, authors: Mapping[str, Sequence[str]]) -> Route:
    return Route(
        when=_when(file.when, authors),
        to=tuple(file.to or ()),
        routes=tuple(_route(route, authors) for route in file.routes),
    )


def build_person(file: PersonFile) -> Person:
    return Person(
        id=person_id(file),
        name=file.name,
        role=file.role,
        users=file.users(),
        programs=PROGRAMS,
        signature=file.signature,
        gender=file.gender,
        absence=None if file.absent is None else _absence(file.absent),
        skills=tuple(file.skills),
        load=file.load,
    )


def _absence(file: AbsentFile) -> Absence:
    return Absence(
        since=None if file.since is None else date.fromisoformat(file.since),
        until=None if file.until is None else date.fromisoformat(file.until),
        substitute=file.substitute,
    )


def build_policy(file: PolicyYaml, timezone: str | None) -> Policy:
    """`timezone` is the operators', for a file that names none."""
    approach, approve = file.approach, file.approve
    return Policy(
        approach=Approach(
            per_author=approach.per_author,
            days=approach.days,
            never_topics=tuple(approach.never_topics),
            do_not_contact=tuple(approach.do_not_contact),
        ),
        messages=file.messages,
        invited_days=file.invited_days,
        approve=Approve(
            topics=tuple(approve.topics or ()),
            brands=tuple(approve.brands or ()),
            receivers=tuple(approve.receivers or ()),
            by=approve.by,
        ),
        night=_night(file.night, file.timezone or timezone or Night().timezone),
        engineers=_engineers(file.engineers),
        removal=file.removal == "on",
        preview=file.preview,
        surges=_surges(file.surges),
    )


def build_notices(file: NoticesFile) -> Notices:
    return Notices(
        config=file.config, troubles=file.troubles, escalations=file.escalations, learning=file.learning
    )


def build_words(file: WordsYaml) -> Words:
    return Words(
        topics={topic: tuple(words) for topic, words in file.topics.items()},
        urgent=tuple(file.urgent),
        watch=tuple(file.watch),
    )


def _watch(network: Network[Any], file: BaseModel) -> Watch:
    keys = {key.means: getattr(file, key.name) for key in network.watch}
    return Watch(
        search=keys.get("search", False),
        mentions=keys.get("mentions", False),
        pages=_handles(keys.get("pages", ())),
        every=seconds(keys["every"]),
    )


def _handles(accounts: Sequence[str]) -> tuple[str, ...]:
    return tuple(account.removeprefix("@") for account in accounts)


def _chats(file: ReceiverFile) -> tuple[Chat, ...]:
    return (
        *(chat for _, _, chat in file.chats()),
        *(Chat(messenger=CONSOLE, chat=name) for name in file.console),
    )


def _when(file: WhenFile, authors: Mapping[str, Sequence[str]]) -> When:
    return When(
        brands=tuple(file.brands or ()),
        networks=tuple(file.networks),
        topics=tuple(file.topics or ()),
        intents=tuple(file.intents),
        languages=tuple(file.languages),
        authors=tuple(_authors(name, authors) for name in file.authors or ()),
        words=tuple(file.words or ()),
        hours=tuple(_span(span) for span in file.hours or ()),
        days=tuple(file.days),
        skills=tuple(file.skills or ()),
        urgency_at=file.urgency_at,
        complaint_at=file.complaint_at,
        reach_at=file.reach_at,
    )


def _authors(name: str, lists: Mapping[str, Sequence[str]]) -> AuthorList:
    """A list by its name, or one author as a list of his own."""
    members = (":".join(address("", author)) for author in lists.get(name, (name,)))
    return AuthorList(name=name, members=frozenset(members))


def _span(text: str) -> tuple[time, time]:
    start, _, end = text.partition("-")
    return _time(start), _time(end)


def _sla(file: SlaFile) -> Sla:
    return Sla(warn=seconds(file.warn), due=seconds(file.due), breach=seconds(file.breach))


def _hours(file: HoursFile, of_all: HoursFile | None = None) -> Hours:
    """What a receiver's own hours do not say is as with all."""

    def said(key: str) -> Any:
        inherits = of_all is not None and key not in file.model_fields_set
        return getattr(of_all if inherits else file, key)

    open_calendar(said("holidays"))
    return Hours(
        weekdays=_blocks(file.weekdays),
        weekend=_blocks(file.weekend),
        holidays=said("holidays"),
        night=said("night"),
        timezone=said("timezone"),
    )


def _blocks(blocks: Sequence[str]) -> tuple[tuple[time, time], ...]:
    return tuple(
        (_time(start), _time(end)) for start, _, end in (block.partition("-") for block in sorted(blocks))
    )


def _engineers(file: EngineersFile) -> Engineers:
    alarm = EngineersAlarm(over=file.alarm.over, days=file.alarm.days, least=file.alarm.least)
    return Engineers(receiver=file.receiver, answer_within=seconds(file.answer_within), alarm=alarm)


def _surges(file: SurgesFile) -> Surges | None:
    if file.notice == "off":
        return None
    return Surges(notice=file.notice, least=file.least, calm=seconds(file.calm))


def _night(text: str, timezone: str) -> Night | None:
    if text == "off":
        return None
    starts, _, ends = text.partition("-")
    return Night(starts=time.fromisoformat(starts), ends=time.fromisoformat(ends), timezone=timezone)


def _time(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)
