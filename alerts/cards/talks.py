"""«/ответ»: which of a person's talks is meant, where somebody answers a customer and presses no button."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from alerts.cards.prompt import Option, Prompt
from alerts.cards.quoting import in_short
from alerts.russian import NBSP

TALKS: Final = "talks"
"""The action of a press that is about no card: its value is what was typed, or the number that was chosen."""
ANSWER: Final = "write_private"
"""What it becomes once the case is known."""
HERE: Final = "answer_here"
"""The action of an answer that is wanted in the thread of the card that the press names."""
MOST: Final = 100
MAX_LABEL: Final = 60
NOBODY: Final = "У вас нет открытых разговоров в личных сообщениях. Возьмите обращение и нажмите «В личку»"
NOT_A_CARD: Final = "Это не карточка обращения: нажмите под карточкой или в её ветке"
OVER: Final = "Этот разговор уже закончен"
WHOSE: Final = "Кому? Начните с номера обращения: {example}\n{talks}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTalk:
    """A private talk of a case that the person has; `said` is what the customer wrote last."""

    case: int
    author: str
    said: str = ""


def which(talks: Sequence[OpenTalk]) -> Prompt:
    """A choice of them, the latest first."""
    return Prompt(
        case=0,
        action=TALKS,
        title="Кому ответить",
        question="С кем из ваших клиентов вы говорите?",
        options=tuple(
            Option(value=str(each.case), label=in_short(_named(each), MAX_LABEL)) for each in talks[:MOST]
        ),
    )


def whose(talks: Sequence[OpenTalk], words: str) -> str:
    """Words without a number, of somebody with several talks: nobody guesses, and the words can be copied."""
    return WHOSE.format(
        example=f"/ответ {talks[0].case} {words}", talks="\n".join(_named(each) for each in talks[:MOST])
    )


def _named(talk: OpenTalk) -> str:
    said = f": «{in_short(talk.said, MAX_LABEL)}»" if talk.said else ""
    return f"№{NBSP}{talk.case} {talk.author}{said}"
