"""Closing: the two questions, what their answers become, and how the end reads on the card."""

import pytest

from alerts.cards.asking import Reply
from alerts.cards.buttons import read_press
from alerts.cards.prompt import Prompt
from alerts.cards.wording import CAUSES, ENDINGS, Wording, status
from alerts.cases.commands import Claim, Close, PersonsCommand
from domain.person import Person
from tests.unit.alerts.histories import ANNA, BORIS, CONTEXT, History

Read = PersonsCommand | Prompt | Reply


def press(history: History, person: Person, value: str | None = None) -> Read:
    return read_press(history.case, "close", value, person, CONTEXT, history.now)


def claimed() -> History:
    return History.opened().later(minutes=5).by(ANNA, Claim())


def test_how_it_ended_and_why_are_asked_in_one_press_each() -> None:
    ending = press(claimed(), ANNA)
    assert isinstance(ending, Prompt)
    assert [option.label for option in ending.options] == [
        "Решено", "Клиент не отвечает", "Клиент отказался", "Не наш вопрос", "Спам", "Не закрывать",
    ]  # fmt: skip
    cause = press(claimed(), ANNA, ending.options[0].value)
    assert isinstance(cause, Prompt)
    assert (cause.action, cause.question.replace("\xa0", " ")) == (
        "close",
        "Решено, обращение № 12. В чём была причина?",
    )
    assert [option.label for option in cause.options] == [
        "Наша ошибка", "Товар или услуга", "Доставка", "Ошибка клиента", "Другое", "Не закрывать",
    ]  # fmt: skip
    assert press(claimed(), ANNA, cause.options[0].value) == Close(outcome="resolved", cause="own_error")


@pytest.mark.parametrize("outcome", ["not_ours", "spam"])
def test_the_cause_of_what_is_not_ours_is_not_asked(outcome: str) -> None:
    assert press(claimed(), ANNA, outcome) == Close(outcome=outcome)  # type: ignore[arg-type]  # one of Outcome


@pytest.mark.parametrize(
    "value", ["", "handled", "not_complaint", "resolved-", "resolved-laziness", "x-y", "больше"]
)
def test_an_answer_that_was_not_offered_closes_nothing(value: str) -> None:
    assert not isinstance(press(claimed(), ANNA, value), Close)


def test_who_may_not_close_it_is_not_asked() -> None:
    refused = press(claimed(), BORIS)
    assert isinstance(refused, Reply)
    assert refused.reason == "not_yours"


def test_who_thinks_better_of_it_closes_nothing() -> None:
    kept = press(claimed(), ANNA, "no")
    assert isinstance(kept, Reply)
    assert (kept.reason, kept.text) == ("thought_better", "Хорошо, обращение не закрыто")


def test_every_offered_answer_fits_into_a_button() -> None:
    for outcome in ENDINGS:
        for cause in CAUSES:
            value = f"{outcome}-{cause}"
            assert len(value) <= 32
            assert value.isascii()
            assert len(f"c:{10**17}:close:{value}") <= 64


@pytest.mark.parametrize(
    ("closed", "words"),
    [
        (Close(), "Закрыто — Анна Иванова, 12:05"),
        (Close(outcome="resolved", cause="own_error"), "Решено (наша ошибка) — Анна Иванова, 12:05"),
        (
            Close(outcome="no_answer", cause="delivery"),
            "Закрыто, клиент не отвечает (доставка) — Анна Иванова, 12:05",
        ),
        (Close(outcome="declined", cause="other"), "Закрыто, клиент отказался (другое) — Анна Иванова, 12:05"),
        (Close(outcome="not_ours"), "Закрыто, не наш вопрос — Анна Иванова, 12:05"),
        (Close(outcome="spam"), "Закрыто, спам — Анна Иванова, 12:05"),
        (Close(outcome="resolved", cause="weather"), "Решено (weather) — Анна Иванова, 12:05"),
    ],
)
def test_the_card_says_how_it_ended_and_why(closed: Close, words: str) -> None:
    history = claimed().by(ANNA, closed)
    assert status(history.case, Wording(context=CONTEXT, now=history.now)) == words
