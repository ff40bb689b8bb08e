"""Marked words and phrases: any form of each word, or with `=` the words exactly as they are written."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.classify import Judge
from classifiers.lexicon import TOPICS, URGENT, Markers
from classifiers.lexicon_hits import TOPIC, URGENCY, LexiconHits, found
from classifiers.morphology import Morphology
from classifiers.near_words import NEAR_TOPICS, NEAR_URGENT
from classifiers.unsaid import tokens
from classifiers.verdict import Question

MORPHOLOGY = Morphology()
OWN = "своё"
WORDS = ("верните", "верни", "деньги", "денег", "карта", "карту", "срочно")


def marked_reasons(text: str) -> set[str]:
    """Why the text would be urgent if it complained."""
    marks = LexiconHits(Markers(), MORPHOLOGY)
    forms = [MORPHOLOGY.russian(token.form) for token in tokens(text)]
    lemmas = list(map(MORPHOLOGY.lemma, forms))
    starts = enumerate(map(marks.starting, forms, lemmas))
    return {name for kind, name in found(range(len(forms)), forms, lemmas, starts) if kind == URGENCY}


def topics(phrases: Sequence[str], text: str) -> set[str]:
    """The topics of the text, with one of the staff's own."""
    marks = LexiconHits(Markers(topics={OWN: tuple(phrases)}), MORPHOLOGY)
    forms = [MORPHOLOGY.russian(token.form) for token in tokens(text)]
    lemmas = list(map(MORPHOLOGY.lemma, forms))
    starts = enumerate(map(marks.starting, forms, lemmas))
    return {name for kind, name in found(range(len(forms)), forms, lemmas, starts) if kind == TOPIC}


@pytest.mark.parametrize(
    ("phrase", "text", "marked"),
    [
        ("вернуть деньги", "когда вернёте мне деньги", False),
        ("вернуть деньги", "верните деньги", True),
        ("вернуть деньги", "вернули деньги!", True),
        ("=верните деньги", "верните деньги", True),
        ("=верните деньги", "а ну ВЕРНИТЕ  деньги!!", True),
        ("=верните деньги", "вернули деньги", False),
        ("=верните деньги", "верните денег", False),
        ("=верните деньги", "верните", False),
        ("=верните деньги", "верните мои деньги", False),
        ("=верните", "верните", True),
        ("=верните", "вернули", False),
        ("=ещё в пути", "посылка еще в пути, ещё", True),
        ("=красный код тревога", "красный код тревога", True),
        ("=красный код тревога", "красный код тревоги", False),
        ("=wi-fi в метро", "Wi-Fi в метро", True),
        ("=personal account", "Personal account", True),
        ("personal manager", "Personal manager", True),
        ("=", "=", False),
    ],
)
def test_an_exact_phrase_stands_for_its_own_words_and_a_plain_one_for_all_their_forms(
    phrase: str, text: str, *, marked: bool
) -> None:
    assert (OWN in topics([phrase], text)) == marked


@settings(deadline=None)  # each example reads all lists anew, and the machine may be busy
@given(st.lists(st.sampled_from(WORDS), max_size=7), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
def test_an_exact_phrase_is_found_where_its_words_stand_in_a_row_and_nowhere_else(
    text: list[str], phrase: list[str]
) -> None:
    stands = any(text[at : at + len(phrase)] == phrase for at in range(len(text)))
    assert (OWN in topics(["=" + " ".join(phrase)], " ".join(text))) == stands


@settings(deadline=None)  # each example reads all lists anew, and the machine may be busy
@given(st.lists(st.sampled_from(WORDS), max_size=7), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
def test_what_an_exact_phrase_finds_the_plain_one_finds_too(text: list[str], phrase: list[str]) -> None:
    exact, plain = (OWN in topics([sign + " ".join(phrase)], " ".join(text)) for sign in ("=", ""))
    assert plain or not exact


def test_exact_and_plain_phrases_of_one_beginning_do_not_hide_each_other() -> None:
    phrases = ["=верните карту", "вернуть деньги", "=верните деньги"]
    assert OWN in topics(phrases, "верните карту")
    assert OWN in topics(phrases, "верни деньги")
    assert OWN not in topics(phrases, "верни карту")


def test_the_judge_finds_the_staffs_exact_phrases_in_topics_and_urgency() -> None:
    markers = Markers(topics={OWN: ("=последний звонок",)}, urgent=("=подаю в суд",))
    texts = ["Ужас, это последний звонок, подаю в суд", "Ужас, это последнего звонка, подают в суд"]
    questions = [Question(text=text) for text in texts]
    plain = Judge.load().classify(questions)
    here, other = Judge.load(markers=markers).classify(questions)
    assert OWN in here.topics
    assert here.urgency > plain[0].urgency
    assert other == plain[1]


@pytest.mark.parametrize(
    ("text", "reason", "marked"),
    [
        ("сняли непонятно за что деньги", "деньги пропали", True),
        ("деньги опять куда-то пропали", "деньги пропали", True),
        ("карту заблокировали", "деньги пропали", True),
        ("сняли квартиру", "деньги пропали", False),
        ("сняли квартиру у моря на две недели в июле, а деньги целы", "деньги пропали", False),
        ("в Саратове с утра не работает интернет", "массовый сбой", True),
        ("не работает интернет", "массовый сбой", False),
        ("у всех лежит?", "массовый сбой", True),
        ("у всех свои вкусы", "массовый сбой", False),
        ("всё, перехожу на мтс", "уходит", True),
        ("перехожу дорогу", "уходит", False),
        ("смс не уходят", "уходит", False),
        ("купила симку мегафона", "уходит", True),
        ("купила симку, довольна", "уходит", False),
    ],
)
def test_some_words_are_urgent_only_near_others(text: str, reason: str, *, marked: bool) -> None:
    assert (reason in marked_reasons(text)) == marked


def test_words_near_others_belong_to_topics_and_reasons_that_the_judge_has() -> None:
    assert set(NEAR_TOPICS) <= set(TOPICS)
    assert set(NEAR_URGENT) <= set(URGENT)
    pairs = [pair for lists in (*NEAR_TOPICS.values(), *NEAR_URGENT.values()) for pair in lists]
    assert all(pair.words and pair.near for pair in pairs)
    # What stands near is looked up by its lemma alone: a phrase or an exact form there would never be found.
    assert all(len(list(tokens(word))) == 1 and not word.startswith("=") for pair in pairs for word in pair.near)
