"""«Похожие решённые»: asked for, read masked, taken as a draft that a person still has to let out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.asking import Pressed, Reply
from alerts.cards.buttons import read_press
from alerts.cards.previewing import Drafted
from alerts.cards.prompt import Prompt
from alerts.cards.solved import borrow, can_borrow, which_solved
from alerts.cases.commands import Close
from alerts.outreach.solved import MOST, Solved, most_alike, stem, words_of
from tests.outreach import Reach
from tests.unit.alerts.histories import ANNA, BORIS, History, at
from tests.unit.alerts.test_replying import TEAM, an_outbound

CONTEXT = Reach().context(TEAM)
ROUTER = Solved(case=3, question="не горит лампочка на роутере", answer="Перезагрузите роутер", at=at())


def history(*solved: Solved) -> History:
    opened = History.opened()
    case = replace(opened.case, contact=replace(opened.case.contact, solved=solved))
    return replace(opened, case=case)


def pressed(*solved: Solved, value: str | None = None) -> Pressed:
    live = history(*solved)
    return Pressed(case=live.case, value=value, person=ANNA, context=CONTEXT, now=live.now)


def test_up_to_three_are_shown_with_the_answer_that_helped_and_a_way_to_take_each() -> None:
    asked = which_solved(pressed(ROUTER, replace(ROUTER, case=9, answer="Подержите кнопку")))
    assert isinstance(asked, Prompt)
    assert [(option.value, option.label.replace("\xa0", " ")) for option in asked.options] == [
        ("from-3", "Взять за основу № 3"),
        ("from-9", "Взять за основу № 9"),
        ("no", "Ничего"),
    ]
    assert "Не горит лампочка на роутере\n→ Перезагрузите роутер" in asked.question
    assert "без «Отправить» ничего не уйдёт" in asked.question


def test_what_is_somebodys_own_is_masked() -> None:
    own = replace(ROUTER, question="позвоните мне 8 912 345-67-89", answer="Пишите на ivanov@mail.ru")
    asked = which_solved(pressed(own))
    assert isinstance(asked, Prompt)
    assert "345-67" not in asked.question
    assert "ivanov" not in asked.question


def test_where_nothing_is_alike_that_is_said() -> None:
    assert which_solved(pressed()) == Reply(text="Похожих решённых обращений пока нет", reason="explained")


def test_what_is_taken_becomes_a_draft_that_is_shown_and_not_sent() -> None:
    taken = borrow(pressed(ROUTER, value="from-3"))
    assert isinstance(taken, Drafted)
    assert (taken.draft.kind, taken.draft.text, taken.draft.author) == ("reply", "Перезагрузите роутер", "anna")
    assert taken.goes_on(an_outbound(taken.draft.text)) is None


def test_what_a_colleague_signed_is_signed_by_whoever_takes_it() -> None:
    team = (replace(ANNA, signature="Анна, поддержка"), replace(BORIS, signature="Борис, поддержка"))
    signed = replace(ROUTER, answer="Перезагрузите роутер\nБорис, поддержка")
    asked = replace(pressed(signed), context=Reach().context(team), person=team[0])
    shown = which_solved(asked)
    assert isinstance(shown, Prompt)
    assert "Борис" not in shown.question
    taken = borrow(replace(asked, value="from-3"))
    assert isinstance(taken, Drafted)
    assert taken.draft.text == "Перезагрузите роутер\nАнна, поддержка"


@pytest.mark.parametrize(
    ("value", "reason"), [("no", "thought_better"), ("from-4", "unknown_button"), ("", "unknown_button")]
)
def test_what_is_left_or_gone_comes_to_a_word(value: str, reason: str) -> None:
    left = borrow(pressed(ROUTER, value=value))
    assert isinstance(left, Reply)
    assert left.reason == reason


def test_the_button_stands_where_an_answer_may_go_out() -> None:
    live = history()
    assert can_borrow(live.case, CONTEXT, live.now)
    ended = history().by(ANNA, Close()).case
    assert not can_borrow(ended, CONTEXT, live.now)
    asked = read_press(live.case, "solved", None, ANNA, CONTEXT, live.now)
    assert isinstance(asked, Reply)


def test_a_word_is_known_by_its_beginning() -> None:
    assert stem("интернета") == "интерне"
    assert stem("дом") == "дом"
    assert words_of("Ещё не Горит! Лампочка, лампочка на роутере 123") == ("горит", "лампочка", "роутере")


@given(st.text(max_size=200), st.lists(st.text(max_size=80), max_size=8))
def test_whatever_is_asked_at_most_three_are_alike_and_each_once(text: str, questions: list[str]) -> None:
    kept = [
        Solved(case=number, question=question, answer="да", at=at(minutes=number))
        for number, question in enumerate(questions)
    ]
    alike = most_alike(text, kept)
    assert len(alike) <= MOST
    assert len({each.case for each in alike}) == len(alike)
    assert set(alike) <= set(kept)
