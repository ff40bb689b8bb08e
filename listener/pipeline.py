"""The flow on one screen: hear → judge → tell → obey. Each loop is safe to kill at any instruction.

hear    a source's batch and its cursor are kept in one transaction
judge   kept mentions become verdicts, cases and due deliveries in one transaction
tell    due deliveries are shown in the messengers (alerts.delivery)
obey    an operator's press becomes an action and due edits in one transaction
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from alerts.actions import Change, Refusal, act
from alerts.case import Case
from alerts.delivery import Delivering
from alerts.ports import Answer, Press
from alerts.routing import Routing
from alerts.suppression import may_tell
from domain.person import Messenger, Person, who_is
from listener.judged import Judgement, Stored, Told
from listener.judging import Judging, judge_apart
from listener.ports import Batch, Clock, Source, SourceError
from listener.store.errors import StoreError
from listener.store.joining import Place, place_of
from listener.store.store import Store
from listener.triage import own
from listener.watch import Watch

log = logging.getLogger(__name__)

JUDGE_AT_ONCE: Final = 500
IDLE: Final = 1.0
"""Seconds after which a loop looks again by itself, for work that another process has put into the store."""
MOSCOW: Final = "Europe/Moscow"
TROUBLE: Final = 2.0
"""Seconds a loop rests when the store cannot serve it."""


class Pipeline:
    """The four loops over one store. What the config decides is replaced as a whole by `use`."""

    def __init__(
        self,
        *,
        store: Store,
        judging: Judging,
        people: tuple[Person, ...],
        delivering: Mapping[Messenger, Delivering],
        clock: Clock,
        watch: Watch,
        workers: Executor,
    ) -> None:
        self.judging = judging
        self.people = people
        self._store = store
        self._clock = clock
        self._watch = watch
        self._workers = workers
        self._ending = False
        self._to_judge = asyncio.Event()
        # A loop for each messenger: one that hangs must not hold up the cards of another.
        self._delivering = delivering
        self._to_tell = {messenger: asyncio.Event() for messenger in delivering}

    def use(self, judging: Judging, people: tuple[Person, ...]) -> None:
        """Judge, obey and show by another config from the next step on."""
        self.judging, self.people = judging, people
        for delivering in self._delivering.values():
            delivering.timezone = timezone_of(judging.routing)

    # hear

    async def hear(self, source: Source) -> bool:
        """Fetch one batch and keep it with its cursor; True when the source has more. Raises SourceError."""
        batch = await source.fetch(await self._cursor(source.name))
        await self.keep(source.name, batch)
        return batch.more

    async def keep(self, name: str, batch: Batch) -> int:
        """Keep a batch under a source's name and return how many mentions were new."""
        others = tuple(one for one in batch.mentions if not own(one, tuple(self.judging.brands.values())))
        try:
            kept = await self._store.keep(name, replace(batch, mentions=others), self._clock.now())
        except StoreError as error:
            raise SourceError(f"the store does not take mentions: {error}") from error
        if batch.gap:
            log.warning("source %s has a gap: %s", name, batch.gap)
        self._watch.heard(name, kept.new, kept.edited, kept.known, own=len(batch.mentions) - len(others))
        if kept.new or kept.edited:
            self._to_judge.set()
        return kept.new

    async def _cursor(self, name: str) -> str | None:
        try:
            return await self._store.cursor(name)
        except StoreError as error:
            raise SourceError(f"the store does not give the cursor: {error}") from error

    # judge

    async def judge(self) -> int:
        """Judge one micro-batch and return its size; 0 when nothing waits."""
        stored = await self._store.unjudged(JUDGE_AT_ONCE, self._clock.now())
        if not stored:
            return 0
        now = self._clock.now()
        # Morphology and the model are pure Python: on the loop they would hold up presses and deliveries.
        judgements, culprits = await asyncio.get_running_loop().run_in_executor(
            self._workers, judge_apart, self.judging.judge_all, stored, now
        )
        await self._record(judgements, now)
        for one, error in culprits:
            await self._set_aside(one, error)
        return len(stored)

    async def _record(self, judgements: Sequence[Judgement], now: datetime) -> None:
        recorded = await self._store.record(await self._within_limits(judgements, now), now)
        self._watch.judged(judgements, recorded)
        self._wake_tellers()

    async def _within_limits(self, judgements: Sequence[Judgement], now: datetime) -> list[Judgement]:
        """Take away the chats of candidates beyond their brand's cards of the day; the cases stay in the store."""
        limited = {brand.id: brand for brand in self.judging.brands.values() if brand.per_day is not None}
        told = {one.candidate.brand for judgement in judgements for one in judgement.told}
        cards = {brand: await self._store.cards_today(brand, now) for brand in told & limited.keys()}
        counted: set[Place] = set()

        def limit(one: Told) -> Told:
            brand, place = one.candidate.brand, place_of(one.candidate)
            # What joins a case of this very batch takes no card of its own.
            if brand not in cards or place in counted:
                return one
            verdict = may_tell(cards[brand], limited[brand].per_day, urgency=one.candidate.urgency)
            if not verdict.allowed:
                words = "brand %s has had its %d cards of the day: no new card for %s, its case is kept"
                log.warning(words, brand, limited[brand].per_day, one.candidate.mention)
                return replace(one, chats=())
            cards[brand] += 1
            counted.add(place)
            return one

        return [replace(one, told=tuple(map(limit, one.told))) for one in judgements]

    async def _set_aside(self, stored: Stored, error: str) -> None:
        log.error("mention %s %s breaks the judge: %s", stored.mention.network, stored.mention.id, error)
        await self._store.set_aside(stored, error, self._clock.now())
        self._watch.poison()

    # tell

    async def tell(self, messenger: Messenger) -> int:
        """Show what is due in one messenger; returns how many deliveries were tried."""
        return await self._delivering[messenger].step()

    async def due_within(self, seconds: float) -> bool:
        """Whether a card is due now or soon."""
        due = await self._store.next_due()
        return due is not None and (due - self._clock.now()).total_seconds() <= seconds

    async def say_what_waits(self) -> None:
        """Warn of cards for messengers that are off: they go out only when the token is back."""
        for messenger, count in (await self._store.waiting()).items():
            if messenger not in self._delivering:
                log.warning("%s is off, and %d cards wait for it: they need its token", messenger, count)

    def _wake_tellers(self) -> None:
        for event in self._to_tell.values():
            event.set()

    # obey

    async def obey(self, press: Press) -> Answer:
        """Apply one press and say what came of it; the cards follow from the outbox."""
        person = who_is(self.people, press.messenger, press.user)
        now = self._clock.now()
        try:
            outcome = await self._store.press(press, person, partial(self._decide, press, person, now), now)
        except StoreError as error:
            log.error("press %s was not stored: %s", press.key, error)  # noqa: TRY400  # the error says it all
            return Answer(text="Не получилось сохранить, нажмите ещё раз через минуту", alert=True)
        self._watch.pressed(press.messenger, press.action, applied=isinstance(outcome, Change))
        self._wake_tellers()
        return Answer(text=outcome.answer, alert=isinstance(outcome, Refusal))

    def _decide(self, press: Press, person: Person | None, now: datetime, case: Case) -> Change | Refusal:
        if person is None:
            who = f"{press.messenger}: {press.user}"
            return Refusal(answer=f"Вас нет в people.yaml. Попросите добавить {who}", reason="stranger")
        return act(case, press.action, person, now, timezone=timezone_of(self.judging.routing))

    async def wake(self) -> None:
        """Bring back the cases whose rest is over; a store that cannot now is asked again at the next look."""
        try:
            woken = await self._store.wake(self._clock.now())
        except StoreError as error:
            log.error("no case is woken: %s", error)  # noqa: TRY400  # as above
            return
        if woken:
            self._wake_tellers()

    # loops

    def end(self) -> None:
        """Let each loop end after the step it is in: a card on its way is then marked, not sent again later."""
        self._ending = True
        self._to_judge.set()
        self._wake_tellers()

    async def judge_forever(self) -> None:
        await self._forever("judge", self.judge, self._to_judge)

    async def tell_forever(self, messenger: Messenger) -> None:
        await self._forever(f"tell {messenger}", partial(self.tell, messenger), self._to_tell[messenger])

    async def _forever(
        self, name: str, step: Callable[[], Coroutine[Any, Any, int]], wanted: asyncio.Event
    ) -> None:
        """Step while there is work, else wait for a word of more; trouble with the store is waited out."""
        while not self._ending:
            wanted.clear()
            try:
                worked = await step()
            except StoreError as error:
                log.error("the %s loop waits for the store: %s", name, error)  # noqa: TRY400  # as above
                await asyncio.sleep(TROUBLE)
                continue
            self._watch.turned(name, self._clock.now())
            if not worked:
                await _wait(wanted, IDLE)


def timezone_of(routing: Routing) -> str:
    """The zone of the clock times that operators read."""
    return routing.hours.timezone if routing.hours else MOSCOW


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
