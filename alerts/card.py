"""A card: the case as operators see it, in Russian, before a messenger gives it its markup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from alerts.case import Case, Said, State
from alerts.deeds import last_deed, taken
from alerts.quoting import in_short, phrases, quote
from alerts.russian import INTENT_TITLES, NBSP, NETWORK_TITLES, capital, counted, day, moment, number, percent
from alerts.suppression import URGENT_AT
from domain.span import Span

Action = Literal["claim", "not_complaint", "snooze", "close", "reopen"]

MAX_QUOTE: Final = 1_500
"""Characters of the customer's text on a card; Telegram takes 4 096 for the whole message."""
MAX_NAME: Final = 80
SHORT: Final = 100
MOST_LINES: Final = 3
MOST_DEEDS: Final = 6

PLACES: Final[Mapping[str, Mapping[str, str]]] = {
    "vk": {
        "post": "запись ВКонтакте",
        "comment": "комментарий ВКонтакте",
        "reply": "ответ в комментариях ВКонтакте",
        "review": "отзыв ВКонтакте",
        "topic": "обсуждение ВКонтакте",
        "message": "сообщение ВКонтакте",
    },
    "x": {"post": "пост в X", "reply": "ответ в X", "comment": "комментарий в X", "message": "сообщение в X"},
}
LIKELY: Final = (
    (0.9, "Почти наверняка жалоба"),
    (0.75, "Скорее всего жалоба"),
    (0.5, "Похоже на жалобу"),
    (0.0, "Возможно, жалоба"),
)
ENDED: Final[Mapping[State, tuple[str, Action]]] = {
    "closed": ("Закрыто", "close"),
    "not_complaint": ("Не жалоба", "not_complaint"),
}
STATES: Final[Mapping[State, str]] = {
    "new": "ещё открыто",
    "claimed": "в работе",
    "snoozed": "отложено",
    "not_complaint": "не жалоба",
    "closed": "закрыто",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A press sends `action`, or opens `url`; exactly one is given. The label is Russian."""

    label: str
    action: Action | None = None
    url: str | None = None
    style: Literal["primary", "danger"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Plain text parts; the notifier escapes and marks them up.

    `quote` is the customer's text (cut to what a messenger takes), `because` and `named` are spans of the quote:
    `because` are the phrases that `reason` quotes, as far as the cut left them.
    `repeat` marks a card that may have been shown before («возможный повтор»).
    """

    case: int
    revision: int
    urgent: bool
    title: str
    author: str
    quote: str
    because: tuple[Span, ...]
    named: tuple[Span, ...]
    reason: str
    facts: tuple[str, ...]
    history: tuple[str, ...]
    deadline: str
    status: str
    log: tuple[str, ...]
    buttons: tuple[tuple[Button, ...], ...]
    repeat: bool = False


_CLAIM: Final = Button(label="Взять", action="claim", style="primary")
_TAKE_OVER: Final = Button(label="Перехватить", action="claim")
_NOT_COMPLAINT: Final = Button(label="Не жалоба", action="not_complaint")
_SNOOZE: Final = Button(label="Отложить", action="snooze")
_CLOSE: Final = Button(label="Закрыть", action="close")
_FINISH: Final = replace(_CLOSE, style="primary")
_REOPEN: Final = Button(label="Вернуть", action="reopen")

BUTTONS: Final[Mapping[State, tuple[tuple[Button, ...], ...]]] = {
    "new": ((_CLAIM, _NOT_COMPLAINT), (_SNOOZE, _CLOSE)),
    "claimed": ((_FINISH, _NOT_COMPLAINT), (_SNOOZE, _TAKE_OVER)),
    "snoozed": ((_CLAIM, _NOT_COMPLAINT), (_CLOSE,)),
    "not_complaint": ((_REOPEN,),),
    "closed": ((_REOPEN,),),
}
"""The rows under a card; «Открыть» follows in a row of its own. Every action here is legal in its state."""


def make_card(case: Case, now: datetime, *, repeat: bool = False, timezone: str = "Europe/Moscow") -> Card:
    """The card of a case that has at least one mention. Times are clock times in `timezone`, never «через …»."""
    latest = case.said[-1]
    told = phrases(latest.text, latest.because, named=latest.named)
    quoted, (because, named) = quote(latest.text, (told, latest.named), MAX_QUOTE)
    return Card(
        case=case.id,
        revision=case.revision,
        urgent=max(said.urgency for said in case.said) >= URGENT_AT,
        title=_title(case, latest),
        author=_author(case),
        quote=quoted or "(без текста)",
        because=because,
        named=named,
        reason=_reason(latest, told),
        facts=_facts(case, now, timezone),
        history=_history(case, now, timezone),
        deadline=_deadline(case, now, timezone),
        status=_status(case, now, timezone),
        log=_log(case, now, timezone),
        buttons=_buttons(case.state, latest.url),
        repeat=repeat,
    )


def _title(case: Case, latest: Said) -> str:
    what = "Вопрос" if latest.intent == "question" else "Жалоба"
    place = PLACES.get(case.network, {}).get(latest.kind) or (
        f"сообщение, {NETWORK_TITLES.get(case.network, case.network)}"
    )
    return f"{what} № {case.id}: {case.brand_title}, {place}"


def _author(case: Case) -> str:
    name = in_short(case.author_name, MAX_NAME) or "Без имени"
    if case.author_handle:
        name += f" (@{in_short(case.author_handle, MAX_NAME)})"
    if case.followers is None:
        return name
    return f"{name}, {counted(case.followers, 'подписчик', 'подписчика', 'подписчиков')}"


def _reason(latest: Said, told: Sequence[Span]) -> str:
    likely = next(text for floor, text in LIKELY if latest.complaint >= floor)
    quoted = ", ".join(f"«{in_short(latest.text[start:end], SHORT)}»" for start, end in told)
    return f"{likely} ({percent(latest.complaint)})" + (f": {quoted}" if quoted else "")


def _facts(case: Case, now: datetime, timezone: str) -> tuple[str, ...]:
    latest = case.said[-1]
    more = len(case.said) - 1
    topics = list(dict.fromkeys(topic for said in reversed(case.said) for topic in said.topics))[:5]
    reach = max((said.reach for said in case.said if said.reach is not None), default=None)
    facts = (
        f"{'Тема' if len(topics) == 1 else 'Темы'}: {', '.join(topics)}" if topics else "",
        f"Автор {INTENT_TITLES[latest.intent]}" if latest.intent in ("question", "solve", "troll") else "",
        f"Могут прочитать: {number(reach)}" if reach is not None else "",
        f"Написано в{NBSP}{moment(latest.published_at, now=now, timezone=timezone)}",
        f"Ещё {counted(more, 'сообщение', 'сообщения', 'сообщений')} в этом обращении" if more else "",
    )
    return tuple(filter(None, facts))


def _history(case: Case, now: datetime, timezone: str) -> tuple[str, ...]:
    """What the author wrote before: in this case, newest first, and in earlier ones."""
    here = [
        f"{moment(said.published_at, now=now, timezone=timezone)}: «{in_short(said.text, SHORT)}»"
        for said in reversed(case.said[:-1])
    ]
    before = [
        f"Обращение № {one.case} от {day(one.opened_at, timezone=timezone)}, {STATES[one.state]}:"
        f" «{in_short(one.text, SHORT)}»"
        for one in case.earlier
    ]
    return (*here[:MOST_LINES], *before[:MOST_LINES])


def _deadline(case: Case, now: datetime, timezone: str) -> str:
    """Empty for an ended case and where nothing was promised."""
    if case.due_at is None or case.state in ENDED:
        return ""
    due = moment(case.due_at, now=now, timezone=timezone)
    return f"Ответить до {due}" if now <= case.due_at else f"Просрочено: ответить надо было до {due}"


def _status(case: Case, now: datetime, timezone: str) -> str:
    if case.state in ENDED:
        title, action = ENDED[case.state]
        deed = last_deed(case, action)
        return f"{title} — {deed.who}, {moment(deed.at, now=now, timezone=timezone)}" if deed else title
    owned = taken(case, now, timezone) if case.owner else ""
    if case.state == "snoozed":
        until = f" до {moment(case.snoozed_until, now=now, timezone=timezone)}" if case.snoozed_until else ""
        return f"Отложено{until}" + (f", {owned}" if owned else "")
    if owned:
        return capital(owned)
    return "Автор написал снова, никто не взял" if _is_back(case) else "Никто не взял"


def _is_back(case: Case) -> bool:
    """Whether it was the customer who reopened the case: the last that people did was to close it."""
    return bool(case.done) and case.done[-1] == last_deed(case, "close")


def _log(case: Case, now: datetime, timezone: str) -> tuple[str, ...]:
    if len(case.done) == 1 and case.state in ("claimed", *ENDED):
        return ()  # the status has just said who did it and when
    shown = case.done[-MOST_DEEDS:]
    lines = tuple(f"{moment(deed.at, now=now, timezone=timezone)} {deed.who}: {deed.what}" for deed in shown)
    hidden = len(case.done) - len(shown)
    return (f"… и ещё {counted(hidden, 'действие', 'действия', 'действий')} раньше", *lines) if hidden else lines


def _buttons(state: State, url: str) -> tuple[tuple[Button, ...], ...]:
    """Messengers refuse a whole card for one bad address, so a mention without a web address gets no «Открыть»."""
    if not url.startswith(("https://", "http://")):
        return BUTTONS[state]
    return (*BUTTONS[state], (Button(label="Открыть", url=url),))
