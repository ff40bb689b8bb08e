"""Nights of learning over the real store: a shadow, a promotion that its figures earn, a way back."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.cards.lessons import Compared, RolledBack, Trained, WordRipe
from alerts.cards.note import Note
from alerts.cases.commands import Close, NotComplaint
from alerts.routing import Receiver
from classifiers.bootstrap import Ranged
from classifiers.corrected import InForce
from classifiers.correction import Correction
from classifiers.regression import regression_set
from classifiers.verdict import Question
from domain.brand import Brand
from domain.verdict import Verdict
from listener.decided import Decided
from listener.learning import Learning, promote_by_hand, roll_back
from listener.loops.levels import Followed
from listener.nightly import Nightly
from listener.store.export import export
from listener.store.stores import Stores
from listener.taught_files import keep_files
from tests.contract.store_samples import NOW, complaint, do, keep, mention
from tests.fakes import TurnedClock
from tests.unit.classifiers.corrections import BAD, GOOD, JUDGE, verdict

REGRESSION = regression_set()[:60]
READER = Receiver(name="leads", chats=())


class Alike:
    """It knows the regression set by heart, and calls every text of the trade alike."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.model = JUDGE
        self.by_heart = {one.question.text: 0.99 if one.complaint else 0.01 for one in REGRESSION}

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        self.calls.append(len(questions))
        return [verdict(self.by_heart.get(question.text, 0.6), self.model) for question in questions]


class World:
    """A store whose operators tap on all cards of a trade, one a minute."""

    def __init__(self, store: Stores, folder: Path) -> None:
        self.store, self.clock, self.alike = store, TurnedClock(NOW), Alike()
        self.in_force = InForce()
        self.workers = ThreadPoolExecutor(1)
        self.learning = Learning(
            store.learning,
            self.ask,
            self.in_force,
            self.clock,
            self.workers,
            lambda correction, version: keep_files(correction, version, folder),
            lambda: REGRESSION,
        )
        self.heard = 0

    async def ask(self, questions: Sequence[Question]) -> list[Verdict]:
        return self.alike.classify(questions)

    async def day(self, taps: int, *, swapped: bool = False, only: str | None = None) -> None:
        """So many cards of each kind, all tapped on; `swapped` by people who mean the opposite, `only` of one."""
        self.clock.turn(days=1)
        cards = range(self.heard + 1, self.heard + 2 * taps + 1)
        heard = [
            mention(card, thread=f"t{card}", text=f"Ромашка, {BAD if card % 2 else GOOD}, случай {card}")
            for card in cards
        ]
        await keep(self.store, *heard, now=self.now)
        stored = await self.store.mentions.undecided(500, self.now)
        await self.store.decisions.record([self._judged(one) for one in stored], self.now)
        cases = {row["thread"]: row["id"] async for row in export(self.store.database, "cases", None)}
        for card in cards:
            if only not in (None, BAD if card % 2 else GOOD):
                continue
            command = Close() if (card % 2 == 1) != swapped else NotComplaint()
            await do(self.store, command, case=cases[f"t{card}"], now=self.now, key=f"tap-{card}")
        self.heard = cards[-1]

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def _judged(self, stored: Any) -> Decided:
        decided = complaint(stored)
        (one,) = decided.verdicts
        said = self.said(stored.mention.text)
        return replace(decided, verdicts=(replace(one, verdict=said),))

    def said(self, text: str) -> Verdict:
        return self.in_force.applied(
            Question(text=text, brand=((0, 7),), stream="romashka"), verdict(0.6, self.alike.model)
        )

    async def lessons(self) -> list[Any]:
        return [lesson for _, lesson in await self.store.learning.lessons(NOW)]


@pytest.fixture
async def world(store: Stores, tmp_path: Path) -> Any:
    made = World(store, tmp_path / "models")
    yield made
    made.workers.shutdown()


async def test_too_few_taps_teach_nothing(world: World) -> None:
    await world.day(5)
    learned = await world.learning.night()
    assert (learned.candidate, learned.compared) == (None, None)
    assert learned.reason == "меток 10, а нужно хотя бы 60"
    assert await world.lessons() == []


async def test_a_candidate_is_made_put_into_the_shadow_and_promoted_by_fresh_taps(
    world: World, tmp_path: Path
) -> None:
    await world.day(32)
    first = await world.learning.night()
    assert first.candidate is not None
    assert first.compared is None
    assert world.in_force.active is None
    assert world.in_force.candidate is not None
    assert (tmp_path / "models" / f"{first.candidate}.json").exists()
    assert "пломб" in (tmp_path / "models" / f"{first.candidate}.md").read_text()
    await world.day(16)
    second = await world.learning.night()
    assert second.compared is not None
    assert (second.compared.why, second.promoted) == ("better", first.candidate)
    assert world.in_force.active is not None
    assert world.in_force.active.version == first.candidate
    said = world.said(f"Ромашка, {BAD}")
    assert said.model == f"{JUDGE}+{first.candidate}"
    assert said.complaint > 0.5 > world.said(f"Ромашка, {GOOD}").complaint
    kinds = [type(lesson) for lesson in await world.lessons()]
    assert kinds == [Trained, Compared, Trained]


async def test_labels_that_what_is_in_force_did_not_judge_are_not_fresh(world: World) -> None:
    await world.day(32)
    await world.learning.night()
    await world.day(16)
    assert (await world.learning.night()).promoted is not None
    again = await world.learning.night()
    assert again.compared is None or (again.compared.why, again.compared.labels) == ("few_labels", 0)


async def test_a_candidate_of_people_who_have_changed_their_minds_is_not_promoted(world: World) -> None:
    await world.day(32)
    await world.learning.night()
    await world.day(16, swapped=True)
    learned = await world.learning.night()
    assert learned.compared is not None
    assert (learned.compared.why, learned.promoted) == ("worse_probabilities", None)
    assert world.in_force.active is None


async def test_a_person_promotes_and_goes_back_and_every_process_follows(world: World) -> None:
    await world.day(32)
    made = (await world.learning.night()).candidate
    assert made is not None
    assert await promote_by_hand(world.store.learning, made, world.now) is None
    await world.learning.refresh()
    assert world.in_force.active is not None
    assert await roll_back(world.store.learning, world.now) == (made, None)
    await world.learning.refresh()
    assert (world.in_force.active, world.in_force.candidate) == (None, None)
    assert [type(lesson) for lesson in await world.lessons()] == [Trained, Compared, RolledBack]


async def test_a_folder_that_takes_no_files_keeps_nobody_from_learning(
    store: Stores, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "models").write_text("no folder")
    world = World(store, tmp_path / "models")
    await world.day(32)
    assert (await world.learning.night()).candidate is not None
    assert "is not written" in caplog.text
    world.workers.shutdown()


async def test_a_new_judge_is_taught_anew_and_what_corrected_the_old_one_adds_nothing(world: World) -> None:
    await world.day(32)
    made = (await world.learning.night()).candidate
    assert made is not None
    await promote_by_hand(world.store.learning, made, world.now)
    await world.learning.refresh()
    world.alike.model = "judge-ffffffffffff"
    await world.day(32)
    assert world.said("Ромашка, что-нибудь").model == "judge-ffffffffffff"
    first = await world.learning.night()
    assert first.candidate not in (None, made)
    await world.day(16)
    assert (await world.learning.night()).promoted == first.candidate
    assert world.said("Ромашка, что-нибудь").model == f"judge-ffffffffffff+{first.candidate}"


async def test_mentions_are_judged_between_the_texts_of_a_lesson(world: World) -> None:
    await world.day(32)
    world.alike.calls.clear()
    await world.learning.night()
    assert max(world.alike.calls) <= 4


async def test_a_damaged_correction_is_not_used_and_said(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.store.learning.propose(
        "taps-000000000000", {"format": 1, "base": "x", "weights": {}, "about": {}}, NOW
    )
    await world.store.learning.promote("taps-000000000000", NOW)
    await world.learning.refresh()
    assert world.in_force.active is None
    assert "поправка повреждена" in caplog.text


async def no_levels() -> Sequence[Followed]:
    return ()


def nightly_over(
    world: World,
    reads: Receiver | None = READER,
    levels: Callable[[], Awaitable[Sequence[Followed]]] = no_levels,
    words: Sequence[str] = (),
) -> tuple[Nightly, list[Note]]:
    said: list[Note] = []
    nightly = Nightly(
        world.learning,
        lambda: None,
        lambda: reads,
        world.store.budget(world.clock),
        lambda _receiver, note: said.append(note),
        levels,
        words=lambda: words,
    )
    return nightly, said


async def test_one_daemon_learns_a_night_and_one_tells_the_leads_in_the_morning(world: World) -> None:
    await world.day(32)
    (first, said), (second, doubled) = nightly_over(world), nightly_over(world)
    assert [await first.night(), await second.night()] == [True, False]
    assert await first.morning() is False
    await world.day(16)
    assert await second.night() is True
    assert [await second.morning(), await first.morning(), await second.morning()] == [True, False, False]
    assert said == []
    (note,) = doubled
    assert "теперь судит taps-" in note.text
    assert "на 32\xa0новых метках" in note.text


async def test_a_level_that_has_moved_is_told_once_with_its_reason(world: World) -> None:
    brand = Brand(id="romashka", title="Ромашка", names=("Ромашка",), per_day=30, follows_budget=True)
    at = [0.6]

    async def levels() -> Sequence[Followed]:
        return (Followed(brand=brand, level=at[0], precision=Ranged(0.62, 0.48, 0.74)),)

    nightly, said = nightly_over(world, levels=levels)
    for level in (0.61, 0.45, 0.46):
        at[0] = level
        assert await nightly.night() is True
        world.clock.turn(days=1)
    world.clock.turn(days=-2)
    assert await nightly.morning() is True
    assert said[0].text == (
        "Что изменилось в оценке жалоб:\n"
        "• Ромашка: порог 0.60 → 0.45, так выходит 30\xa0карточек в день; жалоб среди них 62\xa0% (48–74)"
    )


async def test_a_kind_of_reason_that_people_contradict_is_told_once_a_month(world: World) -> None:
    nightly, said = nightly_over(world)
    await world.day(16, swapped=True, only=BAD)
    assert await nightly.night() is True
    assert await nightly.morning() is True
    assert said[0].text == (
        "Что изменилось в оценке жалоб:\n• карточкам без названной причины люди чаще не верят: жалоб 0 из 16"
        " за\xa030\xa0дней (все причины: listener model reasons)"
    )
    world.clock.turn(days=1)
    assert await nightly.night() is True
    assert await nightly.morning() is False


async def test_a_morning_without_news_or_readers_says_nothing(world: World) -> None:
    nightly, said = nightly_over(world)
    assert await nightly.morning() is False
    await world.store.learning.note(RolledBack(model="taps-1"), world.now)
    unread, _ = nightly_over(world, reads=None)
    assert await unread.morning() is False
    assert await nightly.morning() is True
    assert said[0].text == "Что изменилось в оценке жалоб:\n• вернулись от taps-1 к исходной модели"


async def test_learning_is_planned_for_the_night_and_what_is_in_force_is_looked_at(world: World) -> None:
    nightly, _ = nightly_over(world)
    await world.store.learning.propose("taps-1", {"format": 2}, NOW)
    running = asyncio.create_task(nightly.run())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def test_a_correction_that_knows_nothing_has_a_card_all_the_same(tmp_path: Path) -> None:
    keep_files(Correction(base=JUDGE, weights={}), "taps-x", tmp_path)
    assert "Начала слов за жалобу: —" in (tmp_path / "taps-x.md").read_text()


async def test_a_word_on_trial_is_told_to_be_ripe_once(world: World) -> None:
    nightly, said = nightly_over(world, words=("выпала", "случай"))
    await world.day(16)
    assert await nightly.night() is True
    assert await nightly.morning() is True
    (note,) = said
    assert "• слово «выпала» созрело: жалоб 16 из 16 разобранных (не меньше 81\xa0%)" in note.text
    assert "Перенесите его в words.yaml из watch в urgent: [выпала]" in note.text
    assert "случай" not in note.text
    world.clock.turn(days=1)
    assert await nightly.night() is True
    assert len([lesson for lesson in await world.lessons() if isinstance(lesson, WordRipe)]) == 1
