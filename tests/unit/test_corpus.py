"""The corpus holds what it promises: enough texts, of every kind, worded one by one, with the truth about each."""

import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations
from typing import get_args

import pytest

from simulator.corpus import Corpus, SequelKind, load_corpus

KINDS = (
    "advertisement",
    "complaint",
    "emoji",
    "hashtag",
    "homonym",
    "irony",
    "layout",
    "lookalike",
    "mistyped",
    "negation",
    "neutral",
    "news",
    "obscene",
    "own",
    "praise",
    "question",
    "repost",
    "spam",
    "thread",
    "threat",
    "translit",
    "unnamed",
)
REAL_COMPANIES = re.compile(
    r"\b(билайн|мегафон|мтс|теле2|ростелеком|йота|сбер(банк)?\b|втб|тинькофф|т-банк|альфа-банк|райффайзен|озон|"
    r"вайлдберриз|самокат|яндекс|авито|пят[её]рочк|магнит|лента|delivery club|wildberries|ozon|google|apple)",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus()


def test_there_are_three_hundred_texts(corpus: Corpus) -> None:
    assert len(corpus.entries) >= 300


def test_about_two_in_five_are_complaints(corpus: Corpus) -> None:
    share = sum(entry.complaint for entry in corpus.entries) / len(corpus.entries)
    assert 0.35 <= share <= 0.45


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_there_more_than_twice(corpus: Corpus, kind: str) -> None:
    assert sum(kind in entry.kinds for entry in corpus.entries) >= 3


def test_keys_are_unique(corpus: Corpus) -> None:
    keys = [entry.key for entry in corpus.entries]
    assert len(set(keys)) == len(keys)


def test_no_two_texts_are_made_from_one_template(corpus: Corpus) -> None:
    texts = [re.sub(r"\W+", " ", entry.text.casefold()) for entry in corpus.entries]
    alike = []
    for one, other in combinations(texts, 2):
        matcher = SequenceMatcher(None, one, other, autojunk=False)
        if min(len(one), len(other)) > 20 and matcher.real_quick_ratio() > 0.8 and matcher.quick_ratio() > 0.85:
            alike.extend([(one, other)] if matcher.ratio() > 0.75 else [])
    assert not alike


def test_no_real_company_is_named(corpus: Corpus) -> None:
    assert [entry.text for entry in corpus.entries if REAL_COMPANIES.search(entry.text)] == []


def test_a_complaint_is_about_a_brand(corpus: Corpus) -> None:
    assert all(entry.brand for entry in corpus.entries if entry.complaint)


def test_the_truth_and_the_kinds_say_the_same(corpus: Corpus) -> None:
    assert all(entry.complaint == ("complaint" in entry.kinds) for entry in corpus.entries)


def test_homonyms_speak_of_no_brand(corpus: Corpus) -> None:
    assert all(entry.brand is None for entry in corpus.entries if "homonym" in entry.kinds)


def test_every_place_belongs_to_its_network(corpus: Corpus) -> None:
    networks = {"wall": "vk", "community": "vk", "comment": "vk", "tweet": "x", "reply": "x"}
    assert all(networks[entry.place] == entry.network for entry in corpus.entries)


def test_every_author_is_known_and_distinct(corpus: Corpus) -> None:
    assert {entry.author for entry in corpus.entries} == set(corpus.writers)
    writers = corpus.writers.values()
    assert len({writer.number for writer in writers}) == len({writer.handle for writer in writers}) == len(writers)


def test_answers_hang_on_a_brands_own_text_in_the_same_network(corpus: Corpus) -> None:
    by_key = {entry.key: entry for entry in corpus.entries}
    for entry in corpus.entries:
        assert (entry.under is not None) == (entry.place in ("comment", "reply"))
        if entry.under is not None:
            above = by_key[entry.under]
            assert above.own
            assert (above.network, above.brand) == (entry.network, entry.brand or above.brand)


def test_some_authors_say_several_things_in_one_thread(corpus: Corpus) -> None:
    said = Counter((entry.author, entry.under) for entry in corpus.entries if entry.under)
    assert sum(count > 1 for count in said.values()) >= 4


def test_each_brand_has_complaints_in_both_networks(corpus: Corpus) -> None:
    heard = Counter((entry.brand, entry.network) for entry in corpus.entries if entry.complaint)
    assert min(heard[house.id, network] for house in corpus.houses for network in ("vk", "x")) >= 8


def test_every_kind_of_sequel_is_there_and_speaks_of_known_brands(corpus: Corpus) -> None:
    assert {sequel.kind for sequel in corpus.sequels} == set(get_args(SequelKind))
    assert {sequel.brand for sequel in corpus.sequels if sequel.brand} <= {house.id for house in corpus.houses}
    assert not [one for one in corpus.sequels if REAL_COMPANIES.search(one.text + one.title)]
