"""What should give the writer of a draft pause."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.masking import masked
from alerts.outreach.drafts import BLOCKS, Place, WarningKind, warnings

LINK = "https://vk.me/romashka_help?ref=Ab-1_x"


def warned(text: str, **fields: Any) -> list[tuple[WarningKind, str]]:
    place = Place(
        **{"public": True, "foreign": False, "longest": 280, "length_of": len, "masked": masked, "link": LINK}
        | fields
    )
    return [(each.kind, each.quote) for each in warnings(text, place)]


TABLE: list[tuple[str, dict[str, Any], list[tuple[WarningKind, str]]]] = [
    ("Здравствуйте! Проверяем линию, напишем сюда через час.", {}, []),
    ("Ольга, здравствуйте! Нам жаль. Напишите нам в личные сообщения: " + LINK, {}, []),
    ("Понимаем, как это неприятно. Уже смотрим.", {}, []),
    ("", {}, [("empty", "")]),
    (" \n ", {}, [("empty", "")]),
    ("а" * 281, {}, [("too_long", "")]),
    ("а" * 281, {"longest": 0}, []),
    ("Здравствуйте, {имя}!", {}, [("unfilled", "{имя}")]),
    ("Позвоните нам по номеру 8 800 100-00-00", {}, [("sends_away", "Позвоните нам")]),
    ("Обратитесь, пожалуйста, на горячую линию", {}, [("sends_away", "горячую линию")]),
    ("Напишите нам на почту help@romashka.ru", {"public": False}, [("sends_away", "Напишите нам на почту")]),
    ("Обратитесь в службу поддержки", {}, [("sends_away", "Обратитесь в службу поддержки")]),
    ("Напишите нам в личные сообщения, разберёмся", {}, []),
    ("Напишите нам сюда номер обращения", {}, []),
    ("Ваш номер +7 912 345-67-12 проверили", {}, [("personal_data", "+7 912 345-67-12")]),
    ("Ваш номер +7 912 345-67-12 проверили", {"public": False}, []),
    ("По договору 4451 уже едем", {}, [("personal_data", "договору 4451")]),
    ("Гарантируем, что починим", {}, [("promise", "Гарантируем")]),
    ("Вернём деньги в течение 3 дней", {}, [("promise", "Вернём деньги")]),
    ("Завтра всё заработает", {}, [("promise", "Завтра всё заработает")]),
    ("Больше такого не повторится", {}, [("promise", "Больше такого не повторится")]),
    ("Успокойтесь, мы работаем", {}, [("rude", "Успокойтесь")]),
    ("Вы сами виноваты", {}, [("rude", "сами виноваты")]),
    ("Это бред!", {}, [("rude", "бред")]),
    ("ЧИТАЙТЕ НАШИ ПРАВИЛА", {}, [("rude", "ЧИТАЙТЕ НАШИ ПРАВИЛА")]),
    ("Не хлебом единым: требуем перезагрузить роутер", {}, []),
    ("Учебный отдел ответит", {}, []),
    ("Подождите Марину, она ответит", {"names": ("Марина",)}, [("other_name", "Марину")]),
    ("Олегу уже помогли", {"names": ("Олег",)}, [("other_name", "Олегу")]),
    ("Ольга, добрый день", {"names": ("Олег", "Марина")}, []),
    ("Марина, здравствуйте! Чиним", {"addressee": "Иван"}, [("other_name", "Марина")]),
    ("Здравствуйте, Марина! Чиним", {"addressee": "Иван"}, [("other_name", "Марина")]),
    ("Добрый день, Маша, чиним", {"addressee": "Иван"}, [("other_name", "Маша")]),
    ("Уважаемый Пётр! Чиним", {"addressee": "Иван", "public": False}, [("other_name", "Пётр")]),
    ("Марина, здравствуйте!", {"addressee": "Иван", "names": ("Марина",)}, [("other_name", "Марина")]),
    ("Марина, здравствуйте!", {"addressee": "Иван", "heard": "пишу за маму, её зовут Марина"}, []),
    ("Марина, здравствуйте!", {}, []),
    ("Добрый день! Спасибо, Марина, что написали", {"addressee": "Иван"}, [("other_name", "Марина")]),
    ("Иван, здравствуйте! Извините нас, спасибо, Иван", {"addressee": "Иван"}, []),
    ("Спасибо, что написали. С уважением, Марина", {"addressee": "Иван"}, []),
    ("Катя, здравствуйте!", {"addressee": "Екатерина"}, []),
    ("Александра, здравствуйте!", {"addressee": "Саша"}, []),
    ("Артем, здравствуйте!", {"addressee": "Артём"}, []),
    ("Здравствуйте! Марина уже едет", {"addressee": "Иван"}, []),
    ("Проверили, всё работает", {"addressee": "Иван"}, []),
    ("Подробности на romashka.ru/pay", {}, [("link", "romashka.ru/pay")]),
    ("Напишите: " + LINK, {"foreign": True}, [("link", LINK)]),
    ("Подробности на romashka.ru/pay", {"public": False}, []),
]


@pytest.mark.parametrize(("text", "place", "found"), TABLE)
def test_what_is_wrong_with_a_draft(
    text: str, place: dict[str, Any], found: list[tuple[WarningKind, str]]
) -> None:
    assert warned(text, **place) == found


def test_the_table_has_every_kind() -> None:
    assert {kind for *_, found in TABLE for kind, _ in found} == set(get_args(WarningKind))


def test_only_what_no_network_takes_blocks() -> None:
    place = Place(public=True, foreign=False, longest=10, length_of=len, masked=masked)
    assert {each.kind for each in warnings("Гарантируем {имя}", place) if each.blocks} <= BLOCKS
    assert [each.kind for each in warnings("обещаем", place) if each.blocks] == []


@given(st.text(max_size=300), st.booleans(), st.booleans())
def test_any_draft_is_looked_through_and_quotes_stand_in_it(text: str, public: bool, foreign: bool) -> None:  # noqa: FBT001 - drawn
    together = " ".join(text.split())
    for _, quote in warned(text, public=public, foreign=foreign):
        assert " ".join(quote.split()) in together
