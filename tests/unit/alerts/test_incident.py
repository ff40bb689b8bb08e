"""Incidents: who may take one, its picture and its words, and what the list of its cases shows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.context import CardContext, NetworkWords
from alerts.cards.incident import (
    BLOCKS,
    TAKE,
    history,
    lines,
    not_taken,
    note_of,
    over_note,
    sparkline,
    status,
    taken,
    title,
)
from alerts.cards.wording import Wording
from alerts.incidents.group import Group, topics_of, words_of
from alerts.incidents.history import (
    Began,
    Drafted,
    Ended,
    Fact,
    Grew,
    Happened,
    Taken,
    has_grown,
    latest_draft,
    standing,
)
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


def a_history(*facts: Fact) -> tuple[Happened, ...]:
    """A minute between two; what people do Anna does."""
    people = Taken | Drafted
    return tuple(
        Happened(
            number=number,
            fact=fact,
            at=NOON - timedelta(minutes=31 - number),
            actor="person" if isinstance(fact, people) else "program",
            person="anna" if isinstance(fact, people) else None,
            name="Анна Старая" if isinstance(fact, people) else None,
        )
        for number, fact in enumerate(facts, start=1)
    )


def test_the_card_tells_who_did_what_and_when() -> None:
    happened = a_history(Began(total=12), Taken(), Grew(total=24), Drafted(text="Чиним"), Ended(calm_at=NOON))
    assert history(an_incident(events=happened), words()) == (
        "11:30 началось: 12\u00a0жалоб · 11:31 взяла Анна Иванова · 11:32 уже 24"
        " · 11:33 Анна Иванова написала ответ для всех · 11:34 закончилось"
    )
    assert lines(an_incident(events=happened), words())[-1] == history(an_incident(events=happened), words())


def test_a_long_history_keeps_its_beginning_and_its_latest() -> None:
    happened = a_history(Began(total=5), *(Grew(total=10 * 2**step) for step in range(9)))
    told = history(an_incident(events=happened), words())
    assert told.startswith("11:30 началось: 5\u00a0жалоб · … ещё 4 … · 11:35 уже 160 · ")
    assert told.endswith("11:39 уже 2\u00a0560")
    assert told.count(" · ") == 6


def test_of_an_earlier_incident_no_time_and_no_number_is_made_up() -> None:
    happened = a_history(Began(), Taken(is_dated=False))
    assert history(an_incident(events=happened), words()) == "11:30 началось · взяла Анна Иванова"


def test_who_has_left_is_named_as_then() -> None:
    happened = a_history(Began(), Taken())
    gone = Wording(context=CardContext(), now=NOON)
    assert history(an_incident(events=happened), gone).endswith("11:31 взял(а) Анна Старая")


def test_the_history_comes_to_an_owner_and_an_end() -> None:
    happened = a_history(Began(total=5), Taken(), Grew(total=10))
    assert (standing(happened).owner, standing(happened).over_at) == ("anna", None)
    ended = standing(a_history(Began(total=5), Ended(calm_at=NOON)))
    assert (ended.owner, ended.calm_at, ended.over_at) == (None, NOON, NOON - timedelta(minutes=29))


def test_the_latest_words_for_all_count() -> None:
    happened = a_history(Began(), Drafted(text="Чиним"), Drafted(text="Починили"), Grew(total=9))
    assert latest_draft(happened) == happened[2]
    assert latest_draft(happened[:1]) is None


@given(st.lists(st.integers(0, 50), max_size=60))
def test_an_incident_s_growth_makes_a_dozen_lines_at_most(more: list[int]) -> None:
    known = total = 5
    written = 0
    for each in more:
        total += each
        if has_grown(known, total):
            assert total >= 2 * known
            known, written = total, written + 1
    assert written <= 10


def test_where_no_list_shows_it_a_word_tells_all_that_stands_above_one() -> None:
    began = note_of("incident_began", an_incident(), CONTEXT, NOON).text
    grew = note_of("incident_grew", an_incident(), CONTEXT, NOON).text
    assert began.splitlines()[:2] == [
        "Происшествие\u00a03: Ромашка Телеком, «связь»",
        "63\u00a0жалобы с\u00a011:20, обычно 1,2 в\u00a0час",
    ]
    assert grew.splitlines()[0] == "Происшествие\u00a03: Ромашка Телеком, «связь». Растёт"


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
