"""The matcher: names in every form and spelling, homonyms by their companions, spans that lie in the text."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.brand import Brand
from listener.brands import scan
from listener.brands.forms import inflected
from listener.brands.matcher import Matcher
from listener.networks.registry import MARKS

ROMASHKA = Brand(
    id="romashka",
    title="Ромашка Телеком",
    names=("Ромашка", "Ромашка Телеком"),
    only_when=("связь", "интернет", "тариф", "сим-карта"),
    never_when=("чай с ромашкой", "аптечная ромашка"),
    phrases=('"ромашка тв"', "ромашк* приложени*"),
    accounts={"vk": ("romashka.help",), "x": ("romashka_ru",)},
)
OPPO = Brand(id="oppo", title="OPPO", names=("OPPO",))
TULPAR = Brand(id="tulpar", title="Тулпар Банк", names=("Тулпар-Банк", "Зелкомбанк", "ЗКБ"))
ZEL2 = Brand(id="zel2", title="Зеле2", names=("Зеле2", "А1"))
MATCHER = Matcher([ROMASHKA, OPPO, TULPAR, ZEL2], MARKS)


def found(text: str) -> dict[str, list[str]]:
    return {match.brand: [text[start:end] for start, end in match.words] for match in MATCHER.match(text)}


@pytest.mark.parametrize(
    ("text", "brand", "words"),
    [
        ("Купил oppo и доволен", "oppo", ["oppo"]),
        ("Купил ОРРО кириллицей", "oppo", ["ОРРО"]),
        ("Купил ОPPО вперемешку", "oppo", ["ОPPО"]),
        ("Купил щззщ", "oppo", ["щззщ"]),
        ("новый OPPO-шник", "oppo", ["OPPO"]),
        ("чехол для oppoа", "oppo", ["oppoа"]),
        ("в Тулпар-Банке очередь", "tulpar", ["Тулпар-Банке"]),
        ("в тулпар банке очередь", "tulpar", ["тулпар банке"]),
        ("тулпарбанк, верните деньги", "tulpar", ["тулпарбанк"]),
        ("tulpar bank опять лежит", "tulpar", ["tulpar bank"]),
        ("tulparbank опять лежит", "tulpar", ["tulparbank"]),
        ("карта Зелкомбанка", "tulpar", ["Зелкомбанка"]),
        ("зелкомбанковская карта", "tulpar", ["зелкомбанковская"]),
        ("pfxtv ptkrjv,fyr", "tulpar", ["ptkrjv,fyr"]),
        ("с зкбу не дозвониться", "tulpar", ["зкбу"]),
        ("с ЗКБ-у не дозвониться", "tulpar", ["ЗКБ"]),
        ("#зелкомбанклежит", "tulpar", ["зелкомбанк"]),
        ("#СпасибоЗКБ", "tulpar", ["ЗКБ"]),
        ("спросите @zelkombank_help", "tulpar", ["zelkombank"]),
        ("зелко\u00adмбанк с переносом", "tulpar", ["зелко\u00adмбанк"]),
        ("у зеле-2 нет сети", "zel2", ["зеле-2"]),
        ("у zele2 нет сети", "zel2", ["zele2"]),
        ("тариф А1", "zel2", ["А1"]),
        ("🤬🤬 Зеле 2 🤬", "zel2", ["Зеле 2"]),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, brand: str, words: list[str]) -> None:
    assert found(text) == {brand: words}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "а 1 мая гуляем",
        "ромашка отцвела",
        "поющие банки",
        "тулпар скачет",
        "12345 !!! 🤬",
        "зелкомбанкир?",
        "\x00\ud800",
    ],
)
def test_what_only_resembles_a_name_is_left_alone(text: str) -> None:
    assert found(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "У Ромашки опять нет связи",
        "ромашка, где мой интернет?",
        "Верните деньги за симкарту, ромашка",
        "Сижу без интернета. Вот такая Ромашка",
        "Ромашкой Телеком я сыт по горло",
        "romashka: тариф подорожал",
        "@romashka_ru ау",
        "пишу вам в vk.com/romashka.help",
        "[romashka.help|Ромашка], ответьте",
        "смотрю ромашка тв",
        "ромашкино приложение? нет, ромашку приложением не открыть",
    ],
)
def test_a_homonym_counts_beside_its_companion_or_when_it_cannot_be_mistaken(text: str) -> None:
    assert list(found(text)) == ["romashka"]


def test_a_companion_far_away_does_not_speak_for_a_homonym() -> None:
    far = " ".join(["слово"] * 20)
    assert found(f"Собрали букет: ромашка и мята. {far}. Потом пропал интернет.") == {}
    assert found(f"Собрали букет: ромашка и мята {far} потом пропал интернет") == {"romashka": ["ромашка"]}, (
        "one sentence holds them together"
    )


def test_a_forbidden_phrase_vetoes_only_the_name_it_touches() -> None:
    assert found("Пью чай с ромашкой, интернет не работает") == {}
    both = "Пью чай с ромашкой, а у Ромашки нет связи"
    assert found(both) == {"romashka": ["Ромашки"]}


def test_the_reason_says_in_russian_what_was_seen() -> None:
    def reason(text: str) -> str:
        return MATCHER.match(text)[0].reason

    assert reason("У Ромашки нет связи") == "названо «Ромашки» рядом с «связи»"
    assert reason("Купил щззщ") == "названо «щззщ» (в другой раскладке)"
    assert reason("@romashka_ru ау") == "упомянут аккаунт @romashka_ru"
    assert reason("смотрю Ромашка ТВ") == "есть фраза «Ромашка ТВ»"


def test_a_letter_of_two_characters_is_one_letter() -> None:
    matcher = Matcher([Brand(id="a", title="а", names=("Соловей Телеком",))])
    text = "соловеи\u0306 телеком"
    assert [match.words for match in matcher.match(text)] == [((0, len(text)),)]


def test_a_name_that_is_a_colloquial_form_of_a_word_is_found_in_its_own_cases() -> None:
    matcher = Matcher([Brand(id="club", title="Гантеля", names=("Гантеля",))])
    for text in ("купила абонемент в Гантеле", "сходили к Гантеле", "Гантелю закрыли", "бассейн Гантели"):
        assert [match.brand for match in matcher.match(text)] == ["club"], text


@pytest.mark.parametrize("word", ["ромашка", "зелкомбанк", "зкб", "телефон"])
def test_every_form_of_a_name_is_found_in_any_case_of_letters(word: str) -> None:
    matcher = Matcher([Brand(id="it", title="it", names=(word,))])
    for form in inflected(word):
        for text in (form, form.upper(), form.title(), f"«{form}»", f"#{form}"):
            assert [match.brand for match in matcher.match(text)] == ["it"], text


@given(
    st.lists(
        st.sampled_from(
            [
                "ромашка",
                "связь",
                "чай с ромашкой",
                "#",
                "@",
                "oppo",
                "ОРPО",
                "ё",
                "İ",
                "\u0306",
                "зеле",
                "2",
                " ",
                ".",
            ]
        )
        | st.text(max_size=4),
        max_size=30,
    ).map("".join)
)
@example("ромашка 0\U00017000")  # a letter without a name, on which the dictionary breaks
def test_spans_lie_in_the_text_in_order_and_apart(text: str) -> None:
    for match in MATCHER.match(text):
        assert match.words
        assert match.reason
        places = [place for span in match.words for place in span]
        assert places == sorted(places)
        assert all(0 <= start < end <= len(text) for start, end in match.words)


@pytest.mark.parametrize(
    "piece",
    [
        "ромашка ",
        "ромашка связь ",
        "#",
        "#ромашк",
        "#зелкомбанклежит ",
        "а" * 50,
        "ромашка чай с ромашкой. ",
        "@",
        "oppоpо",
        "🤬\u200d",
    ],
)
def test_the_longest_text_takes_no_longer_than_its_share(piece: str) -> None:
    text = (piece * 65_536)[:65_536]
    started = time.thread_time()
    MATCHER.match(text)
    assert time.thread_time() - started < 5, "quadratic work would take minutes"


def test_what_the_matcher_has_no_room_to_remember_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "Ромашка Телеком, связь пропала",
        "у oppо и в OPPO нет связи",
        "#ромашкасвязь легла",
        "чай с ромашкой",
    ]
    expected = [MATCHER.match(text) for text in texts]
    monkeypatch.setattr(scan, "_REMEMBERED", 1)
    forgetful = Matcher([ROMASHKA, OPPO, TULPAR, ZEL2], MARKS)
    assert [forgetful.match(text) for text in [*texts, *texts]] == [*expected, *expected]
    assert sum(map(bool, expected)) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Ромашка отцвела", "имя «Ромашка» есть, спутника из only_when рядом нет"),
        (
            "Пью чай с ромашкой, интернет не работает",
            "«ромашкой» есть, но это отменяет never_when: «чай с ромашкой»",
        ),
    ],
)
def test_a_name_that_is_not_taken_for_the_brand_is_told_with_what_was_missing(text: str, reason: str) -> None:
    assert MATCHER.match(text) == []
    (miss,) = MATCHER.missed(text)
    assert (miss.brand, miss.reason) == ("romashka", reason)


def test_nothing_is_missed_where_the_brand_is_found_or_not_named() -> None:
    assert MATCHER.missed("У Ромашки нет связи") == []
    assert MATCHER.missed("завтра вторник") == []
