"""How far a verdict moves by what should not move it: reply mark-up, unseen signs, length, another brand."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from classifiers.verdict import Judges, Question

CARD_AT: Final = 0.6
_NAMES: Final = ("Ozon", "М.Видео", "Вкусно — и точка", "ВТБ")

_CALM: Final = (
    "В субботу ездили всей семьёй на дачу.",
    "Погода стояла тихая, солнце грело до самого вечера.",
    "Дети собирали яблоки и кормили соседских кур.",
    "Муж чинил забор, а я варила варенье.",
    "К обеду пришла соседка с пирогом, пили чай в саду.",
    "Потом гуляли вдоль реки и смотрели на уток.",
    "Вечером топили печку и читали вслух.",
    "В воскресенье вернулись в город пораньше.",
)
"""What surrounds a text that is measured as a part of a long one."""

Change = Callable[[Question], Question]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """By how much the complaint's probability moved in `count` texts, and how many crossed the usual threshold."""

    what: str
    count: int
    largest: float
    mean: float
    crossed: int


def measure_robustness(judge: Judges, questions: Sequence[Question]) -> list[Moved]:
    """Each change of `CHANGES` asked of all questions."""
    plain = [verdict.complaint for verdict in judge.classify(questions)]
    return [_moved(what, judge, [change(one) for one in questions], plain) for what, change in CHANGES.items()]


def _moved(what: str, judge: Judges, changed: Sequence[Question], plain: Sequence[float]) -> Moved:
    said = [verdict.complaint for verdict in judge.classify(changed)]
    moves = [abs(one - other) for one, other in zip(said, plain, strict=True)]
    crossed = sum((one >= CARD_AT) != (other >= CARD_AT) for one, other in zip(said, plain, strict=True))
    mean = sum(moves) / len(moves) if moves else 0.0
    return Moved(what=what, count=len(moves), largest=max(moves, default=0.0), mean=mean, crossed=crossed)


def _dressed(before: str, after: str = "") -> Change:
    def change(one: Question) -> Question:
        shift = len(before)
        brand = tuple((start + shift, end + shift) for start, end in one.brand)
        return Question(text=f"{before}{one.text}{after}", brand=brand)

    return change


def _letter_by_letter(spell: Callable[[str], str]) -> Change:
    """The text with each letter spelled otherwise; the brand's places follow."""

    def change(one: Question) -> Question:
        letters = [spell(letter) for letter in one.text]
        ends = [0]
        for letter in letters:
            ends.append(ends[-1] + len(letter))
        return Question(text="".join(letters), brand=tuple((ends[start], ends[end]) for start, end in one.brand))

    return change


def _named(name: str) -> Change:
    def change(one: Question) -> Question:
        if len(one.brand) != 1:
            return one
        ((start, end),) = one.brand
        return Question(text=one.text[:start] + name + one.text[end:], brand=((start, start + len(name)),))

    return change


def _repeated(one: Question) -> Question:
    times, step = max(1, 1_200 // max(1, len(one.text) + 1)), len(one.text) + 1
    brand = tuple((start + at * step, end + at * step) for at in range(times) for start, end in one.brand)
    return Question(text="\n".join([one.text] * times), brand=brand)


def _among(characters: int) -> Change:
    """The text in the middle of calm sentences, until there are so many characters."""

    def change(one: Question) -> Question:
        before: list[str] = []
        after: list[str] = []
        length = len(one.text)
        for at, calm in enumerate(cycle(_CALM)):
            if length >= characters:
                break
            (after if at % 2 else before).append(calm)
            length += len(calm) + 1
        moved = _dressed("".join(f"{calm} " for calm in before), "".join(f" {calm}" for calm in after))
        return moved(one)

    return change


CHANGES: Final[Mapping[str, Change]] = {
    "ответ человеку": _dressed("[id123456|Анна], "),
    "ответ странице": _dressed("[club1:bp-1_7|Ромашка], "),
    "ответ двоим": _dressed("[id1|Анна], [id2|Олег], "),
    "имя в начале": _dressed("Анна, "),
    "ссылка в конце": _dressed("", " https://vk.com/wall-1_2"),
    "ссылка без https": _dressed("", " vk.com/wall-1_2"),
    "цитирование": _dressed("", "\n> напишите нам, пожалуйста"),
    "подпись приложения": _dressed("", "\nОтправлено с iPhone"),
    "выделено": _dressed("**", "**"),
    "невидимые знаки": _letter_by_letter(lambda letter: letter + "\u200b"),
    "разложенные буквы": _letter_by_letter(lambda letter: unicodedata.normalize("NFD", letter)),
    **{f"бренд {name}": _named(name) for name in _NAMES},
    "повторено до 1 200 знаков": _repeated,
    **{f"среди спокойных слов, {length} знаков": _among(length) for length in (300, 600, 1_500)},
}
