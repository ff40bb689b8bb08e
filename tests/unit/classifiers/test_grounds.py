"""Grounds: what a short text complains of, in words of kind."""

import pytest

from classifiers.grounds import GROUNDS, MOST, possible_kinds, reasons
from domain.verdict import Evidence, Sentiment, Verdict
from simulator.corpus import load_corpus


def verdict(complaint: float = 0.9, evidence: tuple[Evidence, ...] = ()) -> Verdict:
    return Verdict(
        sentiment=Sentiment(negative=0.8, neutral=0.1, positive=0.1),
        label="negative",
        complaint=complaint,
        intent="vent",
        topics=(),
        urgency=0.3,
        evidence=evidence,
        model="judge-0",
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("хамло на кассе", ("хамство",)),
        ("списали 300 рублей ни за что", ("списали деньги",)),
        ("обманули с тарифом", ("обман",)),
        ("очередь на час", ("очередь",)),
        ("третий день нет интернета, вы там живы?", ("нет связи третий день",)),
        ("не решают уже третий день", ("не решают третий день",)),
        ("вторая неделя, трубку никто не берёт, игнор", ("нет ответа вторая неделя",)),
        ("тухлую курицу продали", ("испорчено",)),
        ("опять не пришёл курьер", ("не привезли",)),
        ("Мастер так и не пришёл", ("мастер не пришёл",)),
        ("Третий день не работает интернет! Мастер не пришёл", ("не работает третий день", "мастер не пришёл")),
        ("Верните деньги!", ("не возвращают",)),
        ("ужас", ("качество",)),
        ("ужасное хамство", ("хамство",)),
    ],
)
def test_a_short_complaint_is_named_by_kind(text: str, named: tuple[str, ...]) -> None:
    assert reasons(verdict(), text) == named


def test_what_moved_the_verdict_most_comes_first_and_no_more_than_fit() -> None:
    text = "хамят, обманули, очередь, грязь кругом"
    evidence = tuple(
        Evidence(text.index(word), text.index(word) + len(word), weight)
        for word, weight in (("хамят", 0.1), ("обманули", 0.9), ("очередь", 0.5), ("грязь", 0.2))
    )
    assert reasons(verdict(evidence=evidence), text) == ("обман", "очередь", "грязь")
    assert MOST == 3


def test_nobody_is_given_a_reason_where_no_complaint_is_seen() -> None:
    assert reasons(verdict(complaint=0.2), "где тут очередь?") == ()


def test_a_length_of_something_else_is_no_wait() -> None:
    assert reasons(verdict(), "ноутбук прожил 16 дней") == ()


def test_every_kind_has_words() -> None:
    assert len(GROUNDS) >= 15
    assert all(pattern.search("спасибо, всё хорошо") is None for pattern in GROUNDS.values())


def test_no_kind_is_passed_over_for_how_the_words_of_a_text_begin() -> None:
    """Most patterns are not asked at all; each must be where it would have found something."""
    texts = [entry.text for entry in load_corpus().entries]
    for text in (*texts, *map(str.upper, texts)):
        found = {kind for kind, pattern in GROUNDS.items() if pattern.search(text)}
        assert found <= possible_kinds(text), text
