"""Every brand finds itself: however its name is put together, and however people write it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.brand import Brand
from listener.brands.letters import cyrillised, fold, is_cyrillic, is_latin, romanised
from listener.brands.matcher import Matcher
from listener.brands.self_check import unfound
from listener.networks.registry import MARKS
from tests.unit.brand_names import ALL, NAMES

_TO_LATIN = str.maketrans("АВЕКМНОРСТХаеорсух", "ABEKMHOPCTXaeopcyx")
_TO_CYRILLIC = str.maketrans("ABEKMHOPCTXaeopcyx", "АВЕКМНОРСТХаеорсух")

_WORDS_TOO = ("BP",)
"""Names that are other words in Cyrillic look-alikes."""


def brand(name: str, **fields: tuple[str, ...]) -> Brand:
    return Brand(id="it", title="it", names=(name,), **fields)


def finds(matcher: Matcher, text: str) -> bool:
    return bool(matcher.match(text))


def parted(name: str, sign: str) -> str:
    return sign.join(re.findall(r"\w+", name))


def test_the_names_are_of_twenty_trades() -> None:
    assert len(NAMES) == 20
    assert len(ALL) >= 300


@pytest.mark.parametrize("name", ALL)
def test_a_name_finds_itself_bare_and_in_sentences(name: str) -> None:
    matcher = Matcher([brand(name)])
    for text in (
        name, name.upper(), name.lower(), f"«{name}»", f"({name})", f"Зашли в {name} вчера",
        f"{name}, верните деньги", f"Опять этот {name}!", f"{name}: третий день молчат", f"ужас, а не {name}",
        f"{name}\nи всё",
    ):  # fmt: skip
        assert finds(matcher, text), text


@pytest.mark.parametrize("name", ALL)
def test_a_name_finds_itself_joined_parted_and_hyphenated(name: str) -> None:
    matcher = Matcher([brand(name)])
    for text in (parted(name, ""), parted(name, " "), parted(name, "-"), "#" + parted(name, "")):
        assert finds(matcher, f"купил в {text} сегодня"), text
        assert finds(matcher, text.upper()), text


@pytest.mark.parametrize("name", ALL)
def test_a_name_finds_itself_in_look_alike_letters(name: str) -> None:
    matcher = Matcher([brand(name)])
    twins = {name.translate(_TO_CYRILLIC)} if name not in _WORDS_TOO else set()
    for text in (
        *twins,
        name.translate(_TO_LATIN),
        name[:2].translate(_TO_LATIN) + name[2:],
    ):
        assert finds(matcher, f"Что с {text} сегодня?"), text


@pytest.mark.parametrize("name", [name for name in ALL if len(parted(name, "")) > 3])
def test_a_name_finds_itself_in_the_other_script(name: str) -> None:
    matcher = Matcher([brand(name)])
    words = re.split(r"(\w+)", fold(name))
    if not is_latin(fold(name)):
        assert finds(matcher, "".join(min(romanised(word)) for word in words))
    elif not is_cyrillic(fold(name)):
        assert finds(matcher, "".join(map(cyrillised, words)))


@pytest.mark.parametrize("name", ALL)
def test_signs_that_nobody_sees_hide_no_name(name: str) -> None:
    matcher = Matcher([brand(name)])
    for sign in "\u200b\u200e\u202e\u2066\u2069\u00ad\u0489\u0336\ufe0f\u2060\U000e0041":
        assert finds(matcher, sign.join(name)), repr(sign)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2ГИС", "в 2ГИСе нет дома"),
        ("2ГИС", "2GIS завис"),
        ("2ГИС", "2 ГИС не видит двор"),
        ("5Post", "5 Post опять закрыт"),
        ("5Post", "в 5Посте потеряли коробку"),
        ("М.Видео", "в м-видео отказали"),
        ("М.Видео", "мвидео, верните деньги"),
        ("М.Видео", "mvideo не отвечает"),
        ("Л'Этуаль", "в Л'Этуали нахамили"),
        ("Л'Этуаль", "лэтуалью недоволен"),
        ("Я.Такси", "вызвал Я.Такси и жду"),
        ("Я.Такси", "в Я Такси не отвечают"),
        ("ВкусВилл", "во Вкус Вилле просрочка"),
        ("ВкусВилл", "вкусвиллу двойка"),
        ("Вкусно — и точка", "во «Вкусно и точка» холодная картошка"),
        ("Яндекс.Маркет", "yandex market отменил заказ"),
        ("Яндекс.Маркет", "яндекс-маркету пора на покой"),
        ("Wildberries", "вилдбериес закрыл пункт"),
        ("Р.Ж.Д.", "в РЖД сдал билет"),
        ("Р.Ж.Д.", "ржд, где поезд?"),
        ("Нетология", "с нетологией беда"),
        ("Škoda", "skoda не заводится"),
        ("Häagen-Dazs", "HAAGEN DAZS растаял"),
        ("36,6", "в аптеке 36.6 нет инсулина"),
        ("Аптека №1", "в аптеке № 1 хамят"),
        ("K-9", "k9 сломался"),
        ("Теле2", "в Теле 2 тишина"),
        ("Tele2", "у теле2 нет сети"),
    ],
)
def test_a_name_bends_and_is_written_as_people_do(name: str, text: str) -> None:
    assert finds(Matcher([brand(name)]), text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Я.Такси", "вызвал я такси и жду"),
        ("А1", "а 1 мая гуляем"),
        ("К&Б", "вышли к бабушке, 5 к б"),
        ("H&M", "н. м. Иванов"),
        ("Банк Москвы", "банк, Москвы не видно"),
    ],
)
def test_a_name_of_small_parts_is_not_found_in_plain_sentences(name: str, text: str) -> None:
    assert not finds(Matcher([brand(name)]), text)


@pytest.mark.parametrize(
    ("name", "text", "written"),
    [
        ("Сбербанк", "сбирбанк съел карту", "сбирбанк"),
        ("Ростелеком", "ростелекомм интренет не пашет", "ростелекомм"),
        ("Ростелеком", "ростлеком опять лежит", "ростлеком"),
        ("Вайлдберриз", "у вайлдбериза пустая коробка", "вайлдбериза"),
        ("Wildberries", "wildberies не вернул", "wildberies"),
        ("Газпромбанк", "газпромбанг закрыл счёт", "газпромбанг"),
        ("Аэрофлот", "аэрофлод потерял чемодан", "аэрофлод"),
        ("Сбербанк", "збербанк висит", "збербанк"),
    ],
)
def test_a_slip_in_a_long_name_is_looked_through_and_said(name: str, text: str, written: str) -> None:
    (match,) = Matcher([brand(name)]).match(text)
    ((start, end),) = match.words
    assert text[start:end] == written
    assert match.reason == f"названо «{written}» (с опечаткой)"
    switched_off = Brand(id="it", title="it", names=(name,), misspelled=False)
    assert not finds(Matcher([switched_off]), text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ростелеком", "телеком растёт"),
        ("Связной", "сваязной?"),
        ("Сбербанк", "сбербанкир"),
        ("Азбука", "избука"),
        ("Сбербанк", "сбербанв"),
        ("Сбербанк", "мбербанк"),
    ],
)
def test_words_homonyms_and_short_names_have_no_slips(name: str, text: str) -> None:
    assert not finds(Matcher([brand(name, only_when=("телефон",))]), f"{text} телефон")


def test_the_letters_of_a_look_alike_are_said() -> None:
    (match,) = Matcher([brand("Temu")]).match("Тemu молчит")
    assert match.reason == "названо «Тemu» (похожими буквами)"


_LETTERS = "абвгдеёжзиклмнопрстуфхцчшщыэюяabcdefghijklmnopqrstuvwxyz0123456789"
_WORDS = st.text(st.sampled_from(_LETTERS), min_size=1, max_size=8)
_SIGNS = st.sampled_from([" ", ".", "-", "&", "'", "’", " & ", "+", "*", "/", "|", " — ", "№", ", ", "!", ""])


@st.composite
def any_name(draw: st.DrawFn) -> str:
    """Words of any letters and digits with any signs between them, in any capitals."""
    words = draw(st.lists(_WORDS, min_size=1, max_size=3))
    name = words[0]
    for word in words[1:]:
        name += draw(_SIGNS) + word
    return draw(st.sampled_from([name, name.upper(), name.title(), name.capitalize()]))


@given(name=any_name())
@settings(max_examples=150, deadline=None)
def test_whatever_a_brand_is_called_it_finds_itself(name: str) -> None:
    matcher = Matcher([brand(name)])
    for text in (name, f"Купил в {name} сегодня", f"«{name}»", name.upper()):
        for match in matcher.match(text) or pytest.fail(f"{name!r} is not found in {text!r}"):
            assert all(0 <= start < end <= len(text) for start, end in match.words)
    assert unfound(brand(name), MARKS) == ()


def test_what_does_not_find_itself_is_named_with_its_place_and_reason() -> None:
    told = unfound(
        Brand(
            id="it",
            title="it",
            names=("Ромашка", "Самокат"),
            only_when=("доставка",),
            never_when=("самокат",),
            phrases=("ромашк* приложени*", '"ромашка тв"'),
            accounts={"vk": ("romashka.help", "vk:-123"), "x": ("romashka_ru",)},
        ),
        MARKS,
    )
    assert [(one.key, one.place, one.text) for one in told] == [("names", 1, "Самокат")]
    assert told[0].why == "never_when"


SHOPS = Matcher(
    [
        Brand(id="per", title="", names=("Перекрёсток",), only_when=("магазин", "касса", "доставка", "чек")),
        Brand(id="sam", title="", names=("Самокат",), only_when=("курьер", "доставка", "заказ")),
        Brand(id="lenta", title="", names=("Лента",), only_when=("магазин", "касса")),
        Brand(id="meg", title="", names=("МегаФон",), only_when=("связь", "интернет", "тариф")),
        Brand(id="mag", title="", names=("Магнит",), only_when=("магазин", "касса")),
        Brand(id="pob", title="", names=("Победа",), only_when=("рейс", "самолёт", "билет")),
        Brand(id="azi", title="", names=("Азимут",), only_when=("рейс", "самолёт")),
        Brand(id="max", title="", names=("Максим",), only_when=("такси", "водитель")),
        Brand(id="pet", title="", names=("Петрович",), only_when=("магазин",)),
        Brand(id="mon", title="", names=("Монетка",), only_when=("магазин", "касса")),
    ]
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("В Перекрёстке на Ленина продали тухлую курицу", "per"),
        ("В «Перекрёстке» хамят", "per"),
        ("в перекрестке продали тухлую курицу", "per"),
        ("Зашёл в Перекрёсток за хлебом, кассир нахамила", "per"),
        ("Самокат привёз просроченное молоко", "sam"),
        ("самокат, где мой заказ?", "sam"),
        ("в ленте на кассе очередь", "lenta"),
        ("у мегафона нет связи", "meg"),
        ("В магазине Магнит просрочка", "mag"),
        ("Летели Победой, сломали чемодан", "pob"),
        ("Азимут потерял багаж, вылет перенесли", "azi"),
        ("заказала такси Максим, ждала час", "max"),
        ("В Петровиче привезли битую плитку", "pet"),
    ],
)
def test_capitals_quotes_and_words_of_trade_speak_for_a_homonym(text: str, named: str) -> None:
    assert [match.brand for match in SHOPS.match(text)] == [named]


@pytest.mark.parametrize(
    "text",
    [
        "Курьер на самокате чуть не сбил ребёнка",
        "На перекрёстке возле магазина сбили пешехода",
        "Катался на самокате, заказал пиццу с доставкой",
        "Стою на перекрёстке, жду курьера",
        "в ленте новостей магазин рекламируют",
        "Режиссёр кричал в мегафон, связь барахлит",
        "магнит на холодильник из магазина сувениров",
        "Перекрёсток закрыт на ремонт",
        "С днём Победы, дорогие ветераны! Самолёт пролетел над площадью",
        "Мой брат Максим работает водителем такси",
        "Иван Петрович привёз внуку коляску",
        "нашёл монетку у кассы магазина",
    ],
)
def test_a_companion_of_the_other_meaning_is_no_proof(text: str) -> None:
    assert SHOPS.match(text) == []


def test_the_reason_says_what_spoke_for_a_homonym() -> None:
    (match,) = SHOPS.match("В Перекрёстке на Ленина продали тухлую курицу")
    assert match.reason == "названо «Перекрёстке» с заглавной буквы внутри фразы и рядом с «продали»"
