"""Lemmas, and Russian typed in Latin letters."""

import pytest

from classifiers.morphology import Morphology


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("связью", "связь"), ("пришел", "прийти"), ("4g", "4g"), ("😡", "😡"), ("не", "не"), ("\ud800", "\ud800")],
)
def test_a_form_has_its_dictionary_form(form: str, lemma: str) -> None:
    assert Morphology().lemma(form) == lemma


@pytest.mark.parametrize(
    ("form", "russian"),
    [("uzhasno", "ужасно"), ("rabotaet", "работает"), ("spasibo", "спасибо"), ("google", "google"), ("ok", "ok")],
)
def test_russian_in_latin_letters_is_read(form: str, russian: str) -> None:
    assert Morphology().russian(form) == russian
