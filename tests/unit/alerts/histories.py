"""Cases that live through real transitions, and the people and networks that their cards speak of."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.cards.asking import asker_of
from alerts.cards.context import CardContext, NetworkWords
from alerts.cases.case import Case, CaseMention
from alerts.cases.commands import Command, Edit, PersonsCommand, Tick, Write
from alerts.cases.events import CLOCK, CUSTOMER, NO_DEADLINES, PROGRAM, Deadlines, Event, Strength
from alerts.cases.state import apply, fold
from alerts.cases.transitions import Asker, Refusal, decide
from alerts.routing import Receiver
from domain.person import Person
from tests.fakes import NOON
from tests.people import users

ANNA = Person(
    id="anna", name="Анна Иванова", role="operator", users=users(telegram="111", slack="U01"), gender="f"
)
BORIS = Person(id="boris", name="Борис Ли", role="operator", users=users(telegram="112"), gender="m")
OLEG = Person(id="oleg", name="Олег Смирнов", role="lead", users=users(telegram="222", slack="U02"), gender="m")
SASHA = Person(id="sasha", name="Саша Ким", role="engineer", former_ids=("Саша Ким",))
PEOPLE = (ANNA, BORIS, OLEG, SASHA)

PLACES = {"post": "запись ВКонтакте", "comment": "комментарий ВКонтакте"}
CONTEXT = CardContext(
    people=PEOPLE,
    networks={
        "vk": NetworkWords(
            title="ВКонтакте", places=PLACES, author_page=lambda author, _handle: f"https://vk.com/id{author}"
        ),
        "x": NetworkWords(title="X", places={"post": "пост в X"}),
    },
    receivers={
        "support": Receiver(name="support", chats=(), owner="anna", backup="oleg"),
        "night": Receiver(name="night", chats=()),
    },
)


def at(**spans: float) -> datetime:
    return NOON + timedelta(**spans)


def promise(**spans: float) -> Deadlines:
    """Due so long after noon; warned a quarter of an hour before and broken half an hour after."""
    due_at = at(**spans)
    return Deadlines(
        warn_at=due_at - timedelta(minutes=15), due_at=due_at, breach_at=due_at + timedelta(minutes=30)
    )


def a_mention(text: str = "Третий день не работает интернет", **fields: object) -> CaseMention:
    """A complaint as the judge left it."""
    mention = CaseMention(
        row=1,
        id="-1_2",
        kind="comment",
        url="https://vk.com/wall-1_1?reply=2",
        text=text,
        published_at=NOON,
        complaint=0.87,
        intent="vent",
        topics=("связь",),
        urgency=0.2,
    )
    return replace(mention, **fields)  # type: ignore[arg-type]  # a test names the fields it cares for


def a_case(*mentions: CaseMention, **fields: object) -> Case:
    """A case of one complaint that nobody has touched. Mentions are numbered in their order."""
    numbered = tuple(replace(mention, row=row) for row, mention in enumerate(mentions or (a_mention(),), start=1))
    case = Case(
        id=12,
        brand="vasilek",
        brand_title="Василёк Телеком",
        network="vk",
        thread="-1_1",
        author_id="7",
        author_name="Иван Петров",
        author_handle=None,
        followers=None,
        opened_at=NOON,
        state=fold(()),
        mentions=numbered,
    )
    return replace(case, **fields)  # type: ignore[arg-type]  # a test names the fields it cares for


@dataclass
class History:
    """A case and its clock; every step goes through the transitions and must succeed."""

    case: Case = field(default_factory=a_case)
    now: datetime = NOON

    @classmethod
    def opened(cls, *mentions: CaseMention, deadlines: Deadlines = NO_DEADLINES, **fields: object) -> "History":
        history = cls(case=a_case(*mentions, **fields))
        return history.by_customer(Write(mention=1, strength="complaint", deadlines=deadlines))

    def later(self, **spans: float) -> "History":
        self.now += timedelta(**spans)
        return self

    def by(self, person: Person, *commands: PersonsCommand) -> "History":
        return self._does(asker_of(person), *commands)

    def by_customer(self, *commands: Command) -> "History":
        return self._does(Asker(actor=CUSTOMER), *commands)

    def by_program(self, *commands: Command) -> "History":
        return self._does(Asker(actor=PROGRAM), *commands)

    def tick(self) -> "History":
        return self._does(Asker(actor=CLOCK), Tick())

    def writes(
        self,
        text: str,
        strength: Strength = "complaint",
        deadlines: Deadlines = NO_DEADLINES,
        **fields: object,
    ) -> "History":
        row = len(self.case.mentions) + 1
        mention = a_mention(text, row=row, strength=strength, published_at=self.now, **fields)
        self.case = replace(self.case, mentions=(*self.case.mentions, mention))
        return self.by_customer(Write(mention=row, strength=strength, deadlines=deadlines))

    def edits(self, row: int, text: str, strength: Strength) -> "History":
        before = self.case.mentions[row - 1]
        after = replace(before, text=text, strength=strength, edited_at=self.now)
        mentions = tuple(after if mention.row == row else mention for mention in self.case.mentions)
        others = any(m.strength == "complaint" and m.deleted_at is None and m.row != row for m in mentions)
        self.case = replace(self.case, mentions=mentions)
        return self.by_customer(Edit(mention=row, before=before.strength, strength=strength, others=others))

    def _does(self, asker: Asker, *commands: Command) -> "History":
        for command in commands:
            facts = decide(self.case.state, command, asker, self.now)
            assert not isinstance(facts, Refusal), (command, facts)
            for fact in facts:
                number = self.case.state.revision + 1
                event = Event(number=number, fact=fact, actor=asker.actor, at=self.now)
                state = apply(self.case.state, event)
                self.case = replace(self.case, state=state, events=(*self.case.events, event))
        return self
