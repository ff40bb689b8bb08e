"""Figures of reviews trade by trade."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from classifiers.corpora import PAIRS, own_examples
from classifiers.examples import Example
from classifiers.other_trades import MEASURED, measured
from classifiers.tiers import open_judge
from classifiers.trade_figures import ALL_TRADES, BARE, NAMED, invented_posts, measure_trades
from classifiers.verdict import Question
from domain.verdict import Sentiment, Verdict


class Reader:
    """Complains as the text says: «0.9 …»."""

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        return [
            Verdict(
                sentiment=Sentiment(negative=0.2, neutral=0.6, positive=0.2),
                label="neutral",
                complaint=float(one.text.split()[0]),
                intent="other",
                topics=(),
                urgency=0.1,
                evidence=(),
                model="reader",
            )
            for one in questions
        ]


def review(text: str, *, complaint: bool) -> Example:
    return Example(text=text, brand=(), label=None, domain="reviews", complaint=complaint)


def test_a_trade_is_measured_at_the_usual_threshold_and_all_of_them_together() -> None:
    hotels = [review("0.9 клопы", complaint=True), review("0.5 холодно", complaint=True)]
    games = [review("0.7 вылетает", complaint=True), review("0.8 весело", complaint=False)]
    told = measure_trades(Reader(), {"hotels": hotels, "games": games})
    assert [one.trade for one in told] == ["games", "hotels", ALL_TRADES]
    played, stayed, both = told
    assert (played.count, played.complaints) == (2, 1)
    assert played.average_precision.value == pytest.approx(0.5)
    assert (played.recall.value, played.precision.value) == pytest.approx((1.0, 0.5))
    assert (stayed.recall.value, stayed.precision.value) == pytest.approx((0.5, 1.0))
    assert (both.recall.value, both.precision.value) == pytest.approx((2 / 3, 2 / 3))
    assert played.error.value == pytest.approx((0.3 + 0.8) / 2)
    assert all(one.recall.low <= one.recall.value <= one.recall.high for one in told)


def test_a_trade_in_which_nobody_complains_has_no_row_of_its_own() -> None:
    told = measure_trades(
        Reader(),
        {"hotels": [review("0.9 клопы", complaint=True)], "games": [review("0.1 весело", complaint=False)]},
    )
    assert [one.trade for one in told] == ["hotels", ALL_TRADES]
    assert told[-1].count == 2


def test_reviews_that_only_measure_are_read_by_trade_and_may_be_absent(tmp_path: Path) -> None:
    assert measured(tmp_path) == {}
    (tmp_path / MEASURED).parent.mkdir()
    with gzip.open(tmp_path / MEASURED, "wt", encoding="utf-8") as file:
        for text, label, trade in (("клопы", "negative", "hotels"), ("море рядом", "positive", "hotels")):
            file.write(json.dumps({"id": text, "text": text, "label": label, "trade": trade}) + "\n")
    assert [(one.text, one.complaint) for one in measured(tmp_path)["hotels"]] == [
        ("клопы", True),
        ("море рядом", False),
    ]


def test_an_invented_post_is_asked_with_the_brands_name_and_as_on_its_page(tmp_path: Path) -> None:
    file = tmp_path / "posts.tsv"
    file.write_text("marked\tyes\t> Как вам?\\n{b}, очередь\nplace\tno\tВстретимся у {b}\n", encoding="utf-8")
    posts = invented_posts(file)
    assert [one.text for one in posts[NAMED]] == ["> Как вам?\n{b}, очередь", "Встретимся у {b}"]
    assert [one.brand for one in posts[NAMED]] == [((11, 14),), ((13, 16),)]
    assert [(one.text, one.brand) for one in posts[BARE]] == [("> Как вам?\n, очередь", ()), ("Встретимся у", ())]
    assert [one.complaint for one in posts[NAMED]] == [one.complaint for one in posts[BARE]] == [True, False]


def test_the_invented_posts_teach_nothing_and_are_mostly_heard() -> None:
    posts = invented_posts()
    taught = {one.text for one in (*own_examples(), *own_examples(PAIRS))}
    assert len(posts[NAMED]) > 80
    assert not taught & {one.text for of in posts.values() for one in of}
    named, bare, _ = measure_trades(open_judge(second=False), posts)
    assert min(named.average_precision.value, bare.average_precision.value) > 0.85
