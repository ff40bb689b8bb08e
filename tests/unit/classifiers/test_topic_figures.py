"""The tweets that were read for topics, intent and urgency: the halves, the figures, what each counts."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from classifiers.classify import Judge
from classifiers.corpora import Corpora
from classifiers.examples import Example
from classifiers.lexicon import TOPICS, URGENT
from classifiers.readings import teaches
from classifiers.topic_figures import (
    INTENTS,
    URGENT_KINDS,
    TopicReading,
    measure_topics,
    measuring,
    topic_readings,
    without,
)
from listener.commands.figure_tables import topic_table

Read = tuple[str, set[str], str, str | None]

READ: Sequence[Read] = (
    ("ужас, у всех лежит интернет, почините!", {"связь"}, "solve", "outage"),
    ("украли деньги с карты, мошенники, верните", {"мошенничество", "деньги"}, "solve", "danger"),
    ("курьер нахамил, отвратительно", {"доставка", "персонал"}, "vent", None),
    ("подскажите, какой тариф дешевле?", {"цена"}, "question", None),
    ("спасибо, всё отлично!", set(), "praise", None),
)


def examples(read: Sequence[Read] = READ) -> list[Example]:
    return [
        Example(text=text, brand=(), label=None, domain="telecom", post=(f"{at}-{at}", "mts"))
        for at, (text, *_) in enumerate(read)
    ]


def labels(read: Sequence[Read] = READ) -> dict[tuple[str, str], TopicReading]:
    return {
        (f"{at}-{at}", "mts"): TopicReading(
            topics=frozenset(topics), intent=next(one for one in INTENTS if one == intent), urgent=urgent
        )
        for at, (_, topics, intent, urgent) in enumerate(read)
    }


def test_the_committed_readings_use_the_codes_own_names_and_fall_into_two_halves() -> None:
    read = topic_readings()
    assert len(read) == 2962
    assert {topic for one in read.values() for topic in one.topics} <= set(TOPICS)
    assert {one.intent for one in read.values()} <= set(INTENTS)
    assert {one.urgent for one in read.values()} - {None} == set(URGENT_KINDS)
    assert 1400 < sum(teaches(tweet) for tweet, _ in read) < 1560


def test_every_kind_of_urgency_stands_on_reasons_that_the_judge_has() -> None:
    reasons = [reason for words in URGENT_KINDS.values() for reason in words]
    assert set(reasons) <= set(URGENT)
    assert len(set(reasons)) == len(reasons)


def test_a_reading_is_read_by_tweet_and_brand(tmp_path: Path) -> None:
    file = tmp_path / "topics.tsv"
    file.write_text(
        "id\tbrand\tdomain\ttopics\tintent\turgent\n"
        "1-2\tmts\ttelecom\tсвязь цена\tvent\tleaves\n"
        "1-2\tvtb\tbanks\t\tother\t\n",
        encoding="utf-8",
    )
    read = topic_readings(file)
    assert read["1-2", "mts"] == TopicReading(topics=frozenset({"связь", "цена"}), intent="vent", urgent="leaves")
    assert read["1-2", "vtb"] == TopicReading(topics=frozenset(), intent="other", urgent=None)


def test_what_is_rightly_found_has_full_figures() -> None:
    figures = measure_topics(Judge.load(), examples(), labels())
    assert figures
    assert figures.count == len(READ)
    topics = {one.name: one for one in figures.topics}
    assert topics["связь"].count == 1
    assert topics["связь"].shares
    assert [of.value for of in topics["связь"].shares] == [1, 1, 1]
    assert topics["очередь"].shares is None
    urgent = {one.name: one for one in figures.urgent}
    assert urgent["outage"].shares
    assert urgent["outage"].shares[1].value == 1
    assert figures.right_intents.value >= 0.8


def test_what_is_said_wrongly_costs_precision_and_what_is_missed_recall() -> None:
    read = (("плохая связь", {"цена"}, "vent", None), ("плохая связь", {"связь"}, "vent", None))
    figures = measure_topics(Judge.load(), examples(read), labels(read))
    assert figures
    named = {one.name: one.shares for one in figures.topics if one.shares}
    assert [of.value for of in named["связь"]] == pytest.approx([0.5, 1, 2 / 3])
    assert [of.value for of in named["цена"]] == [0, 0, 0]
    assert figures.all_topics.shares
    assert [of.value for of in figures.all_topics.shares] == [0.5, 0.5, 0.5]
    assert figures.all_topics.shares[2].low <= 0.5 <= figures.all_topics.shares[2].high


def test_urgent_words_count_only_where_somebody_complains() -> None:
    read = (("в городе открылась новая больница", set[str](), "news", "danger"),)
    figures = measure_topics(Judge.load(), examples(read), labels(read))
    assert figures
    danger = next(one for one in figures.urgent if one.name == "danger")
    assert danger.shares
    assert danger.shares[1].value == 0


def test_texts_that_nobody_read_have_no_figures() -> None:
    assert measure_topics(Judge.load(), examples(), {}) is None


def test_the_measuring_half_and_its_copies_are_kept_from_training() -> None:
    pairs = list(topic_readings())
    rows = [
        Example(text=f"текст {at}", brand=(), label=None, domain="telecom", post=pair)
        for at, pair in enumerate(pairs)
    ]
    copies = [Example(text=one.text, brand=(), label=None, domain="telecom") for one in rows]
    corpora = Corpora(examples=rows + copies, tones={}, about={})
    measured = measuring(corpora)
    assert {one.post for one in measured} == {pair for pair in pairs if not teaches(pair[0])}
    left = without(corpora, measured)
    assert len(left) == 2 * (len(pairs) - len(measured))
    assert not {one.text for one in left} & {one.text for one in measured}


def test_the_table_names_each_part_in_the_staffs_words() -> None:
    figures = measure_topics(Judge.load(), examples(), labels())
    assert figures
    shown = StringIO()
    Console(file=shown, width=120).print(topic_table(figures))
    text = shown.getvalue().replace("\N{NO-BREAK SPACE}", " ")
    for words in ("5 прочтённых текстов", "связь", "все темы", "vent", "массовый сбой"):
        assert words in text
