"""Answering the customer: a press becomes a draft, the draft a preview, and only its «Отправить» lets it out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2s
from typing import Final

from alerts.cards.answers import UNKNOWN_BUTTON, refusal_words
from alerts.cards.asking import KEEP, Pressed, Reply, asker_of
from alerts.cards.context import CardContext
from alerts.cards.masking import masked
from alerts.cards.outgoing import KINDS, held_words
from alerts.cards.prompt import Option, Prompt
from alerts.cards.quoting import in_short
from alerts.cards.reaching import (
    abilities_of,
    ability_for,
    ask_of,
    can_remove,
    network_of,
    private_kind,
    target_of,
    was_told,
    why_not,
)
from alerts.cases.case import Case
from alerts.cases.commands import Approve, AskApproval, Cancel, Confirm, HoldBack, PersonsCommand, Report
from alerts.cases.events import what_was_done
from alerts.cases.transitions import Refusal, decide
from alerts.outreach.abilities import Ability
from alerts.outreach.delicacy import HeldBack, held_back, is_unsolicited
from alerts.outreach.drafts import Place, Warned, WarningKind, warnings
from alerts.outreach.names import called
from alerts.outreach.outbound import Draft, Outbound, OutboundKind, OutboundState, Sent, Step
from alerts.outreach.templates import LINK, Filling, Template, fill
from alerts.russian import NBSP, capital, counted, number
from domain.person import Person

LONGEST_DRAFT: Final = 4_000
"""Characters that are asked for; a network's own limit is held at the preview."""
MOST_SHOWN: Final = 3_000
"""Characters of a draft in its preview: Telegram takes 4 096 for a whole message."""
NOTHING_TO_CHECK: Final = "Проверять нечего: ответы этого обращения уже отправлены или отменены"
NO_DRAFT: Final = "Этого черновика больше нет. Нажмите «Ответить» ещё раз"
DROPPED: Final = "Хорошо, не отправляю. Черновик убран"
NOT_MENDED: Final = "Хорошо, ответ остаётся как есть"
NO_ANSWER: Final = "Менять нечего: ответа автору на странице нет"
BY_LEAD_ALONE: Final = "Такой ответ отправляет сам старший: его не подтвердить со стороны"
NOT_REMOVED: Final = "Убрать запись больше нельзя: её уже нет, или разговор в личных окончен"
UNANSWERABLE: Final = "Ответить здесь нельзя"
OPEN: Final = frozenset[OutboundState]({"draft"})
WARNINGS: Final[dict[WarningKind, str]] = {
    "empty": "Текст пустой",
    "link": "Ссылка: на этой странице её могут удалить",
    "other_name": "Имя другого человека",
    "personal_data": "Личные данные увидят все",
    "promise": "Обещание: точно ли мы его сдержим?",
    "rude": "Может прозвучать грубо",
    "sends_away": "«Посыл»: человек уже пишет нам, помогите здесь",
    "too_long": "Слишком длинно, сеть не примет",
    "unfilled": "Вставка не заполнена",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A press that writes a draft down, or another text of one, and is answered by what it looks like.

    `goes_on`: what follows at once in a talk where nothing has to be shown again; None: it is to be looked at.
    """

    draft: Draft
    shown: Callable[[Outbound], Prompt]
    rewrites: int | None = None
    goes_on: Callable[[Outbound], "Outcome | None"] = lambda _drafted: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """A press that takes outbounds a step on, with its command. `done` is read where there is no command."""

    command: PersonsCommand | None
    steps: tuple[Step, ...]
    done: str = ""


Outcome = PersonsCommand | Prompt | Reply | Drafted | Acted


def can_reply(case: Case, context: CardContext, now: datetime) -> bool:
    return abilities_of(case, context, now).reply.way in ("api", "by_hand") and not _is_unwanted(case)


def can_invite(case: Case, context: CardContext, now: datetime) -> bool:
    return private_kind(abilities_of(case, context, now)) is not None and not _is_unwanted(case)


def has_something_to_check(case: Case, _context: CardContext, _now: datetime) -> bool:
    return waiting_for_a_person(case) is not None


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
        return Reply(text="Позвать этого автора в личные сообщения нельзя", reason="cannot_reply")
    return _start(pressed, kind)


def write_reply(pressed: Pressed) -> Outcome:
    """The operator's own words for a public answer."""
    return _own_words(pressed, "reply")


def write_private(pressed: Pressed) -> Outcome:
    """The operator's own words in private; in the middle of a talk they may go out without being shown again."""
    kind = private_kind(abilities_of(pressed.case, pressed.context, pressed.now))
    outcome = _own_words(pressed, kind or "invite")
    if isinstance(outcome, Drafted) and kind == "message" and _knows_the_preview(pressed):
        return replace(outcome, goes_on=lambda drafted: _go_on(pressed, drafted))
    return outcome


def draft_of(pressed: Pressed, kind: OutboundKind, text: str) -> Outcome:
    """Prepared words as a draft, unless they could not go out."""
    return _stopped(pressed, kind) or _drafted(pressed, kind, text, as_it_is=True)


def _knows_the_preview(pressed: Pressed) -> bool:
    """Whether this person has confirmed a private word in this case, and the policy wants it shown once only."""
    mine = (pressed.person.id, *pressed.person.former_ids)
    return pressed.context.policy.preview == "first" and any(
        each.kind == "message" and each.confirmed_by in mine and each.state in _SAID
        for each in pressed.case.contact.outbounds
    )


def _go_on(pressed: Pressed, drafted: Outbound) -> Outcome | None:
    """What gives pause is shown first, however well people know each other."""
    if _warnings(pressed, drafted) or _held(pressed, drafted) is not None:
        return None
    return _confirm(pressed, drafted)


def rewrite(pressed: Pressed) -> Outcome:
    """Other words for a draft that was shown."""
    found = _outbound(pressed, pressed.of)
    if found is None or found.state != "draft":
        return _no_draft(found)
    if pressed.value is None:
        return _text_prompt(pressed, f"rewrite.{found.id}", found.kind, initial=found.text)
    again = _drafted(pressed, found.kind, pressed.value, found=found)
    return replace(again, rewrites=found.id)


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
    verb, found = _chosen(pressed)
    if found is None or found.state != "sent" or found.sent is None:
        return Reply(text=NO_ANSWER, reason="cannot_reply")
    if verb == "edit":
        return _text_prompt(pressed, f"fix.{found.id}", "edit", initial=found.text)
    if verb == "back":
        draft = Draft(kind="take_back", target=found.target, text="", author=pressed.person.id, of_id=found.id)
        return Drafted(draft=draft, shown=lambda drafted: preview(pressed, drafted))
    return Reply(text=UNKNOWN_BUTTON, reason="unknown_button")


def fix(pressed: Pressed) -> Outcome:
    """Other words for an answer that stands."""
    found = _outbound(pressed, pressed.of)
    if found is None or found.state != "sent" or found.sent is None:
        return Reply(text=NO_ANSWER, reason="cannot_reply")
    if pressed.value is None:
        return _text_prompt(pressed, f"fix.{found.id}", "edit", initial=found.text)
    draft = Draft(
        kind="edit",
        target=found.target,
        text=fill(pressed.value, _filling(pressed, found.link)),
        author=pressed.person.id,
        of_id=found.id,
        link=found.link,
    )
    return Drafted(draft=draft, shown=lambda drafted: preview(pressed, drafted))


def pending(pressed: Pressed) -> Outcome:
    """«Проверить ответ»: what waits for a second's word, or may or may not have been sent."""
    found = waiting_for_a_person(pressed.case)
    if found is None:
        return Reply(text=NOTHING_TO_CHECK, reason="not_a_draft")
    if found.state == "approval":
        verbs = {"yes": "Отправить", "no": "Не отправлять"}
        above = "Ответ ждёт вашего слова."
    else:
        verbs = {"went": "Ушло", "again": "Не ушло, отправить снова", "stop": "Не ушло, и не нужно"}
        above = f"Не знаем, ушло ли. Посмотрите: {found.target.url}"
    options = tuple(Option(value=f"{verb}-{found.id}", label=label) for verb, label in verbs.items())
    return _shown(pressed, found, options, above=above)


def decide_on(pressed: Pressed) -> Outcome:
    """The answer to a preview."""
    verb, found = _chosen(pressed)
    act = _VERBS.get(verb)
    if act is None:
        return Reply(text=UNKNOWN_BUTTON, reason="unknown_button")
    before, do = act
    if found is None or found.state not in before:
        return _no_draft(found, pressed)
    return do(pressed, found)


def preview(pressed: Pressed, drafted: Outbound) -> Prompt:
    """What would go out: what, where, as whom, how long, what gives pause, every word of it, and the ways on."""
    by_hand = _ability(pressed, drafted.kind).way == "by_hand"
    blocked = any(warned.blocks for warned in _warnings(pressed, drafted))
    options = []
    if not blocked and by_hand:
        options.append(Option(value=f"hand-{drafted.id}", label="Скопировал и отправил сам"))
    elif not blocked:
        held = _held(pressed, drafted)
        asks = held is not None and held.remedy in ("lead", "colleague")
        label = "Отправить на проверку" if asks else _SEND.get(drafted.kind, "Отправить")
        options.append(Option(value=f"ok-{drafted.id}", label=label))
    if drafted.kind not in _WORDLESS:
        options.append(Option(value=f"edit-{drafted.id}", label="Изменить"))
    options.append(Option(value=f"drop-{drafted.id}", label="Не отправлять"))
    above = ""
    if by_hand:
        address = network_of(pressed.case, pressed.context).by_hand(drafted.target, drafted.text)
        above = f"Скопируйте текст и отправьте сами: {address}"
    return _shown(pressed, drafted, options, above=above)


def waiting_for_a_person(case: Case) -> Outbound | None:
    """The first outbound that only a person can take further."""
    return next((each for each in case.contact.outbounds if each.state in ("approval", "unknown")), None)


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


def _is_unwanted(case: Case) -> bool:
    return case.contact.unwanted_at is not None


def _start(pressed: Pressed, kind: OutboundKind) -> Outcome:
    if stopped := _stopped(pressed, kind):
        return stopped
    if pressed.value is None:
        return _which_words(pressed, kind)
    if pressed.value == "own":
        return _text_prompt(pressed, _WRITE[kind], kind)
    words = _prepared(pressed)
    if words is None:
        return Reply(text="Этой заготовки больше нет. Нажмите «Ответить» ещё раз", reason="unknown_button")
    return _drafted(pressed, kind, words, as_it_is=True)


def _which_words(pressed: Pressed, kind: OutboundKind) -> Prompt:
    """Asked only where there is a choice."""
    options = _words_to_choose(pressed, kind)
    if not options:
        return _text_prompt(pressed, _WRITE[kind], kind)
    return Prompt(
        case=pressed.case.id,
        action=_START[kind],
        title=f"{capital(KINDS[kind].noun)} №{NBSP}{pressed.case.id}"[:24],
        question=f"Какими словами? {_where(pressed, kind)}",
        options=(*options, Option(value="own", label="Свой текст")),
    )


def _prepared(pressed: Pressed) -> str | None:
    """The words behind a chosen option: what the neighbour was told, or a template."""
    nearby = pressed.case.contact.nearby
    if nearby is not None and pressed.value == f"as-{nearby.case}":
        return nearby.text
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
        return _text_prompt(pressed, _WRITE[kind], kind)
    return _drafted(pressed, kind, pressed.value)


def _stopped(pressed: Pressed, kind: OutboundKind) -> Reply | HoldBack | None:
    """Nobody is asked for words that could not go out."""
    decision = decide(pressed.case.state, Confirm(outbound=0, kind=kind), asker_of(pressed.person), pressed.now)
    if isinstance(decision, Refusal):
        command = Confirm(outbound=0, kind=kind)
        text = refusal_words(decision, pressed.case, command, pressed.context, pressed.now, person=pressed.person)
        return Reply(text=text, reason=decision.reason)
    ability = _ability(pressed, kind)
    if ability.way == "no":
        why = why_not(ability)
        return Reply(text=f"{UNANSWERABLE}: {why}" if why else UNANSWERABLE, reason="cannot_reply")
    held = held_back(
        ask_of(pressed.case, kind, pressed.person, pressed.context),
        pressed.context.policy,
        pressed.case.contact,
        pressed.now,
    )
    return HoldBack(reason=held.reason, kind=kind) if held and held.remedy in ("none", "wait") else None


def _drafted(
    pressed: Pressed, kind: OutboundKind, text: str, *, found: Outbound | None = None, as_it_is: bool = False
) -> Drafted:
    """The draft with everything in its place. `as_it_is`: prepared words say themselves who signs them."""
    target = found.target if found else target_of(pressed.case, pressed.context)
    token = (found.token if found else pressed.token) if kind == "invite" else None
    network = network_of(pressed.case, pressed.context)
    invitation = network.invitation(target, token) if token else None
    by_hand = _ability(pressed, kind).way == "by_hand"
    written = invitation is not None and (invitation.in_text or by_hand)
    link = invitation.link if invitation else None
    filling = _filling(pressed, link if written else None)
    words = text
    if written and link and LINK not in words and link not in words:
        words = f"{words.rstrip()}\n{LINK}"
    words = fill(words, filling)
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


def _text_prompt(pressed: Pressed, action: str, kind: OutboundKind, *, initial: str = "") -> Prompt:
    ability = _ability(pressed, kind)
    limit = f" Не длиннее {counted(ability.longest, 'знака', 'знаков', 'знаков')}." if ability.longest else ""
    link = " Ссылка в личные сообщения добавится сама." if kind == "invite" else ""
    return Prompt(
        case=pressed.case.id,
        action=action,
        title=f"{capital(KINDS[kind].noun)} №{NBSP}{pressed.case.id}"[:24],
        question=f"Напишите текст. {_where(pressed, kind)}{limit}{link} Перед отправкой покажу, что получилось.",
        hint="Например: Анна, здравствуйте! Уже разбираемся",
        longest=min(LONGEST_DRAFT, ability.longest or LONGEST_DRAFT),
        initial=initial,
    )


def _where(pressed: Pressed, kind: OutboundKind) -> str:
    """«Ответ увидят все, от имени vk:romashka_help.»"""
    page = target_of(pressed.case, pressed.context).page
    name = f" от имени {page.partition(':')[2]}" if page else ""
    seen = "Его увидит только автор" if kind == "message" else "Его увидят все"
    return f"{seen},{name}." if name else f"{seen}."


def _shown(pressed: Pressed, outbound: Outbound, options: Sequence[Option], *, above: str = "") -> Prompt:
    network = network_of(pressed.case, pressed.context)
    ability = _ability(pressed, outbound.kind)
    length = number(network.length_of(outbound.text))
    limit = f" из {number(ability.longest)}" if ability.longest else ""
    title = f"{capital(KINDS[outbound.kind].noun)} №{NBSP}{pressed.case.id}"
    head = [
        f"{title}. {_where(pressed, outbound.kind)} Знаков: {length}{limit}." if outbound.text else f"{title}."
    ]
    if above:
        head.append(above)
    head += [_warning_words(warned) for warned in _warnings(pressed, outbound)]
    head += [f"⚠ {capital(held)}" for held in _held_words(pressed, outbound)]
    return Prompt(
        case=pressed.case.id,
        action="send",
        title=title[:24],
        question="\n".join(head) + f"\n\n{_body(pressed, outbound)}",
        options=tuple(options),
    )


def _body(pressed: Pressed, outbound: Outbound) -> str:
    if outbound.kind == "take_back":
        of = _outbound(pressed, outbound.of_id)
        return f"Удалить этот ответ?\n{of.text[:MOST_SHOWN] if of else ''}"
    if outbound.kind in ("remove", "restore"):
        what = "Убрать со страницы" if outbound.kind == "remove" else "Вернуть на страницу"
        return f"{what} эту запись автора?\n{outbound.target.text[:MOST_SHOWN]}\n{outbound.target.url}"
    return outbound.text[:MOST_SHOWN] + ("…" if len(outbound.text) > MOST_SHOWN else "")


def _warning_words(warned: Warned) -> str:
    quote = f" («{in_short(warned.quote, 60)}»)" if warned.quote else ""
    return f"⚠ {WARNINGS[warned.kind]}{quote}"


def _warnings(pressed: Pressed, outbound: Outbound) -> tuple[Warned, ...]:
    if outbound.kind in _WORDLESS:
        return ()
    latest = pressed.case.latest_complaint
    others = {quote.author for quote in (latest.parent, latest.quoted) if quote is not None}
    names = tuple(name for other in sorted(others) if (name := called(other)) and name != _own_name(pressed))
    place = Place(
        public=outbound.kind != "message",
        foreign=outbound.target.wall is not None and outbound.target.wall != outbound.target.page,
        longest=_ability(pressed, outbound.kind).longest,
        length_of=network_of(pressed.case, pressed.context).length_of,
        masked=masked,
        link=outbound.link,
        names=names,
    )
    return warnings(outbound.text, place)


def _own_name(pressed: Pressed) -> str | None:
    return called(pressed.case.author_name)


def _held(pressed: Pressed, outbound: Outbound, *, approved: bool = False) -> HeldBack | None:
    ask = ask_of(
        pressed.case, outbound.kind, pressed.person, pressed.context, outbound=outbound, approved=approved
    )
    return held_back(ask, pressed.context.policy, pressed.case.contact, pressed.now)


def _held_words(pressed: Pressed, outbound: Outbound) -> Sequence[str]:
    """What the guard will say; of one that waits already only what nobody's word lets out."""
    held = _held(pressed, outbound, approved=outbound.state in ("approval", "unknown"))
    return (held_words(held.reason),) if held else ()


def _ability(pressed: Pressed, kind: OutboundKind) -> Ability:
    return ability_for(kind, abilities_of(pressed.case, pressed.context, pressed.now))


def _chosen(pressed: Pressed) -> tuple[str, Outbound | None]:
    verb, _, rest = (pressed.value or "").partition("-")
    known = rest.isascii() and rest.isdecimal() and len(rest) < 19
    return verb, _outbound(pressed, int(rest)) if known else None


def _outbound(pressed: Pressed, wanted: int | None) -> Outbound | None:
    return next((each for each in pressed.case.contact.outbounds if each.id == wanted), None)


def _no_draft(found: Outbound | None, pressed: Pressed | None = None) -> Reply:
    """What became of it meanwhile: a colleague was faster, or it was dropped."""
    if found is None or pressed is None or found.state == "draft":
        return Reply(text=NO_DRAFT, reason="not_a_draft")
    who = pressed.words.name(found.confirmed_by) if found.confirmed_by else ""
    at = f" в{NBSP}{pressed.words.moment(found.confirmed_at)}" if found.confirmed_at else ""
    by = f": {who}{at}" if who else ""
    return Reply(text=f"{_STANDS.get(found.state, NO_DRAFT)}{by}", reason="not_a_draft")


def _confirm(pressed: Pressed, found: Outbound) -> Outcome:
    if found.kind == "remove" and not (
        was_told(pressed.case) and can_remove(pressed.case, pressed.context, pressed.now)
    ):
        return Reply(text=NOT_REMOVED, reason="cannot_remove")
    if any(warned.blocks for warned in _warnings(pressed, found)):
        return preview(pressed, found)
    if _ability(pressed, found.kind).way != "api":
        return Reply(text=f"{UNANSWERABLE}: {why_not(_ability(pressed, found.kind))}", reason="cannot_reply")
    held = _held(pressed, found)
    if held is None:
        step = Step(outbound=found.id, before=OPEN, after="confirmed", confirmed_by=pressed.person.id)
        return Acted(command=Confirm(outbound=found.id, kind=found.kind), steps=(step,))
    if held.remedy in ("none", "wait"):
        return HoldBack(reason=held.reason, kind=found.kind)
    step = Step(outbound=found.id, before=OPEN, after="approval", confirmed_by=pressed.person.id)
    command = AskApproval(outbound=found.id, kind=found.kind, reason=held.reason)
    return Acted(command=command, steps=(step,))


def _sent_by_hand(pressed: Pressed, found: Outbound) -> Outcome:
    """The person has put it there himself; the guard holds for him all the same."""
    held = _held(pressed, found)
    if held is not None:
        if held.remedy in ("lead", "colleague"):
            return Reply(text=BY_LEAD_ALONE, reason="leads_only")
        return HoldBack(reason=held.reason, kind=found.kind)
    fact = what_was_done(replace(found, confirmed_by=pressed.person.id), found.target.url, by_hand=True)
    step = Step(outbound=found.id, before=OPEN, after="sent", confirmed_by=pressed.person.id)
    return Acted(command=Report(fact=fact), steps=(step,))


def _change(pressed: Pressed, found: Outbound) -> Outcome:
    return _text_prompt(pressed, f"rewrite.{found.id}", found.kind, initial=found.text)


def _drop(_pressed: Pressed, found: Outbound) -> Outcome:
    step = Step(outbound=found.id, before=OPEN, after="cancelled")
    return Acted(command=None, steps=(step,), done=DROPPED)


def _agree(pressed: Pressed, found: Outbound) -> Outcome:
    """A second lets it out. Where the writer is the only lead there is, a colleague is a second too."""
    if (forbidden := _held(pressed, found, approved=True)) is not None:
        return HoldBack(reason=forbidden.reason, kind=found.kind)
    author = found.confirmed_by or found.author
    asked = _held(replace(pressed, person=_operator(pressed)), found)
    others = [lead for lead in pressed.context.leads if author not in (lead.id, *lead.former_ids)]
    by_lead = bool(others) and asked is not None and asked.remedy == "lead"
    step = Step(
        outbound=found.id, before=frozenset({"approval"}), after="confirmed", approved_by=pressed.person.id
    )
    command = Approve(outbound=found.id, kind=found.kind, author=author, by_lead=by_lead)
    return Acted(command=command, steps=(step,))


def _operator(pressed: Pressed) -> Person:
    """Whoever presses, as if no lead: what the words needed when they were asked about."""
    return replace(pressed.person, role="operator")


def _disagree(_pressed: Pressed, found: Outbound) -> Outcome:
    step = Step(outbound=found.id, before=frozenset({"approval"}), after="cancelled")
    command = Cancel(outbound=found.id, kind=found.kind, author=found.confirmed_by or found.author)
    return Acted(command=command, steps=(step,))


def _went(_pressed: Pressed, found: Outbound) -> Outcome:
    """A person has seen it there; by which number the network knows it stays unknown."""
    step = Step(
        outbound=found.id, before=frozenset({"unknown"}), after="sent", sent=Sent(ref="", url=found.target.url)
    )
    return Acted(command=Report(fact=what_was_done(found, found.target.url)), steps=(step,))


def _again(pressed: Pressed, found: Outbound) -> Outcome:
    """A person has seen that it is not there."""
    if (held := _held(pressed, found, approved=True)) is not None:
        return HoldBack(reason=held.reason, kind=found.kind)
    step = Step(outbound=found.id, before=frozenset({"unknown"}), after="confirmed")
    return Acted(command=Confirm(outbound=found.id, kind=found.kind), steps=(step,))


def _stop(_pressed: Pressed, found: Outbound) -> Outcome:
    step = Step(outbound=found.id, before=frozenset({"unknown"}), after="cancelled")
    command = Cancel(outbound=found.id, kind=found.kind, author=found.confirmed_by or found.author)
    return Acted(command=command, steps=(step,))


_DRAFT: Final = frozenset[OutboundState]({"draft"})
_APPROVAL: Final = frozenset[OutboundState]({"approval"})
_UNKNOWN: Final = frozenset[OutboundState]({"unknown"})
_VERBS: Final[dict[str, tuple[frozenset[OutboundState], Callable[[Pressed, Outbound], Outcome]]]] = {
    "again": (_UNKNOWN, _again),
    "drop": (_DRAFT, _drop),
    "edit": (_DRAFT, _change),
    "hand": (_DRAFT, _sent_by_hand),
    "no": (_APPROVAL, _disagree),
    "ok": (_DRAFT, _confirm),
    "stop": (_UNKNOWN, _stop),
    "went": (_UNKNOWN, _went),
    "yes": (_APPROVAL, _agree),
}
"""What the options of a preview do, and in which state of the outbound they are offered."""
_START: Final[dict[OutboundKind, str]] = {"reply": "reply", "invite": "invite", "message": "invite"}
_WRITE: Final[dict[OutboundKind, str]] = {
    "reply": "write_reply",
    "invite": "write_private",
    "message": "write_private",
}
_SEND: Final[dict[OutboundKind, str]] = {
    "edit": "Исправить ответ",
    "remove": "Убрать запись",
    "restore": "Вернуть запись",
    "take_back": "Удалить ответ",
}
_WORDLESS: Final = frozenset[OutboundKind]({"remove", "restore", "take_back"})
"""What is done without a word: there is nothing to write, nor to be wrong in it."""
_SAID: Final = frozenset[OutboundState]({"confirmed", "sending", "sent", "unknown"})
_STANDS: Final[dict[OutboundState, str]] = {
    "approval": "Уже ждёт слова старшего",
    "cancelled": "Уже отменено",
    "confirmed": "Уже отправляется",
    "refused": "Сеть это уже не приняла",
    "sending": "Уже отправляется",
    "sent": "Уже отправлено",
    "unknown": "Уже отправлялось, и неизвестно, ушло ли: нажмите «Проверить ответ»",
}
