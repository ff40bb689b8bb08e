"""What routes ask of texts: the letters they are written in, and words in any form."""

import pytest

from classifiers.asked_of_texts import Spoken, implied, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Третий день нет интернета", "ru"),
        ("MTS опять всё сломал", "ru"),
        ("The app crashes every time", "latin"),
        ("Ilova ishlamayapti, nima qilay", "latin"),
        ("Чому не працює інтернет, її немає", "other"),
        ("Қосымша жұмыс істемейді, көмектесіңіз", "other"),
        ("应用程序无法打开", "other"),
        ("https://example.com/very/long/address нет связи", "ru"),
        ("@somebody_with_a_long_name верните деньги", "ru"),
        ("👎👎👎 100", "ru"),
        ("", "ru"),
    ],
)
def test_a_text_has_the_language_of_its_letters(text: str, language: str) -> None:
    assert language_of(text) == language


SPOKEN = Spoken(("суд", "=верните", "вернуть деньги", "связь"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Подам на вас в суд", ("суд",)),
        ("будем встречаться в судах", ("суд",)),
        ("Верните деньги!", ("=верните", "вернуть деньги")),
        ("вернули деньги", ("вернуть деньги",)),
        ("судак сегодня свежий", ()),
        ("нет связи", ("связь",)),
        ("нет интернета", ()),
        ("", ()),
    ],
)
def test_words_are_found_in_any_form_and_built_in_topics_are_no_words(text: str, words: tuple[str, ...]) -> None:
    assert SPOKEN(text) == words


def test_a_word_is_sure_of_those_that_stand_wherever_it_does() -> None:
    words = ("суд", "суды", "=суд", "подать в суд", "=подаю в суд", "вернуть деньги", "деньги", "=вернуть", "иск")
    assert {word: set(sure) - {word} for word, sure in implied(words).items()} == {
        "суд": {"суды"},
        "суды": {"суд"},
        "=суд": {"суд", "суды"},
        "подать в суд": {"суд", "суды"},
        "=подаю в суд": {"=суд", "суд", "суды"},
        "вернуть деньги": {"деньги"},
        "деньги": set(),
        "=вернуть": set(),
        "иск": set(),
    }
