"""Short replies: what they say with what they answer, and what numbers and addresses say."""

import math

import pytest

from classifiers.classify import Judge
from classifiers.read_text import ReadText
from classifiers.replies import details
from classifiers.tiers import missing, open_judge
from classifiers.verdict import Question

COMPLAINT = Question(
    text="Ромашка, третий день нет интернета, трубку никто не берёт, верните деньги", brand=((0, 7),)
)
PRAISE = Question(text="Ромашка, спасибо, всё быстро и вкусно", brand=((0, 7),))
CARD_AT = 0.6


@pytest.fixture(scope="module", params=[False, True], ids=["one tier", "both tiers"])
def judge(request: pytest.FixtureRequest) -> Judge:
    if request.param and missing() is not None:
        pytest.skip("needs the second tier")
    return open_judge(second=request.param)


@pytest.mark.parametrize(
    "text",
    [
        "у меня тоже", "И у нас так же!", "+1", "та же история(((", "Аналогично", "[id1|Анна], у меня тоже самое",
        "Анна, точно такая же фигня", "Поддерживаю!!!", "согласна с автором", "вот и у меня", "тоже",
    ],
)  # fmt: skip
def test_who_joins_in_says_what_he_answers(judge: Judge, text: str) -> None:
    alone, praised, joined, other = judge.classify(
        [
            Question(text=text),
            Question(text=text, parent=PRAISE),
            Question(text=text, parent=COMPLAINT),
            COMPLAINT,
        ]
    )
    assert max(alone.complaint, praised.complaint) <= 0.5
    assert joined.complaint == pytest.approx(other.complaint)
    assert joined.complaint > CARD_AT
    assert joined.label == "negative"
    logit = judge.intercept + sum(one.weight for one in joined.evidence)
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(joined.complaint)


@pytest.mark.parametrize(
    "text",
    ["у меня", "мне тоже нравится", "у нас тоже хорошо", "я тоже там была", "да", "и когда?", "ну и ну", "1"],
)
def test_who_tells_something_or_nothing_joins_in_with_nobody(text: str) -> None:
    assert not ReadText.of(Question(text=text)).joins


@pytest.mark.parametrize("text", ["позор", "🤬🤬"])
def test_a_bare_exclamation_is_heard_beside_the_complaint_that_it_answers(judge: Judge, text: str) -> None:
    alone, praised, heard = judge.classify(
        [Question(text=text), Question(text=text, parent=PRAISE), Question(text=text, parent=COMPLAINT)]
    )
    assert max(alone.complaint, praised.complaint) <= 0.5
    assert heard.complaint > CARD_AT


@pytest.mark.parametrize("text", ["класс", "спасибо", "ок", "ясно", "👍"])
def test_a_friendly_word_under_a_complaint_is_none(judge: Judge, text: str) -> None:
    (verdict,) = judge.classify([Question(text=text, parent=COMPLAINT)])
    assert verdict.complaint < CARD_AT


def test_what_says_enough_by_itself_is_not_asked_what_it_answers(judge: Judge) -> None:
    text = "у нас тоже нет интернета, дозвониться нельзя"
    alone, answering = judge.classify([Question(text=text), Question(text=text, parent=PRAISE)])
    assert answering == alone


@pytest.mark.parametrize(
    "text",
    [
        "Договор 98258, адрес тот же",
        "Номер заказа 4456781",
        "Лицевой счёт 1234567, ул. Мира 4, кв 12",
        "Анна, 89161234567",
        "Иванова Анна, заказ 55-1234",
        "добрый день, номер договора 8812",
        "[club1|Ромашка], г. Казань, Баумана 12",
    ],
)
def test_numbers_names_and_addresses_complain_of_nothing(judge: Judge, text: str) -> None:
    (verdict,) = judge.classify([Question(text=text)])
    assert verdict.complaint <= 0.2 + 1e-9
    logit = judge.intercept + sum(one.weight for one in verdict.evidence)
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(verdict.complaint)


@pytest.mark.parametrize(
    "text",
    ["Заказ 55-1234 не пришёл", "Второй день жду заказ 55", "Договор 98258, где мастер?", "Верните 500 рублей!"],
)
def test_numbers_beside_a_trouble_are_judged_as_any_text(text: str) -> None:
    assert not details(ReadText.of(Question(text=text)).said)
