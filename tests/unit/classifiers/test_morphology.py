"""Lemmas, and Russian typed in Latin letters."""

import gc
import re
import weakref
from random import Random

import pytest
from pymorphy3 import MorphAnalyzer
from pymorphy3.lang.ru import config as rules
from pymorphy3.units import KnownPrefixAnalyzer

from classifiers.model import load
from classifiers.morphology import Likeliest, Morphology, analyzer, put_dictionary_away


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
        "бутявками",
        "мегаромашкой",
        "псевдодоставщиками",
        "антиникто",
        "байткодами",
        "поромашкее",
        "наиромашчайшему",
        "дозвонитса",
        "шщщ",
        "бж",
        "интернет-магазинами",
        "ромашку-то",
        "по-ромашковому",
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


def test_the_short_way_is_right_for_words_that_no_dictionary_has() -> None:
    chance = Random(3)
    forms = [form for form in load().tones if re.fullmatch("[а-я]+", form)][::11]
    morphology = Morphology()
    for form in forms:
        place = chance.randrange(len(form))
        slipped = form[:place] + chance.choice("абвеиклнорстуы") + form[place + chance.randrange(2) :]
        assert morphology.lemma(slipped) == analyzer().parse(slipped)[0].normal_form.replace("ё", "е")


def test_an_analysis_by_other_steps_is_left_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = rules.DEFAULT_UNITS
    monkeypatch.setattr(
        rules, "DEFAULT_UNITS", [step for step in steps if not isinstance(step, KnownPrefixAnalyzer)]
    )
    without_prefixes = MorphAnalyzer(lang="ru", units=rules.DEFAULT_UNITS)
    said = Likeliest(without_prefixes).lemma("антироссия")
    assert said == without_prefixes.parse("антироссия")[0].normal_form


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
