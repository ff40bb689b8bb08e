"""Reaching the author of a case: who is spoken to where, what is possible there, what the guard is asked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from alerts.cards.context import NOTHING, CardContext, NetworkWords
from alerts.cards.once import once_in_a_row
from alerts.cases.case import Case
from alerts.cases.events import AnsweredElsewhere, Reopened, ToldOfRemoval
from alerts.outreach.abilities import Abilities, Ability, Reason
from alerts.outreach.delicacy import Ask, Held, held_back
from alerts.outreach.hints import asks_not_to_write
from alerts.outreach.outbound import Outbound, OutboundKind, Target
from domain.mention import network_id
from domain.person import Person

NOT_POSSIBLE: Final[dict[Reason, str]] = {
    "author_gone": "автор удалил свою страницу",
    "comments_closed": "комментарии закрыты",
    "foreign_wall": "чужая страница",
    "gone": "записи больше нет",
    "messages_closed": "автор не принимает ваши сообщения",
    "network_off": "сеть выключена",
    "no_page": "у бренда здесь нет страницы",
    "no_token": "у страницы нет ключа",
    "no_user_token": "нет ключа сотрудника",
    "not_addressed": "автор к вам не обращался",
    "not_invited": "автор вам ещё не писал",
    "not_supported": "сеть этого не умеет",
    "own_page_only": "только на своей странице",
    "refused_before": "сеть уже отказала",
}


_TILL_HE_WRITES: Final[dict[Held, str]] = {
    "approached_before": "Автору уже писали. Напишем снова, когда он ответит",
    "do_not_contact": "Автор просил ему не писать",
}
GONE: Final = Ability(way="no", reason="gone")


def network_of(case: Case, context: CardContext) -> NetworkWords:
    return context.networks.get(case.network) or NetworkWords(title=case.network)


def target_of(case: Case, context: CardContext, kind: OutboundKind | None = None) -> Target:
    """The mention that the card is about: that is what an answer answers. A private message goes out from the page
    that the customer has written to: another may not write to him at all.
    """
    target = spoken_to(case)
    talks = (each.page for each in reversed(case.messages) if each.incoming) if kind == "message" else ()
    page = next(filter(None, talks), None) or network_of(case, context).speaker(target)
    return target if page is None else replace(target, page=page)


def spoken_to(case: Case) -> Target:
    """The mention that the card is about, as a target that no page of the brand has been chosen for."""
    latest = case.latest_complaint
    return Target(
        brand=case.brand,
        network=network_id(case.network),
        mention=latest.id,
        kind=latest.kind,
        url=latest.url,
        author=case.author_id,
        author_handle=case.author_handle,
        thread=case.thread,
        wall=latest.place,
        page=None,
        text=latest.text,
        quoted_author=latest.quoted.author if latest.quoted else None,
    )


@once_in_a_row
def abilities_of(case: Case, context: CardContext, now: datetime) -> Abilities:
    """What may be said to the author now; in public nothing where the words are gone, but they may be put back."""
    network = network_of(case, context)
    target = target_of(case, context)
    talking = target_of(case, context, "message") if case.messages else target
    possible = network.abilities(target, case.contact.learned, now)
    if talking.page != target.page:
        private = network.abilities(talking, case.contact.learned, now).private
        possible = replace(possible, private=private)
    if case.latest_complaint.deleted_at is None:
        return possible
    private = possible.private if possible.private.way == "api" else GONE
    return replace(possible, reply=GONE, private=private)


def ability_for(kind: OutboundKind, abilities: Abilities) -> Ability:
    """An invitation is a public answer, made only where no private message can be."""
    match kind:
        case "message":
            return abilities.private
        case "edit":
            return abilities.edit
        case "take_back":
            return abilities.take_back
        case "remove" | "restore":
            return abilities.remove
        case _:
            return abilities.reply


def private_kind(abilities: Abilities) -> OutboundKind | None:
    """How the author is led into a private talk: at once, by an invitation, or not at all."""
    match abilities.private.way:
        case "api":
            return "message"
        case "invitation" if abilities.reply.way in ("api", "by_hand"):
            return "invite"
        case _:
            return None


def ask_of(
    case: Case,
    kind: OutboundKind,
    person: Person | None,
    context: CardContext,
    *,
    outbound: Outbound | None = None,
    approved: bool = False,
) -> Ask:
    """What the delicacy guard decides on, from everything that is known of the case."""
    target = outbound.target if outbound else target_of(case, context)
    parent = case.latest_complaint.parent
    private = [message for message in case.messages if message.incoming]
    # Who speaks under a post speaks to all; who answers a comment there, to the one who wrote it: to us, maybe.
    answers = {each.sent.ref for each in case.contact.outbounds if each.sent is not None}
    own = {case.thread, *(mention.id for mention in case.mentions), *answers}
    in_answer_to = parent.author if parent is not None and parent.id not in own and parent.author else None
    return Ask(
        kind=kind,
        brand=case.brand,
        author=f"{case.network}:{case.author_id}",
        addressed_at=_addressed_at(case, target, context),
        wrote_at=_wrote_at(case),
        words=(*(mention.text for mention in case.mentions), *(each.text for each in private)),
        topics=tuple(topic for mention in case.mentions for topic in mention.topics),
        in_answer_to=in_answer_to,
        outbound=outbound.id if outbound else None,
        by_lead=person is not None and person.role == "lead",
        approved=approved,
        answered_at=min(answers_past_us(case), default=None),
        approached_at=tuple(_approaches_past_us(case, context)),
        city=case.city,
    )


def _approaches_past_us(case: Case, context: CardContext) -> Iterator[datetime]:
    """An answer in a case whose author had turned to the brand is no approach."""
    addressed = network_of(case, context).addressed
    if _addressed_at(case, target_of(case, context), context) is None:
        yield from answers_past_us(case)
    yield from (each.at for each in case.contact.past_us if not addressed(each.target))


def answers_past_us(case: Case) -> Iterator[datetime]:
    """When somebody of the brand answered the author in the network's own pages."""
    return (event.fact.said_at for event in case.events if isinstance(event.fact, AnsweredElsewhere))


def _addressed_at(case: Case, target: Target, context: CardContext) -> datetime | None:
    """When he last turned to the brand, where it was to it that he spoke. «Не пишите мне» is no turning to it."""
    private = [message for message in case.messages if message.incoming]
    addressed = network_of(case, context).addressed
    if not private and not addressed(target):
        return None
    noted = case.contact.unwanted_at
    if noted is None:
        return _wrote_at(case)  # when it was matters only beside such a wish
    turned = [message.at for message in private if not asks_not_to_write(message.text)]
    turned += [
        at for spoken, at in _spoken(case, target) if addressed(spoken) and not asks_not_to_write(spoken.text)
    ]
    return max(turned, default=noted)


def _wrote_at(case: Case) -> datetime:
    private = (message.at for message in case.messages if message.incoming)
    return max((*(mention.published_at for mention in case.mentions), *private))


def _spoken(case: Case, target: Target) -> Iterator[tuple[Target, datetime]]:
    """Each of his mentions as a target, and when he wrote it."""
    for mention in case.mentions:
        quoted = mention.quoted.author if mention.quoted else None
        spoken = replace(
            target,
            mention=mention.id,
            kind=mention.kind,
            wall=mention.place,
            text=mention.text,
            quoted_author=quoted,
        )
        yield spoken, mention.published_at


def can_remove(case: Case, context: CardContext, now: datetime) -> bool:
    """Whether the author's words may be taken off the page at all: never before he talks with us in private."""
    talks = case.state.stage == "in_dm" and case.latest_complaint.deleted_at is None
    return context.policy.removal and talks and abilities_of(case, context, now).remove.way == "api"


def was_told(case: Case) -> bool:
    """Whether somebody said, since the case was opened last, that the author knows of the removal."""
    for event in reversed(case.events):
        if isinstance(event.fact, ToldOfRemoval):
            return True
        if isinstance(event.fact, Reopened):
            return False
    return False


def is_refused(case: Case, context: CardContext, now: datetime) -> bool:
    """Whether the guard would let no word out, whoever asks, until the author says something himself."""
    return _refused(case, context, now) is not None


@once_in_a_row
def _refused(case: Case, context: CardContext, now: datetime) -> Held | None:
    held = held_back(ask_of(case, "reply", None, context), context.policy, case.contact, now)
    return held.reason if held is not None and held.reason in _TILL_HE_WRITES else None


def ability_line(case: Case, context: CardContext, now: datetime) -> str:
    """«Можно: ответить от имени страницы; в личку — по приглашению»; empty where the network is not known."""
    abilities = abilities_of(case, context, now)
    if abilities == NOTHING or not case.state.is_open:
        return ""
    if (refused := _refused(case, context, now)) is not None:
        return _TILL_HE_WRITES[refused]
    parts = tuple(filter(None, (_reply(abilities.reply), _private(abilities))))
    possible = abilities.reply.way != "no" or private_kind(abilities) is not None
    return f"{'Можно' if possible else 'Ответить нельзя'}: {'; '.join(parts)}"


def why_not(ability: Ability) -> str:
    return NOT_POSSIBLE.get(ability.reason, "") if ability.reason else ""


def _reply(reply: Ability) -> str:
    why = why_not(reply)
    match reply.way:
        case "api":
            return "ответить от имени страницы"
        case "by_hand":
            return "ответить вручную, по ссылке" + (f" ({why})" if why else "")
        case _:
            return why or "ответить нельзя"


def _private(abilities: Abilities) -> str:
    match private_kind(abilities):
        case "message":
            return "написать в личные сообщения"
        case "invite":
            return "в личку — по приглашению"
        case _:
            return ""
