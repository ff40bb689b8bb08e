"""Verdicts and lessons of a trade that the judge does not know: it calls every text alike."""

from classifiers.correction import Lesson
from classifiers.verdict import Question
from domain.verdict import Sentiment, Verdict

JUDGE = "judge-0123456789ab"
BAD = "пломба выпала на второй день, администратор бросает трубку"
GOOD = "поставили пломбу за полчаса, администратор записала на вечер"


def verdict(complaint: float = 0.6, model: str = JUDGE) -> Verdict:
    return Verdict(
        sentiment=Sentiment(negative=0.5, neutral=0.4, positive=0.1),
        label="negative",
        complaint=complaint,
        intent="vent",
        topics=("качество",),
        urgency=0.2,
        evidence=(),
        model=model,
    )


def question(text: str) -> Question:
    return Question(text=text, stream="dentist")


def lessons(count: int = 40, bad: str = BAD, good: str = GOOD) -> list[Lesson]:
    """As many of each kind, with words of their own beside."""
    return [
        Lesson(question=question(f"{text}, случай {number}"), verdict=verdict(), complaint=complaint)
        for number in range(count)
        for text, complaint in ((bad, True), (good, False))
    ]
