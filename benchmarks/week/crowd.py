"""The people outside: a week of mentions planned by the seed, and customers who answer what they are told."""

import heapq
import itertools
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from alerts.outreach.outbound import Outbound, Sent, Target
from benchmarks.week.clock import TurnedClock
from benchmarks.week.scenario import BY_HOUR, BY_WEEKDAY, Scenario, at
from benchmarks.week.writing import Kind, Writing
from domain.mention import Author, Mention, NetworkId, Quote
from domain.message import Message
from listener.ports import Batch

VK: Final = NetworkId("vk")
X: Final = NetworkId("x")
BRANDS: Final = {"romashka": 0.42, "tulpar": 0.26, "dovezun": 0.24, "": 0.08}
"""Whom the texts are about; some are about nobody."""
PAGES: Final = {"romashka": "romashka_help", "tulpar": "tulpar_help", "dovezun": "dovezun_help"}
GROUPS: Final = {"romashka": "-201001", "tulpar": "-201002", "dovezun": "-201003"}
URGENT: Final = 0.03
AGAIN: Final = 0.12
"""The share of complaints whose authors have complained before."""
WRITES_BACK: Final = 0.55
COMES: Final = 0.6
"""How many of the invited write in private."""
NAMES: Final = (
    ("Анна", "Мария", "Ольга", "Елена", "Ирина", "Дарья", "Полина", "Юлия", "Ксения", "Нина"),
    ("Пётр", "Иван", "Сергей", "Олег", "Максим", "Артём", "Денис", "Кирилл", "Роман", "Тимур"),
)
FAMILIES: Final = ("Берёзкин", "Лугов", "Ветров", "Поляков", "Громов", "Снегирёв", "Калинин", "Рябинин", "Озеров",
                   "Мельников", "Синицын", "Родников", "Туманов", "Клёнов", "Голубев")  # fmt: skip


@dataclass
class Network:
    """`listener.ports.Source`: what was written by now comes at the next look, private words too."""

    name: str
    network: NetworkId
    clock: TurnedClock
    every: timedelta | None = timedelta(minutes=3)
    waiting: list[tuple[datetime, int, Mention | Message]] = field(default_factory=list)
    given: int = 0

    def __post_init__(self) -> None:
        self._order = itertools.count()

    def write(self, when: datetime, said: Mention | Message) -> None:
        heapq.heappush(self.waiting, (when, next(self._order), said))

    @property
    def has_news(self) -> bool:
        return bool(self.waiting) and self.waiting[0][0] <= self.clock.now()

    async def fetch(self, cursor: str | None) -> Batch:  # noqa: ARG002 - it knows itself what it has given
        mentions: list[Mention] = []
        messages: list[Message] = []
        while self.has_news and len(mentions) < 200:
            said = heapq.heappop(self.waiting)[2]
            if isinstance(said, Mention):
                mentions.append(said)
            else:
                messages.append(said)
        self.given += len(mentions)
        return Batch(
            mentions=tuple(mentions), messages=tuple(messages), cursor=str(self.given), more=self.has_news
        )

    async def close(self) -> None:
        return None


class Crowd:
    """Plans the mentions and answers answers. `complains` is the truth about each text that was written."""

    def __init__(self, scenario: Scenario, writing: Writing, clock: TurnedClock) -> None:
        self.scenario = scenario
        self.writing = writing
        self.chance = random.Random(f"{scenario.seed} crowd")
        self.networks = {
            VK: Network("vk.search:week", VK, clock),
            X: Network("x.search:week", X, clock),
        }
        self.complains: dict[str, bool] = {}
        self.authors: dict[str, Author] = {}
        self.planned = 0
        self.written_at: list[datetime] = []
        self._numbers = itertools.count(1_000_001)
        self._unhappy: dict[tuple[str, str], list[Author]] = {}

    def plan(self) -> None:
        """Everything that is written without being asked."""
        scenario = self.scenario
        for number in range(scenario.days):
            day = scenario.local_day(number)
            count = round(scenario.a_day * BY_WEEKDAY[day.weekday()])
            for hour in self.chance.choices(range(24), BY_HOUR, k=count):
                when = at(day, hour) + timedelta(seconds=self.chance.uniform(0, 3600))
                self._write(when, self.chance.choices(list(BRANDS), list(BRANDS.values()))[0], self._kind())
        if scenario.surge is not None:
            begins, lasts = scenario.surge
            for _ in range(scenario.surge_size):
                self._write(begins + lasts * self.chance.random(), "romashka", "surge")

    def _kind(self) -> Kind:
        if self.chance.random() >= self.scenario.complaints:
            return "others"
        return "urgent" if self.chance.random() < URGENT else "complaints"

    def _write(self, when: datetime, brand: str, kind: Kind) -> None:
        self.planned += 1
        self.written_at.append(when)
        text = self.writing.about(brand, kind) if brand else self.writing.elsewhere()
        unhappy = bool(brand) and kind != "others"
        network = X if self.chance.random() < 0.3 else VK
        mention = self._mention(when, brand, network, text, self._author(network, brand, again=unhappy))
        self.complains[mention.id] = self.complains[mention.text] = unhappy
        self.networks[network].write(when, mention)

    def _mention(self, when: datetime, brand: str, network: NetworkId, text: str, author: Author) -> Mention:
        number = next(self._numbers)
        if network == X:
            said = (
                f"{self.writing.patterns.brands[brand]['account']} {text}" if brand and number % 3 == 0 else text
            )
            url = f"https://x.com/{author.handle}/status/{number}"
            return Mention(
                network=X, kind="post", id=str(number), url=url, author=author, text=said, published_at=when
            )
        if brand and number % 3 == 0:
            group, post = GROUPS[brand], 100 + number % 40
            return Mention(
                network=VK,
                kind="comment",
                id=f"{group}_{number}",
                url=f"https://vk.com/wall{group}_{post}?reply={number}",
                author=author,
                text=text,
                published_at=when,
                thread=f"{group}_{post}",
                place=f"vk:{PAGES[brand]}",
                reach=30_000,
            )
        url = f"https://vk.com/wall{author.id}_{number}"
        return Mention(
            network=VK,
            kind="post",
            id=f"{author.id}_{number}",
            url=url,
            author=author,
            text=text,
            published_at=when,
            reach=author.followers,
        )

    def _author(self, network: NetworkId, brand: str, *, again: bool) -> Author:
        known = self._unhappy.setdefault((network, brand), [])
        if again and known and self.chance.random() < AGAIN:
            return self.chance.choice(known)
        number, female = next(self._numbers), self.chance.random() < 0.5
        first = self.chance.choice(NAMES[0 if female else 1])
        family = self.chance.choice(FAMILIES) + ("а" if female else "")
        author = Author(
            id=str(number),
            name=f"{first} {family}",
            handle=f"user{number}",
            followers=int(self.chance.lognormvariate(5, 1.2)),
        )
        self.authors[author.id] = author
        if again:
            known.append(author)
        return author

    # what customers do when they are answered

    def answered(self, outbound: Outbound, now: datetime, ref: str) -> None:
        """The customer reads the words that stand at `ref`. He may write back, in private where he was asked."""
        target = outbound.target
        later = now + timedelta(minutes=self.chance.lognormvariate(2.8, 1.0))
        author = self.authors.get(target.author) or Author(id=target.author, name="", handle=target.author_handle)
        if outbound.kind == "message" or (outbound.kind == "invite" and self.chance.random() < COMES):
            if target.network == VK and (outbound.kind == "invite" or self.chance.random() < WRITES_BACK):
                self.networks[VK].write(later, self._private(later, outbound, author))
        elif outbound.kind == "reply" and self.chance.random() < WRITES_BACK:
            self.networks[target.network].write(later, self._again(later, outbound, author, ref))

    def says_itself(self, target: Target, text: str, now: datetime, ref: str) -> None:
        """The brand's own words stand on VK's page, and are heard there like anybody's."""
        group = GROUPS[target.brand]
        if target.network != VK:
            return
        mention = Mention(
            network=VK,
            kind="comment",
            id=ref,
            url=f"https://vk.com/wall{target.thread}?reply={ref.partition('_')[2]}",
            author=Author(id=group, name="Поддержка", handle=PAGES[target.brand]),
            text=text,
            published_at=now,
            thread=target.thread,
            place=target.wall,
        )
        self.networks[VK].write(now + timedelta(seconds=30), mention)

    def next_ref(self, target: Target) -> Sent:
        number = next(self._numbers)
        if target.network == X:
            return Sent(ref=str(number), url=f"https://x.com/support/status/{number}")
        owner = target.thread.partition("_")[0]
        return Sent(ref=f"{owner}_{number}", url=f"https://vk.com/wall{target.thread}?reply={number}")

    def _words_again(self) -> str:
        kind = self.chance.choices(("thanks", "detail", "anger"), (0.5, 0.3, 0.2))[0]
        text = self.writing.one_of(self.writing.patterns.again[kind])
        self.complains.setdefault(text, kind == "anger")
        return text

    def _again(self, when: datetime, outbound: Outbound, author: Author, ref: str) -> Mention:
        number, target = next(self._numbers), outbound.target
        owner = target.thread.partition("_")[0]
        is_x = target.network == X
        return Mention(
            network=target.network,
            kind="reply" if is_x else "comment",
            id=str(number) if is_x else f"{owner}_{number}",
            url=f"{target.url}#{number}",
            author=author,
            text=self._words_again(),
            published_at=when,
            thread=target.thread,
            place=target.wall,
            parent=Quote(id=ref, author="Поддержка", text=outbound.text),
        )

    def _private(self, when: datetime, outbound: Outbound, author: Author) -> Message:
        group = GROUPS[outbound.target.brand].removeprefix("-")
        return Message(
            network=VK,
            id=f"message{group}_{author.id}_{next(self._numbers)}",
            page=outbound.target.page or "",
            customer=author,
            incoming=True,
            text=self._words_again(),
            at=when,
            ref=outbound.token,
        )


@dataclass
class Outreaches:
    """`alerts.outreach.ports.Outreach` of a network that takes what it is given, and customers who read it."""

    crowd: Crowd
    clock: TurnedClock
    asks_ahead: bool = False
    sent: dict[int, Sent] = field(default_factory=dict)
    twice: list[int] = field(default_factory=list)

    async def send(self, outbound: Outbound) -> Sent:
        if outbound.id in self.sent:
            self.twice.append(outbound.id)
        sent = self.crowd.next_ref(outbound.target)
        self.sent[outbound.id] = sent
        self.crowd.answered(outbound, self.clock.now(), sent.ref)
        if outbound.kind in ("reply", "invite"):
            self.crowd.says_itself(outbound.target, outbound.text, self.clock.now(), sent.ref)
        return sent

    async def find(self, outbound: Outbound) -> Sent | None:
        return self.sent.get(outbound.id)

    async def may_message(self, page: str, author: str) -> bool:  # noqa: ARG002 - nobody takes what he did not ask for
        return False

    async def stands(self, outbound: Outbound) -> bool:  # noqa: ARG002 - nobody takes an answer off
        return True

    async def close(self) -> None:
        return None
