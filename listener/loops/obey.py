"""Obey: an operator's press becomes events and due edits in one transaction, and is answered at once."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from alerts.cards.answers import done_words, refusal_words
from alerts.cards.asking import THOUGHT_BETTER, Reply, asker_of
from alerts.cards.buttons import read_press
from alerts.cards.digest import TURN
from alerts.cards.engineers import asks_next
from alerts.cards.incident import ANSWER_ALL, NO_INCIDENT, TAKE, not_taken
from alerts.cards.incident import taken as taken_words
from alerts.cards.previewing import Acted, Drafted
from alerts.cards.prompt import Prompt
from alerts.cards.shift import SHIFT
from alerts.cards.talks import ANSWER, HERE, NOBODY, NOT_A_CARD, OVER, TALKS, OpenTalk, which, whose
from alerts.cards.walking import list_of
from alerts.cases.case import Case
from alerts.cases.commands import HoldBack
from alerts.cases.transitions import Refusal
from alerts.outreach.outbound import Outbound
from alerts.ports import Answer, Press
from domain.person import Person, who_is
from listener.loops.shifts import end_shift
from listener.loops.walking import Walking
from listener.messengers.registry import MESSENGERS
from listener.ports import Clock
from listener.rules import Rules
from listener.store.errors import StoreError
from listener.store.presses import Answered, Drafting, Wish
from listener.store.stores import Stores
from listener.store.talking_to import case_of_card, open_talks
from listener.telemetry import Telemetry

log = logging.getLogger(__name__)

Result = TypeVar("Result")

PATIENCE: Final = 30.0
"""Seconds for which a press waits for the store before its person is told to press again."""
AGAIN: Final = 0.5


class Obey:
    """Understands presses by the rules in force. `obeyed` is called when cards must follow."""

    def __init__(
        self,
        stores: Stores,
        rules: Callable[[], Rules],
        clock: Clock,
        telemetry: Telemetry,
        obeyed: Callable[[], None],
    ) -> None:
        self._stores = stores
        self._rules = rules
        self._clock = clock
        self._telemetry = telemetry
        self._obeyed = obeyed
        self._walking = Walking(stores.incidents, rules, clock, self._of_case, obeyed)

    async def __call__(self, press: Press) -> Answer:
        """Apply one press and say what came of it; the cards follow from the outbox."""
        now = self._clock.now()
        person = self._person(press)
        if press.action == ANSWER_ALL or list_of(press.action) is not None:
            return await self._walk(press, person)
        if press.action == TURN:
            return await self._turn(press, person, now)
        if press.action == TAKE:
            return await self._take(press, person, now)
        if press.action in SHIFT:
            return await self._end_shift(press, person, now)
        if press.action in (TALKS, HERE):
            return await self._talk(press, person)
        return await self._of_case(press)

    def _person(self, press: Press) -> Person | None:
        return who_is(self._rules().context.people, press.messenger, press.user)

    async def _of_case(self, press: Press) -> Answer:
        rules, now, person = self._rules(), self._clock.now(), self._person(press)
        read = partial(_read, press, person, rules, now, secrets.token_urlsafe(9))
        who = person.name if person else press.user_name
        try:
            answered = await self._kept(lambda: self._stores.presses.obey(press, who, read, now))
        except StoreError as error:
            return _not_stored(press, error)
        self._telemetry.pressed(press.messenger, press.action.partition(".")[0], applied=answered.applied)
        if answered.applied:
            self._obeyed()
        return replace(answered.answer, reason=answered.reason)

    async def _turn(self, press: Press, person: Person | None, now: datetime) -> Answer:
        """Another page of a digest, for all who look at it: nothing happens to any case."""
        if person is None:
            return _stranger(press).answer
        page = int(press.value) if press.value and press.value.isdecimal() and len(press.value) < 10 else 0
        try:
            turned = await self._kept(lambda: self._stores.digests.turn(press, page, now))
        except StoreError as error:
            return _not_stored(press, error)
        if not turned:
            return Answer(text="Этого списка больше нет", alert=True)
        self._obeyed()
        return Answer(text=f"Страница {page + 1}")

    async def _take(self, press: Press, person: Person | None, now: datetime) -> Answer:
        """«Взять происшествие»: who answers for the whole; its cases are taken one by one as ever."""
        if person is None:
            return _stranger(press).answer
        try:
            taken = await self._kept(lambda: self._stores.incidents.take(press, person, now))
        except StoreError as error:
            return _not_stored(press, error)
        if taken is None:
            return Answer(text=NO_INCIDENT, alert=True)
        if taken.refused is not None:
            words = not_taken(taken.refused, taken.owner, self._rules().context)
            return Answer(text=words, alert=True, reason=taken.refused)
        self._obeyed()
        return Answer(text=taken_words(taken.incident, person))

    async def _end_shift(self, press: Press, person: Person | None, now: datetime) -> Answer:
        """What becomes of the open cases of who presses."""
        if person is None:
            return _stranger(press).answer
        try:
            answer = await self._kept(lambda: end_shift(press, person, self._rules(), self._stores.shifts, now))
        except StoreError as error:
            return _not_stored(press, error)
        self._telemetry.pressed(press.messenger, press.action, applied=press.value is not None)
        if press.value is not None:
            self._obeyed()
        return answer

    async def _walk(self, press: Press, person: Person | None) -> Answer:
        """«Ответить всем», and each step of it."""
        if person is None:
            return _stranger(press).answer
        lead = self._walking.begin if press.action == ANSWER_ALL else self._walking.step
        try:
            return await self._kept(lambda: lead(press, person))
        except StoreError as error:
            return _not_stored(press, error)

    async def _talk(self, press: Press, person: Person | None) -> Answer:
        """An answer to a customer that names no case: it is the card's, the only one, or the one to be chosen."""
        if person is None:
            return _stranger(press).answer
        try:
            if press.action == HERE:
                case = await case_of_card(self._stores.database, press.messenger, press.ref or "")
                found = case if case is not None else Answer(text=NOT_A_CARD, alert=True)
            else:
                found = _meant(press, await open_talks(self._stores.database, (person.id, *person.former_ids)))
        except StoreError as error:
            return _not_stored(press, error)
        if isinstance(found, Answer):
            return found
        asked = await self(replace(press, case=found, action=ANSWER, value=None))
        # Whom the words are for was not said: they stand in the window that says so.
        typed = press.value if press.value and not press.value.isdecimal() else ""
        return asked if asked.prompt is None else _asks(replace(asked.prompt, initial=typed))

    async def _kept(self, write: Callable[[], Awaitable[Result]]) -> Result:
        """What a press writes, tried until the store takes it: somebody may hold it. Raises StoreError."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        while True:
            try:
                return await write()
            except StoreError as error:
                if not error.transient or loop.time() + AGAIN > until:
                    raise
                log.warning("a press waits for the store: %s", error)
            await asyncio.sleep(AGAIN)


def _meant(press: Press, talks: Sequence[OpenTalk]) -> int | Answer:
    """The case that «/ответ» without a number speaks of; else what the person reads or is asked."""
    chosen = press.value or ""
    if not talks:
        return Answer(text=NOBODY, alert=True)
    if chosen.isdecimal():
        return next((talk.case for talk in talks if str(talk.case) == chosen), Answer(text=OVER, alert=True))
    if len(talks) == 1:
        return talks[0].case
    return Answer(text=whose(talks, chosen), alert=True) if chosen else _asks(which(talks))


def _asks(prompt: Prompt) -> Answer:
    return Answer(text="", prompt=prompt)


def _not_stored(press: Press, error: StoreError) -> Answer:
    log.error("press %s was not stored: %s", press.key, error)
    words = "Не получилось сохранить, нажмите ещё раз через минуту"
    return Answer(text=words, alert=True, reason="not_stored")


def _stranger(press: Press) -> Answered:
    messenger = MESSENGERS.get(press.messenger)
    who = f"{messenger.user_key if messenger else press.messenger}: {press.user}"
    text = f"Вас нет в people.yaml. Попросите добавить {who}"
    return Answered(answer=Answer(text=text, alert=True), reason="stranger")


def _read(
    press: Press, person: Person | None, rules: Rules, now: datetime, token: str, case: Case
) -> Wish | Drafting | Answered:
    """What the press asks of the case, in the words of its person."""
    if person is None:
        return _stranger(press)
    context = rules.context
    routing = rules.decider.routing
    promise = rules.decider.promise(now, routing.receiver(case.state.receiver))
    promises = rules.decider.promises(now)
    read = read_press(
        case,
        press.action,
        press.value,
        person,
        context,
        now,
        deadlines=promise,
        promises=promises,
        token=token,
        idle=partial(rules.decider.idle, now, routing.receiver(case.state.receiver)),
    )
    match read:
        case Prompt():
            return Answered(answer=Answer(text="", prompt=read))
        case Reply():
            is_long = read.reason == "explained"
            alert = read.reason != THOUGHT_BETTER and not is_long
            return Answered(answer=Answer(text=read.text, alert=alert, is_long=is_long), reason=read.reason)
        case Drafted():
            return _drafting(read, person, rules, now)
        case Acted():
            return _wish(read, person, rules, now)
        case _:
            return _wish(Acted(command=read, steps=()), person, rules, now)


def _drafting(read: Drafted, person: Person, rules: Rules, now: datetime) -> Drafting:
    def shown(drafted: Outbound) -> Answer:
        return Answer(text="", prompt=read.shown(drafted))

    def goes_on(drafted: Outbound) -> Wish | None:
        following = read.goes_on(drafted)
        return _wish(following, person, rules, now) if isinstance(following, Acted) else None

    return Drafting(draft=read.draft, rewrites=read.rewrites, shown=shown, goes_on=goes_on)


def _wish(acted: Acted, person: Person, rules: Rules, now: datetime) -> Wish:
    command, context = acted.command, rules.context

    def done(after: Case) -> str:
        return acted.done if command is None else done_words(command, after, context, now, person=person)

    def refused(before: Case, refusal: Refusal) -> str:
        if command is None:
            return acted.done
        return refusal_words(refusal, before, command, context, now, person=person)

    return Wish(
        command=command,
        asker=asker_of(person),
        steps=acted.steps,
        done=done,
        refused=refused,
        elsewhere=rules.elsewhere,
        asks=lambda after: asks_next(command, after, context, now),
        held=command.reason if isinstance(command, HoldBack) else None,
    )
