"""Answering the customer: a press becomes a draft in words of one's own or in prepared ones, and a preview."""

from dataclasses import replace
from datetime import datetime
from hashlib import blake2s
from typing import Final

from alerts.cards.answers import UNKNOWN_BUTTON
from alerts.cards.asking import KEEP, Pressed, Reply, refusal_of
from alerts.cards.context import CardContext
from alerts.cards.kinds import KINDS
from alerts.cards.previewing import (
    MOST_SHOWN,
    Drafted,
    Outcome,
    ability_of,
    held_of,
    outbound_of,
    preview,
    text_prompt,
    warnings_of,
    where,
)
from alerts.cards.prompt import Option, Prompt
from alerts.cards.quoting import in_short
from alerts.cards.reaching import (
    abilities_of,
    ask_of,
    is_refused,
    network_of,
    private_kind,
    target_of,
    why_not,
)
from alerts.cards.sending import UNANSWERABLE, chosen, confirm, no_draft
from alerts.cases.case import Case
from alerts.cases.commands import Confirm, HoldBack
from alerts.outreach.delicacy import held_back, is_unsolicited
from alerts.outreach.names import called
from alerts.outreach.outbound import Draft, Outbound, OutboundKind, OutboundState
from alerts.outreach.templates import Filling, Template, fill
from alerts.russian import NBSP, capital

NOT_MENDED: Final = "Хорошо, ответ остаётся как есть"
NOT_IN_PRIVATE: Final = "Позвать этого автора в личные сообщения нельзя"
NO_ANSWER: Final = "Менять нечего: ответа автору на странице нет"


def can_reply(case: Case, context: CardContext, now: datetime) -> bool:
    return abilities_of(case, context, now).reply.way in ("api", "by_hand") and not is_refused(case, context, now)


def can_invite(case: Case, context: CardContext, now: datetime) -> bool:
    kind = private_kind(abilities_of(case, context, now))
    return kind is not None and not is_refused(case, context, now)


def can_mend(case: Case, context: CardContext, now: datetime) -> bool:
    abilities = abilities_of(case, context, now)
    return standing_answer(case) is not None and "api" in (abilities.edit.way, abilities.take_back.way)


def start_reply(pressed: Pressed) -> Outcome:
    """«Ответить»: which words; with a choice made, the draft or the question for own words."""
    return _start(pressed, "reply")


def start_private(pressed: Pressed) -> Outcome:
    """«В личку»: a message where one may be sent, an invitation where not."""
    kind = private_kind(abilities_of(pressed.case, pressed.context, pressed.now))
    if kind is None:
        return Reply(text=NOT_IN_PRIVATE, reason="cannot_reply")
    return _start(pressed, kind)


def write_reply(pressed: Pressed) -> Outcome:
    """The operator's own words for a public answer."""
    return _own_words(pressed, "reply")


def write_private(pressed: Pressed) -> Outcome:
    """The operator's own words in private; in the middle of a talk they may go out without being shown again."""
    kind = private_kind(abilities_of(pressed.case, pressed.context, pressed.now))
    if kind is None:
        return _stopped(pressed, "message") or Reply(text=NOT_IN_PRIVATE, reason="cannot_reply")
    outcome = _own_words(pressed, kind)
    if isinstance(outcome, Drafted) and kind == "message" and _knows_the_preview(pressed):
        return replace(outcome, goes_on=lambda drafted: _go_on(pressed, drafted))
    return outcome


def say_reply(pressed: Pressed) -> Outcome:
    """Own words in public, from whoever has seen elsewhere what goes out; what gives pause is shown first."""
    return _at_once(pressed, write_reply(pressed))


def say_private(pressed: Pressed) -> Outcome:
    """The same in private. What was meant for one alone and would be read by all is always shown first."""
    outcome = write_private(pressed)
    is_private = isinstance(outcome, Drafted) and outcome.draft.kind == "message"
    return _at_once(pressed, outcome) if is_private else outcome


def _at_once(pressed: Pressed, outcome: Outcome) -> Outcome:
    if not isinstance(outcome, Drafted):
        return outcome
    return replace(outcome, goes_on=lambda drafted: _go_on(pressed, drafted))


def draft_of(pressed: Pressed, kind: OutboundKind, text: str, *, is_signed: bool = False) -> Outcome:
    """Prepared words as a draft, unless they could not go out; with the name of who sends them where it is asked
    for.
    """
    return _stopped(pressed, kind) or _drafted(pressed, kind, text, as_it_is=not is_signed)


def _knows_the_preview(pressed: Pressed) -> bool:
    """Whether this person has confirmed a private word in this case, and the policy wants it shown once only."""
    mine = (pressed.person.id, *pressed.person.former_ids)
    return pressed.context.policy.preview == "first" and any(
        each.kind == "message" and each.confirmed_by in mine and each.state in _SAID
        for each in pressed.case.contact.outbounds
    )


def _go_on(pressed: Pressed, drafted: Outbound) -> Outcome | None:
    """What gives pause is shown first, however well people know each other; so is what went its way already."""
    if drafted.state != "draft" or warnings_of(pressed, drafted) or held_of(pressed, drafted) is not None:
        return None
    return confirm(pressed, drafted)


def rewrite(pressed: Pressed) -> Outcome:
    """Other words for a draft that was shown."""
    found = outbound_of(pressed, pressed.of)
    if found is None or found.state != "draft":
        return no_draft(found)
    if refused := refusal_of(pressed, Confirm(outbound=found.id, kind=found.kind)):
        return refused
    if pressed.value is None:
        return text_prompt(pressed, f"rewrite.{found.id}", found.kind, initial=found.text)
    return rewritten(pressed, found, pressed.value)


def rewritten(pressed: Pressed, found: Outbound, text: str) -> Drafted:
    """A draft in other words."""
    return replace(_drafted(pressed, found.kind, text, found=found), rewrites=found.id)


def mend(pressed: Pressed) -> Outcome:
    """«Изменить ответ»: other words for what was said, or nothing at all."""
    answer = standing_answer(pressed.case)
    if answer is None:
        return Reply(text=NO_ANSWER, reason="cannot_reply")
    abilities = abilities_of(pressed.case, pressed.context, pressed.now)
    options = []
    if abilities.edit.way == "api":
        options.append(Option(value=f"edit-{answer.id}", label="Исправить текст"))
    if abilities.take_back.way == "api":
        options.append(Option(value=f"back-{answer.id}", label="Удалить ответ"))
    if not options:
        url = answer.sent.url if answer.sent else ""
        return Reply(text=f"Исправить и удалить ответ можно только на странице: {url}", reason="cannot_reply")
    return Prompt(
        case=pressed.case.id,
        action="mend",
        title=f"Ответ №{NBSP}{pressed.case.id}",
        question=f"Что сделать с ответом?\n\n{in_short(answer.text, MOST_SHOWN)}",
        options=(*options, Option(value=KEEP, label="Ничего")),
    )


def mended(pressed: Pressed) -> Outcome:
    if pressed.value == KEEP:
        return Reply(text=NOT_MENDED, reason="thought_better")
    verb, found = chosen(pressed)
    if found is None or found.state != "sent" or found.sent is None:
        return Reply(text=NO_ANSWER, reason="cannot_reply")
    if verb == "edit":
        return text_prompt(pressed, f"fix.{found.id}", "edit", initial=found.text)
    if verb == "back":
        draft = Draft(kind="take_back", target=found.target, text="", author=pressed.person.id, of_id=found.id)
        return Drafted(draft=draft, shown=lambda drafted: preview(pressed, drafted))
    return Reply(text=UNKNOWN_BUTTON, reason="unknown_button")


def fix(pressed: Pressed) -> Outcome:
    """Other words for an answer that stands."""
    found = outbound_of(pressed, pressed.of)
    if found is None or found.state != "sent" or found.sent is None:
        return Reply(text=NO_ANSWER, reason="cannot_reply")
    if pressed.value is None:
        return text_prompt(pressed, f"fix.{found.id}", "edit", initial=found.text)
    draft = Draft(
        kind="edit",
        target=found.target,
        text=fill(pressed.value, _filling(pressed, found.link)),
        author=pressed.person.id,
        of_id=found.id,
        link=found.link,
    )
    return Drafted(draft=draft, shown=lambda drafted: preview(pressed, drafted))


def standing_answer(case: Case) -> Outbound | None:
    """The latest public answer that stands and that the network knows by a number."""
    answers = [
        each
        for each in case.contact.outbounds
        if each.state == "sent"
        and each.kind in ("reply", "invite")
        and each.sent is not None
        and each.gone_at is None
    ]
    return answers[-1] if answers else None


def _start(pressed: Pressed, kind: OutboundKind) -> Outcome:
    if stopped := _stopped(pressed, kind):
        return stopped
    if pressed.value is None:
        return _which_words(pressed, kind)
    if pressed.value == "own":
        return text_prompt(pressed, _WRITE[kind], kind)
    words = _prepared(pressed)
    if words is None:
        return Reply(text="Этой заготовки больше нет. Нажмите «Ответить» ещё раз", reason="unknown_button")
    return _drafted(pressed, kind, words, as_it_is=True)


def _which_words(pressed: Pressed, kind: OutboundKind) -> Prompt:
    """Asked only where there is a choice."""
    options = _words_to_choose(pressed, kind)
    if not options:
        return text_prompt(pressed, _WRITE[kind], kind)
    return Prompt(
        case=pressed.case.id,
        action=_START[kind],
        title=f"{capital(KINDS[kind].noun)} №{NBSP}{pressed.case.id}"[:24],
        question=f"Какими словами? {where(pressed, kind)}",
        options=(*options, Option(value="own", label="Свой текст")),
    )


def unsigned(text: str, context: CardContext) -> str:
    """A colleague's answer without his name below it: who sends it signs it."""
    before, _, last = text.rstrip().rpartition("\n")
    signatures = {person.signature for person in context.people if person.signature}
    return before.rstrip() if before and last.strip() in signatures else text


def _prepared(pressed: Pressed) -> str | None:
    """The words behind a chosen option: what the neighbour was told, or a template."""
    nearby = pressed.case.contact.nearby
    if nearby is not None and pressed.value == f"as-{nearby.case}":
        words = unsigned(nearby.text, pressed.context)
        # Only what lost a name gets another: the words may say themselves who speaks.
        return words if words == nearby.text else _signed(words, pressed.person.signature or "")
    texts = (each.text for each in pressed.context.templates if template_value(each) == pressed.value)
    return next(texts, None)


def template_value(template: Template) -> str:
    return "t-" + blake2s(template.name.encode(), digest_size=8).hexdigest()


def _words_to_choose(pressed: Pressed, kind: OutboundKind) -> tuple[Option, ...]:
    """The answer of the neighbour first, then the templates that fit: an invitation is what has a link."""
    nearby = pressed.case.contact.nearby if kind == "reply" else None
    same = (Option(value=f"as-{nearby.case}", label=f"Как в №{NBSP}{nearby.case}"),) if nearby else ()
    fitting = [each for each in pressed.context.templates if each.invites == (kind == "invite")]
    return (*same, *(Option(value=template_value(each), label=in_short(each.name, 60)) for each in fitting))


def _own_words(pressed: Pressed, kind: OutboundKind) -> Outcome:
    if stopped := _stopped(pressed, kind):
        return stopped
    if pressed.value is None:
        return text_prompt(pressed, _WRITE[kind], kind)
    return _drafted(pressed, kind, pressed.value)


def _stopped(pressed: Pressed, kind: OutboundKind) -> Reply | HoldBack | None:
    """Nobody is asked for words that could not go out."""
    if refused := refusal_of(pressed, Confirm(outbound=0, kind=kind)):
        return refused
    ability = ability_of(pressed, kind)
    if ability.way == "no":
        why = why_not(ability)
        return Reply(text=f"{UNANSWERABLE}: {why}" if why else UNANSWERABLE, reason="cannot_reply")
    held = held_back(
        ask_of(pressed.case, kind, pressed.person, pressed.context),
        pressed.context.policy,
        pressed.case.contact,
        pressed.now,
    )
    return (
        HoldBack(reason=held.reason, kind=kind, until=held.until)
        if held and held.remedy in ("none", "wait")
        else None
    )


def _drafted(
    pressed: Pressed, kind: OutboundKind, text: str, *, found: Outbound | None = None, as_it_is: bool = False
) -> Drafted:
    """The draft with everything in its place. `as_it_is`: prepared words say themselves who signs them."""
    target = found.target if found else target_of(pressed.case, pressed.context, kind)
    token = (found.token if found else pressed.token) if kind == "invite" else None
    network = network_of(pressed.case, pressed.context)
    invitation = network.invitation(target, token) if token else None
    by_hand = ability_of(pressed, kind).way == "by_hand"
    written = invitation is not None and (invitation.in_text or by_hand)
    link = invitation.link if invitation else None
    filling = _filling(pressed, link if written else None)
    words = fill(text, filling)
    if written and link and link not in words:
        # Left out, or gone with the sentence of a topic that the judge did not find.
        words = f"{words}\n{link}".strip()
    if not as_it_is and found is None and kind != "message":
        words = _signed(words, filling.operator if pressed.person.signature else "")
    ask = ask_of(pressed.case, kind, pressed.person, pressed.context, outbound=found)
    draft = Draft(
        kind=kind,
        target=target,
        text=words,
        author=pressed.person.id,
        link=link,
        token=token,
        unsolicited=is_unsolicited(ask, pressed.case.contact),
    )
    return Drafted(draft=draft, shown=lambda drafted: preview(pressed, drafted))


def _signed(text: str, signature: str) -> str:
    """Own words are signed once; operators answer under real names."""
    return f"{text}\n{signature}" if signature and text and signature not in text else text


def _filling(pressed: Pressed, link: str | None) -> Filling:
    person, topics = pressed.person, [topic for mention in pressed.case.mentions for topic in mention.topics]
    return Filling(
        name=called(pressed.case.author_name),
        operator=person.signature or person.name,
        gender=person.gender,
        link=link,
        topic=topics[-1] if topics else None,
    )


_START: Final[dict[OutboundKind, str]] = {"reply": "reply", "invite": "invite", "message": "invite"}
_WRITE: Final[dict[OutboundKind, str]] = {
    "reply": "write_reply",
    "invite": "write_private",
    "message": "write_private",
}
_SAID: Final = frozenset[OutboundState]({"confirmed", "sending", "sent", "unknown"})
