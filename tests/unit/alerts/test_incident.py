"""Incidents: who may take one, its picture and its words, and what the list of its cases shows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.context import CardContext, NetworkWords
from alerts.cards.incident import BLOCKS, TAKE, lines, not_taken, over_note, sparkline, status, taken, title
from alerts.cards.wording import Wording
from alerts.incidents.group import Group, topics_of, words_of
from alerts.incidents.incident import MOST_STEPS, Incident, Place, next_look, refusal_to_take, step_of
from domain.person import Person
from tests.fakes import NOON

ANNA = Person(id="anna", name="Анна Иванова", role="operator", gender="f")
CONTEXT = CardContext(
    people=(ANNA,), networks={"vk": NetworkWords(title="ВКонтакте"), "x": NetworkWords(title="X")}
)


def an_incident(**named: Any) -> Incident:
    found = Incident(
        id=3,
        brand_title="Ромашка Телеком",
        group=Group(brand="romashka", what="связь"),
        usual=1.24,
        since=NOON - timedelta(minutes=40),
        opened_at=NOON - timedelta(minutes=30),
        total=63,
        waiting=40,
        step=timedelta(minutes=5),
        counts=(1, 2, 6, 14, 20, 11, 5, 4),
        places=(
            Place(network="vk", count=40),
            Place(network="x", count=23),
            Place(network="vk", count=22, page="vk:romashka_help"),
            Place(network="vk", count=5, page="vk:-12"),
        ),
    )
    return replace(found, **named)


def words() -> Wording:
    return Wording(context=CONTEXT, now=NOON)


def test_the_card_says_how_many_how_fast_and_where() -> None:
    assert title(an_incident()) == "Происшествие\u00a03: Ромашка Телеком, «связь»"
    assert lines(an_incident(), words()) == (
        "63\u00a0жалобы с\u00a011:20, обычно 1,2 в\u00a0час",
        "▂▂▄▆█▅▃▃ с\u00a011:20 до\u00a012:00, по 5\u00a0мин",
        "ВКонтакте 40 (romashka_help 22, -12 5); X 23",
    )


@pytest.mark.parametrize(
    ("per_hour", "shown"),
    [
        (14.4, "14 в\u00a0час"),
        (2.0, "2 в\u00a0час"),
        (0.2, "5 в\u00a0день"),
        (0.05, "1,2 в\u00a0день"),
        (0.01, "1,7 в\u00a0неделю"),
    ],
)
def test_a_rate_is_said_so_that_it_can_be_thought(per_hour: float, shown: str) -> None:
    assert lines(an_incident(usual=per_hour), words())[0].endswith(f"обычно {shown}")


def test_the_same_words_are_quoted_without_what_is_private() -> None:
    same = an_incident(group=words_of("romashka", 12), words="Верните деньги, звоните +7 912 345-67-89")
    assert "«Верните деньги, звоните" in title(same)
    assert "345" not in title(same)


def test_its_state_is_its_owner_s_or_its_end() -> None:
    assert status(an_incident(), words()) == "происшествие никто не взял"
    assert status(an_incident(owner="anna"), words()) == "взяла Анна Иванова"
    ended = an_incident(owner="anna", calm_at=NOON - timedelta(minutes=5), over_at=NOON)
    assert status(ended, words()) == "обычный уровень с\u00a011:55"
    note = over_note(ended, CONTEXT, NOON)
    assert note.to == (ANNA,)
    assert note.text == (
        "Происшествие\u00a03: Ромашка Телеком, «связь» — обычный уровень с\u00a011:55."
        " Всего 63\u00a0обращения. Ещё ждут: 40."
    )


def test_who_takes_it_is_told_and_who_cannot_is_told_why() -> None:
    assert taken(3, ANNA) == "Происшествие\u00a03 теперь ваше, Анна"
    assert not_taken("anothers", "anna", CONTEXT) == "Происшествие уже взяла Анна Иванова"
    assert not_taken("anothers", "left", CONTEXT) == "Происшествие уже взяли"


@pytest.mark.parametrize(
    ("owner", "over", "is_lead", "refused"),
    [
        (None, False, False, None),
        ("anna", False, False, "already_yours"),
        ("oleg", False, False, "anothers"),
        ("oleg", False, True, None),
        (None, True, True, "over"),
    ],
)
def test_an_incident_has_one_owner_and_a_lead_may_change_that(
    owner: str | None,
    over: bool,  # noqa: FBT001  # a table
    is_lead: bool,  # noqa: FBT001  # a table
    refused: str | None,
) -> None:
    assert refusal_to_take(owner, NOON if over else None, "anna", is_lead=is_lead) == refused


@given(st.lists(st.integers(0, 10_000), max_size=40))
def test_a_picture_has_a_bar_for_each_count_and_the_highest_is_full(counted: list[int]) -> None:
    drawn = sparkline(counted)
    assert len(drawn) == len(counted)
    for count, bar in zip(counted, drawn, strict=True):
        assert (bar == BLOCKS[0]) is (count == 0)
        assert (bar == BLOCKS[-1]) is (count == max(counted) > 0) or bar == BLOCKS[-1]


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=20)))
def test_any_span_fits_into_a_picture(span: timedelta) -> None:
    assert span / step_of(NOON, NOON + span) < MOST_STEPS


def test_a_short_calm_is_looked_at_more_often() -> None:
    assert next_look(NOON, timedelta(minutes=30)) == NOON + timedelta(minutes=1)
    assert next_look(NOON, timedelta(seconds=10)) == NOON + timedelta(seconds=2)


def test_a_case_without_a_topic_has_a_group_of_its_kind() -> None:
    assert [group.kind for group in topics_of("romashka", ())] == ["no_topic"]
    assert [group.what for group in topics_of("romashka", ("связь", "деньги", "связь"))] == ["связь", "деньги"]
    assert (words_of("romashka", 12).what, words_of("romashka", 12).words_of) == ("=12", 12)


def test_the_button_asks_for_what_the_desk_understands() -> None:
    assert TAKE == "incident"
