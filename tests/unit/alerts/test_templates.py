"""Templates: an answer's words for this customer from this operator, and what cannot be filled."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.outreach.names import called
from alerts.outreach.templates import INSERTIONS, Filling, Template, fill, slips

INVITE = (
    "{имя}, здравствуйте! Нам жаль, что так вышло. Напишите, пожалуйста, в личные сообщения: {ссылка}.\n{оператор}"
)


@pytest.mark.parametrize(
    ("text", "filling", "words"),
    [
        (
            INVITE,
            {"name": "Анна", "operator": "Олег, поддержка", "link": "https://vk.me/r?ref=a"},
            (
                "Анна, здравствуйте! Нам жаль, что так вышло. Напишите, пожалуйста, в личные сообщения:"
                " https://vk.me/r?ref=a.\nОлег, поддержка"
            ),
        ),
        (
            INVITE,
            {"operator": "Олег"},
            "Здравствуйте! Нам жаль, что так вышло. Напишите, пожалуйста, в личные сообщения.\nОлег",
        ),
        ("Спасибо, {имя}! Чиним.", {"name": "Анна"}, "Спасибо, Анна! Чиним."),
        ("Спасибо, {имя}! Чиним.", {}, "Спасибо! Чиним."),
        ("Добрый день, {имя}, чиним.", {}, "Добрый день, чиним."),
        ("Добрый день. {имя}, мы чиним.", {}, "Добрый день. Мы чиним."),
        ("{имя}! мы чиним", {}, "Мы чиним"),
        ("Здравствуйте {имя}", {}, "Здравствуйте"),
        ("Я {разобрался|разобралась}.", {"gender": "f"}, "Я разобралась."),
        ("Я {разобрался|разобралась}.", {"gender": "m"}, "Я разобрался."),
        ("Я рад{|а} помочь", {"gender": "f"}, "Я рада помочь"),
        ("Я рад{|а} помочь", {"gender": "m"}, "Я рад помочь"),
        ("Я рад{|а} помочь", {}, "Я рад(а) помочь"),
        ("Я {рад|рада} помочь", {}, "Я рад(а) помочь"),
        ("Я {разобрался|разобралась}.", {}, "Я разобрался/разобралась."),
        ("{Сэр|}", {}, "(Сэр)"),
        ("Видим вашу жалобу: {тема}. Чиним.", {"topic": "связь"}, "Видим вашу жалобу: связь. Чиним."),
        ("Видим вашу жалобу: {тема}. Чиним.", {}, "Чиним."),
        ("Чиним — {ссылка}", {}, "Чиним"),
        ("  много   пробелов \n\n и строк ", {}, "много пробелов\n\nи строк"),
    ],
)
def test_what_there_is_nothing_for_goes_with_what_belongs_to_it(text: str, filling: Any, words: str) -> None:
    assert fill(text, Filling(**filling)) == words


def test_the_template_that_comes_with_otklik_invites() -> None:
    assert Template(name="Приглашение", text=INVITE).invites
    assert not Template(name="Чиним", text="Чиним").invites


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (INVITE, []),
        ("Я {разобрался|разобралась}, {оператор}: {тема}", []),
        ("{Имя}, привет", [("unknown", "Имя")]),
        ("{name}, привет", [("unknown", "name")]),
        ("{имя, привет", [("brace", "{имя, привет")]),
        ("имя}, привет", [("brace", "}, привет")]),
        ("{а|б|в}", [("empty_form", "а|б|в")]),
        ("{|}", [("empty_form", "|")]),
        ("{}", [("unknown", "")]),
    ],
)
def test_what_cannot_be_filled_is_named(text: str, found: list[tuple[str, str]]) -> None:
    assert [(slip.kind, slip.what) for slip in slips(text)] == found


PIECES = st.lists(
    st.sampled_from(["Здравствуйте", "!", ", ", ". ", "\n", " ", "{а|б}", *(f"{{{name}}}" for name in INSERTIONS)])
).map("".join)


@given(PIECES, st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["f", "m", None]))
def test_no_brace_is_left_of_a_sound_template(text: str, name: bool, link: bool, topic: bool, gender: Any) -> None:  # noqa: FBT001 - drawn
    filling = Filling(
        name="Анна" if name else None,
        operator="Олег",
        gender=gender,
        link="https://vk.me/r" if link else None,
        topic="связь" if topic else None,
    )
    filled = fill(text, filling)
    assert "{" not in filled
    assert "}" not in filled
    assert not list(slips(text))
    assert filled == filled.strip()


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Анна Иванова", "Анна"),
        ("Иванова Анна", "Анна"),
        ("АННА ИВАНОВА", "Анна"),
        ("Анна", "Анна"),
        ("Саша Ким", "Саша"),
        ("Anna Petrova", "Анна"),
        ("Dmitry", "Дмитрий"),
        ("Алёна Семёнова", "Алёна"),
        ("Алена Семенова", "Алена"),
        ("Гульнара Ахметова", "Гульнара"),
        ("Пётр Иванович Сидоров", "Пётр"),
        ("Римский-Корсаков Николай", "Николай"),
        ("Магнит", None),
        ("Ромашка Телеком", None),
        ("Анна🌸", None),
        ("Анна 1985", None),
        ("анна", None),
        ("anna_petrova", None),
        ("kotik", None),
        ("Кот Матроскин", None),
        ("Anna Иванова", None),
        ("Анна, салон красоты", None),
        ("Салон красоты у Анны", None),
        ("Такси Максим", None),
        ("Салон Анна", None),
        ("Anna Shop", None),
        ("", None),
        ("   ", None),
        ("А" * 200, None),
    ],
)
def test_only_a_name_is_taken_for_one(shown: str, name: str | None) -> None:
    assert called(shown) == name


@given(st.text(max_size=40))
def test_whatever_an_account_is_called_a_name_is_one_word_of_letters(shown: str) -> None:
    name = called(shown)
    assert name is None or (name.isalpha() and name[0].isupper())
