"""«Заглушить»: no new cards about an author or a topic for a while; cases are kept, and what is urgent comes."""

from datetime import datetime, time, timedelta
from hashlib import blake2s
from typing import Final
from zoneinfo import ZoneInfo

from alerts.cards.answers import UNKNOWN_BUTTON
from alerts.cards.asking import KEEP, MAX_LABEL, Pressed, Reply
from alerts.cards.context import CardContext
from alerts.cards.masking import masked
from alerts.cards.prompt import Option, Prompt
from alerts.cards.quoting import in_short
from alerts.cases.case import Case, complains
from alerts.cases.commands import Mute, PersonsCommand, Unmute
from alerts.cases.events import Muted, Unmuted
from alerts.outreach.contact import Silenced
from alerts.russian import NBSP

MUTE: Final = "mute"
"""The action: its presses alone look for what is muted."""
MOST_LISTED: Final = 8
WEEK: Final = timedelta(days=7)
MOST_TOPICS: Final = 3
NOT_MUTED: Final = "Хорошо, карточки приходят как раньше"
_AUTHOR: Final = "a"
_DAY: Final = "day"
_LONG: Final = "week"
_AGAIN: Final = "again"


def is_worth_muting(case: Case, _context: CardContext, now: datetime) -> bool:
    """A first complaint is to be heard: the button comes with an author who is back, or once the case is over."""
    again = sum(map(complains, case.mentions)) > 1
    return not case.state.is_open or bool(case.earlier) or again or bool(muted_here(case, now))


def what_to_mute(pressed: Pressed) -> Prompt:
    """The author and, to a lead, the topics of his complaint; what is muted from here can be heard again."""
    number = f"№{NBSP}{pressed.case.id}"
    return Prompt(
        case=pressed.case.id,
        action=MUTE,
        title=f"Заглушить {number}",
        question=(
            "Чьи новые карточки не присылать? Обращения сохранятся, а срочные придут всё равно."
            " Открытых карточек это не касается." + _listed(pressed)
        ),
        options=(*_options(pressed), Option(value=KEEP, label="Ничего не менять")),
    )


def mute(pressed: Pressed) -> PersonsCommand | Reply:
    if pressed.value == KEEP:
        return Reply(text=NOT_MUTED, reason="thought_better")
    what, _, how = (pressed.value or "").partition(".")
    topics: dict[str, str | None] = {_AUTHOR: None, **{_key(topic): topic for topic in _topics(pressed.case)}}
    if what not in topics or how not in (_DAY, _LONG, _AGAIN):
        return Reply(text=UNKNOWN_BUTTON, reason="unknown_button")
    if how == _AGAIN:
        return Unmute(topic=topics[what])
    until = end_of_day(pressed.now, pressed.context.timezone) if how == _DAY else pressed.now + WEEK
    return Mute(until=until, topic=topics[what])


def end_of_day(now: datetime, timezone: str) -> datetime:
    """The midnight that comes, by the clocks of those who work there."""
    here = now.astimezone(ZoneInfo(timezone))
    midnight = datetime.combine(here.date() + timedelta(days=1), time(), tzinfo=here.tzinfo)
    return midnight.astimezone(now.tzinfo)


def muted_here(case: Case, now: datetime) -> dict[str | None, datetime]:
    """What was muted from this case and still is, with the end; None stands for the author."""
    muted: dict[str | None, datetime] = {}
    for event in case.events:
        match event.fact:
            case Muted(topic=topic, until=until):
                muted[topic] = until
            case Unmuted(topic=topic):
                muted.pop(topic, None)
            case _:
                pass
    return {topic: until for topic, until in muted.items() if now < until}


def _listed(pressed: Pressed) -> str:
    """What of the brand is muted now, on whose card, and so where it can be heard again."""
    silenced = pressed.case.contact.silenced or ()
    if not silenced:
        return ""
    more = f"\n… и ещё {len(silenced) - MOST_LISTED}" if len(silenced) > MOST_LISTED else ""
    listed = "\n".join(_line(each, pressed) for each in silenced[:MOST_LISTED])
    return (
        f"\n\nСейчас не присылаем:\n{listed}{more}\nВернуть: «Заглушить» на той же карточке или у того же автора."
    )


def _line(each: Silenced, pressed: Pressed) -> str:
    """«• тема «связь» до 00:00, Олег Смирнов, № 12», «• автор Ирина Петрова до …»."""
    what = f"тема «{each.topic}»" if each.topic is not None else f"автор {masked(each.name) or each.author}"
    until, by = pressed.words.moment(each.until), pressed.words.name(each.by)
    return f"• {what} до{NBSP}{until}, {by}, №{NBSP}{each.case}"


def _muted(pressed: Pressed) -> dict[str | None, datetime]:
    """What is muted of the author (None) and of topics now, on whatever card that was pressed."""
    silenced = pressed.case.contact.silenced
    if silenced is None:
        return muted_here(pressed.case, pressed.now)
    author = f"{pressed.case.network}:{pressed.case.author_id}"
    return {each.topic: each.until for each in silenced if each.topic is not None or each.author == author}


def _options(pressed: Pressed) -> tuple[Option, ...]:
    muted = _muted(pressed)
    whats: list[tuple[str, str | None, str]] = [(_AUTHOR, None, "Автора")]
    if pressed.person.role == "lead":
        whats += [(_key(topic), topic, f"Тему «{topic}»") for topic in _topics(pressed.case)]
    options: list[Option] = []
    for key, topic, title in whats:
        if topic in muted:
            again = f"{title} — снова показывать"
            options.append(Option(value=f"{key}.{_AGAIN}", label=in_short(again, MAX_LABEL)))
            continue
        options.append(Option(value=f"{key}.{_DAY}", label=in_short(f"{title} — до конца дня", MAX_LABEL)))
        options.append(Option(value=f"{key}.{_LONG}", label=in_short(f"{title} — на неделю", MAX_LABEL)))
    return tuple(options)


def _topics(case: Case) -> tuple[str, ...]:
    """What the case is about, or was muted for it."""
    muted = [event.fact.topic for event in case.events if isinstance(event.fact, Muted) and event.fact.topic]
    return tuple(dict.fromkeys((*case.latest_complaint.topics[:MOST_TOPICS], *muted)))


def _key(topic: str) -> str:
    """A short sum of the topic: an option's value is ASCII."""
    return "t" + blake2s(topic.encode(), digest_size=8).hexdigest()
