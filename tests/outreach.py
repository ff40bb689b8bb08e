"""A network that takes answers in memory, with every way in which one may fail; and cards that know it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.cards.context import CardContext, NetworkWords
from alerts.outreach.abilities import Abilities, Ability, Invitation, Learned, Way
from alerts.outreach.outbound import Outbound, Sent, Target
from alerts.outreach.policy import DEFAULT, Policy
from alerts.outreach.ports import Outcome, OutreachError, Refused
from alerts.outreach.templates import Template
from domain.person import Person

PAGE = "vk:romashka_help"
URL = "https://vk.com/wall-1_1?reply=9"
LINK = "https://vk.me/romashka_help?ref="


class Killed(BaseException):
    """The process dies here: nothing after it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What becomes of one call: it ends so, or the process is killed; `done`: the network did it all the same."""

    outcome: Outcome | None = None
    reason: Refused = "other"
    retry_after: timedelta | None = None
    learned: tuple[Learned, ...] = ()
    done: bool = False
    killed: bool = False


@dataclass
class MemoryOutreach:
    """`alerts.outreach.ports.Outreach` of a network that forgives nothing: what is sent twice stands there twice.

    `faults` strike one a `send`, `blind` so many looks see nothing, `gone` are answers that stand no more.
    """

    sent: list[Outbound] = field(default_factory=list)
    faults: deque[Fault | None] = field(default_factory=deque)
    blind: int = 0
    gone: set[int] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    closed: bool = False
    asks_ahead: bool = False
    taking: set[str] = field(default_factory=set)

    async def send(self, outbound: Outbound) -> Sent:
        self.calls.append("send")
        fault = self.faults.popleft() if self.faults else None
        if fault is None or fault.done:
            self.sent.append(outbound)
        if fault is not None and fault.killed:
            raise Killed
        if fault is not None and fault.outcome is not None:
            raise OutreachError(
                "as the test wants",
                outcome=fault.outcome,
                reason=fault.reason,
                retry_after=fault.retry_after,
                learned=fault.learned,
            )
        return Sent(ref=f"-1_{outbound.id}", url=URL)

    async def find(self, outbound: Outbound) -> Sent | None:
        self.calls.append("find")
        if self.blind > 0:
            self.blind -= 1
            raise OutreachError("nothing is seen", outcome="unknown", reason="unreachable")
        return Sent(ref=f"-1_{outbound.id}", url=URL) if outbound.id in self.numbers() else None

    async def may_message(self, page: str, author: str) -> bool:
        self.calls.append(f"may_message {page} {author}")
        if self.blind > 0:
            self.blind -= 1
            raise OutreachError("nothing is seen", outcome="unknown", reason="unreachable")
        return author in self.taking

    async def stands(self, outbound: Outbound) -> bool:
        self.calls.append("stands")
        if self.blind > 0:
            self.blind -= 1
            raise OutreachError("nothing is seen", outcome="later", reason="unreachable")
        return outbound.id not in self.gone

    async def close(self) -> None:
        self.closed = True

    def numbers(self) -> list[int]:
        return [outbound.id for outbound in self.sent]


@dataclass
class Reach:
    """What the network lets the brand do; a test changes it."""

    reply: Way = "api"
    private: Way = "invitation"
    mend: Way = "api"
    longest: int = 280
    addressed: bool = False
    network: str = "vk"
    page: str = PAGE
    cost: float | None = None
    usd_per_day: float | None = None

    def abilities(self, target: Target, _learned: Sequence[Learned], _now: datetime) -> Abilities:
        mend = Ability(way=self.mend)
        return Abilities(
            reply=Ability(
                way=self.reply,
                reason="comments_closed" if self.reply == "no" else None,
                url=target.url,
                longest=self.longest,
            ),
            private=Ability(
                way=self.private, reason="not_invited" if self.private == "invitation" else None, longest=9_000
            ),
            remove=Ability(way="no", reason="own_page_only"),
            edit=mend,
            take_back=mend,
        )

    def context(
        self, people: tuple[Person, ...], *, policy: Policy = DEFAULT, templates: tuple[Template, ...] = ()
    ) -> CardContext:
        words = NetworkWords(
            title="ВКонтакте",
            places={"post": "запись ВКонтакте"},
            speaker=lambda _target: self.page,
            addressed=lambda _target: self.addressed,
            abilities=self.abilities,
            invitation=lambda _target, ref: Invitation(link=f"{LINK}{ref}", in_text=True, carries_ref=True),
            by_hand=lambda target, _text: target.url,
            cost=lambda _outbound: self.cost,
            usd_per_day=lambda _brand: self.usd_per_day,
        )
        return CardContext(people=people, networks={self.network: words}, policy=policy, templates=templates)


def without_night(policy: Policy = DEFAULT) -> Policy:
    return replace(policy, night=None)
