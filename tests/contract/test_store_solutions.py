"""Solved cases, found by their words: the same on both engines, only with an answer that stands, of one brand."""

from collections.abc import Sequence
from typing import Any

import pytest
from alembic import command
from sqlalchemy import delete

from alerts.cases.case import Case
from alerts.cases.commands import Close, Reopen, Report
from alerts.cases.events import NO_DEADLINES, ReplyEdited, ReplyGone, ReplySent, ReplyTakenBack
from alerts.outreach.solved import Solved
from domain.mention import Author
from listener.store import solutions
from listener.store.presses import Answered
from listener.store.stores import Stores, open_stores
from listener.store.tables import cases
from tests.contract.store_samples import complain, do, later, mention, press, refused, show_all
from tests.contract.test_store_joining import deleted
from tests.integration.test_migrations_store import by_alembic, on_database

ROUTER = "Третий день не горит лампочка на роутере, интернета нет!"
PAID_TWICE = "С карты списали деньги дважды за один заказ, верните деньги"
COURIER = "Курьер опоздал на три часа и нагрубил"


def answered(text: str = "Перезагрузите роутер кнопкой сзади", number: int = 7, **named: Any) -> Report:
    return Report(fact=ReplySent(outbound=number, kind="reply", text=text, by="anna", **named))


async def solve(store: Stores, number: int, question: str, answer: str, brand: str = "romashka") -> None:
    """A case of a customer of its own, answered and closed as solved."""
    author = Author(id=str(1000 + number), name=f"Автор {number}")
    said = mention(number, thread=f"t{number}", text=question, author=author)
    await complain(store, said, brand=brand, now=later(number))
    await do(store, answered(answer, number), case=number, now=later(number))
    await do(store, Close(outcome="resolved"), case=number, now=later(100 + number), key=f"close-{number}")


async def found(store: Stores, words: str, brand: str = "romashka", but: int = 0) -> Sequence[Solved]:
    return await store.database.read(lambda c: solutions.alike(c, brand, words, but=but))


async def numbers(store: Stores, words: str, **named: Any) -> list[int]:
    return [each.case for each in await found(store, words, **named)]


async def test_a_like_trouble_is_found_whatever_its_endings_with_the_answer_that_helped(store: Stores) -> None:
    await solve(store, 1, ROUTER, "Перезагрузите роутер кнопкой сзади")
    await solve(store, 2, PAID_TWICE, "Вернули деньги на карту")
    await solve(store, 3, COURIER, "Извините, курьера наказали")
    (like,) = await found(store, "лампочки на роутерах погасли, сижу без интернета")
    assert (like.case, like.question, like.answer) == (1, ROUTER, "Перезагрузите роутер кнопкой сзади")
    assert await numbers(store, "Дважды списались деньги с моей карты") == [2]
    assert await numbers(store, "Мой КУРЬЕР снова ОПОЗДАЛ") == [3]


@pytest.mark.parametrize(
    "words", ["", "ну и ну", "🙂 !!!", "почему", "погода прекрасная", "роутер OR лампочка*\"'"]
)
async def test_nothing_is_like_nothing(store: Stores, words: str) -> None:
    await solve(store, 1, ROUTER, "Перезагрузите роутер кнопкой сзади")
    assert await numbers(store, words) == ([1] if "роутер" in words else [])


async def test_one_shared_word_of_many_makes_no_likeness(store: Stores) -> None:
    await solve(store, 1, ROUTER, "Перезагрузите роутер")
    assert await numbers(store, "Роутер привезли битый, коробка мятая") == []
    assert await numbers(store, "роутер") == [1]


async def test_at_most_three_the_most_alike_first_and_the_newest_of_equals(store: Stores) -> None:
    for number in range(1, 6):
        await solve(store, number, "Не горит лампочка на роутере", f"Ответ {number}")
    await solve(store, 6, "Не горит лампочка на роутере, интернета нет", "Лучший ответ")
    assert await numbers(store, "лампочка роутера не горит, интернет пропал") == [6, 5, 4]
    assert await numbers(store, "лампочка роутера не горит, интернет пропал", but=6) == [5, 4, 3]


async def test_another_brands_solutions_are_never_shown(store: Stores) -> None:
    await solve(store, 1, ROUTER, "Перезагрузите роутер", brand="vasilek")
    assert await numbers(store, ROUTER) == []
    assert await numbers(store, ROUTER, brand="vasilek") == [1]


@pytest.mark.parametrize(
    "after",
    [
        Report(fact=ReplyTakenBack(outbound=1, by="anna")),
        Report(fact=ReplyGone(outbound=1)),
        Reopen(deadlines=NO_DEADLINES),
    ],
    ids=["taken back", "gone", "reopened"],
)
async def test_what_stands_no_more_or_is_solved_no_more_is_forgotten(store: Stores, after: Any) -> None:
    await solve(store, 1, ROUTER, "Перезагрузите роутер")
    await do(store, after, case=1, now=later(300), key="after")
    assert await numbers(store, ROUTER) == []


async def test_the_answer_reads_as_it_was_mended(store: Stores) -> None:
    await solve(store, 1, ROUTER, "Перезагрузите роутер")
    mended = Report(fact=ReplyEdited(outbound=1, text="Подержите кнопку десять секунд", by="anna"))
    await do(store, mended, case=1, now=later(300), key="mend")
    assert [each.answer for each in await found(store, ROUTER)] == ["Подержите кнопку десять секунд"]


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        (answered(), Close(outcome="no_answer")),
        (answered(), Close(outcome="handled")),
        (Report(fact=ReplySent(outbound=1, kind="message", by="anna")), Close(outcome="resolved")),
        (
            Report(fact=ReplySent(outbound=1, kind="invite", text="Пишите нам", by="anna")),
            Close(outcome="resolved"),
        ),
    ],
    ids=["not solved", "of earlier days", "in private", "an invitation"],
)
async def test_only_a_public_answer_in_a_solved_case_helps_others(store: Stores, answer: Any, end: Any) -> None:
    await complain(store, mention(1, text=ROUTER))
    await do(store, answer, now=later(1))
    await do(store, end, now=later(2), key="end")
    assert await numbers(store, ROUTER) == []


async def test_with_its_case_a_solution_leaves_the_index(store: Stores) -> None:
    await solve(store, 1, ROUTER, "Перезагрузите роутер")
    await store.database.write(lambda c: c.execute(delete(cases).where(cases.c.id == 1)))
    assert await numbers(store, ROUTER) == []


async def test_words_that_the_customer_deleted_are_searched_no_more(store: Stores) -> None:
    await solve(store, 1, ROUTER, "Перезагрузите роутер")
    await deleted(store)
    assert await numbers(store, ROUTER) == []


async def test_only_who_asks_for_what_is_alike_makes_the_store_look_for_it(store: Stores) -> None:
    await solve(store, 1, ROUTER, "Перезагрузите роутер")
    await complain(store, mention(2, thread="t2", text="Лампочка роутера не горит"), now=later(500))
    await show_all(store, later(501))
    seen: dict[str, Sequence[int]] = {}

    def read(case: Case) -> Answered:
        seen[asked] = [each.case for each in case.contact.solved]
        return refused("", "explained")

    for asked in ("solved", "why"):
        await store.presses.obey(press(f"p-{asked}", 2, asked), "Анна", read, later(502))
    assert seen == {"solved": [1], "why": []}


async def test_a_database_of_before_is_searched_after_it_came_to_this_schema(own_database_url: str) -> None:
    store = await open_stores(own_database_url)
    await solve(store, 1, ROUTER, "Перезагрузите роутер")
    await solve(store, 2, COURIER, "Извините")
    await do(store, Report(fact=ReplyGone(outbound=2)), case=2, now=later(300), key="gone")
    before = await found(store, ROUTER)
    await store.close()
    await on_database(own_database_url, by_alembic(command.downgrade, "0009"))
    store = await open_stores(own_database_url)
    assert await found(store, ROUTER) == before
    assert await numbers(store, COURIER) == []
    await store.close()
