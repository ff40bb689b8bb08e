"""The buttons under a card: where each is shown, what it asks, and which command its press becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final, Literal

from alerts.cards import engineers
from alerts.cards.answers import UNKNOWN_BUTTON
from alerts.cards.asking import (
    Pressed,
    Reply,
    colleagues,
    other_receivers,
    snooze,
    text_of_note,
    transfer,
    whether_past_deadline,
    whom,
)
from alerts.cards.closing import ask_ending, close, close_as_resolved
from alerts.cards.context import CardContext
from alerts.cards.leaving import do_not_write, whether_he_asked
from alerts.cards.muting import MUTE, is_worth_muting, mute, what_to_mute
from alerts.cards.past import PAST, has_more, what_was
from alerts.cards.previewing import Outcome
from alerts.cards.reaching import can_remove
from alerts.cards.removing import can_restore, remove, restore
from alerts.cards.replying import (
    can_invite,
    can_mend,
    can_reply,
    fix,
    mend,
    mended,
    rewrite,
    say_private,
    say_reply,
    start_private,
    start_reply,
    write_private,
    write_reply,
)
from alerts.cards.sending import decide_on, has_something_to_check, pending
from alerts.cards.solved import SOLVED, borrow, can_borrow, which_solved
from alerts.cards.walking import WALK, WALK_WORDS, walk, walk_words
from alerts.cards.why import can_explain, why_here
from alerts.cases.case import Case
from alerts.cases.commands import Claim, NotComplaint, Note, Release, Reopen
from alerts.cases.events import NO_DEADLINES, NO_IDLE, Deadlines, Idle
from alerts.cases.state import State
from domain.person import Person

FIRST_ROW: Final = 2
IN_A_ROW: Final = 3
"""The first two are what most presses are for; the rest is packed, for a chat on a phone is short."""
LONGEST_NUMBER: Final = 19
"""Digits of an outbound's number in an action: «rewrite.12»."""

Offered = Callable[[Case, CardContext, datetime], bool]
Situation = Literal["free", "owned", "talking", "resting", "ended"]
"""What decides which buttons a case has: whether somebody has it and talks with the author in private, whether it
rests, whether it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A press sends `action`, or opens `url`; exactly one is given. The label is Russian."""

    label: str
    action: str | None = None
    url: str | None = None
    style: Literal["primary", "danger"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonKind:
    """A row of the table: a kind of button.

    `places`: its place among the others in each situation where it is shown; in the middle of a private talk as in
    any case that is owned, unless it says another. `primary_in`: where it is the first
    thing to do, if nothing before it is. `offered`: whether it can lead anywhere now. `asks`: what a press without
    a value is asked for, None where nothing is missing. `command`: what a press becomes; it may ask once more.
    """

    action: str
    label: str
    places: Mapping[Situation, int]
    primary_in: frozenset[Situation] = frozenset()
    offered: Offered = lambda _case, _context, _now: True
    asks: Callable[[Pressed], Outcome | None] = lambda _pressed: None
    command: Callable[[Pressed], Outcome]

    def place(self, situation: Situation) -> int | None:
        if situation == "talking" and situation not in self.places:
            return self.places.get("owned")
        return self.places.get(situation)


def rows(case: Case, context: CardContext, now: datetime) -> tuple[tuple[Button, ...], ...]:
    """The rows under a case's card; the addresses come last, beside what would stand alone."""
    situation = situation_of(case.state)
    offered = frozenset(kind.action for kind in _placed(situation) if kind.offered(case, context, now))
    actions, links = _actions(situation, offered), _links(case, context)
    if links and len(actions) > 1 and len(actions[-1]) + len(links) <= IN_A_ROW:
        return (*actions[:-1], (*actions[-1], *links))
    return (*actions, links) if links else actions


@cache
def _placed(situation: Situation) -> tuple[ButtonKind, ...]:
    return tuple(kind for kind in BUTTONS if kind.place(situation) is not None)


@cache
def _actions(situation: Situation, offered: frozenset[str]) -> tuple[tuple[Button, ...], ...]:
    shown = [kind for kind in BUTTONS if kind.action in offered]
    shown.sort(key=lambda kind: kind.place(situation) or 0)
    first = next((kind.action for kind in shown if situation in kind.primary_in), None)
    buttons = [
        Button(label=kind.label, action=kind.action, style="primary" if kind.action == first else None)
        for kind in shown
    ]
    starts = range(FIRST_ROW, len(buttons), IN_A_ROW)
    return (tuple(buttons[:FIRST_ROW]), *(tuple(buttons[start : start + IN_A_ROW]) for start in starts))


def situation_of(state: State) -> Situation:
    if not state.is_open:
        return "ended"
    if state.snoozed_until is not None:
        return "resting"
    if not state.owner:
        return "free"
    return "talking" if state.stage == "in_dm" else "owned"


def read_press(  # noqa: PLR0913 - everything that the reading of a press may look at
    case: Case,
    action: str,
    value: str | None,
    person: Person,
    context: CardContext,
    now: datetime,
    *,
    deadlines: Deadlines = NO_DEADLINES,
    promises: Mapping[str, Deadlines] | None = None,
    token: str = "",
    idle: Callable[[Person], Idle] = lambda _person: NO_IDLE,
) -> Outcome:
    """What a press asks of the case, or what must be asked first, or why it comes to nothing.

    Whether a command is legal is not decided here; but nobody is asked for what would then be refused.
    """
    name, _, of = action.partition(".")
    kind = next((kind for kind in BUTTONS if kind.action == name), None)
    if kind is None or not (of == "" or (of.isascii() and of.isdecimal() and len(of) < LONGEST_NUMBER)):
        return Reply(text=UNKNOWN_BUTTON, reason="unknown_button")
    pressed = Pressed(
        case=case,
        value=value,
        person=person,
        context=context,
        now=now,
        deadlines=deadlines,
        promises=promises or {},
        of=int(of) if of else None,
        token=token,
        idle=idle,
    )
    asked = kind.asks(pressed) if value is None else None
    return asked or kind.command(pressed)


def _links(case: Case, context: CardContext) -> tuple[Button, ...]:
    """Messengers refuse a whole card for one bad address, so what has no web address gets no button."""
    network = context.networks.get(case.network)
    author = network.author_page(case.author_id, case.author_handle) if network else None
    links = (("Открыть", case.latest_complaint.url), ("Автор", author))
    return tuple(
        Button(label=label, url=url) for label, url in links if url and url.startswith(("https://", "http://"))
    )


BUTTONS: Final = (
    ButtonKind(
        action="ask_engineers",
        label="Инженерам",
        places={"owned": 5},
        offered=engineers.can_ask,
        asks=engineers.what_to_ask,
        command=engineers.ask,
    ),
    ButtonKind(
        action="claim",
        label="Взять",
        places={"free": 1, "resting": 1},
        primary_in=frozenset({"free", "resting"}),
        command=lambda pressed: Claim(idle=pressed.idle(pressed.person)),
    ),
    ButtonKind(
        action="close",
        label="Закрыть",
        places={"free": 7, "owned": 3, "resting": 6},
        primary_in=frozenset({"owned", "talking"}),
        asks=ask_ending,
        command=close,
    ),
    ButtonKind(
        action="do_not_write", label="Больше не писать", places={}, asks=whether_he_asked, command=do_not_write
    ),
    ButtonKind(
        action="engineers_answer",
        label="Ответить оператору",
        places={},
        asks=engineers.what_to_answer,
        command=engineers.answer,
    ),
    ButtonKind(action="fix", label="Исправить ответ", places={}, command=fix),
    ButtonKind(action="holding_word", label="Сказать автору, что спросили", places={}, command=engineers.hold),
    ButtonKind(
        action="invite",
        label="В личку",
        places={"free": 3, "owned": 2, "talking": 1, "resting": 3},
        primary_in=frozenset({"talking"}),
        offered=can_invite,
        command=start_private,
    ),
    ButtonKind(
        action="mend",
        label="Изменить ответ",
        places={"free": 9, "owned": 10, "resting": 8, "ended": 3},
        offered=can_mend,
        asks=mend,
        command=mended,
    ),
    ButtonKind(
        action=MUTE,
        label="Заглушить",
        places={"free": 10, "owned": 13, "ended": 5},
        offered=is_worth_muting,
        asks=what_to_mute,
        command=mute,
    ),
    ButtonKind(
        action="not_complaint",
        label="Не жалоба",
        places={"free": 4, "owned": 4, "resting": 4},
        command=lambda _pressed: NotComplaint(),
    ),
    ButtonKind(
        action="note",
        label="Заметка",
        places={"free": 8, "owned": 9, "resting": 7, "ended": 2},
        asks=text_of_note,
        command=lambda pressed: Note(text=pressed.value or ""),
    ),
    ButtonKind(
        action=PAST,
        label="Ещё о клиенте",
        places={"free": 12, "owned": 15, "resting": 10, "ended": 6},
        offered=has_more,
        command=what_was,
    ),
    ButtonKind(
        action="put_back",
        label="Вернуть запись",
        places={"owned": 12, "ended": 4},
        offered=can_restore,
        command=restore,
    ),
    ButtonKind(action="release", label="Отдать", places={"owned": 8}, command=lambda _pressed: Release()),
    ButtonKind(
        action="reopen",
        label="Вернуть",
        places={"ended": 1},
        command=lambda pressed: Reopen(deadlines=pressed.deadlines),
    ),
    ButtonKind(
        action="reply",
        label="Ответить",
        places={"free": 2, "owned": 1, "talking": 7, "resting": 2},
        primary_in=frozenset({"owned"}),
        offered=can_reply,
        command=start_reply,
    ),
    ButtonKind(action="resolved", label="Закрыть: решено", places={}, command=close_as_resolved),
    ButtonKind(action="rewrite", label="Изменить черновик", places={}, command=rewrite),
    ButtonKind(action="say_private", label="Сказать в личку", places={}, command=say_private),
    ButtonKind(action="say_reply", label="Сказать при всех", places={}, command=say_reply),
    ButtonKind(
        action="send",
        label="Проверить ответ",
        places={"free": 0, "owned": 0, "resting": 0, "ended": 0},
        primary_in=frozenset({"free", "owned", "talking", "resting", "ended"}),
        offered=has_something_to_check,
        asks=pending,
        command=decide_on,
    ),
    ButtonKind(
        action="snooze",
        label="Отложить",
        places={"free": 5, "owned": 6},
        asks=whether_past_deadline,
        command=snooze,
    ),
    ButtonKind(
        action=SOLVED,
        label="Похожие решённые",
        places={"free": 11, "owned": 14},
        offered=can_borrow,
        asks=which_solved,
        command=borrow,
    ),
    ButtonKind(action="take_off", label="Убрать запись", places={"owned": 11}, offered=can_remove, command=remove),
    ButtonKind(
        action="transfer",
        label="Передать",
        places={"free": 6, "owned": 7, "resting": 5},
        offered=lambda case, context, _now: bool(colleagues(case, context) or other_receivers(case, context)),
        asks=whom,
        command=transfer,
    ),
    ButtonKind(action=WALK, label="Ответить всем", places={}, asks=walk, command=walk),
    ButtonKind(action=WALK_WORDS, label="Изменить для одного", places={}, command=walk_words),
    ButtonKind(
        action="why",
        label="Почему сюда?",
        places={"free": 10, "owned": 13, "resting": 9, "ended": 5},
        offered=can_explain,
        command=why_here,
    ),
    ButtonKind(action="write_private", label="Написать в личку", places={}, command=write_private),
    ButtonKind(action="write_reply", label="Написать ответ", places={}, command=write_reply),
)
"""Every button, by its action: the name under which it stands in cards already sent.

One that stands in no situation is only asked for by another one's question.
"""
