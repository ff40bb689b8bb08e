"""Dangers: what cannot wait whatever the complaint's score, told by who lived it."""

import pytest

from classifiers.classify import Judge
from classifiers.dangers import (
    ANIMALS,
    CHILDREN,
    COURT,
    HEALTH,
    KIN,
    KINDS,
    LIFE,
    MONEY,
    NAMELESS,
    PAST,
    dangers_of,
)
from classifiers.lexicon import Markers
from classifiers.tiers import open_judge
from classifiers.verdict import Question, verdict_row


@pytest.fixture(scope="module")
def judge() -> Judge:
    return open_judge(markers=Markers(urgent=("вип-клиент", "=горим")), second=False)


def dangers(judge: Judge, text: str) -> tuple[str, ...]:
    (verdict,) = judge.classify([Question(text=text)])
    return verdict.dangers


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("После ужина у вас отравились всей семьёй, младшей три года", HEALTH),
        ("В лаборатории перепутали анализы, мне назначили чужое лечение", HEALTH),
        ("В баночке с пюре нашли осколок, ребёнку восемь месяцев", HEALTH),
        ("Ваш курьер сбил моего ребёнка на тротуаре", CHILDREN),
        ("Водитель уснул за рулем, я трясла его за плечо", LIFE),
        ("Зарядка загорелась ночью, еле потушили телефон", LIFE),
        ("После капельницы у вас у мужа отнялась рука", HEALTH),
        ("Водитель ехал по встречке и смеялся, мы с дочкой сзади, верните деньги", LIFE),
        ("Третий день воняет газом на кухне, а ваш мастер будет завтра", LIFE),
        ("После вашей стрижки везли собаку к врачу: порезали ухо", ANIMALS),
        ("Почему списали деньги дважды?", MONEY),
        ("Подаю в суд, претензию вы получили месяц назад", COURT),
    ],
)
def test_a_danger_told_by_who_lived_it_is_named_by_its_kind(judge: Judge, text: str, kind: str) -> None:
    assert kind in dangers(judge, text)


@pytest.mark.parametrize(
    "text",
    [
        "Вкусный ужин, спасибо вам большое",
        "Сдала анализы за десять минут, всё быстро",
        "Суд оштрафовал компанию на три млн рублей",
        "Во сколько вы открываетесь завтра?",
        "Третий день нет интернета",
        "Visa не будет блокировать карты банка",
    ],
)
def test_what_harms_nobody_or_is_told_by_the_press_is_no_danger(judge: Judge, text: str) -> None:
    assert dangers(judge, text) == ()


def test_the_staffs_own_urgent_words_are_dangers_as_they_wrote_them(judge: Judge) -> None:
    assert "вип-клиент" in dangers(judge, "Я ваш вип-клиент, а трубку не берёт никто")
    assert "горим" in dangers(judge, "Алло, мы горим, где мастер?")


def test_the_gravest_danger_is_named_first() -> None:
    named = frozenset({COURT, HEALTH, LIFE})
    assert dangers_of(named, ("вип",), frozenset(), "negative", 0.9) == (LIFE, HEALTH, COURT, "вип")
    assert set(KINDS) >= named


def test_a_past_danger_is_believed_to_be_past_unless_the_judge_sees_a_complaint() -> None:
    named, signals = frozenset({HEALTH}), frozenset({PAST})
    assert dangers_of(named, (), signals, "negative", 0.3) == ()
    assert dangers_of(named, (), signals, "negative", 0.7) == (HEALTH,)


def test_where_no_complaint_is_suspected_who_tells_of_a_danger_must_say_that_it_is_his_own() -> None:
    named = frozenset({MONEY, COURT, HEALTH})
    assert dangers_of(named, (), frozenset(), "neutral", 0.1) == ()
    assert dangers_of(named, ("иск",), frozenset(), "neutral", 0.1) == ("иск",)
    assert dangers_of(named, (), frozenset(), "neutral", 0.2) == (HEALTH, MONEY, COURT)
    assert dangers_of(named, (), frozenset({"first person"}), "neutral", 0.1) == (HEALTH, MONEY, COURT)
    assert dangers_of(named, (), frozenset({"first person"}), "neutral", 0.04) == ()
    assert dangers_of(named, ("иск",), frozenset({"reports"}), "neutral", 0.9) == ()


def test_what_befell_the_family_is_the_authors_own_where_he_names_the_brand() -> None:
    named, family = frozenset({HEALTH}), frozenset({KIN})
    assert dangers_of(named, (), family, "neutral", 0.1) == (HEALTH,)
    assert dangers_of(named, (), family | {NAMELESS}, "neutral", 0.1) == ()
    assert dangers_of(named, (), family, "neutral", 0.04) == ()
    assert dangers_of(named, (), family | {PAST}, "neutral", 0.1) == ()
    assert dangers_of(named, (), family | {"reports"}, "neutral", 0.9) == ()


def test_a_son_who_fell_ill_is_heard_of_with_the_brands_name_and_not_among_talk(judge: Judge) -> None:
    named, talk = judge.classify(
        [
            Question(text="сын отравился пиццей из Ромашки", brand=((24, 31),)),
            Question(text="сын отравился пиццей из столовой"),
        ]
    )
    assert min(named.complaint, talk.complaint) >= 0.05
    assert named.dangers == (HEALTH, CHILDREN)
    assert talk.dangers == () or talk.complaint >= 0.2


def test_a_content_author_is_in_no_danger() -> None:
    assert dangers_of(frozenset({HEALTH}), ("вип",), frozenset({"thanks"}), "positive", 0.2) == ()
    assert dangers_of(frozenset({HEALTH}), (), frozenset(), "positive", 0.3) == (HEALTH,), "a label alone may err"


def test_the_printed_verdict_names_the_dangers(judge: Judge) -> None:
    (verdict,) = judge.classify([Question(text="Подаю в суд, у дочки сотрясение")])
    assert verdict_row(verdict)["dangers"] == list(verdict.dangers) == [HEALTH, COURT]
