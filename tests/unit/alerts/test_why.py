"""«Почему сюда?»: the stored way is told in Russian, to who asks, and nothing happens to the case."""

from dataclasses import replace

import pytest

from alerts.cards.asking import Reply
from alerts.cards.buttons import read_press, rows
from alerts.cards.context import CardContext
from alerts.cases.case import Case
from alerts.cases.commands import Claim, Close, MoveTo, Snooze, Write
from alerts.path import Condition, Path, Step
from domain.person import Absence
from tests.fakes import NOON
from tests.unit.alerts.histories import ANNA, CONTEXT, PEOPLE, History, a_case, at

BY_TOPIC = Path(
    steps=(
        Step(place=(2,), held=(Condition(key="brands", found=("vasilek",)),)),
        Step(
            place=(2, 1),
            held=(Condition(key="topics", found=("связь",)), Condition(key="networks", found=("vk",))),
        ),
    ),
    receivers=("support", "night"),
    others=True,
)
URGENT = Path(
    steps=(Step(place=(1,), held=(Condition(key="urgency_at", value=0.95, floor=0.9),)),),
    receivers=("crisis", "support"),
    others=True,
)


def opened(path: Path | None = BY_TOPIC) -> History:
    return History(case=a_case()).by_customer(Write(mention=1, strength="complaint", path=path))


def why(history: History, context: CardContext = CONTEXT) -> list[str]:
    reply = read_press(history.case, "why", None, ANNA, context, history.now)
    assert isinstance(reply, Reply)
    assert reply.reason == "explained"
    return reply.text.replace("\xa0", " ").split("\n")


def is_offered(case: Case) -> bool:
    return any(button.action == "why" for row in rows(case, CONTEXT, NOON) for button in row)


def test_the_way_is_told_as_it_was_decided_with_who_answers() -> None:
    assert why(opened()) == [
        "Маршрут 2: бренд «Василёк Телеком» → 2.1: сеть ВКонтакте, тема связь. Получатели: support, night.",
        "Отвечает «support»: Анна Иванова.",
    ]


def test_another_way_by_which_the_case_came_to_more_chats_is_told_with_its_time() -> None:
    history = opened().later(minutes=65)
    history.by_customer(Write(mention=2, strength="complaint", path=BY_TOPIC))
    history.by_customer(Write(mention=3, strength="complaint", path=URGENT))
    assert why(history)[1:] == [
        "В 13:05 ещё и маршрут 1: срочность 95 % не ниже 90 %. Получатели: crisis, support.",
        "Отвечает «support»: Анна Иванова.",
    ]


def test_who_stands_in_is_named() -> None:
    away = replace(ANNA, absence=Absence(substitute="oleg"))
    context = replace(CONTEXT, people=(away, *PEOPLE[1:]))
    assert why(opened(), context)[-1] == "Отвечает «support»: Анна Иванова, сейчас вместо неё Олег Смирнов."


def test_a_receiver_that_is_gone_from_the_config_is_said_to_be() -> None:
    gone = opened(replace(BY_TOPIC, receivers=("old",)))
    assert why(gone)[-1] == "Отвечал «old», теперь его нет в настройках."


def test_a_condition_of_a_later_version_is_passed_over() -> None:
    later = Path(steps=(Step(place=(1,), held=(Condition(key="mood", found=("зол",)),)),), receivers=("support",))
    assert why(opened(later))[0] == "Маршрут 1: подходит всем, условий нет. Получатели: support."


@pytest.mark.parametrize(
    "history",
    [
        opened(),
        opened().by(ANNA, Claim()),
        opened().by(ANNA, Snooze(until=at(hours=1))),
        opened().by(ANNA, Close()),
    ],
)
def test_it_is_offered_wherever_the_case_stands(history: History) -> None:
    assert is_offered(history.case)


def test_a_case_without_a_way_offers_no_explanation_and_an_old_button_says_why() -> None:
    assert not is_offered(opened(None).case)
    assert why(opened(None)) == ["Путь этого обращения не записан: оно из прежней версии"]


def test_who_handed_the_case_on_is_told_and_who_answers_since_then() -> None:
    history = opened().later(minutes=5).by(ANNA, MoveTo(receiver="night"))
    assert why(history)[1:] == ["Анна Иванова передала в «night» в 12:05.", "Отвечает «night»."]
