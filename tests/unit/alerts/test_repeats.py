"""Our own words are known again however a network shows them; other words are not."""

import pytest

from alerts.outreach.repeats import same_words


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Разберёмся", "Разберёмся"),
        ("@olga @petr Разберёмся", "Разберёмся"),
        ("разберёмся,  уже\nедем 🙂", "Разберёмся, уже едем"),
        ("Пишите: https://t.co/aBc1", "Пишите: romashka.ru/help?x=1"),
        ("Пишите: https://t.co/aBc1", "Пишите: https://vk.me/romashka_help?ref=T0ken-1"),
        ("Ольга Панова, разберёмся", "Разберёмся"),
        ("🙂", " 🙂"),
        ("Чиним за\u0439мись", "Чиним заи\u0306мись"),
    ],
)
def test_what_a_network_makes_of_our_words_are_our_words(said: str, meant: str) -> None:
    assert same_words(said, meant)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Разберёмся", "Уже едем"),
        ("Разберёмся, уже едем", "Разберёмся"),
        ("🙂", "🙁"),
        ("", "Разберёмся"),
        ("Да", "🙂"),
        ("Это уже совсем другое, разберёмся", "Разберёмся"),
    ],
)
def test_other_words_are_somebody_elses(said: str, meant: str) -> None:
    assert not same_words(said, meant)
