"""How much is asked of engineers: operators are to solve nearly all, and their lead learns when they do not.

A brand's cases of the last days are counted. More than the policy's part of them is told once; it is over when
the part is clearly below that again, so that one case more or less is no news.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from alerts.cards.note import Note
from alerts.outreach.policy import EngineersAlarm
from alerts.russian import NBSP, counted, quoted
from domain.person import Person

CALM: Final = 0.8
"""The part of the threshold below which it is over."""

News = Literal["too_many", "over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalations:
    """A brand's cases of the policy's days, and of how many of them engineers were asked."""

    brand: str
    brand_title: str
    cases: int
    asked: int

    @property
    def share(self) -> float:
        return self.asked / self.cases if self.cases else 0.0


def news(now: Escalations, alarm: EngineersAlarm, *, told: bool) -> News | None:
    """What has changed since the lead was told; None where nothing did, or where too few cases say too little."""
    if not told:
        return "too_many" if now.cases >= alarm.least and now.share * 100 > alarm.over else None
    return "over" if now.share * 100 <= alarm.over * CALM else None


def news_note(what: News, now: Escalations, alarm: EngineersAlarm, leads: Sequence[Person]) -> Note:
    """The word for the lead: how many, of how many, in which time, and what may be done about it."""
    figures = (
        f"{quoted(now.brand_title)}, за{NBSP}{counted(alarm.days, 'день', 'дня', 'дней')}: спросили по{NBSP}"
        f"{counted(now.asked, 'обращению', 'обращениям', 'обращениям')} из{NBSP}{now.cases} ({_percent(now)})"
    )
    if what == "over":
        return Note(text=f"✅ Инженеров снова спрашивают в меру. {figures}.")
    return Note(
        text=(
            f"⚠️ Инженеров спрашивают слишком часто. {figures}, порог {alarm.over}{NBSP}%."
            " Посмотрите, каких ответов не хватает операторам: заготовок, доступа, знаний."
        ),
        to=tuple(leads),
    )


def _percent(now: Escalations) -> str:
    """With a tenth near the threshold: «10 % из порога в 10 %» would read like a mistake."""
    return f"{now.share * 100:.1f}".replace(".", ",").removesuffix(",0") + f"{NBSP}%"
