"""«Похожие решённые»: what helped others with the same trouble, as a suggestion that a person takes or leaves."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from alerts.cards.asking import KEEP, Pressed, Reply
from alerts.cards.context import CardContext
from alerts.cards.masking import masked
from alerts.cards.previewing import Outcome
from alerts.cards.prompt import Option, Prompt
from alerts.cards.quoting import in_short
from alerts.cards.replying import can_reply, draft_of, unsigned
from alerts.cases.case import Case
from alerts.russian import NBSP, capital

SOLVED: Final = "solved"
"""The action: its presses alone look for what is alike."""
NOTHING_ALIKE: Final = "Похожих решённых обращений пока нет"
NOT_TAKEN: Final = "Хорошо, ничего не взяли"
GONE: Final = "Этого решения больше нет. Нажмите «Похожие решённые» ещё раз"
MAX_QUESTION: Final = 200
MAX_ANSWER: Final = 500


def can_borrow(case: Case, context: CardContext, now: datetime) -> bool:
    """Where an answer could go out at all."""
    return case.state.is_open and can_reply(case, context, now)


def which_solved(pressed: Pressed) -> Prompt | Reply:
    """Up to three of them, masked: whoever pressed may do so where all read."""
    solved = pressed.case.contact.solved
    if not solved:
        return Reply(text=NOTHING_ALIKE, reason="explained")
    options = [
        Option(value=f"from-{each.case}", label=f"Взять за основу №{NBSP}{each.case}", is_primary=place == 0)
        for place, each in enumerate(solved)
    ]
    return Prompt(
        case=pressed.case.id,
        action=SOLVED,
        title="Похожие решённые",
        question="\n\n".join(_lines(pressed)),
        options=(*options, Option(value=KEEP, label="Ничего")),
    )


def _lines(pressed: Pressed) -> Iterator[str]:
    yield "Так помогли другим. Возьмёте за основу — покажем, что получится; без «Отправить» ничего не уйдёт."
    for each in pressed.case.contact.solved:
        question = capital(in_short(masked(each.question), MAX_QUESTION))
        day = pressed.words.day(each.at)
        answer = in_short(masked(unsigned(each.answer, pressed.context)), MAX_ANSWER)
        yield f"№{NBSP}{each.case}, {day}. {question}\n→ {answer}"


def borrow(pressed: Pressed) -> Outcome:
    """The answer as a draft of one's own, shown before anything goes out."""
    if pressed.value == KEEP:
        return Reply(text=NOT_TAKEN, reason="thought_better")
    for each in pressed.case.contact.solved:
        if pressed.value == f"from-{each.case}":
            return draft_of(pressed, "reply", unsigned(each.answer, pressed.context), is_signed=True)
    return Reply(text=GONE, reason="unknown_button")
