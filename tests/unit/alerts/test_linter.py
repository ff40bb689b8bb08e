"""The linter finds every kind of hole that is planted in a random tree, and calls nothing a hole that is none."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.routing import AuthorList, Chat, Route, Routing, When, decide, holds
from alerts.routing.linter import (
    Duty,
    Hole,
    NeverHolds,
    NobodyOnCall,
    NobodyOwns,
    NobodyRings,
    NobodySent,
    NobodyStandsIn,
    NobodyWorks,
    NothingLeft,
    TakesAll,
    holes,
)
from alerts.routing.regions import Moment, escape, inside
from alerts.sla import Hours
from domain.person import Absence, Person, messenger_id
from tests.unit.alerts import trees
from tests.unit.alerts.trees import (
    ALL_DAY,
    SKILLS,
    WORLD,
    conditions,
    mentions,
    one_of,
    receiver,
    staffed,
    whole_world,
)

PLANTED = When(authors=(AuthorList(name="посаженные", members=frozenset({"vk:777"})),))
"""What no random condition takes away, in front of all others."""
CLOCKS = [time(hour, minute) for hour in range(24) for minute in (0, 10, 20)]
planted = settings(max_examples=30)
"""The hole is there in every example; only the tree around it changes."""
MOMENTS = [Moment(day, clock) for day in ("weekdays", "weekend") for clock in CLOCKS]  # type: ignore[arg-type]


def found(routing: Routing, kind: type[Any], **around: Any) -> list[Any]:
    return [hole for hole in holes(routing, replace(WORLD, **around)) if isinstance(hole, kind)]


def in_front(routing: Routing, *routes: Route) -> Routing:
    return replace(routing, routes=(*routes, *routing.routes))


@given(trees.trees, mentions())
def test_some_receiver_is_always_found_and_no_hole_lies_on_the_way(routing: Routing, mention: Any) -> None:
    candidate, now = mention
    decision = decide(candidate, routing, now)
    assert decision.receivers
    named = holes(routing, WORLD)
    never = {hole.place for hole in named if isinstance(hole, NeverHolds)}
    unsent = {hole.receiver for hole in named if isinstance(hole, NobodySent)}
    assert never.isdisjoint(step.place for step in decision.path.steps)
    assert unsent.isdisjoint(decision.path.receivers)


@given(conditions, st.lists(conditions, max_size=4))
def test_what_escapes_conditions_is_a_mention_for_which_none_of_them_holds(when: When, others: list[When]) -> None:
    region = escape(inside(whole_world(*MOMENTS), when), others)
    if region is None or (made := one_of(region)) is None:
        return
    candidate, tree, now = made
    assert holds(when, candidate, tree, now)
    assert not any(holds(other, candidate, tree, now) for other in others)


@given(conditions, st.lists(conditions, max_size=3), mentions(), st.sets(st.sampled_from(SKILLS)))
def test_where_nothing_escapes_every_mention_is_taken(
    when: When, others: list[When], mention: Any, known: set[str]
) -> None:
    candidate, now = mention
    tree = staffed(*known)
    if escape(inside(whole_world(*MOMENTS), when), others) is None and holds(when, candidate, tree, now):
        assert any(holds(other, candidate, tree, now) for other in others)


@planted
@given(trees.trees, st.sampled_from(["brands", "networks", "intents", "languages", "days", "hours"]))
def test_a_condition_that_contradicts_the_one_above_is_found(routing: Routing, key: str) -> None:
    one, other = {
        "brands": (("vasilek",), ("lyutik",)),
        "networks": (("vk",), ("x",)),
        "intents": (("vent",), ("solve",)),
        "languages": (("ru",), ("latin", "other")),
        "days": (("weekend",), ("weekdays",)),
        "hours": (((time(22), time(6)),), ((time(6), time(22)),)),
    }[key]
    below = Route(when=When(**{key: other}), to=("r1",))
    above = Route(when=When(**{key: one}), to=("r2",), routes=(below,))
    tree = in_front(routing, above)
    assert NeverHolds(place=(1, 1), why="contradiction") in found(tree, NeverHolds)


@planted
@given(trees.trees)
def test_an_author_of_another_network_is_a_contradiction(routing: Routing) -> None:
    route = Route(when=replace(PLANTED, networks=("x",)), to=("r1",))
    assert NeverHolds(place=(1,), why="contradiction") in found(in_front(routing, route), NeverHolds)


@planted
@given(trees.trees, conditions, conditions)
def test_a_route_below_one_that_takes_all_it_could_is_found(routing: Routing, wide: When, more: When) -> None:
    narrow = replace(wide, urgency_at=max(wide.urgency_at or 0, 0.95), topics=wide.topics or more.topics)
    tree = replace(routing, routes=(Route(when=wide, to=("r1",)), *routing.routes, Route(when=narrow, to=("r2",))))
    last = len(tree.routes)
    if wide == When():
        assert TakesAll(place=(1,)) in found(tree, TakesAll)
    else:
        assert last in [hole.place[0] for hole in found(tree, NeverHolds) if len(hole.place) == 1] or found(
            tree, TakesAll
        )


@planted
@given(trees.trees)
def test_routes_that_together_take_all_leave_nothing_below(routing: Routing) -> None:
    both = [Route(when=When(networks=(network,)), to=("r1",)) for network in ("vk", "x")]
    tree = in_front(routing, *both)
    never = {hole.place for hole in found(tree, NeverHolds)}
    assert never >= {(number,) for number in range(3, len(tree.routes) + 1)}
    assert all(hole.by is None or hole.place[:1] > (2,) for hole in found(tree, NeverHolds))


@planted
@given(trees.trees)
def test_who_may_be_away_takes_nothing_for_good(routing: Routing) -> None:
    narrow = replace(PLANTED, skills=("связь",))
    tree = in_front(
        routing, Route(when=narrow, to=("r1",)), Route(when=narrow, to=("r2",)), Route(when=PLANTED, to=("r3",))
    )
    never = {hole.place: hole.by for hole in found(tree, NeverHolds)}
    assert never[2,] == (1,)
    assert (3,) not in never


@planted
@given(trees.trees)
def test_a_skill_asked_for_where_nobody_who_has_it_works_is_a_contradiction(routing: Routing) -> None:
    at_night = replace(PLANTED, skills=("цена",), hours=((time(22), time(9)),))
    below = Route(when=replace(PLANTED, days=("weekend",), skills=("цена",)), to=("r1",))
    tree = in_front(routing, Route(when=at_night, to=("r1",)), below)
    contradictions = {hole.place for hole in found(tree, NeverHolds) if hole.why == "contradiction"}
    assert {(1,), (2,)} <= contradictions


WIDER = [
    (When(words=("=верните",)), When(words=("вернуть",))),
    (When(words=("вернуть деньги", "=верните")), When(words=("суд", "вернуть"))),
    (When(words=("суд",)), When(words=("суд", "вернуть"))),
    (When(topics=("возврат",), brands=("lyutik",)), When(topics=("возврат", "цена"))),
    (When(urgency_at=0.9, networks=("vk",)), When(urgency_at=0.5, networks=("vk", "x"))),
    (When(hours=((time(10), time(12)),)), When(hours=((time(9), time(18)),))),
    (When(brands=("lyutik",)), When(brands=("lyutik",))),
]
"""A condition, and one that holds wherever it does."""


@planted
@given(trees.trees, st.sampled_from(WIDER), st.booleans())
def test_a_route_inside_another_that_takes_all_of_it_is_found(
    routing: Routing,
    pair: tuple[When, When],
    named: bool,  # noqa: FBT001  # Hypothesis gives it by position
) -> None:
    narrow, wide = pair
    inner = Route(when=wide, to=("r1",), routes=(Route(when=When(intents=("vent",)), to=("r3",)),))
    tree = in_front(routing, Route(when=narrow, to=("r2",) if named else (), routes=(inner,)))
    assert (TakesAll(place=(1, 1), empty=False) in found(tree, TakesAll)) is named
    turned = in_front(routing, Route(when=wide, to=("r2",), routes=(Route(when=narrow, to=("r1",)),)))
    if narrow != wide:
        assert not [hole for hole in found(turned, TakesAll) if hole.place == (1, 1)]


@planted
@given(trees.trees, st.sampled_from(WIDER))
def test_a_route_after_one_whose_words_stand_in_all_its_texts_is_found(
    routing: Routing, pair: tuple[When, When]
) -> None:
    narrow, wide = pair
    tree = in_front(routing, Route(when=wide, to=("r1",)), Route(when=narrow, to=("r2",)))
    assert NeverHolds(place=(2,), why="taken", by=(1,)) in found(tree, NeverHolds)


@planted
@given(trees.trees)
def test_a_receiver_whose_routes_inside_take_all_together_is_found(routing: Routing) -> None:
    halves = [Route(when=When(days=(day,)), to=("r1",)) for day in ("weekdays", "weekend")]
    tree = in_front(routing, Route(when=When(brands=("lyutik",)), to=("r2",), routes=tuple(halves)))
    assert NothingLeft(place=(1,)) in found(tree, NothingLeft)
    inherits = replace(halves[0], to=(), routes=(Route(when=When(urgency_at=0.9), to=("r3",)),))
    for inner in ([halves[0]], [inherits, halves[1]]):
        tree = in_front(routing, Route(when=When(brands=("lyutik",)), to=("r2",), routes=tuple(inner)))
        assert NothingLeft(place=(1,)) not in found(tree, NothingLeft)


@pytest.mark.parametrize("when", [When(brands=("vasilek",)), When(networks=("vk",))])
def test_to_name_the_only_brand_or_network_there_is_is_no_hole(when: When) -> None:
    tree = Routing(
        receivers=(receiver("r1"), receiver("r2")),
        default=("r1",),
        routes=(Route(when=when, to=("r2",), routes=(Route(when=When(urgency_at=0.9), to=("r1",)),)),),
    )
    assert found(tree, TakesAll, heard=frozenset({("vasilek", "vk")})) == []


@planted
@given(trees.trees)
def test_a_receiver_that_no_route_names_is_found(routing: Routing) -> None:
    tree = replace(routing, receivers=(*routing.receivers, receiver("planted")))
    assert NobodySent(receiver="planted", named=False) in found(tree, NobodySent)
    assert not any(
        hole.receiver == "planted" for hole in found(tree, NobodySent, also_told=frozenset({"planted"}))
    )


@planted
@given(trees.trees)
def test_a_receiver_of_routes_that_never_hold_is_found(routing: Routing) -> None:
    tree = replace(routing, receivers=(*routing.receivers, receiver("planted")))
    dead = Route(when=When(brands=("lyutik",)), to=("planted",))
    tree = in_front(tree, Route(when=When(brands=("vasilek",)), to=("r1",), routes=(dead,)))
    assert NobodySent(receiver="planted", named=True) in found(tree, NobodySent)


@planted
@given(trees.trees, st.booleans())
def test_what_nobody_owns_is_found_by_its_topics_and_brands(routing: Routing, shared: bool) -> None:  # noqa: FBT001  # Hypothesis gives it by position
    tree = replace(routing, receivers=(*routing.receivers, receiver("planted", owner=None)))
    to = ("planted", "r1") if shared else ("planted",)
    below = Route(when=replace(PLANTED, topics=("возврат",)), to=to)
    tree = in_front(tree, Route(when=When(brands=("vasilek",)), to=("r1",), routes=(below,)))
    hole = NobodyOwns(place=(1, 1), receivers=to, topics=("возврат",), brands=("vasilek",))
    assert (hole in found(tree, NobodyOwns)) is not shared


@planted
@given(trees.trees)
def test_where_no_receiver_has_an_owner_none_is_missed(routing: Routing) -> None:
    tree = replace(routing, receivers=tuple(replace(one, owner=None) for one in routing.receivers))
    assert found(tree, NobodyOwns) == []


def keeping(**blocks: Any) -> Hours:
    return replace(ALL_DAY, **blocks)


@planted
@given(trees.trees)
def test_a_weekend_in_which_nobody_works_on_a_topic_is_found(routing: Routing) -> None:
    tree = replace(routing, receivers=(*routing.receivers, receiver("planted", hours=keeping(weekend=()))))
    tree = in_front(tree, Route(when=replace(PLANTED, topics=("возврат",)), to=("planted",)))
    (hole,) = [hole for hole in found(tree, NobodyWorks) if hole.place == (1,)]
    assert (hole.day, hole.whole, hole.topics, hole.spans) == ("weekend", True, ("возврат",), ((0, 24 * 60),))


@planted
@given(trees.trees)
def test_hours_in_which_others_work_are_found_to_the_minute_of_a_quarter(routing: Routing) -> None:
    hours = keeping(weekdays=((time(10), time(13)), (time(14), time(18, 30))))
    tree = replace(routing, receivers=(*routing.receivers, receiver("planted", hours=hours)))
    tree = in_front(tree, Route(when=PLANTED, to=("planted",)))
    (hole,) = [hole for hole in found(tree, NobodyWorks) if hole.place == (1,)]
    assert (hole.day, hole.whole) == ("weekdays", False)
    assert hole.spans == ((0, 600), (780, 840), (1110, 1440))


@planted
@given(trees.trees)
def test_hours_that_a_route_gives_to_another_are_no_hole(routing: Routing) -> None:
    hours = keeping(weekend=(), weekdays=((time(9), time(18)),))
    tree = replace(routing, receivers=(*routing.receivers, receiver("planted", hours=hours)))
    elsewhere = (
        Route(when=replace(PLANTED, days=("weekend",)), to=("r1",)),
        Route(when=replace(PLANTED, hours=((time(18), time(9)),)), to=("r1",)),
    )
    tree = in_front(tree, *elsewhere, Route(when=PLANTED, to=("planted",)))
    assert [hole for hole in found(tree, NobodyWorks) if hole.place == (3,)] == []


ANNA = Person(id="anna", name="Анна", role="operator")
OLEG = Person(id="oleg", name="Олег", role="lead")
TODAY = date(2026, 11, 29)


def away(person: Person, since: str | None, until: str | None, substitute: str | None = None) -> Person:
    days = [None if day is None else date.fromisoformat(day) for day in (since, until)]
    return replace(person, absence=Absence(since=days[0], until=days[1], substitute=substitute))


@planted
@given(trees.trees)
def test_an_owner_who_is_away_without_a_substitute_is_found(routing: Routing) -> None:
    people = (away(ANNA, "2026-12-01", "2026-12-12"), OLEG)
    named = found(routing, NobodyStandsIn, people=people, today=TODAY)
    assert named
    assert {(hole.person, hole.day) for hole in named} == {("anna", date(2026, 12, 1))}


@pytest.mark.parametrize(
    ("people", "day"),
    [
        ((away(ANNA, "2026-12-01", "2026-12-12", "oleg"), OLEG), None),
        ((away(ANNA, "2026-11-01", "2026-11-28"), OLEG), None),
        ((away(ANNA, None, None), OLEG), TODAY),
        ((away(ANNA, "2026-12-01", "2026-12-12", "oleg"), away(OLEG, "2026-12-05", None)), date(2026, 12, 5)),
        ((away(ANNA, "2026-12-01", "2026-12-12", "oleg"), away(OLEG, "2026-12-13", None)), None),
        (
            (away(ANNA, "2026-12-01", "2026-12-12", "oleg"), away(OLEG, "2026-11-01", "2026-12-01")),
            date(2026, 12, 1),
        ),
    ],
)
def test_a_day_off_is_a_hole_from_the_first_day_on_which_nobody_stands_in(
    people: tuple[Person, ...], day: date | None
) -> None:
    tree = Routing(receivers=(receiver("r1"),), default=("r1",))
    named = found(tree, NobodyStandsIn, people=people, today=TODAY)
    assert [hole.day for hole in named] == ([] if day is None else [day])


NIGHTS = keeping(weekdays=((time(9), time(18)),), night="urgent")


@planted
@given(trees.trees)
def test_a_receiver_that_calls_nobody_at_night_is_found_where_others_do(routing: Routing) -> None:
    others = tuple(replace(each, on_call="oleg") for each in routing.receivers)
    tree = replace(routing, receivers=(*others, receiver("planted", hours=NIGHTS)))
    tree = in_front(tree, Route(when=replace(PLANTED, topics=("возврат",)), to=("planted",)))
    hole = NobodyOnCall(place=(1,), receivers=("planted",), topics=("возврат",))
    assert hole in found(tree, NobodyOnCall)
    for kept in (ALL_DAY, replace(NIGHTS, night="hold")):
        fine = replace(tree, receivers=(*others, receiver("planted", hours=kept)))
        assert hole not in found(fine, NobodyOnCall)
    nobody = replace(tree, receivers=tuple(replace(each, on_call=None) for each in tree.receivers))
    assert found(nobody, NobodyOnCall) == []


@planted
@given(trees.trees)
def test_what_is_urgent_may_go_to_somebody_on_call_beside(routing: Routing) -> None:
    others = tuple(replace(each, on_call="oleg") for each in routing.receivers)
    tree = replace(routing, receivers=(*others, receiver("planted", hours=NIGHTS)))
    urgent = Route(when=replace(PLANTED, urgency_at=0.8), to=("planted", "r1"))
    assert found(in_front(tree, urgent, Route(when=PLANTED, to=("planted",))), NobodyOnCall) == []


@planted
@given(trees.trees)
def test_who_is_on_call_and_away_without_a_substitute_is_found(routing: Routing) -> None:
    tree = replace(routing, receivers=(*routing.receivers, receiver("planted", hours=NIGHTS, on_call="oleg")))
    tree = in_front(tree, Route(when=PLANTED, to=("planted",)))
    people = (ANNA, away(OLEG, "2026-12-01", "2026-12-12"))
    hole = NobodyStandsIn(receiver="planted", person="oleg", day=date(2026, 12, 1), duty="on_call")
    assert hole in found(tree, NobodyStandsIn, people=people, today=TODAY)
    instead = (ANNA, away(OLEG, "2026-12-01", "2026-12-12", "anna"))
    assert hole not in found(tree, NobodyStandsIn, people=instead, today=TODAY)


@planted
@given(trees.trees, st.sampled_from(["owner", "on_call"]))
def test_who_answers_where_his_messenger_does_not_know_him_is_found(routing: Routing, duty: Duty) -> None:
    chats = (Chat(messenger=messenger_id("slack"), chat="#c"), Chat(messenger=messenger_id("telegram"), chat="-1"))
    there = replace(receiver("planted", hours=NIGHTS, owner=None), chats=chats, **{duty: "oleg"})
    tree = in_front(replace(routing, receivers=(*routing.receivers, there)), Route(when=PLANTED, to=("planted",)))
    hole = NobodyRings(receiver="planted", person="oleg", duty=duty)
    assert hole in found(tree, NobodyRings, people=(ANNA, OLEG))
    known = replace(OLEG, users={messenger_id("telegram"): "222"})
    assert hole not in found(tree, NobodyRings, people=(ANNA, known))


def test_an_ordinary_config_has_no_hole() -> None:
    tree = Routing(
        receivers=(receiver("r1"), receiver("r2")),
        default=("r1",),
        routes=(
            Route(when=When(urgency_at=0.9), to=("r2", "r1")),
            Route(when=When(brands=("vasilek",)), routes=(Route(when=When(topics=("цена",)), to=("r2",)),)),
        ),
        hours=keeping(weekdays=((time(9), time(18)),), weekend=()),
    )
    none: tuple[Hole, ...] = ()
    assert holes(tree, WORLD) == none
