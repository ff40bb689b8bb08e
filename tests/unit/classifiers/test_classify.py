"""The judge as the daemon meets it: verdicts that hold together, for any text, in good time."""

import math
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.classify import LEANING, SURE, Judge
from classifiers.lexicon import Markers
from classifiers.read_text import ReadText
from classifiers.tiers import missing, open_judge
from classifiers.verdict import Question
from domain.verdict import Verdict

BRAND = "Ромашка"
COMPLAINTS = [
    "Третий день не работает интернет, в поддержке молчат. Ромашка, вы где?",
    "Ромашка списала 300 рублей за услугу, которую я не подключал. Верните деньги!",
    "Заказ не приехал, поддержка Ромашки отвечает отписками",
    "Банк Ромашка заблокировал карту, дозвониться невозможно",
    "Жду посылку от Ромашки вторую неделю",
]
CALM = [
    "Ромашка, спасибо, всё быстро починили",
    "подскажите, как подключить роуминг у Ромашки?",
    "Ромашка: скидка 30% на все тарифы до конца недели, подробности на сайте https://a.b",
    "Ромашка заявила о росте выручки",
    "Купил в Ромашке новый телефон, еду домой",
]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load()


@pytest.mark.parametrize("text", COMPLAINTS)
def test_a_plain_complaint_is_one(judge: Judge, text: str) -> None:
    verdict = _ask(judge, text)
    assert verdict.complaint >= 0.6
    assert verdict.intent in ("vent", "solve")
    assert verdict.label == "negative"


@pytest.mark.parametrize("text", CALM)
def test_praise_questions_news_and_advertisements_are_none(judge: Judge, text: str) -> None:
    verdict = _ask(judge, text)
    assert verdict.complaint < 0.4
    assert verdict.intent not in ("vent", "solve")


@pytest.mark.parametrize("second", [False, True], ids=["one tier", "both tiers"])
def test_evidence_is_left_out_where_it_is_not_wanted_and_nothing_else_changes(second: bool) -> None:  # noqa: FBT001
    if second and missing() is not None:
        pytest.skip("needs the second tier")
    both = open_judge(second=second)
    danger = "Ромашка вкусная, но после ужина нас увезли на скорой с отравлением"
    always = [_question(text) for text in (*COMPLAINTS, *CALM, danger)]
    seldom = [replace(question, evidence_from=0.6) for question in always]
    verdicts = both.classify(always)
    for whole, told in zip(verdicts, both.classify(seldom), strict=True):
        wanted = whole.complaint >= 0.6 or bool(whole.dangers)
        assert list(told.evidence) == (list(whole.evidence) if wanted else [])
        assert replace(told, evidence=()) == replace(whole, evidence=())
    assert {bool(verdict.complaint >= 0.6) for verdict in verdicts} == {True, False}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Ромашка, спасибо, всё быстро починили", "praise"),
        ("подскажите, как подключить роуминг у Ромашки?", "question"),
        ("Скидка 30% на тарифы Ромашка по промокоду ЛЕТО", "advertisement"),
        ("«Ромашка» отчиталась о прибыли за квартал", "news"),
        ("У всего города не работает Ромашка, подаю в суд", "vent"),
        ("Ромашка, верните деньги за заказ, жду месяц!", "solve"),
        ("Ромашка это позор, обманули и нахамили", "vent"),
    ],
)
def test_the_intent_is_what_the_author_wants(judge: Judge, text: str, intent: str) -> None:
    assert _ask(judge, text).intent == intent


@settings(deadline=None, max_examples=100)
@given(st.text(st.characters(exclude_categories=()), max_size=300), st.integers(0, 50), st.integers(0, 20))
def test_any_text_gets_a_sound_verdict(judge: Judge, text: str, start: int, length: int) -> None:
    question = Question(text=text, brand=((start, start + length),))
    verdict = judge.classify([question])[0]
    mood = verdict.sentiment
    assert mood.negative + mood.neutral + mood.positive == pytest.approx(1)
    leaning = math.exp(LEANING) if ReadText.of(question).branded else 1.0
    if verdict.label == "neutral":
        assert mood.neutral >= leaning * max(mood.negative, mood.positive) - 1e-9
    elif verdict.complaint < SURE:
        assert getattr(mood, verdict.label) >= max(mood.negative, mood.positive, mood.neutral / leaning) - 1e-9
    else:
        assert verdict.label == "negative"
    assert 0 <= verdict.complaint <= 1
    assert 0 <= verdict.urgency <= 1
    assert all(0 <= one.start < one.end <= len(text) for one in verdict.evidence)


def test_without_a_brand_the_label_is_the_likeliest_mood(judge: Judge) -> None:
    texts = ["ужас", "спасибо", "завтра вторник", "ну такое", "не самый плохой", "так себе, но сойдёт"]
    for verdict in judge.classify([Question(text=text) for text in texts]):
        mood = verdict.sentiment
        assert getattr(mood, verdict.label) == max(mood.negative, mood.neutral, mood.positive)


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800", "\ufe0f", "x" * 65_536, "ужас " * 13_000, "😡" * 65_536]
)
def test_odd_and_huge_texts_are_judged_in_good_time(judge: Judge, text: str) -> None:
    begun = time.thread_time()
    assert judge.classify([Question(text=text, brand=((0, 1),))])
    assert time.thread_time() - begun < 1


@pytest.mark.parametrize("text", COMPLAINTS + CALM)
def test_the_evidence_adds_up_to_the_complaint(judge: Judge, text: str) -> None:
    verdict = _ask(judge, text)
    score = judge.intercept + sum(one.weight for one in verdict.evidence)
    assert 1 / (1 + math.exp(-score)) == pytest.approx(verdict.complaint, abs=1e-9)


def test_a_batch_answers_in_order(judge: Judge) -> None:
    questions = [Question(text=text) for text in (COMPLAINTS + CALM) * 80]
    verdicts = judge.classify(questions)
    alone = [judge.classify([question])[0] for question in questions[:10]]
    assert len(verdicts) == len(questions)
    assert [one.complaint for one in verdicts[:10]] == pytest.approx([one.complaint for one in alone])
    assert [one.complaint for one in verdicts[-10:]] == pytest.approx([one.complaint for one in alone])


def test_the_name_of_the_brand_moves_nothing(judge: Judge) -> None:
    one = judge.classify([Question(text="Мегафон не работает", brand=((0, 7),))])[0]
    other = judge.classify([Question(text="Магазик не работает", brand=((0, 7),))])[0]
    assert one.complaint == pytest.approx(other.complaint)


def test_topics_known_and_the_staffs_own_are_found() -> None:
    markers = Markers(topics={"баллы": ("бонусные баллы", "кешбек"), "связь": ("глушилка",)})
    judge = Judge.load(markers=markers)
    assert _ask(judge, "Ромашка, куда делись мои бонусные баллы?").topics == ("баллы", "деньги")
    assert "баллы" not in _ask(judge, "бонусные карты, другие баллы").topics
    assert "связь" in _ask(judge, "опять глушилки у Ромашки").topics
    assert "связь" in _ask(judge, "интернета нет").topics


def test_danger_makes_a_complaint_urgent(judge: Judge) -> None:
    calm = _ask(judge, "Ромашка не работает второй день, достали")
    danger = _ask(judge, "Ромашка продала тухлое мясо, отравился ребенок, вызвали скорую помощь. Ужас!")
    assert danger.urgency > 0.7
    assert calm.urgency < 0.5


def test_the_staffs_urgent_words_count() -> None:
    text = "Ромашка опять не работает, красный код"
    plain, marked = Judge.load(), Judge.load(markers=Markers(urgent=("красный код",)))
    assert _ask(marked, text).urgency > _ask(plain, text).urgency + 0.2


def test_serving_imports_no_scikit_learn() -> None:
    code = "import sys; from classifiers.classify import Judge; Judge.load(); sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _ask(judge: Judge, text: str) -> Verdict:
    return judge.classify([_question(text)])[0]


def _question(text: str) -> Question:
    start = text.find(BRAND[:-1])
    return Question(text=text, brand=((start, start + len(BRAND)),) if start >= 0 else ())
