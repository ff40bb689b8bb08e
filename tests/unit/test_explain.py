"""`listener explain`: a person reads what would happen to a text, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.routing import Chat, Receiver, Route, Routing, When
from classifiers.verdict import Question
from domain.brand import Brand
from domain.verdict import Evidence, Intent, Sentiment, Verdict
from listener.__main__ import main
from listener.brands.matcher import Matcher
from listener.commands.explain import explain

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
BRAND = Brand(id="vasilek", title="Василёк Телеком", names=("Василёк",))
TEXT = "У Василька снова нет связи"
ROUTING = Routing(
    receivers=(
        Receiver(name="support", chats=(Chat(messenger="telegram", chat="-1", topic=7),)),
        Receiver(name="crisis", chats=(Chat(messenger="slack", chat="#pr"),)),
    ),
    default=("support",),
    routes=(Route(when=When(urgency_at=0.9), to=("crisis",)),),
)


@dataclass
class CertainJudge:
    """A judge whose mind is made up."""

    complaint: float
    urgency: float = 0.1
    intent: Intent = "vent"

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        return [self._verdict(question) for question in questions]

    def _verdict(self, question: Question) -> Verdict:
        start = question.text.index("нет")
        return Verdict(
            sentiment=Sentiment(negative=0.9, neutral=0.1, positive=0.0),
            label="negative",
            complaint=self.complaint,
            intent=self.intent,
            topics=("связь",),
            urgency=self.urgency,
            evidence=(Evidence(start=start, end=start + 3, weight=1.25),),
            model="test",
        )


def told(text: str, complaint: float, urgency: float = 0.1) -> list[str]:
    judge = CertainJudge(complaint=complaint, urgency=urgency)
    return [str(line) for line in explain(text, (BRAND,), ROUTING, Matcher((BRAND,)), judge, NOW)]


def test_an_author_of_no_known_intent_is_said_to_be_unclear() -> None:
    judge = CertainJudge(complaint=0.2, intent="other")
    lines = [str(line) for line in explain(TEXT, (BRAND,), ROUTING, Matcher((BRAND,)), judge, NOW)]
    assert any("чего хочет автор, неясно" in line for line in lines)


def test_a_complaint_is_explained_down_to_its_chats() -> None:
    lines = told(TEXT, 0.8)
    assert lines[0] == TEXT
    assert lines[1].startswith("Бренд: Василёк Телеком (vasilek), ")
    assert lines[2].startswith("Жалоба: 80\xa0%, тон: недовольство, автор делится недовольством")
    assert lines[3] == "Слова: «нет»\xa0+1,25"
    assert lines[-3:] == [
        "Будет обращение: порог 60\xa0% пройден",
        "Кому: маршрут по умолчанию: условия остальных не подошли",
        "  support: telegram -1, тема 7",
    ]


def test_an_urgent_complaint_names_its_route() -> None:
    assert told(TEXT, 0.8, 0.95)[-2:] == [
        "Кому: маршрут 1: срочность 95\xa0% не ниже 90\xa0%",
        "  crisis: slack #pr",
    ]


def test_a_text_below_the_threshold_says_so() -> None:
    expected = "Обращения не будет: вероятность жалобы ниже порога complaint_at (порог 60\xa0%)"
    assert told(TEXT, 0.5)[-1] == expected


def test_a_text_without_the_brand_is_judged_all_the_same() -> None:
    lines = told("Снова нет связи", 0.8)
    assert lines[1] == "Бренд: не найден, карточки не будет"
    assert lines[2].startswith("Жалоба: 80")


def test_the_words_that_speak_and_the_name_are_highlighted() -> None:
    line = next(explain(TEXT, (BRAND,), ROUTING, Matcher((BRAND,)), CertainJudge(complaint=0.8), NOW))
    styled = {(TEXT[span.start : span.end], str(span.style)) for span in line.spans}
    assert styled == {("нет", "bold red"), ("Василька", "underline cyan")}


def test_what_a_second_reading_added_is_told_apart_from_the_words() -> None:
    class Twice(CertainJudge):
        def _verdict(self, question: Question) -> Verdict:
            once = super()._verdict(question)
            whole = Evidence(start=0, end=len(question.text), weight=-2.345)
            return replace(once, evidence=(whole, *once.evidence), read_twice=True)

    lines = list(explain(TEXT, (BRAND,), ROUTING, Matcher((BRAND,)), Twice(complaint=0.8), NOW))
    assert [str(one) for one in lines[3:5]] == ["Слова: «нет»\xa0+1,25", "Второе чтение, весь текст: -2,35"]
    assert {TEXT[span.start : span.end] for span in lines[0].spans} == {"нет", "Василька"}


def test_an_emoji_is_a_reason_and_equal_words_are_told_once() -> None:
    class Angry(CertainJudge):
        def _verdict(self, question: Question) -> Verdict:
            at = question.text.index("😡")
            evidence = (*(Evidence(start=at + step, end=at + step + 1, weight=1.25) for step in range(3)),)
            return replace(super()._verdict(question), evidence=(*evidence, Evidence(start=0, end=1, weight=2.0)))

    text = "! У Василька нет связи 😡😡😡"
    lines = [str(one) for one in explain(text, (BRAND,), ROUTING, Matcher((BRAND,)), Angry(complaint=0.8), NOW)]
    assert [one.replace("\u00a0", " ") for one in lines if one.startswith("Слова")] == ["Слова: «😡» +1,25"]


def test_a_missing_config_is_told_and_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", TEXT, "--config", str(tmp_path / "nothing")]) == 2
    assert "nothing" in capsys.readouterr().err
