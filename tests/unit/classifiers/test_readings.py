"""The tweets that people read for complaints: the halves, the weights of the natural stream, the figures."""

from pathlib import Path

import pytest

from classifiers.classify import Judge
from classifiers.corpora import Example, read_corpora
from classifiers.read_figures import measure_read
from classifiers.readings import SUSPECT_SHARES, Reading, natural_weights, readings, teaches

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
    assert len(corpora.unseen) > 350
    assert all(one.read is not None and not one.read.teaches for one in corpora.unseen)
    assert not {id(one) for one in corpora.unseen} & {id(one) for one in corpora.examples}
    taught = [one for one in corpora.examples if one.read]
    assert len(taught) + len(corpora.unseen) == 800
    assert all(one.read is not None and one.read.teaches for one in taught)
