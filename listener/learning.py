"""The judge learns from taps: each night a candidate for the shadow, and the one before it weighed by new taps."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from alerts.cards.lessons import Compared, RolledBack, Trained
from classifiers.comparing import Comparison, Fresh, compare
from classifiers.corrected import InForce, base_of
from classifiers.correction import (
    MOST,
    PREFIX,
    Correction,
    CorrectionError,
    Lesson,
    from_row,
    learn,
    to_row,
    too_few,
)
from classifiers.regression import Known, regression_set, rights
from classifiers.threshold import calibrate
from classifiers.verdict import Question
from domain.verdict import Verdict
from listener.ports import Clock
from listener.store.labels import Label, read_labels
from listener.store.learning import SHADOWED, KeptCorrection, LearningStore
from listener.taught_files import keep_files

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Asks = Callable[[Sequence[Question]], Awaitable[list[Verdict]]]
"""Gets verdicts, wherever the judge is."""

CALIBRATED: Final = timedelta(hours=1)
"""After which the newest taps are asked what the judge's probabilities are worth."""
AT_ONCE: Final = 4
"""Texts that are judged in one go: mentions that come meanwhile wait for no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What a night came to: the candidate before and what became of it, and the new one, or why there is none."""

    compared: Comparison | None = None
    candidate: str | None = None
    promoted: str | None = None
    reason: str | None = None


class Learning:
    """`judge` asks the one of the rules in force, `corrections` are what it and all others of this process go by.

    `keep` writes a correction's file and card, `known` is the regression set. CPU work runs
    in `workers`, never on the event loop.
    """

    def __init__(
        self,
        store: LearningStore,
        judge: Asks,
        corrections: InForce,
        clock: Clock,
        workers: Executor,
        keep: Callable[[Correction, str], None] = keep_files,
        known: Callable[[], Sequence[Known]] = regression_set,
    ) -> None:
        self.store = store
        self._judge = judge
        self._corrections = corrections
        self.clock = clock
        self._workers = workers
        self._keep = keep
        self._known = known
        self._damaged: set[str] = set()
        self._calibrated: tuple[str | None, datetime] | None = None

    async def refresh(self) -> None:
        """Take what the store says is in force: another process, or a person, may have changed it."""
        active, candidate = await self.store.versions()
        before = self._corrections.active
        self._corrections.active = await self._taken(before, active)
        if self._corrections.active is not before:
            in_use = self._corrections.active.version if self._corrections.active else "none"
            log.info("what taps have taught is in use: %s", in_use)
        self._corrections.candidate = await self._taken(self._corrections.candidate, candidate)
        now = self.clock.now()
        if self._calibrated is None or self._calibrated[0] != active or now - self._calibrated[1] >= CALIBRATED:
            await self._calibrate()
            self._calibrated = active, now

    async def _calibrate(self) -> None:
        """By brand, what the labels make of the probabilities that what is in force gave them unseen."""
        by_brand: dict[str, list[Label]] = defaultdict(list)
        for label in in_force(await latest_labels(self.store), self._corrections.active):
            by_brand[label.brand].append(label)
        found = {}
        for brand, labels in by_brand.items():
            said = [label.said or 0.0 for label in labels]
            complaints = [label.tap.complaint for label in labels]
            weights = [label.tap.weight for label in labels]
            calibration = await self._apart(calibrate, said, complaints, weights)
            if calibration is not None:
                found[brand] = calibration
        self._corrections.calibrations = found

    async def night(self) -> Learned:
        """Weigh the candidate by what was tapped since, promote it if it is better, and make the next one."""
        now = self.clock.now()
        await self.refresh()
        labels = await latest_labels(self.store)
        compared = await self._weigh(labels, now)
        promoted = None
        if compared is not None:
            promoted = await self._settle(compared, now)
        candidate, reason = await self._train(labels, now)
        await self.store.prune(now)
        await self.refresh()
        return Learned(compared=compared, candidate=candidate, promoted=promoted, reason=reason)

    async def _weigh(self, labels: Sequence[Label], now: datetime) -> Comparison | None:
        candidate = self._corrections.candidate
        if candidate is None:
            return None
        fresh = await fresh_labels(self.store, labels, self._corrections.active, now)
        known = await self._apart(self._known)
        alone = await self._alone([example.question for example in known])
        right = await self._apart(rights, known, alone, self._corrections.active, candidate)
        return await self._apart(compare, fresh, right)

    async def _settle(self, compared: Comparison, now: datetime) -> str | None:
        """Promote the candidate or not, and write down why."""
        candidate = self._corrections.candidate
        if candidate is None:
            return None
        instead_of = await self.store.promote(candidate.version, now) if compared.promotes else None
        await self.store.note(as_lesson(compared, candidate.version, instead_of), now)
        log.info("candidate %s: %s by %d fresh labels", candidate.version, compared.why, compared.labels)
        return candidate.version if compared.promotes else None

    async def _train(self, labels: Sequence[Label], now: datetime) -> tuple[str | None, str | None]:
        yes = sum(label.tap.complaint for label in labels)
        if reason := too_few(yes, len(labels) - yes):
            return None, reason
        questions = [_question(label) for label in labels]
        alone = await self._alone(questions)
        lessons = [
            Lesson(question=question, verdict=verdict, complaint=label.tap.complaint, weight=label.tap.weight)
            for label, question, verdict in zip(labels, questions, alone, strict=True)
        ]
        about = {"trained_at": now.isoformat(timespec="seconds")}
        made = await self._apart(learn, lessons, base_of(alone[0]), about)
        try:
            await self._apart(self._keep, made, made.version)
        except OSError as error:  # the database has it; the file is for people
            log.warning("the card of %s is not written: %s", made.version, error)
        await self.store.propose(made.version, to_row(made), now)
        await self.store.note(Trained(model=made.version, complaints=yes, others=len(labels) - yes), now)
        return made.version, None

    async def _alone(self, questions: Sequence[Question]) -> list[Verdict]:
        """What the judge says without any correction, a few texts at a time: mentions go between."""
        verdicts: list[Verdict] = []
        for start in range(0, len(questions), AT_ONCE):
            some = [_unstreamed(question) for question in questions[start : start + AT_ONCE]]
            verdicts += await self._judge(some)
        return verdicts

    async def _apart(self, work: Callable[..., Result], *given: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work, *given)

    async def _taken(self, known: Correction | None, version: str | None) -> Correction | None:
        if version is None:
            return None
        if known is not None and known.version == version:
            return known
        kept = await self.store.correction(version)
        try:
            return read(kept)
        except CorrectionError as error:
            if version not in self._damaged:
                log.error("the correction is not used: %s", error)  # noqa: TRY400  # the error says it all
            self._damaged.add(version)
            return None


def read(kept: KeptCorrection) -> Correction:
    """Raises CorrectionError for a damaged one."""
    return from_row(kept.content, kept.version)


async def latest_labels(store: LearningStore) -> list[Label]:
    """The latest that may teach, oldest first."""
    latest: deque[Label] = deque(maxlen=MOST)
    async for label in read_labels(store.database):
        latest.append(label)
    return sorted(latest, key=lambda label: label.tap.at)


async def fresh_labels(
    store: LearningStore, labels: Sequence[Label], active: Correction | None, now: datetime
) -> list[Fresh]:
    """The labels on texts of which both what is in force and the candidate of that day had spoken."""
    shadows = await store.shadows(now - SHADOWED)
    return [
        Fresh(
            complaint=label.tap.complaint,
            weight=label.tap.weight,
            active=label.said or 0.0,
            candidate=shadows[label.mention, label.brand][1],
        )
        for label in in_force(labels, active)
        if (label.mention, label.brand) in shadows
    ]


def in_force(labels: Sequence[Label], active: Correction | None) -> list[Label]:
    """The labels on verdicts of what is in force: of today's judge, with the active correction where it is of it.

    `labels` are oldest first; the last of them tells which judge is today's.
    """
    if not labels:
        return []
    judge = labels[-1].model.partition("+")[0]
    version = active.version if active is not None and active.base == judge else None
    return [
        label
        for label in labels
        if label.said is not None
        and label.model.partition("+")[0] == judge
        and correction_in(label.model) == version
    ]


def correction_in(model: str) -> str | None:
    """The correction among the models that gave a verdict; None for the judge alone."""
    return next((part for part in model.split("+") if part.startswith(PREFIX)), None)


def as_lesson(compared: Comparison, model: str, instead_of: str | None) -> Compared:
    return Compared(
        model=model,
        promoted=compared.promotes,
        why=compared.why,
        labels=compared.labels,
        told=compared.told and (compared.told.value, compared.told.low, compared.told.high),
        gain=compared.gain and (compared.gain.value, compared.gain.low, compared.gain.high),
        ordered=compared.ordered,
        instead_of=instead_of,
    )


async def promote_by_hand(store: LearningStore, version: str, now: datetime) -> str | None:
    """A person's choice; returns what judged before. Raises NoCorrectionError, CorrectionError."""
    read(await store.correction(version))
    before = await store.promote(version, now)
    await store.note(Compared(model=version, promoted=True, instead_of=before, by_hand=True), now)
    return before


async def roll_back(store: LearningStore, now: datetime) -> tuple[str, str | None]:
    """A person's word against what is in force. Raises NoCorrectionError."""
    model, to = await store.roll_back(now)
    await store.note(RolledBack(model=model, to=to), now)
    return model, to


def _question(label: Label) -> Question:
    return Question(text=label.text, brand=label.words, stream=label.brand)


def _unstreamed(question: Question) -> Question:
    """Learning must not be counted among the brand's mentions by the pace of the second reading."""
    return Question(text=question.text, brand=question.brand)
