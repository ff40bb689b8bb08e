"""Answering all of an incident: one draft, then each case by itself, shown whole and confirmed by a person.

A walk keeps nothing of its own: who is next is who still waits on the list. So it may be left and taken up again,
by anybody, after a restart too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from alerts.cards.asking import KEEP, Pressed, Reply
from alerts.cards.masking import masked
from alerts.cards.outgoing import HELD
from alerts.cards.previewing import (
    LONGEST_DRAFT,
    MOST_SHOWN,
    Drafted,
    Outcome,
    is_other,
    preview,
    text_prompt,
)
from alerts.cards.prompt import Option, Prompt
from alerts.cards.quoting import in_short
from alerts.cards.replying import draft_of, rewritten, template_value
from alerts.cards.sending import REWRITTEN, chosen, decide_on, drop, no_draft
from alerts.cards.wording import Wording
from alerts.cases.commands import HoldBack
from alerts.incidents.history import Drafted as DraftWritten
from alerts.incidents.history import Happened, latest_draft
from alerts.incidents.incident import Incident
from alerts.outreach.contact import IN_HAND
from alerts.outreach.outbound import Outbound, OutboundState
from alerts.outreach.templates import Template
from alerts.russian import NBSP, capital, counted, number

WALK: Final = "walk"
"""The action of a step: «walk.5» goes on with the list (digest) 5."""
WALK_WORDS: Final = "walk_words"
"""Other words for the customer who is just being shown."""
WORDS_FOR_ALL: Final = "words_for_all"
"""The words for all, of own making."""
GO: Final = "go"
OWN: Final = "own"
SKIP: Final = "skip"
STOP: Final = "stop"
SEND: Final = ("ok", "hand")
MAX_COMPLAINT: Final = 400
MOST_NAMED: Final = 5
NOBODY_WAITS: Final = "Отвечать некому: у каждого в этом списке уже есть ответ или ответственный"
OTHERS_ANSWER: Final = "Остальным сейчас отвечают коллеги: {}. Загляните через несколько минут"
STOPPED: Final = "Хорошо, остановились. Кто остался, ждёт в списке"
NO_WORDS: Final = "Текста для всех больше нет. Нажмите «Ответить всем» ещё раз"
NO_TEXT: Final = "Здесь нужен текст"
_SAID: Final = frozenset[OutboundState]({"approval", "confirmed", "sending", "sent", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A case that could not be answered with these words now, and why."""

    case: int
    why: str


def list_of(action: str) -> int | None:
    """The list (digest) with which a press of this action goes on; None where it is no step of a walk."""
    name, _, of = action.partition(".")
    is_step = name in (WALK, WALK_WORDS, WORDS_FOR_ALL) and of.isascii() and of.isdecimal()
    return int(of) if is_step else None


def which_words(
    listed: int, case: int, waiting: int, incident: Incident, templates: Sequence[Template], words: Wording
) -> Prompt:
    """«Ответить всем»: with the words of before, with a template, or with own ones."""
    written = latest_draft(incident.events)
    fitting = [each for each in templates if not each.invites]
    if written is None and not fitting:
        return own_prompt(listed, case)
    options = [Option(value=GO, label="Дальше с этим текстом", is_primary=True)] if written else []
    options += [Option(value=template_value(each), label=in_short(each.name, 60)) for each in fitting]
    options += [Option(value=OWN, label="Другой текст" if written else "Свой текст")]
    return Prompt(
        case=case,
        action=f"{WALK}.{listed}",
        title="Ответить всем",
        question="\n\n".join(filter(None, (_how(waiting), _written(written, words)))),
        options=(*options, Option(value=KEEP, label="Не отвечать")),
    )


def own_prompt(listed: int, case: int) -> Prompt:
    return Prompt(
        case=case,
        action=f"{WORDS_FOR_ALL}.{listed}",
        title="Ответить всем",
        question=(
            "Напишите ответ, который подойдёт каждому; {имя} заменится именем клиента. Никому ничего не уйдёт"
            " само: покажу каждое обращение с готовым текстом, и каждое вы отправите или пропустите."
        ),
        hint="Например: {имя}, здравствуйте! Авария, чиним до 18:00",
        longest=LONGEST_DRAFT,
    )


def walk(pressed: Pressed) -> Outcome:
    """A step: without a value the case is shown with the words for all; with one, what was decided of it."""
    if pressed.value is None:
        return _shown_next(pressed)
    verb, found = chosen(pressed)
    if verb in (SKIP, STOP):
        return drop(pressed, found) if found is not None and found.state == "draft" else no_draft(found)
    if verb in SEND and (over := _is_over(pressed, found)) is not None:
        return over
    outcome = decide_on(pressed)
    if not isinstance(outcome, Prompt) or found is None:
        return outcome
    if outcome.options:
        return _as_step(pressed, found, above=REWRITTEN if is_other(pressed.value, found) else "")
    return replace(outcome, action=f"{WALK_WORDS}.{pressed.of}")


def walk_words(pressed: Pressed) -> Outcome:
    """Other words for this one alone."""
    found = _latest_draft(pressed)
    if found is None:
        return no_draft(found)
    if pressed.value is None:
        return text_prompt(pressed, f"{WALK_WORDS}.{pressed.of}", found.kind, initial=found.text)
    return _stepping(pressed, rewritten(pressed, found, pressed.value))


def with_head(prompt: Prompt, waiting: int, skipped: Sequence[Skipped]) -> Prompt:
    """How many are still to come, and whom there is no answering."""
    left = f"Ждут ответа: {number(waiting)}." if waiting > 1 else "Это последний, кто ждёт ответа."
    head = " ".join(filter(None, (left, skipped_words(skipped))))
    return replace(prompt, question=f"{head}\n{prompt.question}")


def skipped_words(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return ""
    named = "; ".join(f"№{NBSP}{each.case} ({each.why})" for each in skipped[:MOST_NAMED])
    more = f" и ещё {number(len(skipped) - MOST_NAMED)}" if len(skipped) > MOST_NAMED else ""
    return f"Пропущено: {named}{more}."


def farther(listed: int, after: int, skipped: Sequence[Skipped]) -> Prompt:
    """So many were passed over that the person is asked whether to look on behind the last of them, `after`."""
    return Prompt(
        case=after,
        action=f"{WALK}.{listed}",
        title="Ответить всем",
        question=" ".join(filter(None, (skipped_words(skipped), "Искать дальше?"))),
        options=(Option(value=SKIP, label="Дальше", is_primary=True), Option(value=STOP, label="Закончить")),
    )


def end_words(skipped: Sequence[Skipped], in_hand: int = 0) -> str:
    """Nobody is left to be shown; `in_hand` are shown to colleagues."""
    others = f"{OTHERS_ANSWER.format(number(in_hand))}." if in_hand else "Больше никто не ждёт."
    return " ".join(filter(None, (others, skipped_words(skipped))))


def nobody_words(in_hand: int) -> str:
    """Nobody is to be shown from the first on."""
    return OTHERS_ANSWER.format(number(in_hand)) if in_hand else NOBODY_WAITS


def _how(waiting: int) -> str:
    wait = counted(waiting, "человек", "человека", "человек")
    return (
        f"Ответа ждут: {wait}. Покажу каждое обращение с готовым текстом; без «Отправить» никому ничего не уйдёт."
    )


def _written(event: Happened | None, words: Wording) -> str:
    if event is None or not isinstance(event.fact, DraftWritten):
        return ""
    who, text = words.name(event.person, event.name), event.fact.text[:MOST_SHOWN]
    return f"Текст, {who} в{NBSP}{words.moment(event.at)}:\n{text}"


def _shown_next(pressed: Pressed) -> Outcome:
    for_all = pressed.case.contact.for_all
    if for_all is None:
        return Reply(text=NO_WORDS, reason="not_a_draft")
    if (answered := _answered(pressed) or _in_hand(pressed)) is not None:
        return answered
    outcome = draft_of(pressed, "reply", for_all.text, is_signed=not for_all.is_template)
    if isinstance(outcome, HoldBack):
        # Nobody has asked to write to this one: he is passed over, and his history has nothing to tell.
        return Reply(text=HELD.get(outcome.reason, "так решили правила"), reason="cannot_reply")
    return _stepping(pressed, outcome)


def _answered(pressed: Pressed, but: Outbound | None = None) -> Reply | None:
    """Nobody hears the same twice, in this case or in another of his in the incident."""
    case = pressed.case
    said = [each for each in case.contact.outbounds if each.state in _SAID and each != but]
    if said or case.state.stage not in ("new", "claimed"):
        return Reply(text="ему уже ответили", reason="answered_already")
    elsewhere = case.contact.for_all.answered_in if case.contact.for_all is not None else None
    if elsewhere is not None:
        return Reply(text=f"ему уже ответили в №{NBSP}{elsewhere}", reason="answered_already")
    return None


def _is_over(pressed: Pressed, found: Outbound | None) -> Reply | None:
    """Why «Отправить» sends nothing."""
    if found is not None and found.state in _SAID and found.confirmed_by in _mine(pressed):
        # The next could not be shown, for the chat had no room, and he presses the same again.
        return Reply(text="Этот ответ уже отправлен", reason="sent_already")
    answered = _answered(pressed, but=found)
    return None if answered is None else replace(answered, text=f"{capital(answered.text)}. Дальше — «Пропустить»")


def _in_hand(pressed: Pressed) -> Reply | None:
    """Two who ask at the same moment are shown two customers, not one."""
    mine, since = _mine(pressed), pressed.now - IN_HAND
    theirs = (
        each
        for each in pressed.case.contact.outbounds
        if each.state == "draft" and each.author not in mine and each.created_at > since
    )
    return Reply(text="ему отвечает коллега", reason="in_hand") if any(theirs) else None


def _stepping(pressed: Pressed, outcome: Outcome) -> Outcome:
    if not isinstance(outcome, Drafted):
        return outcome
    return replace(outcome, shown=lambda drafted: _as_step(pressed, drafted))


def _as_step(pressed: Pressed, drafted: Outbound, *, above: str = "") -> Prompt:
    """The preview with whom it would go to, and the ways on."""
    made, latest = preview(pressed, drafted), pressed.case.latest_complaint
    ways = [option for option in made.options if not option.value.startswith("drop-")]
    complaint = f"{masked(pressed.case.author_name)}: «{in_short(masked(latest.text), MAX_COMPLAINT)}»"
    return replace(
        made,
        action=f"{WALK}.{pressed.of}",
        question="\n".join(filter(None, (above, complaint, latest.url))) + f"\n\n{made.question}",
        options=(
            *ways,
            Option(value=f"{SKIP}-{drafted.id}", label="Пропустить"),
            Option(value=f"{STOP}-{drafted.id}", label="Закончить"),
        ),
    )


def _latest_draft(pressed: Pressed) -> Outbound | None:
    """What this person is just being shown."""
    mine = _mine(pressed)
    drafts = [each for each in pressed.case.contact.outbounds if each.state == "draft" and each.author in mine]
    return drafts[-1] if drafts else None


def _mine(pressed: Pressed) -> tuple[str, ...]:
    """Under which ids the person is written down."""
    return (pressed.person.id, *pressed.person.former_ids)
