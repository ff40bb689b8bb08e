"""Engineers asked too often: when that is news, when it is over, and what the lead reads."""

import pytest

from alerts.cards.escalation import Escalations, News, news, news_note
from alerts.outreach.policy import EngineersAlarm
from domain.person import Person
from tests.people import users

ALARM = EngineersAlarm()
OLEG = Person(id="oleg", name="Олег Смирнов", role="lead", users=users(telegram="222"), gender="m")


def of(asked: int, cases: int) -> Escalations:
    return Escalations(brand="romashka", brand_title="Ромашка Телеком", cases=cases, asked=asked)


@pytest.mark.parametrize(
    ("asked", "cases", "told", "what"),
    [
        pytest.param(1, 3, False, None, id="one of three is no habit"),
        pytest.param(19, 19, False, None, id="below the least number nothing is said"),
        pytest.param(2, 20, False, None, id="a tenth is not more than a tenth"),
        pytest.param(3, 20, False, "too_many", id="more than a tenth of enough cases"),
        pytest.param(3, 20, True, None, id="it is told once"),
        pytest.param(3, 30, True, None, id="just below the threshold is not over: it would be back tomorrow"),
        pytest.param(2, 25, True, "over", id="clearly below"),
        pytest.param(0, 1, True, "over", id="a quiet week ends it"),
        pytest.param(2, 25, False, None, id="what was never told is never over"),
    ],
)
def test_the_lead_hears_of_a_change_and_of_nothing_else(
    asked: int,
    cases: int,
    told: bool,  # noqa: FBT001 - a table
    what: News | None,
) -> None:
    assert news(of(asked, cases), ALARM, told=told) == what


def test_the_word_names_the_brand_the_time_the_figures_and_what_to_do_and_calls_the_leads() -> None:
    note = news_note("too_many", of(3, 23), ALARM, (OLEG,))
    assert note.text.replace("\xa0", " ") == (
        "⚠️ Инженеров спрашивают слишком часто. «Ромашка Телеком», за 7 дней: спросили по 3 обращениям из 23"
        " (13 %), порог 10 %. Посмотрите, каких ответов не хватает операторам: заготовок, доступа, знаний."
    )
    assert note.to == (OLEG,)


def test_the_end_calls_nobody() -> None:
    note = news_note("over", of(1, 40), ALARM, (OLEG,))
    assert note.text.replace("\xa0", " ") == (
        "✅ Инженеров снова спрашивают в меру. «Ромашка Телеком», за 7 дней: спросили по 1 обращению"
        " из 40 (2,5 %)."
    )
    assert note.to == ()
