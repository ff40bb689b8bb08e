"""«Больше не писать»: the customer asked for silence; whether he did, a person says."""

from typing import Final

from alerts.cards.answers import UNKNOWN_BUTTON
from alerts.cards.asking import KEEP, Pressed, Reply
from alerts.cards.prompt import Option, Prompt
from alerts.cases.commands import ForbidWriting, PersonsCommand
from alerts.russian import NBSP

YES: Final = "yes"
MAY_WRITE: Final = "Хорошо, автору можно писать"


def whether_he_asked(pressed: Pressed) -> Prompt:
    return Prompt(
        case=pressed.case.id,
        action="do_not_write",
        title=f"Не писать №{NBSP}{pressed.case.id}",
        question=(
            "Автор просит ему не писать? Тогда от имени этого бренда ему больше никто не напишет,"
            " пока он сам снова не обратится."
        ),
        options=(Option(value=YES, label="Да, больше не писать"), Option(value=KEEP, label="Нет")),
    )


def do_not_write(pressed: Pressed) -> PersonsCommand | Reply:
    if pressed.value == YES:
        return ForbidWriting()
    if pressed.value == KEEP:
        return Reply(text=MAY_WRITE, reason="thought_better")
    return Reply(text=UNKNOWN_BUTTON, reason="unknown_button")
