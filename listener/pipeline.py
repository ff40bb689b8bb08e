"""The flow on one screen: hear → judge → tell → obey → answer, and the clock. Each loop may be killed anywhere.

hear    a source's batch and its cursor are kept in one transaction, a private
        message joined to its case                                            (listener.loops.hear)
judge   kept mentions become verdicts, events and due cards in another one   (listener.loops.judge, .decision)
notice  cases that come faster than usual become an incident, which the tick
        follows until it is over                                             (listener.loops.surges)
assign  what nobody has is given to a receiver's people, after each judgement
        and each tick                                                         (listener.loops.assign)
tell    cards and notices that are due are shown, chat by chat               (alerts.delivery)
obey    a press becomes events and due edits, and is answered at once        (listener.loops.obey)
answer  what a person confirmed goes to the customer once, network by network (listener.loops.answer)
tick    deadlines ring, rests end                                            (listener.loops.tick)
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace

from alerts.cards.note import Note
from alerts.delivery.worker import Worker
from alerts.outreach.ports import Outreach
from alerts.routing import Chat
from domain.mention import NetworkId
from domain.person import MessengerId, Person
from listener.loops.answer import Answer
from listener.loops.assign import Assign
from listener.loops.hear import Hear
from listener.loops.judge import Judge
from listener.loops.obey import Obey
from listener.loops.surges import Surges
from listener.loops.tick import Tick
from listener.loops.turning import Turning
from listener.ports import Clock
from listener.rules import Rules
from listener.store.stores import Stores
from listener.telemetry import Telemetry


class Pipeline:
    """The steps of the flow over one set of stores, each waking the next."""

    def __init__(
        self,
        *,
        stores: Stores,
        rules: Rules,
        workers: Mapping[MessengerId, Worker],
        outreaches: Mapping[NetworkId, Outreach],
        clock: Clock,
        telemetry: Telemetry,
        executor: Executor,
    ) -> None:
        self.rules = rules
        self._workers = dict(workers)
        self._telemetry = telemetry
        self._stores = stores
        self._clock = clock
        self.assign = Assign(stores.assignments, self._in_force, clock, self._tell_all)
        self.surges = Surges(stores.incidents, self._in_force, clock, self._listing, self._tell_all)
        self.judge = Judge(
            stores,
            self._in_force,
            clock,
            telemetry,
            executor,
            self._tell_all,
            assign=self.assign.step,
            notice=self.surges.notice,
        )
        self.judging = Turning("judge", self.judge.step, telemetry)
        self.hear = Hear(stores, self._in_force, clock, telemetry, self.judging.wake, self._tell_all)
        self.obey = Obey(stores, self._in_force, clock, telemetry, self._go_on)
        self.tick = Tick(
            stores.timers,
            self._in_force,
            clock,
            telemetry,
            self._tell_all,
            assign=self.assign.step,
            look=self.surges.look,
        )
        # A loop for each messenger: one that hangs must not hold up the cards of another.
        self.telling = {messenger: self._turning(messenger, worker) for messenger, worker in workers.items()}
        self.outreaches: Mapping[NetworkId, Outreach] = {}
        self.answering: dict[NetworkId, Turning] = {}
        self.answer_by(outreaches)
        self.ticking = Turning("tick", self.tick.step, telemetry)

    def use(self, rules: Rules) -> None:
        """Judge, obey and show by another config from the next step on."""
        self.rules = rules
        for worker in self._workers.values():
            worker.reword(rules.context)

    def dismiss(self, people: Sequence[Person]) -> None:
        """Whoever is not among these presses no more from now on, whoever is has the role that stands there.

        The rest of a new config takes seconds to be built; a person who left must not have them.
        """
        now = {user: person for person in people for user in person.users.items()}
        context = self.rules.context
        kept = tuple(
            replace(known, role=found.role, users=found.users)
            for known in context.people
            if (found := next(filter(None, map(now.get, known.users.items())), None)) is not None
        )
        if kept != context.people:
            self.use(replace(self.rules, context=replace(context, people=kept)))

    async def tell(self, messenger: MessengerId) -> int:
        """Show what is due in one messenger now; returns how much was tried."""
        return await self._workers[messenger].step()

    async def say(self, chat: Chat, note: Note, key: str) -> bool:
        """Say a word past the outbox; False where the chat does not take it now."""
        worker = self._workers.get(chat.messenger)
        return worker is not None and await worker.say(chat, note, key)

    def tell_by(self, messenger: MessengerId, worker: Worker | None) -> None:
        """From now on this worker tells the messenger, or nobody does; running its new loop is the caller's."""
        self._workers.pop(messenger, None)
        self.telling.pop(messenger, None)
        if worker is not None:
            self._workers[messenger] = worker
            self.telling[messenger] = self._turning(messenger, worker)

    def answer_by(self, outreaches: Mapping[NetworkId, Outreach]) -> None:
        """From now on these say what is to be said; running their loops is the caller's."""
        self.outreaches = outreaches
        self.answering = {
            network: Turning(f"answer {network}", self._answer(network, outreach).step, self._telemetry)
            for network, outreach in outreaches.items()
        }

    def end(self) -> None:
        """Let each loop end after the step it is in."""
        for turning in (self.judging, self.ticking, *self.telling.values(), *self.answering.values()):
            turning.end()

    def _answer(self, network: NetworkId, outreach: Outreach) -> Answer:
        store = self._stores.outbound
        return Answer(network, outreach, store, self._in_force, self._clock, self._telemetry, self._tell_all)

    def _turning(self, messenger: MessengerId, worker: Worker) -> Turning:
        return Turning(f"tell {messenger}", worker.step, self._telemetry)

    def _go_on(self) -> None:
        """A press may have changed cards, and may have let something out."""
        self._tell_all()
        for turning in self.answering.values():
            turning.wake()

    def _tell_all(self) -> None:
        for turning in self.telling.values():
            turning.wake()

    def _listing(self) -> frozenset[MessengerId]:
        """The messengers in which an incident can be shown."""
        return frozenset(messenger for messenger, worker in self._workers.items() if worker.lists)

    def _in_force(self) -> Rules:
        return self.rules
