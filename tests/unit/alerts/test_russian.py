"""Word forms after numbers, and times as people write them."""

from datetime import timedelta

import pytest

from alerts.russian import counted, decimal, did, lasted, moment, percent, plural, said
from tests.fakes import NOON


@pytest.mark.parametrize(
    ("count", "form"),
    [
        (0, "сообщений"),
        (1, "сообщение"),
        (2, "сообщения"),
        (4, "сообщения"),
        (5, "сообщений"),
        (11, "сообщений"),
        (12, "сообщений"),
        (14, "сообщений"),
        (21, "сообщение"),
        (22, "сообщения"),
        (111, "сообщений"),
        (112, "сообщений"),
        (121, "сообщение"),
    ],
)
def test_the_noun_follows_the_number(count: int, form: str) -> None:
    assert plural(count, "сообщение", "сообщения", "сообщений") == form


def test_thousands_stand_apart_without_a_line_break() -> None:
    assert counted(1_200_001, "подписчик", "подписчика", "подписчиков") == "1\xa0200\xa0001\xa0подписчик"


@pytest.mark.parametrize(
    ("probability", "text"), [(0.0, "1"), (0.004, "1"), (0.5, "50"), (0.999, "99"), (1.0, "99")]
)
def test_percent_never_promises_certainty(probability: float, text: str) -> None:
    assert percent(probability) == f"{text}\xa0%"


def test_the_date_is_told_only_when_it_is_another_day_there() -> None:
    at = NOON + timedelta(hours=11)
    assert moment(at, now=NOON, timezone="Europe/Moscow") == "23:00"
    assert moment(at, now=NOON, timezone="Asia/Vladivostok") == "06:00 19\xa0ноября"


def test_verbs_agree_with_the_person() -> None:
    assert [did("взял", gender) for gender in ("f", "m", None)] == ["взяла", "взял", "взял(а)"]


def test_a_decimal_has_a_comma() -> None:
    assert decimal(1234.56, 1) == "1\xa0234,6"
    assert decimal(0.5, 2) == "0,50"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 мин"),
        (12.9, "12 мин"),
        (60, "1 ч"),
        (125, "2 ч 5 мин"),
        (47 * 60, "47 ч"),
        (48 * 60, "2 дня"),
        (5 * 1440, "5 дней"),
    ],
)
def test_a_span_is_told_as_precisely_as_it_matters(minutes: float, words: str) -> None:
    assert lasted(timedelta(minutes=minutes)).replace("\xa0", " ") == words


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("Починим к шести", "«Починим к шести»."),
        ("Починим к шести. ", "«Починим к шести»."),
        ("Когда починят?", "«Когда починят?»"),
        ("Скоро…", "«Скоро…»"),
        ("Скоро...", "«Скоро...»"),
    ],
)
def test_the_full_stop_stands_behind_quoted_words_that_need_one(words: str, written: str) -> None:
    assert said(words) == written
