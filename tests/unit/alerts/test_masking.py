"""Masking: what of a customer's words is hidden in a group, and what is left alone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.masking import is_owners_own, masked, masked_case
from alerts.cases.commands import Claim, Note
from alerts.routing import Chat
from domain.mention import Quote
from domain.person import messenger_id
from tests.unit.alerts.histories import ANNA, CONTEXT, History, a_case, a_mention

HIDDEN = [
    ("Мой телефон +7 912 345-67-12, жду", "Мой телефон +7 9•• •••-••-12, жду"),
    ("звоните 89123456712", "звоните 89•••••••12"),
    ("8 (912) 345-67-12", "8 (9••) •••-••-12"),
    ("+7(495)123-45-67", "+7(•••)•••-••-67"),
    ("8.912.345.67.12", "8.9••.•••.••.12"),
    ("912 345 67 12", "••• ••• •• 12"),
    ("wa.me/79123456712", "wa.me/79•••••••12"),
    ("+375 29 123-45-67", "+••• •• •••-••-67"),
    ("тел. 12-34-56", "тел. ••-••-56"),
    ("карта 2200 7001 2345 6781 не работает", "карта •••• •••• •••• ••81 не работает"),
    ("4111111111111111", "••••••••••••••11"),
    ("4111-1111-1111-1111", "••••-••••-••••-••11"),
    ("карта сбера 1234 5678 9012 3456", "карта сбера •••• •••• •••• ••56"),
    ("карта **** 1234", "карта **** ••34"),
    ("паспорт 4510 123456", "паспорт •••• ••••56"),
    ("серия 4510 номер 123456", "серия ••10 номер ••••56"),
    ("СНИЛС 112-233-445 95", "СНИЛС •••-•••-••• 95"),
    ("ИНН 7707083893", "ИНН ••••••••93"),
    ("пишите ivanov.petr@mail.ru, жду", "пишите i••••••••••@mail.ru, жду"),
    ("1985ivan@mail.ru", "••••••••@mail.ru"),
    ("договор 4451 висит", "договор ••51 висит"),
    ("Договор №4451-22", "Договор №••••-22"),
    ("заказ AB-123456 потеряли", "заказ AB-••••56 потеряли"),
    ("заказ № 1234567 не едет", "заказ № •••••67 не едет"),
    ("лицевой счёт 1234567", "лицевой счёт •••••67"),
    ("л/с 1234567", "л/с •••••67"),
    ("трек RA123456789RU", "трек RA•••••••89RU"),
    ("№ 445177", "№ ••••77"),
    ("код из смс 4471", "код из смс ••••"),
    ("пароль qwerty12", "пароль ••••••••"),
    ("ул. Ленина, д. 5, кв. 12", "ул. Ленина, д. •, кв. ••"),
    ("пр-т Карла Маркса, дом 15/2, корп. 3, кв. 7", "пр-т Карла Маркса, дом ••/•, корп. •, кв. •"),
]
LEFT_ALONE = [
    "заказала на 1500 рублей, а заказ 2500 руб не пришёл",
    "счёт 500 рублей списали, счет 1500р",
    "списали 1 500 000 руб за 2024 год",
    "150000000 рублей, 1.500.000 руб",
    "цены 1000 2000 3000 4000",
    "100 200 30 40 рублей",
    "в 2019 2020 2021 2022",
    "с 9:00 до 18:00, 12.03.2024 в 14:30",
    "8.12.2024 10.30 приехал мастер, 8-12-2024 10-30",
    "договор от 12.03.2024, договор 12.03.2024 подписан",
    "скидка 50%, 24/7, +20%",
    "ждал 3 часа 45 минут, 15-20 раз",
    "квартира 50 метров, 50 кв. м",
    "на улице Мира 30 градусов, улица Мира в 14:30",
    "https://x.com/a/status/1234567890123456789",
    "https://vk.com/wall-123456789_987654321",
    "дом 2 смотрела, школа № 12, номер 445",
    "айфон 15 256 гб, 5000 мАч",
    "без цифр и @handle",
]


@pytest.mark.parametrize(("said", "shown"), HIDDEN)
def test_what_a_customer_gave_away_is_hidden_but_for_its_end(said: str, shown: str) -> None:
    assert masked(said) == shown


@pytest.mark.parametrize("said", LEFT_ALONE)
def test_prices_dates_times_and_percents_are_left_alone(said: str) -> None:
    assert masked(said) == said


DIGITS = st.text("0123456789", min_size=10, max_size=10)
SHAPES = ["+7 {} {}-{}-{}", "8 ({}) {}-{}-{}", "8{}{}{}{}", "+7{}{}{}{}", "8-{}-{}-{}-{}", "7{} {} {} {}"]


@given(number=DIGITS, shape=st.sampled_from(SHAPES), before=st.sampled_from(["", "тел. ", "звоните (", "Мой: "]))
def test_of_a_phone_no_more_than_its_last_two_digits_is_shown(number: str, shape: str, before: str) -> None:
    parts = (number[:3], number[3:6], number[6:8], number[8:])
    shown = masked(before + shape.format(*parts))
    country_and_mobile = 2 if number[0] == "9" else 1
    assert [letter for letter in shown if letter.isdigit()][country_and_mobile:] == list(number[8:])


@given(number=st.text("0123456789", min_size=15, max_size=15), by=st.sampled_from(["", " ", "-"]))
def test_of_a_card_no_more_than_its_last_two_digits_is_shown(number: str, by: str) -> None:
    begins = "2200" + number[4:]
    last = next(digit for digit in "0123456789" if _sum(begins + digit) % 10 == 0)
    whole = begins + last
    shown = masked(by.join(whole[at : at + 4] for at in range(0, 16, 4)))
    assert [letter for letter in shown if letter.isdigit()] == list(whole[-2:])


@given(st.text(max_size=200))
def test_a_masked_text_keeps_its_length_and_hides_nothing_twice(text: str) -> None:
    shown = masked(text)
    assert len(shown) == len(text)
    assert all(after in (before, "•") for before, after in zip(text, shown, strict=True))


@pytest.mark.parametrize(
    "piece", ["a", "1", "1 ", "12 34 ", "x", "договор ", "тел 1 ", "@a.", "кв ", "4111 1111 "]
)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (65_536 // len(piece))
    began = time.process_time()
    masked(text)
    assert time.process_time() - began < 2


def test_every_word_of_people_on_a_card_is_masked() -> None:
    phone = "89123456712"
    mention = a_mention(f"Позвоните {phone}", parent=Quote(id="1", text=phone), attached=(phone,))
    history = History.opened(mention).by(ANNA, Claim(), Note(text=f"его телефон {phone}"))
    assert phone not in repr(masked_case(history.case))


def test_only_the_owners_private_chat_shows_the_case_whole() -> None:
    case = History.opened().by(ANNA, Claim()).case
    chats = (("telegram", "111"), ("telegram", "222"), ("telegram", "-1001"), ("slack", "U01"), ("slack", "111"))
    whole = [
        chat for chat in chats if is_owners_own(Chat(messenger=messenger_id(chat[0]), chat=chat[1]), case, CONTEXT)
    ]
    assert whole == [("telegram", "111"), ("slack", "U01")]
    assert not is_owners_own(Chat(messenger=messenger_id("telegram"), chat="111"), a_case(), CONTEXT)


def _sum(digits: str) -> int:
    return sum(
        sum(divmod(int(digit) * 2, 10)) if place % 2 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )


POST = "Мы открылись: ул. Мира, 14! Пётр, ул. Мира, 3, кв. 7, ваш телефон +7 912 345-67-12"


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        (True, "Мы открылись: ул. Мира, 14! Пётр, ул. Мира, •, кв. •, ваш телефон +7 9•• •••-••-12"),
        (False, "Мы открылись: ул. Мира, ••! Пётр, ул. Мира, •, кв. •, ваш телефон +7 9•• •••-••-12"),
    ],
)
def test_where_its_shops_are_a_brand_tells_everybody_and_nothing_else(*, own: bool, shown: str) -> None:
    mention = a_mention("Ул. Мира, 14 закрыта", parent=Quote(id="-1_1", text=POST), under_own_post=own)
    masked_one = masked_case(a_case(mention)).mentions[0]
    assert masked_one.parent is not None
    assert masked_one.parent.text == shown
    assert masked_one.text == "Ул. Мира, •• закрыта", "the customer's own words are masked as ever"
