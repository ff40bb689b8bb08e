"""A desk over a real store and a network in memory: presses go in, answers come out, the test keeps the time."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alerts.cards.context import CardContext
from alerts.cards.prompt import Prompt
from alerts.cases.case import Case
from alerts.cases.state import fold
from alerts.outreach.policy import DEFAULT, Policy
from alerts.outreach.templates import Template
from alerts.ports import Answer as Answered
from alerts.ports import Press
from alerts.routing import Receiver, Routing
from domain.mention import network_id
from domain.person import Person
from listener.brands.matcher import Matcher
from listener.decision import Decider
from listener.loops.answer import Answer
from listener.loops.obey import Obey
from listener.metrics import Metrics
from listener.rules import Rules
from listener.store.outbound import SETTLES
from listener.store.stores import Stores
from listener.telemetry import Telemetry
from listener.web.health import Health
from tests.contract.store_samples import ANNA, NOW, OLEG, SUPPORT
from tests.fakes import TurnedClock
from tests.outreach import MemoryOutreach, Reach

VK = network_id("vk")
ROUTING = Routing(receivers=(Receiver(name="support", chats=(SUPPORT,)),), default=("support",))


class NoJudge:
    """Nothing is judged here."""

    def classify(self, questions: Any) -> Any:
        raise AssertionError(questions)


def rules_with(context: CardContext) -> Rules:
    decider = Decider(matcher=Matcher(()), judge=NoJudge(), brands={}, routing=ROUTING)
    return Rules(decider=decider, context=context)


@dataclass
class Desk:
    """`press` is what a person does, `answer` one step of the sender."""

    stores: Stores
    outreach: MemoryOutreach = field(default_factory=MemoryOutreach)
    reach: Reach = field(default_factory=Reach)
    policy: Policy = DEFAULT
    templates: tuple[Template, ...] = ()
    people: tuple[Person, ...] = (ANNA, OLEG)
    clock: TurnedClock = field(default_factory=lambda: TurnedClock(NOW))
    pressed: int = 0

    def __post_init__(self) -> None:
        self.telemetry = Telemetry(Metrics(), Health(), self.clock)

    def rules(self) -> Rules:
        return rules_with(self.reach.context(self.people, policy=self.policy, templates=self.templates))

    def now(self) -> datetime:
        return self.clock.now()

    async def press(
        self,
        action: str,
        value: str | None = None,
        *,
        case: int = 1,
        person: Person = ANNA,
        key: str | None = None,
        ref: str | None = None,
    ) -> Answered:
        self.pressed += 1
        obey = Obey(self.stores, self.rules, self.clock, self.telemetry, lambda: None)
        return await obey(
            Press(
                messenger="telegram",
                key=key or f"press {self.pressed}",
                user=person.users["telegram"],
                user_name=person.name,
                case=case,
                action=action,
                value=value,
                at=self.now(),
                ref=ref,
            )
        )

    async def ask(self, action: str, value: str | None = None, **named: Any) -> Prompt:
        answered = await self.press(action, value, **named)
        assert answered.prompt is not None, answered
        return answered.prompt

    async def drafted(self, text: str = "Уже разбираемся", **named: Any) -> int:
        """The number of a draft that waits for «Отправить»."""
        return number_of(await self.ask("write_reply", text, **named))

    async def confirmed(self, text: str = "Уже разбираемся", **named: Any) -> int:
        number = await self.drafted(text, **named)
        answered = await self.press("send", f"ok-{number}", **named)
        assert not answered.alert, answered.text
        return number

    def sender(self) -> Answer:
        return Answer(
            VK, self.outreach, self.stores.outbound, self.rules, self.clock, self.telemetry, lambda: None
        )

    async def answer(self) -> int:
        return await self.sender().step()

    async def restart(self) -> None:
        """What was under way is looked for once the network has had its time."""
        await self.stores.outbound.recover(self.now())
        self.clock.turn(seconds=SETTLES.total_seconds())

    async def case(self, number: int = 1) -> Case:
        found = await self.stores.cases.case(number)
        assert found is not None
        assert fold(found.events) == found.state
        return found

    async def kinds(self, number: int = 1) -> list[str]:
        return [type(event.fact).__name__ for event in (await self.case(number)).events]


def number_of(prompt: Prompt) -> int:
    """The outbound that a preview shows."""
    return int(prompt.options[-1].value.partition("-")[2])
