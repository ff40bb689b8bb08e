"""Lemmas, and Russian typed in Latin letters."""

import gc
import re
import weakref

import pytest

from classifiers.model import load
from classifiers.morphology import Morphology, analyzer, put_dictionary_away


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("связью", "связь"), ("пришел", "прийти"), ("4g", "4g"), ("😡", "😡"), ("не", "не"), ("\ud800", "\ud800")],
)
def test_a_form_has_its_dictionary_form(form: str, lemma: str) -> None:
    assert Morphology().lemma(form) == lemma


@pytest.mark.parametrize(
    "form",
    [
        "а",
        "и",
        "стали",
        "стекло",
        "ежа",
        "еще",
        "мой",
        "белила",
        "в",
        "спб",
        "билайнов",
        "кто-то",
        "по-моему",
        "мтс",
    ],
)
def test_the_short_way_to_a_lemma_leads_where_the_whole_analysis_does(form: str) -> None:
    assert Morphology().lemma(form) == analyzer().parse(form)[0].normal_form.replace("ё", "е")


def test_the_short_way_is_right_for_every_word_that_the_judge_knows() -> None:
    forms = [form for form in load().tones if re.fullmatch("[а-я]+", form)][::7]
    morphology = Morphology()
    assert len(forms) > 500
    for form in forms:
        assert morphology.lemma(form) == analyzer().parse(form)[0].normal_form.replace("ё", "е")


@pytest.mark.parametrize(
    ("form", "russian"),
    [("uzhasno", "ужасно"), ("rabotaet", "работает"), ("spasibo", "спасибо"), ("google", "google"), ("ok", "ok")],
)
def test_russian_in_latin_letters_is_read(form: str, russian: str) -> None:
    assert Morphology().russian(form) == russian


def test_a_dictionary_that_was_put_away_is_there_again_and_never_twice() -> None:
    held = Morphology()
    first = analyzer()
    put_dictionary_away()
    assert analyzer() is first
    assert held.lemma("ромашки") == "ромашка"
    gone = weakref.ref(first)
    del first, held
    put_dictionary_away()
    gc.collect()
    if gone() is None:  # else another test holds it, and it is the same
        assert analyzer().word_is_known("ромашка")
    else:
        assert analyzer() is gone()
