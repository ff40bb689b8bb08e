"""The team: people with habits drawn from the seed, who know what stands in their chats and press its buttons.

They take a case after a while, answer, pass on, put off, forget, say «не жалоба», close with an outcome and a
cause, and go home. Whoever forgets comes back when a word calls him, or not.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from alerts.cards.asking import KEEP
from alerts.cards.card import Card
from alerts.cards.prompt import Prompt
from alerts.ports import Answer
from alerts.routing import Receiver
from benchmarks.week.chats import Message
from benchmarks.week.screens import Call, can
from domain.person import Person

if TYPE_CHECKING:
    from benchmarks.week.world import World

Stage = Literal["taken", "answered", "wrote", "asked", "rests"]
"""How a case stands in its operator's own memory: to be answered; the customer's turn; ours again; the engineers';
later."""
SILENT: Final = timedelta(hours=3)
"""After so long without a word of the customer a case is closed."""
MOST_OPEN: Final = 6
"""Unanswered cases with which nobody takes another."""
A_GLANCE: Final = (15.0, 70.0)
"""Seconds between two looks at the chats of who has nothing to do."""
Choose = Callable[[Prompt], str | None]


@dataclass
class Todo:
    """What an operator knows that he has to do. `since` is when it came to be so."""

    case: int
    stage: Stage
    since: datetime
    not_before: datetime


@dataclass
class Habits:
    """Shares of what is done with a case that was taken; minutes of work for an answer."""

    minutes: float
    forgets: float = 0.03
    passes_on: float = 0.04
    puts_off: float = 0.05
    asks: float = 0.06
    in_private: float = 0.15
    own_words: float = 0.4
    heeds: float = 0.85
    """How likely a word that calls him moves him to do it now."""


@dataclass
class Operator:
    """One person of the team; `works_for` are the receivers whose chats he reads."""

    world: "World"
    person: Person
    works_for: tuple[Receiver, ...]
    chance: random.Random
    habits: Habits
    mine: dict[int, Todo] = field(default_factory=dict)
    heard: int = 0
    is_off: bool = True

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def is_away(self) -> bool:
        return self.person.is_absent(self.world.today)

    def works(self) -> bool:
        """Whether he sits before his chats now."""
        span = None if self.is_away() else self.world.shift(self.person)
        return span is not None and span[0] <= self.now < span[1]

    async def look(self) -> datetime:
        """One look and what follows from it; returns when he looks again."""
        if self.is_away():
            return self.now + timedelta(hours=1)
        if not self.works():
            if not self.is_off:
                self.is_off = True
                await self._leave()
            if self.world.is_on_call(self.person):
                return await self._on_call()
            return self._next_shift()
        self.is_off = False
        await self._heed()
        busy = await self._work()
        if busy is None:
            return self.now + timedelta(seconds=self.chance.uniform(*A_GLANCE))
        return self.now + busy

    # shifts

    def _next_shift(self) -> datetime:
        """Within the hour, for a holiday may change it; on time where it begins sooner."""
        soon = self.now + timedelta(hours=1)
        span = self.world.shift(self.person)
        if span is not None and self.now < span[0] < soon:
            return span[0] + timedelta(seconds=self.chance.uniform(0, 300))
        return soon

    async def _leave(self) -> None:
        """What is left at the end of a shift is handed to who stays, given back, or left lying."""
        staying = [other for other in self.world.colleagues(self) if other.works()]
        for todo in [todo for todo in self.mine.values() if todo.stage in ("taken", "wrote")]:
            drawn = self.chance.random()
            if staying and drawn < 0.5:
                other = self.chance.choice(staying)
                await self._talk(
                    todo.case, "transfer", lambda prompt, other=other: _labelled(prompt, other.person.name)
                )
            elif drawn < 0.8:
                await self._talk(todo.case, "release", _never)
            else:
                continue
            self.mine.pop(todo.case, None)

    async def _on_call(self) -> datetime:
        """At night only what is urgent wakes him."""
        await self._heed()
        await self._work()
        return self.now + timedelta(minutes=self.chance.uniform(2, 8))

    # what calls him

    async def _heed(self) -> None:
        """Words that came since the last look. Some are read and forgotten."""
        calls = self.world.screens.calls[self.person.id]
        for call in calls[self.heard :]:
            if self.chance.random() < self.habits.heeds:
                await self._called(call)
        self.heard = len(calls)

    async def _called(self, call: Call) -> None:
        answers = call.note.answerable
        card = self.world.card(call.case, self)
        if answers is not None and answers.action == "engineers_answer":
            if self.person.role == "engineer":
                self._put(call.case, "asked", after=self.chance.uniform(5, 50))
        elif card is not None and self.person.role != "engineer":
            await self._heard(call, card)

    async def _heard(self, call: Call, card: Card) -> None:
        """Whoever is called looks at the card: it says whose the case is by now."""
        if can(card, "send") and self.person.role == "lead":
            await self._talk(call.case, "send", lambda prompt: _beginning(prompt, "yes", "went"))
        elif self.person.name in card.status:
            self._put(call.case, "wrote" if call.note.quote else "taken")
        elif can(card, "claim"):
            await self._claim(call.case)
        elif can(card, "transfer") and self.person.role == "lead":
            await self._take_over(call.case, card)

    async def _take_over(self, case: int, card: Card) -> None:
        """A lead gives an overdue case to who is there, or takes it himself. Who has it and is there keeps it."""
        owner = next((each for each in self.world.operators.values() if each.person.name in card.status), None)
        if owner is not None and owner.works() and self.chance.random() < 0.6:
            owner.reminded(case)
            return
        working = [
            other
            for other in self.world.team_of(case)
            if other.works() and other is not self and other is not owner
        ]
        if working and self.chance.random() < 0.7:
            other = self.chance.choice(working)
            await self._talk(case, "transfer", lambda prompt: _labelled(prompt, other.person.name))
        elif await self._talk(case, "transfer", lambda prompt: _labelled(prompt, "Себе (перехватить)")):
            self._put(case, "taken")

    def reminded(self, case: int) -> None:
        """A lead has asked aloud."""
        self._put(case, "taken")

    # work

    async def _work(self) -> timedelta | None:
        """The most pressing thing; how long it took, None where there was nothing to do."""
        due = [todo for todo in self.mine.values() if todo.not_before <= self.now]
        order: dict[Stage, int] = {"wrote": 0, "asked": 1, "taken": 2, "rests": 3, "answered": 4}
        due.sort(key=lambda todo: (order[todo.stage], todo.since))
        for todo in due:
            if self._is_mine_still(todo):
                return await self._do(todo)
            self.mine.pop(todo.case, None)
        if sum(todo.stage in ("taken", "wrote") for todo in self.mine.values()) < MOST_OPEN:
            return await self._take_one()
        return None

    def _is_mine_still(self, todo: Todo) -> bool:
        if todo.stage == "asked" and self.person.role == "engineer":
            return True
        card = self.world.card(todo.case, self)
        return card is not None and self.person.name in card.status and not can(card, "reopen")

    async def _take_one(self) -> timedelta | None:
        """The oldest card that nobody has: after a while, for it must be read."""
        found = self.world.free_for(self)
        if found is None:
            return timedelta(seconds=4) if await self.world.turn_page(self) else None
        case, message = found
        if not await self._claim(case, message):
            return timedelta(seconds=5)
        return timedelta(seconds=self.chance.uniform(20, 60))

    async def _claim(self, case: int, message: Message | None = None) -> bool:
        answer = await self.world.press(self, case, "claim", at=message)
        if answer is None or answer.alert:
            return False
        if self.chance.random() >= self.habits.forgets:
            self._put(case, "taken")
        return True

    async def _do(self, todo: Todo) -> timedelta:
        if self.person.role == "engineer":
            text = self.world.writing.one_of(self.world.writing.patterns.engineers["answer"])
            self.mine.pop(todo.case, None)
            await self.world.press(self, todo.case, "engineers_answer", value=text)
            return timedelta(minutes=self.chance.uniform(2, 6))
        if todo.stage == "taken":
            return await self._begin(todo)
        if todo.stage == "answered":
            await self._close(todo, "resolved")
            return timedelta(seconds=30)
        return await self._go_on(todo)

    async def _begin(self, todo: Todo) -> timedelta:
        """A case that he has just taken, or that somebody reminded him of."""
        card, drawn, habits = self.world.card(todo.case, self), self.chance.random(), self.habits
        if card is not None and not self.world.complains(card) and self.chance.random() < 0.9:
            await self._drop(todo, "not_complaint")
            return timedelta(seconds=25)
        if drawn < habits.passes_on:
            others = [other for other in self.world.colleagues(self) if other.works()]
            if others:
                other = self.chance.choice(others)
                await self._talk(todo.case, "transfer", lambda prompt: _labelled(prompt, other.person.name))
                self.mine.pop(todo.case, None)
                return timedelta(seconds=40)
        elif drawn < habits.passes_on + habits.puts_off:
            await self._talk(todo.case, "snooze", lambda prompt: prompt.options[0].value)
            self._put(todo.case, "rests", after=61)
            return timedelta(seconds=20)
        elif (
            drawn < habits.passes_on + habits.puts_off + habits.asks
            and card is not None
            and can(card, "ask_engineers")
        ):
            question = self.world.writing.one_of(self.world.writing.patterns.engineers["ask"])
            await self._talk(
                todo.case, "ask_engineers", lambda prompt: prompt.options[-1].value if prompt.options else question
            )
            self._put(todo.case, "rests", after=90)
            return timedelta(minutes=1)
        return await self._answer(todo)

    async def _answer(self, todo: Todo) -> timedelta:
        card = self.world.card(todo.case, self)
        action = "reply"
        if (
            card is not None
            and can(card, "invite")
            and (not can(card, "reply") or self.chance.random() < self.habits.in_private)
        ):
            action = "invite"
        if card is None or not can(card, action):
            await self._close(todo, "resolved")
            return timedelta(minutes=1)
        answer = await self._talk(todo.case, action, self._words)
        if answer is None or answer.alert:
            # The guard says no, or the words gave pause: not now.
            self._put(todo.case, "rests", after=self.chance.uniform(20, 90))
            todo.since = self.now
        else:
            self._put(todo.case, "answered", after=SILENT.total_seconds() / 60)
        return timedelta(minutes=min(20.0, self.chance.lognormvariate(0, 0.5) * self.habits.minutes))

    async def _go_on(self, todo: Todo) -> timedelta:
        """The customer wrote, a rest is over, the engineers have answered or not."""
        if todo.stage == "wrote" and self.world.is_thanked(todo.case, self):
            await self._close(todo, "resolved")
            return timedelta(seconds=40)
        if todo.stage in ("rests", "asked") and self.chance.random() < 0.3:
            await self._close(todo, "resolved")
            return timedelta(seconds=40)
        return await self._answer(todo)

    def _words(self, prompt: Prompt) -> str | None:
        """Which words, then their looks: what may be sent is sent."""
        if not prompt.options:
            return self.world.writing.one_of(self.world.writing.patterns.answers)
        primary = [option.value for option in prompt.options if option.is_primary]
        if primary:
            return primary[0]
        if any(option.value.startswith("drop-") for option in prompt.options):
            return next(option.value for option in prompt.options if option.value.startswith("drop-"))
        own = next((option.value for option in prompt.options if option.value == "own"), None)
        if own is not None and self.chance.random() < self.habits.own_words:
            return own
        same = next((option.value for option in prompt.options if option.value.startswith("as-")), None)
        return same or self.chance.choice(prompt.options).value

    async def _close(self, todo: Todo, outcome: str) -> None:
        def choose(prompt: Prompt) -> str | None:
            values = [option.value for option in prompt.options if option.value != KEEP]
            if outcome in values:
                return outcome if self.chance.random() < 0.85 else self.chance.choice(values)
            return self.chance.choice(values)

        await self._talk(todo.case, "close", choose)
        self.mine.pop(todo.case, None)

    async def _drop(self, todo: Todo, action: str) -> None:
        await self._talk(todo.case, action, _never)
        self.mine.pop(todo.case, None)

    async def _talk(self, case: int, action: str, choose: Choose) -> Answer | None:
        """A press and the questions that it asks; the last answer, None where it was left."""
        answer = await self.world.press(self, case, action)
        for _ in range(6):
            if answer is None or answer.prompt is None:
                return answer
            value = choose(answer.prompt)
            if value is None:
                return None
            answer = await self.world.press(self, case, answer.prompt.action, value=value)
        return None

    def _put(self, case: int, stage: Stage, *, after: float = 0.0) -> None:
        self.mine[case] = Todo(
            case=case, stage=stage, since=self.now, not_before=self.now + timedelta(minutes=after)
        )


def _never(_prompt: Prompt) -> None:
    return None


def _labelled(prompt: Prompt, label: str) -> str | None:
    return next((option.value for option in prompt.options if option.label.startswith(label)), None)


def _beginning(prompt: Prompt, *verbs: str) -> str | None:
    return next((option.value for option in prompt.options if option.value.partition("-")[0] in verbs), None)
