"""«Передать все», «По одному», «Оставить за мной»: what becomes of the cases of somebody who goes home."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from typing import Final

from alerts.cards.asking import KEEP, MAX_LABEL
from alerts.cards.buttons import Button
from alerts.cards.masking import masked
from alerts.cards.prompt import Option, Prompt
from alerts.cards.quoting import in_short
from alerts.cards.wording import Wording, deadline
from alerts.cases.case import Case
from alerts.russian import NBSP, counted
from domain.person import Person

ALL: Final = "shift_all"
EACH: Final = "shift_each"
KEPT: Final = "shift_keep"
SHIFT: Final = frozenset({ALL, EACH, KEPT})
"""Actions of presses that are about all open cases of who presses, and about nobody else's."""
FREE: Final = "free"
"""The option that makes a case anybody's."""
MOST_COLLEAGUES: Final = 8
MOST_CASES: Final = 20
MAX_TEXT: Final = 200
NONE_OPEN: Final = "За вами нет открытых обращений, передавать нечего"
NOTHING_GIVEN: Final = "Хорошо, обращения остаются за вами"
NOT_GIVEN: Final = "Хорошо, обращение остаётся за вами"
GONE: Final = "Этому человеку сейчас не передать: отсутствует или убран из people.yaml. Нажмите ещё раз"
APART: Final = "Чего этот человек не ведёт, вернётся в очередь своего получателя."
BUTTONS: Final = (
    Button(label="Передать все", action=ALL, style="primary"),
    Button(label="По одному", action=EACH),
    Button(label="Оставить за мной", action=KEPT),
)
"""Under the word that a shift is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Somebody who may be handed the cases. `comes_at` is when he begins to work; None: he works now."""

    person: Person
    comes_at: datetime | None = None


def value_of(person: Person) -> str:
    """Its id may be long and Russian."""
    return "to-" + blake2s(person.id.encode(), digest_size=12).hexdigest()


def chosen(value: str, following: Sequence[Next]) -> Person | None:
    return next((each.person for each in following if value_of(each.person) == value), None)


def whom_all(cases: Sequence[Case], following: Sequence[Next], words: Wording, *, apart: bool = False) -> Prompt:
    """Of all of them at once, the one who pressed asked. `apart`: somebody may not have every one of them."""
    numbers = ", ".join(f"№{NBSP}{case.id}" for case in cases[:MOST_CASES])
    more = f" и ещё {len(cases) - MOST_CASES}" if len(cases) > MOST_CASES else ""
    count = counted(len(cases), "открытое обращение", "открытых обращения", "открытых обращений")
    return Prompt(
        case=0,
        action=ALL,
        title="Передать все",
        question=f"За вами {count}: {numbers}{more}. Кому передать?" + (f" {APART}" if apart else ""),
        options=(*_options(following, words), Option(value=KEEP, label="Не передавать")),
    )


def whom_each(case: Case, following: Sequence[Next], words: Wording) -> Prompt:
    """Of one of them; the case is named as its card would."""
    due = deadline(case, words)
    said = in_short(masked(case.latest_complaint.text), MAX_TEXT)
    question = " ".join(filter(None, (f"№{NBSP}{case.id}, {case.brand_title}: «{said}».", due and f"{due}.")))
    return Prompt(
        case=case.id,
        action=EACH,
        title=f"Обращение №{NBSP}{case.id}",
        question=question,
        options=(*_options(following, words), Option(value=KEEP, label="Оставить за мной")),
    )


def given_words(cases: Sequence[int], to: Person | None, queued: Sequence[int] = ()) -> str:
    """«3 обращения теперь ведёт Олег Смирнов», to who gave them; `queued` are those that he may not have."""
    if not cases and not queued:
        return "Передавать нечего: обращения уже не у вас"
    if to is None:
        return _in_queue(cases)
    name = in_short(to.name, MAX_LABEL)
    if not queued:
        return f"{_these(cases)} теперь ведёт {name}"
    if not cases:
        return f"{_in_queue(queued)}: {name} таких не ведёт"
    return f"{_these(cases)} теперь ведёт {name}. {_in_queue(queued)}: таких {name} не ведёт"


def _in_queue(cases: Sequence[int]) -> str:
    return f"{_these(cases)} снова ничьё" if len(cases) == 1 else f"{_these(cases)} снова в очереди"


def _these(cases: Sequence[int]) -> str:
    if len(cases) == 1:
        return f"Обращение №{NBSP}{cases[0]}"
    return counted(len(cases), "обращение", "обращения", "обращений")


def kept_words(count: int) -> str:
    if not count:
        return NONE_OPEN
    return f"Хорошо, за вами остаётся {counted(count, 'обращение', 'обращения', 'обращений')}"


def _options(following: Sequence[Next], words: Wording) -> Iterator[Option]:
    """Who works now first, then who comes next; the queue last."""
    for place, each in enumerate(following[:MOST_COLLEAGUES]):
        when = f"с {words.moment(each.comes_at)}" if each.comes_at else "сейчас на смене"
        name = in_short(each.person.name, MAX_LABEL - len(when) - 2)
        yield Option(value=value_of(each.person), label=f"{name}, {when}", is_primary=place == 0)
    yield Option(value=FREE, label="В очередь")
