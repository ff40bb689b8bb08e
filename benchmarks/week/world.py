"""The week itself: the product's pipeline over a real store, stepped by a clock that goes to what happens next."""

import contextlib
import heapq
import itertools
import random
import re
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from alerts.cards.card import Card
from alerts.cards.digest import TURN, Sheet
from alerts.cards.note import Note
from alerts.delivery.showing import Showing
from alerts.delivery.worker import Worker
from alerts.ports import Answer, NotifyError, Press
from alerts.routing import Chat, Receiver
from alerts.sla import closes_at, is_free, opens_at, working
from benchmarks.week.chats import Message, Messenger, Slack
from benchmarks.week.checks import Checks
from benchmarks.week.clock import TurnedClock
from benchmarks.week.crowd import Crowd, Outreaches
from benchmarks.week.operators import Habits, Operator
from benchmarks.week.scenario import MONDAY, MOSCOW, Scenario
from benchmarks.week.screens import Screens
from benchmarks.week.writing import Writing, read_patterns
from classifiers.corrected import InForce
from classifiers.verdict import Question
from domain.person import MessengerId, Person
from domain.verdict import Verdict
from listener.built_rules import build_rules
from listener.config.load import load
from listener.config.values import Config
from listener.daytime import Daytime, mornings
from listener.learning import Learning
from listener.loops.alarm import Alarm
from listener.loops.escalating import Escalating
from listener.loops.levels import Levels
from listener.metrics import Metrics
from listener.nightly import Nightly, nights
from listener.pipeline import Pipeline
from listener.rules import Rules
from listener.settings import read_settings
from listener.store.stores import Stores
from listener.telemetry import Telemetry
from listener.web.health import Health

TEAM: Final = Path(__file__).parent / "team"
TELEGRAM: Final = MessengerId("telegram")
SLACK: Final = MessengerId("slack")
MINUTE: Final = timedelta(minutes=1)
MOMENT: Final = timedelta(microseconds=1)
NEVER: Final = datetime.max.replace(tzinfo=UTC)
PACED: Final = timedelta(seconds=3)
"""Between two looks at an outbox whose chats have had all that they take."""
MOST_STEPS: Final = 500
"""Of one outbox at one moment: more are a loop that does not end."""
SEARCHED: Final = 3
"""Minutes between two searches of a network."""
FOLLOWED: Final = 5
"""Minutes after which the history is followed: nothing of it is passed over, it is read in one go."""
READ: Final = timedelta(seconds=20)
"""Nobody takes a card before he has read it."""
LETTERS: Final = re.compile(r"[^а-яёa-z]+")
ENVIRON: Final = {
    "LISTENER_VK_COMMUNITY_TOKENS": '{"romashka_help": "vk1.a", "tulpar_help": "vk1.b", "dovezun_help": "vk1.c"}',
    "LISTENER_X_API_KEY": "key",
    "LISTENER_X_API_SECRET": "secret",
    "LISTENER_X_USER_KEYS": '{"romashka_ru": "1-a:b", "tulpar_bank": "2-a:b", "dovezun_app": "3-a:b"}',
}
"""The made-up keys with which the brands may answer."""
Act = Callable[[], Awaitable[None]]


@dataclass
class Told:
    """A word past the outbox, tried until it is said, as `alerts.delivery.announcing` does."""

    chat: Chat
    note: Note
    key: str
    tries: int = 12


def read_rules(config_dir: Path = TEAM) -> tuple[Config, Rules]:
    """The team's config as the daemon would have it; call it off the loop, for the calendar is read once, too."""
    is_free(MONDAY, "russia")
    config = load(config_dir)
    networks = read_settings(ENVIRON).networks
    rules = build_rules(config, config.people, frozenset({TELEGRAM, SLACK}), second=False, networks=networks)
    return config, rules


@dataclass
class World:
    """Everything at once. `press` is the operators' hand, `screens` their eyes."""

    scenario: Scenario
    stores: Stores
    config: Config
    rules: Rules
    clock: TurnedClock = field(init=False)
    pressed: list[tuple[datetime, str, int, str, str | None]] = field(default_factory=list)
    """When, who, which case, what, and the reason why nothing came of it."""

    def __post_init__(self) -> None:
        seed = self.scenario.seed
        self.clock = TurnedClock(self.scenario.begins)
        self.writing = Writing(read_patterns(), random.Random(f"{seed} writing"))
        self.crowd = Crowd(self.scenario, self.writing, self.clock)
        self.screens = Screens()
        for person in self.config.people:
            for user in person.users.values():
                self.screens.private[user] = person
        self.messengers = {
            TELEGRAM: Messenger(TELEGRAM, self.clock, random.Random(f"{seed} telegram")),
            SLACK: Slack(
                SLACK, self.clock, random.Random(f"{seed} slack"), down=self._slack_is_down, cut=self._is_cut
            ),
        }
        self.checks = Checks(self)
        for messenger in self.messengers.values():
            messenger.said = self._said
            messenger.edited = self.screens.see
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()
        self._tells_at = {TELEGRAM: self.scenario.begins, SLACK: self.scenario.begins}
        self._told: list[Told] = []
        self._keys = itertools.count(1)
        self._executor = ThreadPoolExecutor(1)
        self._build()
        self._jobs = self._plan()
        self.operators = {person.id: self._operator(person) for person in self.config.people}

    def shift(self, person: Person, at: datetime | None = None) -> tuple[datetime, datetime] | None:
        """When he comes and goes on this local day, by his own hours, else those of all; None: he is off."""
        routing, day = self.rules.decider.routing, (at or self.clock.now()).astimezone(MOSCOW).date()
        hours = routing.shifts.get(person.id) or routing.hours
        opens, closes = (opens_at(hours, day), closes_at(hours, day)) if hours else (None, None)
        return (opens, closes) if opens is not None and closes is not None else None

    def is_on_call(self, person: Person) -> bool:
        """Whether he is called at night: on_call of the receiver, while nobody works there."""
        routing, now = self.rules.decider.routing, self.clock.now()
        receiver = self.rules.context.receivers["срочное"]
        hours = routing.hours_of(receiver)
        return person.id == receiver.on_call and hours is not None and not working(hours, now)

    @property
    def today(self) -> date:
        return self.clock.now().astimezone(MOSCOW).date()

    # ------------------------------------------------------------ the week

    async def live(self, progress: Callable[[datetime], None] = lambda _now: None) -> None:
        """From the first midnight to the last. Raises checks.BrokenError."""
        self.crowd.plan()
        self._at(self.scenario.begins, self._minute)
        for operator in self.operators.values():
            self._look_later(operator, self.scenario.begins)
        day = self.today
        while self._agenda and self._agenda[0][0] < self.scenario.ends:
            when, _, act = heapq.heappop(self._agenda)
            self.clock.go_to(when)
            await act()
            await self._deliver()
            self.checks.screens()
            if self.today != day:
                day = self.today
                progress(self.clock.now())
        self.clock.go_to(self.scenario.ends)
        await self.checks.at_the_end()

    def _at(self, when: datetime, act: Act) -> None:
        heapq.heappush(self._agenda, (when, next(self._order), act))

    async def _minute(self) -> None:
        """What the daemon's loops do by themselves at every moment, here once a minute."""
        now = self.clock.now()
        heard = False
        for source in self.crowd.networks.values() if now.minute % SEARCHED == 0 else ():
            heard = True
            while await self.pipeline.hear(source):
                pass
        while heard and await self.pipeline.judge.step():
            pass
        await self.pipeline.tick.step()
        await self._times_of_day(now)
        await self._say_words()
        for turning in (self.pipeline.judging, *self.pipeline.telling.values(), *self.pipeline.answering.values()):
            self.telemetry.turned(turning.name)
        await self.alarm.step()
        if now.minute % 10 == 0:
            await self.escalating.step()
            await self.learning.refresh()
            await self._answer(anyhow=True)
        if now.minute % FOLLOWED == 0:
            await self.checks.follow()
        self._at(now + MINUTE, self._minute)

    async def _times_of_day(self, now: datetime) -> None:
        """APScheduler's own triggers, asked by this clock for their next moment whenever one has come."""
        for place, (fires, trigger, job) in enumerate(self._jobs):
            if fires is not None and fires <= now:
                self._jobs[place] = (trigger.get_next_fire_time(fires, now + MOMENT), trigger, job)
                await job()

    def _plan(self) -> list[tuple[datetime | None, Any, Callable[[], Awaitable[Any]]]]:
        """As the daytime's own loop plans them: the config's hours do not change in this week."""
        return [
            (trigger.get_next_fire_time(None, self.scenario.begins), trigger, job)
            for hours in self.daytime._hours()  # noqa: SLF001 - as above
            for plan, job in self.daytime._plans  # noqa: SLF001 - as above
            for trigger in plan(hours)
        ] + [
            (trigger.get_next_fire_time(None, self.scenario.begins), trigger, job)
            for plan, job in ((nights, self.nightly.night), (mornings, self.nightly.morning))
            for trigger in plan(self.rules.decider.routing.hours)
        ]

    async def _deliver(self) -> None:
        """Show what is due and may be shown where somebody asked for it; come back when there is more."""
        now = self.clock.now()
        for messenger, turning in self.pipeline.telling.items():
            if not turning.asked() and now < self._tells_at[messenger]:
                continue
            for _ in range(MOST_STEPS):
                if not await turning.step():
                    break
            else:
                raise self.checks.broken(f"{messenger} is told without end")
            due = await self.stores.outbox.next_due([messenger])
            self._tells_at[messenger] = NEVER if due is None else max(due, now + PACED)
            if due is not None:
                self._at(self._tells_at[messenger], _nothing)

    async def _answer(self, *, anyhow: bool = False) -> None:
        """Let out what people have confirmed; `anyhow`: look, too, whether earlier answers still stand."""
        for turning in self.pipeline.answering.values():
            if turning.asked() or anyhow:
                while await turning.step():
                    pass

    # ------------------------------------------------------------ people

    def _look_later(self, operator: Operator, when: datetime) -> None:
        async def look() -> None:
            self._look_later(operator, await operator.look())

        self._at(when, look)

    async def press(
        self, operator: Operator, case: int, action: str, *, value: str | None = None, at: Message | None = None
    ) -> Answer | None:
        """A press on the card that the operator sees; None where he sees none."""
        message = at or self.card_message(case, operator)
        if message is None:
            return None
        now, person = self.clock.now(), operator.person
        messenger = message.chat.messenger
        press = Press(
            messenger=messenger,
            key=f"k{next(self._keys)}",
            user=person.users[messenger],
            user_name=person.name,
            case=case,
            action=action,
            at=now,
            value=value,
            chat=message.chat.chat,
            ref=message.ref,
        )
        answer = await self.pipeline.obey(press)
        self.pressed.append((now, person.id, case, action, answer.reason))
        self.checks.answered(press, answer)
        if answer.prompt is None:
            await self._answer()
        if value is not None and value.startswith("hand-") and not answer.alert:
            await self._by_hand(case)
        return answer

    async def _by_hand(self, case: int) -> None:
        """What a person has put on the page himself stands there, and the customer reads it."""
        for outbound in await self.checks.outbounds(case):
            sent = self.crowd.next_ref(outbound.target)
            self.crowd.says_itself(outbound.target, outbound.text, self.clock.now(), sent.ref)
            self.crowd.answered(outbound, self.clock.now(), sent.ref)

    def card_message(self, case: int, operator: Operator) -> Message | None:
        found = [
            message
            for chat in self._chats(operator)
            if (message := self.screens.cards[chat].get(case)) is not None
        ]
        if found:
            return max(found, key=lambda message: (message.at, int(message.ref)))
        calls = [call for call in self.screens.calls[operator.person.id] if call.case == case]
        return calls[-1].message if calls else None

    def card(self, case: int, operator: Operator) -> Card | None:
        message = self.card_message(case, operator)
        return message.said if message is not None and isinstance(message.said, Card) else None

    def free_for(self, operator: Operator) -> tuple[int, Message] | None:
        """The oldest case that he could take, urgent ones first; on call those of the night's receiver alone."""
        now, chats = self.clock.now(), self._chats(operator)
        if not operator.works():
            chats = self.night_chats
        found: dict[int, Message] = {}
        for chat in chats:
            found |= {case: each for case, each in self.screens.listed[chat].items() if each.at <= now - READ}
            found |= {case: each for case, each in self.screens.free[chat].items() if each.at <= now - READ}
        if not found:
            return None

        def order(case: int) -> tuple[bool, datetime]:
            said = found[case].said
            return not (isinstance(said, Card) and said.urgent), self.screens.shown_at[case]

        case = min(found, key=order)
        return case, found[case]

    async def turn_page(self, operator: Operator) -> bool:
        """Look at the next page of a list whose page is worked off; whether there was one."""
        for chat in self._chats(operator):
            for message in self.screens.sheets[chat].values():
                sheet = message.said
                if not isinstance(sheet, Sheet) or any(item.button for item in sheet.items) or not sheet.hint:
                    continue
                for label, page in sheet.turns:
                    if label.startswith("Дальше"):
                        await self.press(operator, sheet.digest, TURN, value=str(page), at=message)
                        return True
        return False

    def colleagues(self, operator: Operator) -> list[Operator]:
        """Those who read the same chats for their work."""
        mine = {receiver.name for receiver in operator.works_for}
        return [
            other
            for other in self.operators.values()
            if other is not operator
            and other.person.role == "operator"
            and mine & {each.name for each in other.works_for}
        ]

    def team_of(self, case: int) -> list[Operator]:
        """Those in whose chats the case stands."""
        return [
            other
            for other in self.operators.values()
            if other.person.role == "operator"
            and any(case in self.screens.cards[chat] for chat in self._chats(other))
        ]

    def complains(self, card: Card) -> bool:
        """What a person sees when he reads the words; what the judge thought is not asked."""
        return self._truth.get(_letters(card.quote), True)

    def is_thanked(self, case: int, operator: Operator) -> bool:
        """Whether the customer's last words were thanks."""
        said = [
            call.note.quote
            for call in self.screens.calls[operator.person.id]
            if call.case == case and call.note.quote
        ]
        thanks = self.writing.patterns.again["thanks"]
        return bool(said) and any(words in said[-1] for words in thanks)

    @property
    def _truth(self) -> dict[str, bool]:
        if not self._known_truth:
            self._known_truth = {_letters(text): truth for text, truth in self.crowd.complains.items()}
        return self._known_truth

    _known_truth: dict[str, bool] = field(default_factory=dict)

    def _chats(self, operator: Operator) -> tuple[str, ...]:
        return tuple(dict.fromkeys(chat.chat for receiver in operator.works_for for chat in receiver.chats))

    @property
    def night_chats(self) -> tuple[str, ...]:
        return tuple(chat.chat for chat in self.rules.context.receivers["срочное"].chats)

    def _operator(self, person: Person) -> Operator:
        chance = random.Random(f"{self.scenario.seed} {person.id}")
        receivers = self.rules.context.receivers
        if person.role == "lead":
            works_for = tuple(receivers.values())
        elif person.role == "engineer":
            works_for = (receivers["инженеры"],)
        else:
            named = [each for each in receivers.values() if person.id in each.people]
            works_for = tuple(named) or (receivers["доставка"],)
        return Operator(
            world=self,
            person=person,
            works_for=works_for,
            chance=chance,
            habits=Habits(minutes=chance.uniform(2.5, 5.0), forgets=chance.choice([0.0, 0.02, 0.04, 0.08])),
        )

    # ------------------------------------------------------------ parts of the product

    def _build(self) -> None:
        self.telemetry = telemetry = Telemetry(Metrics(), Health(), self.clock)
        # What an earlier week was taught is not this one's.
        corrections = InForce()
        self.rules = replace(self.rules, decider=replace(self.rules.decider, corrections=corrections))
        workers = {name: self._worker(name, notifier, telemetry) for name, notifier in self.messengers.items()}
        self.outreaches = {network: Outreaches(self.crowd, self.clock) for network in self.crowd.networks}
        self.pipeline = Pipeline(
            stores=self.stores,
            rules=self.rules,
            workers=workers,
            outreaches=self.outreaches,
            clock=self.clock,
            telemetry=telemetry,
            executor=self._executor,
        )
        budget = self.stores.budget(self.clock)
        self.daytime = Daytime(self.stores.database, lambda: self.pipeline.rules, budget, self.clock, self._say)
        self.escalating = Escalating(
            self.stores.database,
            lambda: self.pipeline.rules,
            lambda: self.rules.context.receivers[self.config.notices.escalations or ""],
            budget,
            self.clock,
            telemetry,
            self._say,
        )
        self.learning = self._learning(corrections)
        self.nightly = Nightly(
            self.learning,
            lambda: self.rules.decider.routing.hours,
            lambda: self.rules.context.receivers[self.config.notices.learning or ""],
            budget,
            self._say,
            lambda: Levels(self.stores.decisions).followed(self.pipeline.rules.decider, self.clock.now()),
        )
        self.alarm = Alarm(lambda: telemetry.verdict().by_name, self._say_to_engineers, self.clock)

    def _learning(self, corrections: InForce) -> Learning:
        async def ask(questions: Sequence[Question]) -> list[Verdict]:
            return self.rules.decider.judge.classify(questions)

        return Learning(
            self.stores.learning, ask, corrections, self.clock, self._executor, keep=lambda _made, _version: None
        )

    def _worker(self, name: MessengerId, notifier: Messenger, telemetry: Telemetry) -> Worker:
        return Worker(
            name,
            self.stores.outbox,
            Showing(notifier, self.rules.context),
            self.clock.now,
            observer=telemetry,
            chance=random.Random(f"{self.scenario.seed} {name} worker").random,
            monotonic=self.clock.monotonic,
        )

    def _say(self, receiver: Receiver, note: Note, about: str = "") -> None:  # noqa: ARG002 - none is overtaken here
        """To all of a receiver's chats, tried for a while."""
        for chat in receiver.chats:
            self._told.append(Told(chat=chat, note=note, key=f"word-{next(self._keys)}"))

    async def _say_words(self) -> None:
        for told in tuple(self._told):
            told.tries -= 1
            with contextlib.suppress(NotifyError):
                await self.messengers[told.chat.messenger].note(told.chat, None, told.note, told.key)
                told.tries = 0
            if told.tries <= 0:
                self._told.remove(told)

    async def _say_to_engineers(self, note: Note, key: str) -> bool:
        receiver = self.rules.context.receivers[self.config.notices.troubles or ""]
        return any([await self.pipeline.say(chat, note, key) for chat in receiver.chats])

    def _said(self, message: Message) -> None:
        self.screens.see(message)
        self.checks.said(message)

    def _slack_is_down(self, now: datetime) -> bool:
        dead = self.scenario.dead_slack
        return dead is not None and dead[0] <= now < dead[0] + dead[1]

    def _is_cut(self, now: datetime) -> bool:
        """In the last seconds before it dies, what is taken is not answered any more."""
        dead = self.scenario.dead_slack
        return dead is not None and dead[0] - timedelta(seconds=30) <= now < dead[0]

    async def close(self) -> None:
        self._executor.shutdown()


async def _nothing() -> None:
    """A moment at which only what is due is delivered."""


def _letters(text: str) -> str:
    return LETTERS.sub("", text.lower())[:160]
