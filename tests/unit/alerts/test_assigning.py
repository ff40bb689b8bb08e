"""Who is given a case: each in turn, or who knows of it and has the least; nobody beyond his load."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alerts.routing import Receiver
from alerts.routing.assigning import Work, choose, most, team
from domain.person import Person
from tests.fakes import NOON

NAMES = ("anna", "boris", "vera", "gleb")
SKILLS = ("связь", "возврат", "vasilek")


def person(number: str, **fields: Any) -> Person:
    return replace(Person(id=number, name=number.title(), role="operator"), **fields)


PEOPLE = tuple(map(person, NAMES))
OLEG = Person(id="oleg", name="Олег", role="lead")
ALL = frozenset(NAMES)


def receiver(assign: Any, **fields: Any) -> Receiver:
    return replace(Receiver(name="support", chats=(), assign=assign), **fields)


def given_in_turn(receiver: Receiver, cases: int, people: tuple[Person, ...] = PEOPLE) -> list[str | None]:
    loads, turns, whose = Counter[str](), {}, list[str | None]()
    for number in range(cases):
        chosen = choose(receiver, people, Work(loads=loads, turns=turns), on_shift=ALL)
        whose.append(chosen.id if chosen else None)
        if chosen:
            loads[chosen.id] += 1
            turns[chosen.id] = NOON + timedelta(seconds=number)
    return whose


def test_where_whoever_likes_takes_a_case_nobody_is_given_one() -> None:
    assert choose(receiver("free"), PEOPLE, Work(), on_shift=ALL) is None


def test_in_turn_everybody_gets_one_before_anybody_gets_two() -> None:
    assert given_in_turn(receiver("round_robin"), 6) == [*NAMES, "anna", "boris"]


def test_a_receiver_s_own_people_alone_are_given_its_cases_leads_too() -> None:
    own = receiver("round_robin", people=("oleg", "vera"))
    assert [each.id for each in team(own, (*PEOPLE, OLEG))] == ["oleg", "vera"]
    assert [each.id for each in team(receiver("load"), (*PEOPLE, OLEG))] == list(NAMES)


def test_the_one_with_the_fewest_open_cases_gets_the_next_and_of_equals_who_waits_longest() -> None:
    turns = {"anna": NOON, "boris": NOON - timedelta(hours=1)}
    work = Work(loads={"vera": 3, "gleb": 3, "anna": 1, "boris": 1}, turns=turns)
    chosen = choose(receiver("load"), PEOPLE, work, on_shift=ALL)
    assert chosen is not None
    assert chosen.id == "boris"


def test_who_knows_of_it_comes_first_and_a_case_waits_for_no_expert() -> None:
    anna, boris, vera, gleb = PEOPLE
    staff = (replace(anna, skills=("связь",)), boris, replace(vera, skills=("возврат", "lyutik")), gleb)
    work = Work(loads={"anna": 5, "boris": 2, "vera": 9, "gleb": 1})

    def whose(about: set[str], on_shift: frozenset[str] = ALL) -> str | None:
        chosen = choose(receiver("load"), staff, work, on_shift=on_shift, about=about)
        return chosen.id if chosen else None

    assert whose({"возврат", "vasilek"}) == "vera"
    assert whose({"связь", "возврат"}) == "anna"
    assert whose({"цена"}) == "gleb"
    assert whose({"возврат"}, ALL - {"vera"}) == "gleb"
    assert whose({"возврат"}, frozenset({"anna"})) == "anna"
    assert whose({"возврат"}, frozenset()) is None


def test_the_smaller_of_a_person_s_load_and_the_receiver_s_holds() -> None:
    assert most(person("anna", load=3), receiver("load", load=5)) == 3
    assert most(person("anna", load=7), receiver("load", load=5)) == 5
    assert most(person("anna"), receiver("load")) is None
    full = given_in_turn(receiver("round_robin", load=1), 6)
    assert full == [*NAMES, None, None]


staffs = st.tuples(
    *(
        st.builds(
            person,
            st.just(name),
            load=st.one_of(st.none(), st.integers(1, 3)),
            skills=st.lists(st.sampled_from(SKILLS), max_size=2, unique=True).map(tuple),
        )
        for name in NAMES
    )
)
receivers = st.builds(
    receiver,
    st.sampled_from(["round_robin", "load"]),
    load=st.one_of(st.none(), st.integers(1, 4)),
    people=st.one_of(st.just(()), st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(tuple)),
)


@given(
    staffs,
    receivers,
    st.lists(
        st.tuples(
            st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(SKILLS)), st.sets(st.sampled_from(NAMES))
        ),
        max_size=20,
    ),
)
def test_nobody_gets_more_than_his_load_and_nobody_who_is_not_there_or_gave_it_back(
    staff: tuple[Person, ...], receiver: Receiver, cases: list[tuple[set[str], set[str], set[str]]]
) -> None:
    loads, turns = Counter[str](), {}
    for number, (on_shift, about, refused) in enumerate(cases):
        work = Work(loads=dict(loads), turns=dict(turns))
        chosen = choose(receiver, staff, work, on_shift=on_shift, about=about, refused=refused)
        able = [
            each
            for each in team(receiver, staff)
            if each.id in on_shift - refused
            and (most(each, receiver) is None or loads[each.id] < most(each, receiver))  # type: ignore[operator]
        ]
        assert (chosen is None) == (not able)
        if chosen is None:
            continue
        assert chosen in able
        loads[chosen.id] += 1
        turns[chosen.id] = NOON + timedelta(seconds=number)
        limit = most(chosen, receiver)
        assert limit is None or loads[chosen.id] <= limit
