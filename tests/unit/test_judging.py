"""What the judge loop decides on: brands named in a text, and the host of a page where none is named."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from alerts.routing import Chat, Receiver, Routing
from classifiers.verdict import Question
from domain.brand import Brand
from domain.verdict import Intent, Sentiment, Verdict
from listener.brands.matcher import Matcher
from listener.judged import Judgement, Stored
from listener.judging import OWN_PAGE, Judging
from tests.contract.store_samples import NOW, mention

VASILEK = Brand(id="vasilek", title="Василёк", names=("Василёк",), accounts_vk=("vasilek_help",))
LYUTIK = Brand(id="lyutik", title="Лютик", names=("Лютик",), accounts_vk=("lyutik_help",))


class Fixed:
    """A judge that finds the same complaint in everything, and remembers what it was asked."""

    def __init__(self, complaint: float) -> None:
        self.asked: list[Question] = []
        self._complaint = complaint

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        self.asked += questions
        intent: Intent = "vent"
        mood = Sentiment(negative=0.8, neutral=0.1, positive=0.1)
        verdict = Verdict(
            sentiment=mood,
            label="negative",
            complaint=self._complaint,
            intent=intent,
            topics=(),
            urgency=0.1,
            evidence=(),
            model="test",
        )
        return [verdict for _ in questions]


def judged(text: str, place: str | None, *, complaint: float = 0.9) -> tuple[Judgement, list[Question]]:
    judge = Fixed(complaint)
    receiver = Receiver(name="support", chats=(Chat(messenger="console", chat="support"),))
    judging = Judging(
        matcher=Matcher((VASILEK, LYUTIK)),
        judge=judge,
        brands={brand.id: brand for brand in (VASILEK, LYUTIK)},
        routing=Routing(receivers=(receiver,), default=("support",)),
    )
    one = replace(mention(1, text=text), place=place)
    (judgement,) = judging.judge_all([Stored(row=1, mention=one, text_version=1)], NOW)
    return judgement, judge.asked


def brands(judgement: Judgement) -> list[str]:
    return [opinion.match.brand for opinion in judgement.opinions]


def test_a_comment_on_the_brands_page_speaks_of_the_brand_without_naming_it() -> None:
    judgement, asked = judged("Третий день нет связи", "vk:vasilek_help")
    (opinion,) = judgement.opinions
    assert (opinion.match.brand, opinion.match.words, opinion.match.reason) == ("vasilek", (), OWN_PAGE)
    assert asked == [Question(text="Третий день нет связи", brand=())]
    assert [one.candidate.brand for one in judgement.told] == ["vasilek"]


@pytest.mark.parametrize("place", [None, "vk:somebody_else", "x:vasilek_help"])
def test_elsewhere_a_text_that_names_no_brand_is_nobodys(place: str | None) -> None:
    judgement, asked = judged("Третий день нет связи", place)
    assert judgement.opinions == ()
    assert asked == []


def test_a_brand_that_is_named_is_meant_whoever_the_host() -> None:
    judgement, _ = judged("Лютик лучше работает", "vk:vasilek_help")
    assert brands(judgement) == ["lyutik"]


def test_chatter_on_the_brands_page_is_held_to_the_same_threshold() -> None:
    judgement, _ = judged("Всем доброе утро", "vk:vasilek_help", complaint=0.5)
    (opinion,) = judgement.opinions
    assert opinion.outcome == "below threshold"
    assert judgement.told == ()
