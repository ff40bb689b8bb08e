"""Mentions, decisions and presses for the store's tests, and short ways to bring a case about."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.candidate import Candidate
from alerts.cases.commands import Close, NotComplaint, PersonsCommand, Reopen
from alerts.cases.events import NO_DEADLINES, Actor, Deadlines
from alerts.cases.transitions import Asker
from alerts.ports import Answer, Delivery, Due, Notice, Press, Share
from alerts.routing import Chat
from domain.brand import Match
from domain.mention import Author, Mention
from domain.person import MessengerId, Person
from domain.verdict import Evidence, Sentiment, Verdict
from listener.decided import BrandVerdict, Decided, Routed, Stored
from listener.ports import Batch
from listener.store.presses import Answered, Wish
from listener.store.stores import Stores
from tests.people import users

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SOURCE = "vk.search:romashka"
SUPPORT = Chat(messenger="telegram", chat="-1001", topic=7)
SLACK = Chat(messenger="slack", chat="#support")
ANNA = Person(id="anna", name="Анна Иванова", role="operator", users=users(telegram="111"), gender="f")
OLEG = Person(id="oleg", name="Олег Смирнов", role="lead", users=users(telegram="222"), gender="m")
OpenStore = Callable[..., Awaitable[Stores]]
ALL_MESSENGERS: tuple[MessengerId, ...] = ("telegram", "slack", "console")


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def mention(number: int | str = 1, **named: Any) -> Mention:
    values: dict[str, Any] = {
        "network": "vk",
        "kind": "post",
        "id": f"-1_{number}",
        "url": f"https://vk.com/wall-1_{number}",
        "author": Author(id="77", name="Пётр", handle="petr", followers=120, city="Тверь"),
        "text": f"Ромашка, связь не работает третий день, сообщение {number}",
        "published_at": NOW - timedelta(seconds=5),
        "thread": "-1_1",
        "reach": 500,
        "place": "vk:romashka_help",
    }
    return Mention(**values | named)


def candidate_of(one: Mention, brand: str = "romashka") -> Candidate:
    return Candidate(
        brand=brand,
        brand_title="Ромашка Телеком",
        network=one.network,
        kind=one.kind,
        mention=one.id,
        url=one.url,
        author_id=one.author.id,
        author_name=one.author.name,
        author_handle=one.author.handle,
        followers=one.author.followers,
        text=one.text,
        published_at=one.published_at,
        thread=one.thread or one.id,
        reach=one.reach,
        complaint=0.9,
        intent="solve",
        topics=("связь",),
        urgency=0.4,
        evidence_spans=((9, 26),),
        brand_spans=((0, 7),),
    )


def verdict_of(brand: str = "romashka", outcome: str = "candidate") -> BrandVerdict:
    verdict = Verdict(
        sentiment=Sentiment(negative=0.8, neutral=0.15, positive=0.05),
        label="negative",
        complaint=0.9,
        intent="solve",
        topics=("связь",),
        urgency=0.4,
        evidence=(Evidence(start=9, end=26, weight=1.5),),
        model="test-1",
    )
    return BrandVerdict(match=Match(brand=brand, words=((0, 7),), reason="имя"), verdict=verdict, outcome=outcome)


def complaint(stored: Stored, *chats: Chat, brand: str = "romashka", **named: Any) -> Decided:
    routed = Routed(
        candidate=candidate_of(stored.mention, brand),
        chats=tuple(("support", chat) for chat in (() if named.get("withheld") else chats or (SUPPORT,))),
        **named,
    )
    return Decided(stored=stored, verdicts=(verdict_of(brand),), routed=(routed,))


def praise(stored: Stored) -> Decided:
    return Decided(stored=stored, verdicts=(verdict_of(outcome="praise"),))


def nothing(stored: Stored) -> Decided:
    """A text that speaks of no brand, an own one, or one that is gone."""
    return Decided(stored=stored)


def promise(seconds: float) -> Deadlines:
    """A warning, an answer and a breach, each so many seconds after the other, from NOW on."""
    return Deadlines(warn_at=later(seconds), due_at=later(2 * seconds), breach_at=later(3 * seconds))


async def keep(store: Stores, *mentions: Mention, cursor: str | None = None, now: datetime = NOW) -> Any:
    return await store.mentions.keep(SOURCE, Batch(mentions=mentions, cursor=cursor), now)


async def complain(
    store: Stores, *mentions: Mention, now: datetime = NOW, chats: tuple[Chat, ...] = (SUPPORT,), **named: Any
) -> Any:
    """Keep the mentions and decide on all that wait as complaints."""
    await keep(store, *mentions, now=now)
    stored = await store.mentions.undecided(500, now)
    return await store.decisions.record([complaint(one, *chats, **named) for one in stored], now)


async def remark(store: Stores, *mentions: Mention, now: datetime = NOW) -> Any:
    """Keep the mentions and decide on all that wait as on words that are no complaint."""
    await keep(store, *mentions, now=now)
    stored = await store.mentions.undecided(500, now)
    return await store.decisions.record([nothing(one) for one in stored], now)


async def claim_all(store: Stores, now: datetime = NOW, limit: int = 100, *, folds: bool = False) -> list[Due]:
    """Lease all that is due, cards and notices, in every chat."""
    due: list[Due] = []
    share = Share(most=limit, plain=limit, folds="all" if folds else None)
    for messenger in ALL_MESSENGERS:
        due += await store.outbox.claim(messenger, lambda waiting: dict.fromkeys(waiting, share), now)
    return due


async def claim(store: Stores, now: datetime = NOW, limit: int = 100) -> list[Delivery]:
    """The cards that are due; notices go out on the way."""
    cards = []
    for due in await claim_all(store, now, limit):
        if isinstance(due, Notice):
            await store.outbox.shown(due, f"note-{due.id}", now)
        else:
            cards.append(due)
    return cards


async def notices(store: Stores, now: datetime = NOW) -> list[Notice]:
    """The notices that are due; cards are shown on the way."""
    words = []
    for due in await claim_all(store, now):
        if isinstance(due, Notice):
            words.append(due)
        await store.outbox.shown(due, f"ref-{due.id}", now)
    return words


async def show_all(store: Stores, now: datetime = NOW) -> list[Delivery]:
    claimed = await claim(store, now)
    for delivery in claimed:
        await store.outbox.shown(delivery, f"ref-{delivery.id}", now)
    return claimed


def press(key: str, case: int = 1, action: str = "claim") -> Press:
    return Press(messenger="telegram", key=key, user="111", user_name="anna", case=case, action=action, at=NOW)


def asker(person: Person) -> Asker:
    actor = Actor(kind="person", id=person.id, name=person.name)
    return Asker(actor=actor, is_lead=person.role == "lead", former_ids=person.former_ids)


def wish(command: PersonsCommand, person: Person = ANNA) -> Wish:
    """A command whose answers name the revision that it saw."""
    return Wish(
        command=command,
        asker=asker(person),
        done=lambda case: f"стало {case.revision}",
        refused=lambda _case, refusal: f"нельзя: {refusal.reason}",
    )


async def do(
    store: Stores,
    command: PersonsCommand,
    *,
    case: int = 1,
    person: Person = ANNA,
    now: datetime = NOW,
    key: str | None = None,
) -> Answered:
    """Press for a command; a key of its own unless one is given."""
    pressed = press(key or f"{type(command).__name__}:{case}:{person.id}:{now.timestamp()}", case)
    return await store.presses.obey(pressed, person.name, lambda _case: wish(command, person), now)


async def close(store: Stores, case: int = 1, now: datetime = NOW) -> Answered:
    return await do(store, Close(), case=case, now=now)


async def dismiss(store: Stores, case: int = 1, now: datetime = NOW) -> Answered:
    return await do(store, NotComplaint(), case=case, now=now)


async def reopen(store: Stores, case: int = 1, now: datetime = NOW) -> Answered:
    return await do(store, Reopen(deadlines=NO_DEADLINES), case=case, now=now)


def refused(text: str, reason: str) -> Answered:
    return Answered(answer=Answer(text=text, alert=True), reason=reason)
