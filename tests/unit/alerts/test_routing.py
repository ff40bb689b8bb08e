"""Routes: the first whose condition holds wins, and says in Russian why."""

from dataclasses import replace

import pytest

from alerts.routing import Chat, Receiver, Route, Routing, When, decide, holds, stand_ins
from domain.person import Person
from tests.fakes import a_candidate
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
    decision = decide(candidate, routing(Route(when=when, to=("crisis",))))
    assert decision.reason == reason
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
    assert not holds(when, a_candidate())
    decision = decide(a_candidate(), routing(Route(when=when, to=("crisis",))))
    assert decision.receivers == (SUPPORT,)
    assert decision.reason == "маршрут по умолчанию: условия остальных не подошли"


def test_the_first_route_that_holds_wins() -> None:
    routes = (
        Route(when=When(topics=("цена",)), to=("mirror",)),
        Route(when=When(topics=("связь",)), to=("crisis",)),
        Route(when=When(), to=("support",)),
    )
    decision = decide(a_candidate(), routing(*routes))
    assert decision.receivers == (CRISIS,)
    assert decision.reason.startswith("маршрут 2")


def test_receivers_keep_the_order_of_the_route_and_each_chat_stands_once() -> None:
    decision = decide(a_candidate(), routing(Route(when=When(), to=("crisis", "support", "mirror", "crisis"))))
    assert [one.name for one in decision.receivers] == ["crisis", "support"]
    assert [one.owner for one in decision.receivers] == ["anna", None]
    chats = [chat for one in decision.receivers for chat in one.chats]
    assert len(chats) == len(set(chats)) == 3


def test_without_routes_the_default_is_taken() -> None:
    assert decide(a_candidate(), routing()).reason == "маршрут по умолчанию"


ANNA = Person(id="anna", name="Анна", role="operator", users=users(telegram="111", slack="U01"))
OLEG = Person(id="oleg", name="Олег", role="operator", users=users(slack="U02"))
INNA = Person(id="inna", name="Инна", role="lead", users=users(telegram="333"))
IGOR = Person(id="igor", name="Игорь", role="engineer", users=users(telegram="444"))
PEOPLE = (IGOR, INNA, OLEG, ANNA)
RECEIVERS = {one.name: one for one in (SUPPORT, CRISIS, MIRROR)}


def private(receiver: Receiver, *people: Person) -> list[tuple[str, str]]:
    known = RECEIVERS | {receiver.name: receiver}
    return [(chat.messenger, chat.chat) for chat in stand_ins(known, people)[receiver.name]]


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
    (chats,) = stand_ins({"alone": alone}, (ANNA, replace(INNA, users=users(slack="U03")))).values()
    assert chats == (Chat(messenger="telegram", chat="111"),)


def test_a_person_is_known_under_an_id_of_earlier_days_and_stands_once() -> None:
    lead = replace(INNA, id="inna-2", former_ids=("inna",))
    assert private(replace(CRISIS, owner="inna", backup="inna"), lead) == [("telegram", "333")]


def test_a_private_chat_that_is_the_receivers_own_stands_in_for_nothing() -> None:
    own = Receiver(name="anna", owner="anna", chats=(Chat(messenger="telegram", chat="111"),))
    assert private(own, ANNA) == [("slack", "U01")]
