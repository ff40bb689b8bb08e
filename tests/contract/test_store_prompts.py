"""Prompts: a question that stands in a messenger is found by its answer, over restarts, for a day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.ports import Asked
from listener.store.prompts import KEPT
from listener.store.stores import Stores
from tests.contract.store_samples import NOW, OpenStore

ASKED = Asked(messenger="telegram", chat="-1001", ref="12", user="111", case=4, action="note", at=NOW)


async def test_an_answer_finds_what_was_asked(store: Stores) -> None:
    await store.prompts.remember(ASKED)
    assert await store.prompts.recall("telegram", "-1001", "12") == ASKED


async def test_a_question_survives_a_restart(open_store: OpenStore) -> None:
    before = await open_store()
    await before.prompts.remember(ASKED)
    await before.close()
    after = await open_store()
    assert await after.prompts.recall("telegram", "-1001", "12") == ASKED


@pytest.mark.parametrize(
    "elsewhere", [("telegram", "-1002", "12"), ("telegram", "-1001", "13"), ("slack", "-1001", "12")]
)
async def test_an_answer_to_another_message_finds_nothing(store: Stores, elsewhere: tuple[str, str, str]) -> None:
    await store.prompts.remember(ASKED)
    messenger, chat, ref = elsewhere
    assert await store.prompts.recall(messenger, chat, ref) is None  # type: ignore[arg-type]  # they are messengers


async def test_each_question_is_answered_for_itself(store: Stores) -> None:
    others = [replace(ASKED, ref=str(number), case=number, user="222") for number in range(20, 25)]
    for one in (ASKED, *others):
        await store.prompts.remember(one)
    for one in (ASKED, *others):
        assert await store.prompts.recall("telegram", "-1001", one.ref) == one


async def test_the_same_message_is_remembered_as_it_was_first(store: Stores) -> None:
    await store.prompts.remember(ASKED)
    await store.prompts.remember(replace(ASKED, case=5, action="transfer"))
    assert await store.prompts.recall("telegram", "-1001", "12") == ASKED


async def test_an_answer_may_come_again_and_finds_the_question_still(store: Stores) -> None:
    await store.prompts.remember(ASKED)
    assert await store.prompts.recall("telegram", "-1001", "12") == ASKED
    assert await store.prompts.recall("telegram", "-1001", "12") == ASKED


async def test_questions_of_the_day_before_are_forgotten_with_the_next(store: Stores) -> None:
    await store.prompts.remember(ASKED)
    await store.prompts.remember(replace(ASKED, ref="13", at=NOW + KEPT))
    assert await store.prompts.recall("telegram", "-1001", "12") == ASKED
    await store.prompts.remember(replace(ASKED, ref="14", at=NOW + KEPT + timedelta(seconds=1)))
    assert await store.prompts.recall("telegram", "-1001", "12") is None
    assert await store.prompts.recall("telegram", "-1001", "13") is not None


@pytest.mark.parametrize("odd", ["\x00", "12\x00", "\ud800", "' OR 1=1 --", "x" * 100_000])
async def test_no_answer_breaks_the_store(store: Stores, odd: str) -> None:
    await store.prompts.remember(replace(ASKED, user=odd))
    assert await store.prompts.recall("telegram", odd, odd) is None
    assert await store.prompts.recall("telegram", "-1001", "12") is not None
