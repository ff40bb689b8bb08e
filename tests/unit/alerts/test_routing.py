"""Routes: the first whose condition holds wins, and says in Russian why."""

import pytest

from alerts.routing import Chat, Receiver, Route, Routing, When, decide, holds
from tests.fakes import a_candidate

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
