"""Mentions, judgements and presses for the store's tests, and short ways to bring a case about."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.actions import Change, Refusal
from alerts.candidate import Candidate
from alerts.case import Case
from alerts.ports import Delivery, Press
from alerts.routing import Chat
from domain.brand import Match
from domain.mention import Author, Mention
from domain.person import Person
from domain.verdict import Evidence, Sentiment, Verdict
from listener.judged import Judgement, Opinion, Stored, Told
from listener.ports import Batch
from listener.store.store import Store

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SOURCE = "vk.search:romashka"
SUPPORT = Chat(messenger="telegram", chat="-1001", topic=7)
SLACK = Chat(messenger="slack", chat="#support")
ANNA = Person(name="Анна Иванова", role="operator", telegram=111, gender="f")
OpenStore = Callable[..., Awaitable[Store]]
NOBODY: frozenset[Any] = frozenset()


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def mention(number: int | str = 1, **named: Any) -> Mention:
    values: dict[str, Any] = {
        "network": "vk",
        "kind": "post",
        "id": f"-1_{number}",
        "url": f"https://vk.com/wall-1_{number}",
        "author": Author(id="77", name="Пётр", handle="petr", followers=120),
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
        because=((9, 26),),
        named=((0, 7),),
    )


def opinion_of(brand: str = "romashka", outcome: str = "candidate") -> Opinion:
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
    return Opinion(match=Match(brand=brand, words=((0, 7),), reason="имя"), verdict=verdict, outcome=outcome)


def complaint(stored: Stored, *chats: Chat, brand: str = "romashka", **named: Any) -> Judgement:
    told = Told(
        candidate=candidate_of(stored.mention, brand),
        chats=tuple(("support", chat) for chat in chats or (SUPPORT,)),
        **named,
    )
    return Judgement(stored=stored, opinions=(opinion_of(brand),), told=(told,))


def praise(stored: Stored) -> Judgement:
    return Judgement(stored=stored, opinions=(opinion_of(outcome="praise"),), told=())


async def keep(store: Store, *mentions: Mention, cursor: str | None = None, now: datetime = NOW) -> Any:
    return await store.keep(SOURCE, Batch(mentions=mentions, cursor=cursor), now)


async def complain(
    store: Store, *mentions: Mention, now: datetime = NOW, chats: tuple[Chat, ...] = (SUPPORT,)
) -> Any:
    """Keep the mentions and judge all that wait as complaints."""
    await keep(store, *mentions, now=now)
    stored = await store.unjudged(500, now)
    return await store.record([complaint(one, *chats) for one in stored], now)


async def claim(store: Store, now: datetime = NOW, limit: int = 100) -> list[Delivery]:
    return list(await store.claim(now, limit=limit, skip=NOBODY))


async def show_all(store: Store, now: datetime = NOW) -> list[Delivery]:
    claimed = await claim(store, now)
    for delivery in claimed:
        await store.shown(delivery, f"ref-{delivery.id}", now)
    return claimed


def press(key: str, case: int = 1, action: str = "claim") -> Press:
    return Press(messenger="telegram", key=key, user="111", user_name="anna", case=case, action=action, at=NOW)


def becomes(state: Any, owner: str | None = None, until: datetime | None = None) -> Any:
    """A decision that always changes the case; the revision it saw is part of the answer."""

    def decide(case: Case) -> Change | Refusal:
        return Change(
            state=state, owner=owner, snoozed_until=until, what=f"стало {state}", answer=f"было {case.revision}"
        )

    return decide
