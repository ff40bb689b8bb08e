"""What is kept of learning: corrections and which judges, what candidates said, what changed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.cards.lessons import Compared, LevelMoved, RolledBack, Trained, WordRipe
from domain.verdict import Shadow
from listener.decided import Decided, Stored
from listener.store import learning
from listener.store.labels import read_labels
from listener.store.learning import NoCorrectionError
from listener.store.stores import Stores
from listener.store.tables import lessons as lessons_table
from tests.contract.store_samples import NOW, close, complain, complaint, keep, later, mention

ONE, TWO, THREE = (
    {"format": 1, "base": "judge-1", "weights": {"shift": float(n)}, "about": {}} for n in (1, 2, 3)
)


async def test_the_latest_candidate_is_in_the_shadow_of_the_one_that_was_promoted(store: Stores) -> None:
    assert await store.learning.versions() == (None, None)
    await store.learning.propose("taps-1", ONE, NOW)
    await store.learning.propose("taps-2", TWO, later(1))
    assert await store.learning.versions() == (None, "taps-2")
    assert await store.learning.promote("taps-2", later(2)) is None
    await store.learning.propose("taps-3", THREE, later(3))
    assert await store.learning.versions() == ("taps-2", "taps-3")
    assert (await store.learning.correction("taps-2")).content == TWO
    kept = [(one.version, one.state) for one in await store.learning.corrections()]
    assert kept == [("taps-3", "candidate"), ("taps-2", "active"), ("taps-1", "retired")]


async def test_one_that_was_made_again_changes_nothing(store: Stores) -> None:
    await store.learning.propose("taps-1", ONE, NOW)
    await store.learning.promote("taps-1", later(1))
    await store.learning.propose("taps-1", ONE, later(2))
    assert await store.learning.versions() == ("taps-1", None)
    assert await store.learning.promote("taps-1", later(3)) == "taps-1"
    assert (await store.learning.correction("taps-1")).instead_of is None


async def test_one_goes_back_step_by_step_to_the_judge_alone(store: Stores) -> None:
    for number, content in enumerate((ONE, TWO), start=1):
        await store.learning.propose(f"taps-{number}", content, later(number))
        await store.learning.promote(f"taps-{number}", later(number))
    assert await store.learning.roll_back(later(5)) == ("taps-2", "taps-1")
    assert await store.learning.versions() == ("taps-1", None)
    assert await store.learning.roll_back(later(6)) == ("taps-1", None)
    assert await store.learning.versions() == (None, None)
    with pytest.raises(NoCorrectionError):
        await store.learning.roll_back(later(7))


async def test_one_that_is_not_kept_cannot_be_promoted(store: Stores) -> None:
    with pytest.raises(NoCorrectionError):
        await store.learning.promote("taps-0", NOW)


async def test_what_changed_is_read_back_as_it_was_written(store: Stores) -> None:
    written = [
        Trained(model="taps-1", complaints=40, others=30),
        Compared(model="taps-1", promoted=True, labels=60, gain=(0.1, 0.05, 0.2), ordered=(0.7, 0.8)),
        RolledBack(model="taps-1"),
        LevelMoved(brand="b", title="Б", before=0.6, after=0.5, cards=30, precision=(0.6, 0.5, 0.7), wanted=0.5),
        WordRipe(word="пломба", hits=40, tapped=15, complaints=14, least=0.7, days=30),
    ]
    for number, lesson in enumerate(written):
        await store.learning.note(lesson, later(number))
    assert [lesson for _, lesson in await store.learning.lessons(NOW)] == written
    assert len(await store.learning.lessons(later(3))) == 2


async def test_a_lesson_of_a_later_version_is_passed_over(store: Stores) -> None:
    row = {"at": NOW, "kind": "dreamt", "brand": None, "version": 9, "payload": {"of": "sheep"}}
    await store.database.write(lambda connection: connection.execute(lessons_table.insert(), row))
    assert await store.learning.lessons(NOW) == []


def shadowed(stored: Stored, complaint_of: float, model: str = "taps-1") -> Decided:
    decided = complaint(stored)
    (one,) = decided.verdicts
    spoken = replace(one, verdict=replace(one.verdict, shadow=Shadow(model, complaint_of)))
    return replace(decided, verdicts=(spoken,))


async def test_both_verdicts_on_a_mention_are_kept_with_who_gave_them(store: Stores) -> None:
    await keep(store, mention(1), mention(2, thread="t2"))
    first, second = await store.mentions.undecided(10, NOW)
    await store.decisions.record([shadowed(first, 0.3), complaint(second)], NOW)
    assert await store.learning.shadows(NOW - timedelta(days=1)) == {(first.row, "romashka"): ("taps-1", 0.3)}


async def test_what_candidates_said_does_not_pile_up(store: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "MOST_SHADOWS", 3)
    for number in range(6):
        await keep(store, mention(number, thread=f"t{number}"))
        (stored,) = await store.mentions.undecided(10, NOW)
        await store.decisions.record([shadowed(stored, 0.1 * number)], later(number))
    await store.learning.prune(later(10))
    assert len(await store.learning.shadows(NOW)) == 3
    await store.learning.prune(later(10) + learning.SHADOWED)
    assert await store.learning.shadows(NOW) == {}


async def test_candidates_that_never_judged_are_forgotten_and_those_that_did_are_not(store: Stores) -> None:
    for number, content in enumerate((ONE, TWO, THREE), start=1):
        await store.learning.propose(f"taps-{number}", content, later(number))
    await store.learning.promote("taps-2", later(4))
    await store.learning.roll_back(later(5))
    await store.learning.prune(later(10) + learning.FORGOTTEN)
    assert [one.version for one in await store.learning.corrections()] == ["taps-3", "taps-2"]


async def test_labels_carry_what_the_judge_had_said(store: Stores) -> None:
    await complain(store, mention(1))
    await close(store)
    (label,) = [label async for label in read_labels(store.database)]
    assert (label.said, label.tap.ground, label.words) == (0.9, "handled", ((0, 7),))
    assert [one async for one in read_labels(store.database, later(1))] == []
