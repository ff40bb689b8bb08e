"""The tweets that people read for complaints: the halves, the weights of the natural stream, the figures."""

import gzip
import json
from pathlib import Path

import pytest

from classifiers.classify import Judge
from classifiers.corpora import PAIRS, dedup_key, own_examples, read_corpora, tweets
from classifiers.evaluation import HARD_CASES
from classifiers.examples import Example
from classifiers.read_figures import measure_read
from classifiers.readings import (
    LATER,
    SUSPECT_SHARES,
    Reading,
    natural_weights,
    negatives,
    read_attitudes,
    read_moods,
    read_trades,
    readings,
    teaches,
)
from classifiers.taught import answer_key
from domain.verdict import LABELS

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
HEADER = "id\tdomain\tbrand\tstratum\tsuspect\tfirst\tsecond\tfinal\n"


def test_readings_are_read_by_tweet_and_brand(tmp_path: Path) -> None:
    file = tmp_path / "labels.tsv"
    file.write_text(
        HEADER + "1-2\ttelecom\tmts\tlikely\tyes\tcomplaint\tother\tcomplaint\n"
        "1-2\ttelecom\ttele2\tuniform\tno\tother\tother\tother\n",
        encoding="utf-8",
    )
    found = readings(file)
    assert found["1-2", "mts"] == Reading(complaint=True, suspect=True, teaches=teaches("1-2"))
    assert not found["1-2", "tele2"].complaint
    assert not found["1-2", "tele2"].suspect


def test_the_committed_readings_fall_into_two_fair_halves() -> None:
    found = readings().values()
    taught = [one for one in found if one.teaches]
    assert len(found) == 800
    assert 350 < len(taught) < 450
    assert 35 < sum(one.complaint for one in taught) < 65


KINDS = {"complaint", "question", "bad_press", "praise", "advertisement", "other"}


def test_attitudes_and_kinds_are_read_by_tweet_and_brand(tmp_path: Path) -> None:
    file = tmp_path / "labels.tsv"
    file.write_text("id\tbrand\tkind\tattitude\n1-2\tmts\tcomplaint\tnegative\n1-2\ttele2\tother\tneutral\n")
    assert read_attitudes(file) == {
        ("1-2", "mts"): ("negative", "complaint"),
        ("1-2", "tele2"): ("neutral", "other"),
    }
    assert negatives(file) == {("1-2", "mts"): "complaint", ("1-2", "tele2"): "other"}


def test_the_committed_labels_are_of_the_guideline() -> None:
    attitudes, kinds = read_attitudes(), negatives()
    assert {kind for _, kind in attitudes.values()} == KINDS
    assert {attitude for attitude, _ in attitudes.values()} == set(LABELS)
    assert set(kinds.values()) <= KINDS
    praised = [attitude for attitude, kind in attitudes.values() if kind == "praise"]
    assert praised.count("positive") / len(praised) > 0.9


def test_no_tweet_of_the_complaints_own_test_is_labelled_a_second_time() -> None:
    assert not readings().keys() & (read_attitudes().keys() | negatives().keys())
    assert not read_attitudes().keys() & negatives().keys()


def test_a_tweet_takes_what_was_read_of_it_and_the_contests_label_stays(tmp_path: Path) -> None:
    (read, brand), (attitude, kind) = next(iter(read_attitudes().items()))
    negative, other = next(pair for pair, one in negatives().items() if one == "bad_press")
    rows = [
        {"id": read, "text": "текст", "brands": [brand]},
        {"id": "7", "text": "текст", "brands": [brand]},
        {"id": negative, "text": "не работает", "brands": {other: "negative"}},
        {"id": negative, "text": "отлично", "brands": {brand: "positive"}},
    ]
    file = tmp_path / "rows.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    taught = (0.1, 0.2, 0.7, 0.0)
    by_people, by_nobody, press, praised = tweets(file, "telecom", {answer_key("7", brand): taught})
    assert (by_people.label, by_people.complaint) == (attitude, kind == "complaint")
    assert (by_nobody.label, by_nobody.complaint, by_nobody.taught) == (None, None, taught)
    assert (press.label, press.complaint, press.taught) == ("negative", False, None)
    assert (praised.label, praised.complaint) == ("positive", False)
    assert [one.post for one in (by_people, by_nobody)] == [(read, brand), ("7", brand)]


def test_each_zone_weighs_what_it_is_of_the_stream() -> None:
    read = [Reading(complaint=False, suspect=at < 3, teaches=False) for at in range(10)]
    weights = natural_weights("banks", read)
    assert sum(weights) == pytest.approx(1)
    assert sum(weights[:3]) == pytest.approx(SUSPECT_SHARES["banks"])


def test_figures_lie_within_their_intervals() -> None:
    texts = ["{b} не работает, верните деньги", "{b} спасибо", "{b} открыл офис", "достали, {b}"] * 3
    examples = [
        Example(
            text=text,
            brand=((text.index("{b}"), text.index("{b}") + 3),),
            label=None,
            domain="telecom",
            complaint=at % 4 in (0, 3),
            read=Reading(complaint=at % 4 in (0, 3), suspect=at % 2 == 0, teaches=False),
        )
        for at, text in enumerate(texts)
    ]
    (figures,) = measure_read(Judge.load(), examples)
    assert (figures.drawn.count, figures.drawn.complaints) == (12, 6)
    assert figures.drawn.average_precision.value == 1
    natural = figures.natural.at_recall
    assert natural.low <= natural.value <= natural.high


def test_no_unseen_tweet_is_trained_on() -> None:
    if not SHARED.is_dir():
        pytest.skip("no shared/data beside the project")
    corpora = read_corpora(SHARED)
    assert len(corpora.unseen) == 305
    assert all(one.read is not None and not one.read.teaches for one in corpora.unseen)
    assert not {id(one) for one in corpora.unseen} & {id(one) for one in corpora.examples}
    taught = [one for one in corpora.examples if one.read]
    assert len(taught) == 393
    assert not {dedup_key(one) for one in corpora.unseen} & {
        dedup_key(one) for one in corpora.examples if one.post
    }
    assert all(one.read is not None and one.read.teaches for one in taught)


def test_what_was_read_and_written_later_is_for_who_asks_alone() -> None:
    if not SHARED.is_dir():
        pytest.skip("no shared/data beside the project")
    plain, more = read_corpora(SHARED, taught=None), read_corpora(SHARED, taught=None, later=True)
    assert plain.about == more.about
    own, read = (
        [sum(one.domain == domain for one in each.examples) for each in (plain, more)]
        for domain in ("own", "read")
    )
    assert own[1] - own[0] == len(list(own_examples(PAIRS)))
    assert read[1] - read[0] == len(read_trades(LATER)), "every text that was read is found"


def test_nothing_is_read_twice_under_two_names_and_no_hard_case_is_a_pair() -> None:
    assert not read_trades().keys() & read_trades(LATER).keys()
    hard = {line.split("\t")[2] for line in HARD_CASES.read_text(encoding="utf-8").splitlines()}
    written = [line.split("\t") for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    assert all(len(parts) == 2 and parts[0].isalpha() for parts in written)
    assert not hard & {text for _, text in written}


def test_the_moods_of_comments_are_read_by_number_and_nonsense_has_none(tmp_path: Path) -> None:
    file = tmp_path / "comments.tsv"
    file.write_text("number\tmood\tsecond_mood\n7\tpositive\tneutral\n30\tskip\t\n", encoding="utf-8")
    assert read_moods(file) == {7: "positive", 30: None}


def test_the_readings_of_comments_are_moods() -> None:
    assert {mood for mood in read_moods().values() if mood} == set(LABELS)
