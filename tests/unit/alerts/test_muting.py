"""«Заглушить»: what is offered to whom, what a choice becomes, and which cards it keeps back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.asking import KEEP, Reply
from alerts.cards.buttons import read_press, rows
from alerts.cards.card import make_card
from alerts.cards.muting import end_of_day, muted_here
from alerts.cards.prompt import Prompt
from alerts.cases.case import EarlierCase
from alerts.cases.commands import Close, Mute, Unmute
from alerts.suppression import URGENT_AT, MuteInForce, muted_by
from domain.person import Person
from tests.fakes import a_candidate
from tests.unit.alerts.histories import ANNA, CONTEXT, OLEG, History, at

NOW = at(hours=1)
AUTHOR = MuteInForce(brand="vasilek", until=NOW + timedelta(hours=1), author="vk:7")


def topic(name: str, hours: int = 1) -> MuteInForce:
    return MuteInForce(brand="vasilek", until=NOW + timedelta(hours=hours), topic=name)


def asked(person: Person, history: History | None = None) -> dict[str, str]:
    """The options of the question, by their labels."""
    history = history or History.opened()
    prompt = read_press(history.case, "mute", None, person, CONTEXT, history.now)
    assert isinstance(prompt, Prompt)
    return {option.label: option.value for option in prompt.options}


def chosen(person: Person, label: str, history: History | None = None) -> Any:
    history = history or History.opened()
    value = asked(person, history)[label]
    return read_press(history.case, "mute", value, person, CONTEXT, history.now)


def test_an_operator_may_mute_the_author_and_a_lead_the_topic_too() -> None:
    assert list(asked(ANNA)) == ["Автора — до конца дня", "Автора — на неделю", "Ничего не менять"]
    assert "Тему «связь» — до конца дня" in asked(OLEG)


def test_a_choice_becomes_a_mute_with_an_end() -> None:
    now = History.opened().now
    assert chosen(ANNA, "Автора — на неделю") == Mute(until=now + timedelta(days=7))
    midnight = end_of_day(now, CONTEXT.timezone)
    assert chosen(OLEG, "Тему «связь» — до конца дня") == Mute(until=midnight, topic="связь")
    assert isinstance(chosen(ANNA, "Ничего не менять"), Reply)


def is_offered(history: History, **fields: Any) -> bool:
    case = replace(history.case, **fields)
    return any(button.action == "mute" for row in rows(case, CONTEXT, history.now) for button in row)


def test_the_button_stands_where_an_author_is_back_or_the_case_is_over() -> None:
    first = History.opened()
    past = EarlierCase(case=3, standing="closed", opened_at=NOW, text="опять")
    assert not is_offered(first)
    assert is_offered(first, earlier=(past,))
    assert is_offered(History.opened().by(ANNA, Close()))
    assert is_offered(History.opened().by(ANNA, Mute(until=at(hours=30))))


@pytest.mark.parametrize("value", ["a", "a.month", "t0.day", "", "b.day", "a.day.week", KEEP])
def test_an_answer_that_is_no_choice_changes_nothing(value: str) -> None:
    history = History.opened()
    assert isinstance(read_press(history.case, "mute", value, OLEG, CONTEXT, history.now), Reply)


def test_what_was_muted_from_the_card_can_be_heard_again() -> None:
    history = History.opened().by(ANNA, Mute(until=at(hours=30)))
    assert "Автора — на неделю" not in asked(ANNA, history)
    assert chosen(ANNA, "Автора — снова показывать", history) == Unmute()
    heard = history.by(ANNA, Unmute())
    assert "Автора — на неделю" in asked(ANNA, heard)
    assert muted_here(heard.case, heard.now) == {}


def test_a_mute_that_has_ended_is_none() -> None:
    history = History.opened().by(ANNA, Mute(until=at(hours=3)))
    assert muted_here(history.case, at(hours=2)) == {None: at(hours=3)}
    assert muted_here(history.case, at(hours=3)) == {}


def test_the_card_says_who_muted_what_and_until_when() -> None:
    history = History.opened().by(OLEG, Mute(until=at(hours=9), topic="связь"))
    lines = [line.text for line in make_card(history.case, CONTEXT, history.now).below]
    assert any("Олег Смирнов заглушил тему «связь» до 21:00" in line for line in lines)


def test_the_day_ends_at_midnight_where_people_work() -> None:
    evening = datetime(2026, 11, 29, 20, 59, tzinfo=UTC)
    assert end_of_day(evening, "Europe/Moscow") == datetime(2026, 11, 29, 21, 0, tzinfo=UTC)
    assert end_of_day(evening + timedelta(minutes=1), "Europe/Moscow") == datetime(2026, 11, 30, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "mutes", "expected"),
    [
        ({}, [], None),
        ({}, [AUTHOR], AUTHOR),
        ({"author_id": "8"}, [AUTHOR], None),
        ({"network": "x"}, [AUTHOR], None),
        ({"brand": "lyutik"}, [AUTHOR], None),
        ({}, [replace(AUTHOR, until=NOW)], None),
        ({"topics": ("связь",)}, [topic("связь")], topic("связь")),
        ({"topics": ("связь", "цена")}, [topic("связь")], None),
        ({"topics": ("связь", "цена")}, [topic("связь", 5), topic("цена", 2)], topic("цена", 2)),
        ({"topics": ()}, [topic("связь")], None),
        ({"urgency": URGENT_AT}, [AUTHOR], None),
        ({"dangers": ("здоровье",)}, [AUTHOR], None),
    ],
)
def test_which_mute_keeps_a_card_back(
    fields: dict[str, Any], mutes: list[MuteInForce], expected: MuteInForce | None
) -> None:
    candidate = replace(a_candidate(), **{"author_id": "7", "network": "vk", **fields})
    assert muted_by(candidate, mutes, NOW) == expected


@given(st.lists(st.sampled_from(["связь", "цена", "хамство"]), max_size=3), st.floats(URGENT_AT, 1))
def test_no_mute_keeps_an_urgent_card_back(topics: list[str], urgency: float) -> None:
    candidate = replace(a_candidate(), urgency=urgency, topics=tuple(topics))
    mutes = [AUTHOR, *map(topic, ["связь", "цена", "хамство"])]
    assert muted_by(candidate, mutes, NOW) is None
