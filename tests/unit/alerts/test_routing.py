"""Routes: the first whose condition holds wins, and says in Russian why."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from alerts.candidate import Candidate
from alerts.cards.ways import lacking_words, way_words
from alerts.routing import AuthorList, Chat, Decision, Receiver, Route, Routing, When, decide, holds, stand_ins
from alerts.routing.deciding import passed_over
from alerts.sla import Hours
from domain.person import Absence, Person
from tests.fakes import NOON, a_candidate
from tests.people import users

SHARED = Chat(messenger="slack", chat="#support")
SUPPORT = Receiver(name="support", chats=(Chat(messenger="telegram", chat="-1", topic=7), SHARED))
CRISIS = Receiver(
    name="crisis", owner="anna", backup="oleg", chats=(Chat(messenger="telegram", chat="-3"), SHARED)
)
MIRROR = Receiver(name="mirror", chats=(SHARED,))


def routing(*routes: Route, default: tuple[str, ...] = ("support",)) -> Routing:
    return Routing(receivers=(SUPPORT, CRISIS, MIRROR), default=default, routes=routes)


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (When(), "маршрут 1: подходит всем, условий нет"),
        (When(brands=("vasilek",)), "маршрут 1: бренд «Василёк Телеком»"),
        (When(networks=("vk", "x")), "маршрут 1: сеть ВКонтакте"),
        (When(topics=("связь", "цена")), "маршрут 1: тема связь"),
        (When(intents=("vent",)), "маршрут 1: намерение: делится недовольством"),
        (When(urgency_at=0.9), "маршрут 1: срочность 95\xa0% не ниже 90\xa0%"),
        (When(complaint_at=0.8), "маршрут 1: вероятность жалобы 87\xa0% не ниже 80\xa0%"),
        (When(reach_at=1000), "маршрут 1: охват 20\xa0000 не ниже 1\xa0000"),
        (
            When(networks=("vk",), topics=("связь",)),
            "маршрут 1: сеть ВКонтакте, тема связь",
        ),
    ],
)
def test_a_route_names_the_conditions_that_held(when: When, reason: str) -> None:
    candidate = a_candidate(urgency=0.95, reach=20_000, network_title="ВКонтакте")
    decision = decide(candidate, routing(Route(when=when, to=("crisis",))), NOON)
    assert said(decision, candidate) == reason
    assert decision.receivers == (CRISIS,)


@pytest.mark.parametrize(
    "when",
    [
        When(brands=("other",)),
        When(networks=("x",)),
        When(topics=("цена",)),
        When(intents=("question",)),
        When(urgency_at=0.9),
        When(complaint_at=0.88),
        When(reach_at=1),
        When(networks=("vk",), topics=("цена",)),
    ],
)
def test_a_route_is_passed_over_when_one_part_does_not_hold(when: When) -> None:
    tree = routing(Route(when=when, to=("crisis",)))
    assert not holds(when, a_candidate(), tree, NOON)
    decision = decide(a_candidate(), tree, NOON)
    assert decision.receivers == (SUPPORT,)
    assert said(decision) == "маршрут по умолчанию: условия остальных не подошли"


EVENINGS = Hours(
    weekdays=((time(14), time(22)),), weekend=(), holidays=None, night="hold", timezone="Europe/Moscow"
)
VERA = Person(id="vera", name="Вера", role="operator", skills=("возврат", "lyutik"))


@pytest.mark.parametrize(
    ("person", "receiver", "shifts", "moscow", "holds_"),
    [
        pytest.param(VERA, SUPPORT, {}, 12, True, id="at work"),
        pytest.param(replace(VERA, skills=("цена",)), SUPPORT, {}, 12, False, id="knows something else"),
        pytest.param(replace(VERA, absence=Absence()), SUPPORT, {}, 12, False, id="away"),
        pytest.param(VERA, SUPPORT, {"vera": EVENINGS}, 12, False, id="before her own hours"),
        pytest.param(VERA, SUPPORT, {"vera": EVENINGS}, 15, True, id="in her own hours"),
        pytest.param(VERA, replace(SUPPORT, hours=EVENINGS), {}, 12, False, id="before her receiver's"),
        pytest.param(VERA, replace(SUPPORT, people=("oleg",)), {}, 12, False, id="of no receiver's people"),
        pytest.param(replace(VERA, role="lead"), replace(SUPPORT, people=("vera",)), {}, 12, True, id="a lead"),
    ],
)
def test_a_route_may_ask_for_somebody_at_work_who_knows(
    person: Person, receiver: Receiver, shifts: dict[str, Hours], moscow: int, *, holds_: bool
) -> None:
    asked = Route(when=When(skills=("возврат", "доставка")), to=("crisis",))
    closed = replace(CRISIS, people=("nobody",))
    tree = Routing(
        receivers=(receiver, closed), default=("support",), routes=(asked,), shifts=shifts, people=(person,)
    )
    decision = decide(a_candidate(), tree, NOON.replace(hour=moscow - 3))
    assert [one.name for one in decision.receivers] == ["crisis" if holds_ else "support"]
    if holds_:
        assert said(decision) == "маршрут 1: на смене есть кто умеет: возврат"
    else:
        (passed,) = passed_over(a_candidate(), tree, NOON.replace(hour=moscow - 3))
        assert lacking_words(passed.held) == "на смене нет того, кто это умеет"


def test_the_first_route_that_holds_wins() -> None:
    routes = (
        Route(when=When(topics=("цена",)), to=("mirror",)),
        Route(when=When(topics=("связь",)), to=("crisis",)),
        Route(when=When(), to=("support",)),
    )
    decision = decide(a_candidate(), routing(*routes), NOON)
    assert decision.receivers == (CRISIS,)
    assert said(decision).startswith("маршрут 2")


def test_receivers_keep_the_order_of_the_route_and_each_chat_stands_once() -> None:
    decision = decide(
        a_candidate(), routing(Route(when=When(), to=("crisis", "support", "mirror", "crisis"))), NOON
    )
    assert [one.name for one in decision.receivers] == ["crisis", "support"]
    assert [one.owner for one in decision.receivers] == ["anna", None]
    chats = [chat for one in decision.receivers for chat in one.chats]
    assert len(chats) == len(set(chats)) == 3


def test_without_routes_the_default_is_taken() -> None:
    assert said(decide(a_candidate(), routing(), NOON)) == "маршрут по умолчанию"


BY_BRAND = Route(
    when=When(brands=("vasilek",)),
    to=("support",),
    routes=(
        Route(when=When(topics=("связь",)), to=("crisis",)),
        Route(when=When(topics=("цена",)), routes=(Route(when=When(reach_at=100), to=("mirror",)),)),
    ),
)


def test_a_tree_is_entered_down_to_the_last_route_that_holds_and_says_how() -> None:
    decision = decide(a_candidate(), routing(Route(when=When(networks=("x",)), to=("mirror",)), BY_BRAND), NOON)
    assert decision.receivers == (CRISIS,)
    assert said(decision) == "маршрут 2: бренд «Василёк Телеком» → 2.1: тема связь"


def test_a_route_that_holds_is_final_though_none_below_it_does() -> None:
    later = Route(when=When(), to=("crisis",))
    decision = decide(a_candidate(topics=("доставка",)), routing(BY_BRAND, later), NOON)
    assert (decision.receivers, said(decision)) == ((SUPPORT,), "маршрут 1: бренд «Василёк Телеком»")


def test_a_route_without_receivers_has_those_of_the_route_above() -> None:
    decision = decide(a_candidate(topics=("цена",)), routing(BY_BRAND), NOON)
    assert decision.receivers == (SUPPORT,)
    assert said(decision) == "маршрут 1: бренд «Василёк Телеком» → 1.2: тема цена"


PRESS = AuthorList(name="пресса", members=frozenset({"vk:7", "x:ivan_p"}))
NIGHT = ((time(22), time(9)),)


@pytest.mark.parametrize(
    ("when", "candidate", "reason"),
    [
        (When(languages=("ru", "latin")), a_candidate(language="latin"), "язык: латиница"),
        (When(words=("суд", "роспотребнадзор")), a_candidate(spoken=("суд",)), "слово «суд»"),
        (When(authors=(PRESS,)), a_candidate(), "автор из списка «пресса»"),
        (
            When(authors=(PRESS,)),
            a_candidate(network="x", author_id="900", author_handle="Ivan_P"),
            "автор из списка «пресса»",
        ),
    ],
)
def test_a_route_may_ask_for_the_author_the_language_and_the_words(
    when: When, candidate: Candidate, reason: str
) -> None:
    decision = decide(candidate, routing(Route(when=when, to=("crisis",))), NOON)
    assert said(decision) == f"маршрут 1: {reason}"


@pytest.mark.parametrize(
    "candidate",
    [
        a_candidate(network="x"),
        a_candidate(author_id="70"),
        a_candidate(author_id="8", author_handle="7x"),
    ],
)
def test_another_author_is_not_of_the_list(candidate: Candidate) -> None:
    assert not holds(When(authors=(PRESS,)), candidate, routing(), NOON)


@pytest.mark.parametrize(
    ("clock", "at_night"), [("21:59", False), ("22:00", True), ("03:00", True), ("08:59", True), ("09:00", False)]
)
def test_hours_over_midnight_are_counted_where_the_operators_work(clock: str, *, at_night: bool) -> None:
    tree = replace(
        routing(),
        hours=Hours(weekdays=(), weekend=(), holidays=None, night="send", timezone="Asia/Yekaterinburg"),
    )
    local = datetime.fromisoformat(f"2026-11-18T{clock}:00+05:00")
    assert holds(When(hours=NIGHT), a_candidate(), tree, local.astimezone(UTC)) is at_night


def test_the_last_minute_of_a_day_is_in_hours_that_end_at_midnight() -> None:
    evening = When(hours=((time(18), time.max),))
    midnight = datetime(2026, 11, 18, 21, tzinfo=UTC)
    assert holds(evening, a_candidate(), routing(), midnight - timedelta(seconds=1))
    assert not holds(evening, a_candidate(), routing(), midnight)


@pytest.mark.parametrize(
    ("day", "holidays", "free"),
    [
        ("2026-11-18", None, False),
        ("2026-11-21", None, True),
        ("2026-11-04", None, False),
        ("2026-11-04", "russia", True),
    ],
)
def test_a_holiday_is_of_the_weekend_where_the_hours_say_so(day: str, holidays: Any, *, free: bool) -> None:
    tree = replace(routing(), hours=Hours(weekdays=(), weekend=(), holidays=holidays, night="send"))
    noon = datetime.fromisoformat(f"{day}T12:00:00+03:00")
    assert holds(When(days=("weekend",)), a_candidate(), tree, noon) is free
    assert holds(When(days=("weekdays",)), a_candidate(), tree, noon) is not free


def said(decision: Decision, candidate: Candidate | None = None) -> str:
    shown = candidate or a_candidate()
    return way_words(decision.path, brand=shown.brand_title, network=shown.network_title)


ANNA = Person(id="anna", name="Анна", role="operator", users=users(telegram="111", slack="U01"))
OLEG = Person(id="oleg", name="Олег", role="operator", users=users(slack="U02"))
INNA = Person(id="inna", name="Инна", role="lead", users=users(telegram="333"))
IGOR = Person(id="igor", name="Игорь", role="engineer", users=users(telegram="444"))
PEOPLE = (IGOR, INNA, OLEG, ANNA)
RECEIVERS = {one.name: one for one in (SUPPORT, CRISIS, MIRROR)}


def private(receiver: Receiver, *people: Person) -> list[tuple[str, str]]:
    known = RECEIVERS | {receiver.name: receiver}
    return [(chat.messenger, chat.chat) for chat in stand_ins(known, people, NOON.date())[receiver.name]]


def test_the_owner_stands_in_for_a_receivers_chats_then_the_backup_then_a_lead() -> None:
    assert private(CRISIS, *PEOPLE) == [
        ("telegram", "111"),
        ("slack", "U01"),
        ("slack", "U02"),
        ("telegram", "333"),
    ]


def test_where_nobody_answers_for_a_receiver_a_lead_stands_in() -> None:
    assert private(SUPPORT, *PEOPLE) == [("telegram", "333")]
    assert private(SUPPORT, IGOR) == []


def test_a_messenger_that_no_receiver_uses_may_be_off_and_is_not_tried() -> None:
    alone = Receiver(name="alone", owner="anna", chats=(Chat(messenger="telegram", chat="-1"),))
    people = (ANNA, replace(INNA, users=users(slack="U03")))
    (chats,) = stand_ins({"alone": alone}, people, NOON.date()).values()
    assert chats == (Chat(messenger="telegram", chat="111"),)


def test_who_is_away_is_told_last_and_his_substitute_in_his_place() -> None:
    away = replace(ANNA, absence=Absence(until=NOON.date(), substitute="igor"))
    told = private(CRISIS, IGOR, INNA, OLEG, away)
    assert told == [
        ("telegram", "444"),
        ("slack", "U02"),
        ("telegram", "333"),
        ("telegram", "111"),
        ("slack", "U01"),
    ]
    back = replace(ANNA, absence=Absence(until=NOON.date() - timedelta(days=1), substitute="igor"))
    assert private(CRISIS, IGOR, INNA, OLEG, back) == private(CRISIS, *PEOPLE)


def test_a_person_is_known_under_an_id_of_earlier_days_and_stands_once() -> None:
    lead = replace(INNA, id="inna-2", former_ids=("inna",))
    assert private(replace(CRISIS, owner="inna", backup="inna"), lead) == [("telegram", "333")]


def test_a_private_chat_that_is_the_receivers_own_stands_in_for_nothing() -> None:
    own = Receiver(name="anna", owner="anna", chats=(Chat(messenger="telegram", chat="111"),))
    assert private(own, ANNA) == [("slack", "U01")]
