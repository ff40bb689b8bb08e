"""When the judge learns: at night, by APScheduler, in a thread; in the morning the leads read what changed."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from apscheduler.triggers.cron import CronTrigger

from alerts.cards.lessons import LevelMoved, ReasonDoubted, WordRipe, lessons_note
from alerts.cards.note import Note
from alerts.routing import Receiver
from alerts.sla import MOSCOW, Hours
from classifiers.reason_figures import WITHOUT
from classifiers.watch_words import ripeness
from listener.daytime import begins_now, keep_times, mornings
from listener.learning import Learning
from listener.loops.levels import Followed
from listener.ports import Budget, SourceError
from listener.reader import DiedError, EndedError
from listener.store.errors import StoreError
from listener.store.usage import is_first_today
from listener.tap_figures import DAYS, reason_figures, word_figures

log = logging.getLogger(__name__)

NIGHT: Final = (3, 40)
"""Hour and minute in the operators' zone: most sleep, and what the clock does at its changes is over."""
LOOK: Final = 20.0
"""Seconds between looks at what is in force: so long a promotion or a rollback takes to reach every daemon."""
DAY: Final = timedelta(days=1)
MOVED: Final = 0.02
"""By less than this no level is told to have moved."""
REMEMBERED: Final = timedelta(days=90)
"""How far back it is looked up where a level stood."""

Say = Callable[[Receiver, Note], None]


def nights(hours: Hours | None) -> Sequence[Any]:
    """The trigger of the night's learning."""
    hour, minute = NIGHT
    return [CronTrigger(hour=hour, minute=minute, timezone=hours.timezone if hours else MOSCOW)]


class Nightly:
    """`hours` are the config's now, `reads` is who is told in the morning, None where nobody is, `levels` tells
    where those of brands that follow their budget stand; `words` are on trial.
    """

    def __init__(
        self,
        learning: Learning,
        hours: Callable[[], Hours | None],
        reads: Callable[[], Receiver | None],
        budget: Budget,
        say: Say,
        levels: Callable[[], Awaitable[Sequence[Followed]]],
        *,
        words: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._learning = learning
        self._store = learning.store
        self._hours = hours
        self._reads = reads
        self._budget = budget
        self._clock = learning.clock
        self._say = say
        self._levels = levels
        self._words = words

    async def run(self) -> None:
        """Until cancelled. What is in force is looked at again and again, the hours with it."""
        await keep_times(
            lambda: [self._hours()], ((nights, self.night), (mornings, self.morning)), LOOK, self._look
        )

    async def _look(self) -> None:
        try:
            await self._learning.refresh()
        except StoreError as error:
            log.warning("what taps have taught is not looked at: %s", error)

    async def night(self) -> bool:
        """Learn, once a night however many daemons run; whether this one did."""
        try:
            if not await is_first_today(self._budget, "learning"):
                return False
            learned = await self._learning.night()
            await self._note_levels()
            await self._note_words()
            await self._note_reasons()
        except (StoreError, SourceError, DiedError, EndedError, OSError) as error:
            log.error("nothing was learned tonight: %s", error)  # noqa: TRY400  # the error says it all
            return False
        log.info(
            "learned: candidate %s, promoted %s, %s", learned.candidate, learned.promoted, learned.reason or ""
        )
        return True

    async def morning(self) -> bool:
        """Tell the leads what changed since yesterday; whether there was anything, and nobody had said it."""
        now, receiver = self._clock.now(), self._reads()
        if receiver is None or not begins_now(self._hours(), now):
            return False
        try:
            changed = await self._store.lessons(now - DAY)
            # What was told a day ago to the minute is no news.
            note = lessons_note([lesson for at, lesson in changed if at > now - DAY])
            if note is None or not await is_first_today(self._budget, "lessons"):
                return False
        except (StoreError, SourceError) as error:
            log.error("nobody is told what the judge has learned: %s", error)  # noqa: TRY400  # same
            return False
        self._say(receiver, Note(text=note))
        return True

    async def _note_levels(self) -> None:
        """Write down which brands' levels have moved since that was last written, and why they stand there."""
        now = self._clock.now()
        known = {
            lesson.brand: lesson.after
            for _, lesson in await self._store.lessons(now - REMEMBERED)
            if isinstance(lesson, LevelMoved)
        }
        for followed in await self._levels():
            before = known.get(followed.brand.id, followed.brand.complaint_at)
            if abs(followed.level - before) < MOVED:
                continue
            lesson = LevelMoved(
                brand=followed.brand.id,
                title=followed.brand.title,
                before=before,
                after=followed.level,
                cards=followed.brand.per_day or 0,
                precision=followed.precision
                and (followed.precision.value, followed.precision.low, followed.precision.high),
                wanted=followed.brand.precision,
            )
            await self._store.note(lesson, now)

    async def _note_words(self) -> None:
        """Write down which words on trial are ripe, once for each."""
        now = self._clock.now()
        lessons = await self._store.lessons(now - REMEMBERED)
        told = {lesson.word for _, lesson in lessons if isinstance(lesson, WordRipe)}
        words = [word for word in self._words() if word not in told]
        for figure in await word_figures(self._store.database, words, now):
            if ripeness(figure) == "ripe" and figure.right is not None:
                lesson = WordRipe(
                    word=figure.word,
                    hits=figure.hits,
                    tapped=figure.tapped,
                    complaints=figure.complaints,
                    least=figure.right.low,
                    days=DAYS,
                )
                await self._store.note(lesson, now)

    async def _note_reasons(self) -> None:
        """Write down which kinds of reasons people contradict, each once in as many days as are looked at."""
        now = self._clock.now()
        since = now - timedelta(days=DAYS)
        told = {
            lesson.kind or WITHOUT
            for _, lesson in await self._store.lessons(since)
            if isinstance(lesson, ReasonDoubted)
        }
        for figure in await reason_figures(self._store.database, since):
            if figure.is_doubted and figure.kind not in told:
                complaints = figure.count - figure.contradicted
                kind = None if figure.kind == WITHOUT else figure.kind
                lesson = ReasonDoubted(kind=kind, tapped=figure.count, complaints=complaints, days=DAYS)
                await self._store.note(lesson, now)
