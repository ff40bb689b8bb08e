"""Reposts in the store: an author's own words again are one case, the same words of others each their own."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select

from alerts.cases.events import MentionJoined, Opened
from domain.mention import Author, Quote
from listener.store.connection import Connection
from listener.store.stores import Stores
from listener.store.tables import case_groups, case_hours, cases
from tests.contract.store_samples import (
    NOW,
    claim,
    close,
    complain,
    complaint,
    keep,
    later,
    mention,
    nothing,
    remark,
)

WORDS = "Ромашка, связь не работает третий день, поддержка молчит, верните деньги"
OTHER = "Ромашка, в приложении списали за подписку, которой у меня никогда не было"


def said(number: int, text: str = WORDS, **named: Any) -> Any:
    return mention(number, thread=f"t{number}", text=text, **named)


def by(number: int, who: int, text: str = WORDS) -> Any:
    return said(number, text, author=Author(id=str(who), name=f"Автор {who}"))


async def facts(store: Stores, case: int = 1) -> list[type]:
    found = await store.cases.case(case)
    assert found is not None
    return [type(event.fact) for event in found.events]


async def rows(store: Stores, asked: Select[Any]) -> set[tuple[Any, ...]]:
    async def read(connection: Connection) -> set[tuple[Any, ...]]:
        return {tuple(row) for row in await connection.execute(asked)}

    return await store.database.read(read)


async def test_an_author_s_words_again_in_another_place_join_his_case(store: Stores) -> None:
    await complain(store, said(1))
    recorded = await complain(store, said(2, WORDS + "!!!"), now=later(60))
    assert (recorded.cases_new, recorded.cases_joined) == (0, 1)
    assert await facts(store) == [Opened, MentionJoined]
    assert len(await claim(store, later(60))) == 1
    assert await store.cases.of_author("vk", "77") == [1]


async def test_both_places_in_one_batch_are_one_case_as_well(store: Stores) -> None:
    recorded = await complain(store, said(1), said(2), said(3))
    assert (recorded.cases_new, recorded.cases_joined) == (1, 2)
    assert await facts(store) == [Opened, MentionJoined, MentionJoined]


async def test_another_complaint_of_the_author_is_another_case(store: Stores) -> None:
    await complain(store, said(1))
    assert (await complain(store, said(2, OTHER), now=later(60))).cases_new == 1


async def test_the_same_words_of_others_are_cases_of_their_own_with_a_group_in_common(store: Stores) -> None:
    await complain(store, *(by(number, number) for number in range(1, 4)))
    await complain(store, by(4, 4, WORDS + " Позор"), by(5, 5, OTHER), now=later(60))
    assert len(await claim(store, later(60))) == 5
    members = select(case_groups.c.case_id, case_groups.c.what).where(case_groups.c.what.startswith("="))
    assert await rows(store, members) == {(number, "=1") for number in range(1, 5)}
    assert await rows(store, select(case_hours.c.what, case_hours.c.count)) == {("*", 5), ("связь", 5)}


async def test_what_is_said_later_where_the_words_were_said_again_belongs_to_the_case(store: Stores) -> None:
    await complain(store, said(1))
    await complain(store, said(2), now=later(60))
    await remark(store, mention(3, thread="t2", text="спасибо, уже починили"), now=later(120))
    await complain(store, mention(4, thread="t2", text=OTHER), now=later(180))
    assert await facts(store) == [Opened, MentionJoined, MentionJoined, MentionJoined]


async def test_a_post_shown_again_with_a_word_of_one_s_own_is_the_same_complaint(store: Stores) -> None:
    await complain(store, said(1))
    again = Quote(id="-1_1", author="Пётр", text=WORDS)
    await complain(store, said(2, "И до сих пор тишина, полюбуйтесь", quoted=again), now=later(60))
    assert await facts(store) == [Opened, MentionJoined]


async def test_words_that_are_said_again_after_the_case_was_closed_open_another(store: Stores) -> None:
    await complain(store, said(1))
    await close(store, now=later(30))
    assert (await complain(store, said(2), now=later(60))).cases_new == 1


async def test_words_of_two_brands_are_two_troubles(store: Stores) -> None:
    await keep(store, said(1), said(2))
    first, second = await store.mentions.undecided(9, NOW)
    recorded = await store.decisions.record([complaint(first), complaint(second, brand="tulpar")], NOW)
    assert recorded.cases_new == 2


async def test_an_edit_of_what_was_said_again_is_the_case_s(store: Stores) -> None:
    await complain(store, said(1))
    await complain(store, said(2), now=later(60))
    await keep(store, said(2, "Всё починили, спасибо"), now=later(90))
    stored = await store.mentions.undecided(9, later(90))
    await store.decisions.record([replace(nothing(one)) for one in stored], later(90))
    case = await store.cases.case(1)
    assert case is not None
    assert [each.text for each in case.mentions if each.id == "-1_2"] == ["Всё починили, спасибо"]


async def test_other_words_in_both_places_after_the_case_was_closed_are_a_case_at_each(store: Stores) -> None:
    await complain(store, said(1), said(2))
    await close(store, 1, later(60))
    batch = said(3, OTHER, published_at=later(120)), said(4, OTHER[::-1], published_at=later(120))
    placed = [replace(one, thread=thread) for one, thread in zip(batch, ("t1", "t2"), strict=True)]
    recorded = await complain(store, *placed, now=later(130))
    assert (recorded.cases_new, recorded.cases_reopened) == (1, 1)
    assert await rows(store, select(cases.c.id).where(cases.c.revision == 0)) == set()
    assert len(await store.cases.of_author("vk", "77")) == 2
