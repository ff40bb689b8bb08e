"""Previews: what would go out to the customer, shown whole with everything that gives pause."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2s
from typing import Final

from alerts.cards.asking import Pressed, Reply
from alerts.cards.kinds import KINDS
from alerts.cards.masking import masked
from alerts.cards.outgoing import held_words
from alerts.cards.prompt import Option, Prompt
from alerts.cards.quoting import in_short
from alerts.cards.reaching import (
    abilities_of,
    ability_for,
    ask_of,
    network_of,
    target_of,
)
from alerts.cases.commands import PersonsCommand
from alerts.outreach.abilities import Ability
from alerts.outreach.delicacy import HeldBack, held_back
from alerts.outreach.drafts import Place, Warned, WarningKind, warnings
from alerts.outreach.names import called
from alerts.outreach.outbound import Draft, Outbound, OutboundKind, Step
from alerts.russian import NBSP, capital, counted, decimal, number

LONGEST_DRAFT: Final = 4_000
"""Characters that are asked for; a network's own limit is held at the preview."""
MOST_SHOWN: Final = 3_000
"""Characters of a draft in its preview: Telegram takes 4 096 for a whole message."""
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


def preview(pressed: Pressed, drafted: Outbound) -> Prompt:
    """What would go out: what, where, as whom, how long, what gives pause, every word of it, and the ways on."""
    by_hand = ability_of(pressed, drafted.kind).way == "by_hand"
    blocked = any(warned.blocks for warned in warnings_of(pressed, drafted))
    options = []
    if not blocked and by_hand:
        options.append(Option(value=sealed("hand", drafted), label="Скопировал и отправил сам", is_primary=True))
    elif not blocked:
        held = held_of(pressed, drafted)
        asks = held is not None and held.remedy in ("lead", "colleague")
        label = "Отправить на проверку" if asks else _SEND.get(drafted.kind, "Отправить")
        options.append(Option(value=sealed("ok", drafted), label=label, is_primary=True))
    if drafted.kind not in _WORDLESS:
        options.append(Option(value=f"edit-{drafted.id}", label="Изменить"))
    options.append(Option(value=f"drop-{drafted.id}", label="Не отправлять"))
    above = ""
    if by_hand:
        address = network_of(pressed.case, pressed.context).by_hand(drafted.target, drafted.text)
        above = f"Скопируйте текст и отправьте сами: {address}"
    made = shown(pressed, drafted, options, above=above)
    return replace(made, copies=drafted.text) if by_hand else made


def sealed(verb: str, outbound: Outbound) -> str:
    """An option that lets out these very words: a draft may be rewritten while an earlier preview is looked at."""
    return f"{verb}-{outbound.id}.{_checksum(outbound)}"


def is_other(value: str | None, outbound: Outbound) -> bool:
    """Whether the option was shown under other words; of before there were checksums nothing is known."""
    checksum = (value or "").partition(".")[2]
    return checksum not in ("", _checksum(outbound))


def _checksum(outbound: Outbound) -> str:
    return blake2s(outbound.text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def text_prompt(pressed: Pressed, action: str, kind: OutboundKind, *, initial: str = "") -> Prompt:
    ability = ability_of(pressed, kind)
    limit = f" Не длиннее {counted(ability.longest, 'знака', 'знаков', 'знаков')}." if ability.longest else ""
    link = " Ссылка в личные сообщения добавится сама." if kind == "invite" else ""
    return Prompt(
        case=pressed.case.id,
        action=action,
        title=f"{capital(KINDS[kind].noun)} №{NBSP}{pressed.case.id}"[:24],
        question=f"Напишите текст. {where(pressed, kind)}{limit}{link} Перед отправкой покажу, что получилось.",
        hint="Например: Анна, здравствуйте! Уже разбираемся",
        longest=min(LONGEST_DRAFT, ability.longest or LONGEST_DRAFT),
        initial=initial,
    )


def where(pressed: Pressed, kind: OutboundKind) -> str:
    """«Ответ увидят все, от имени vk:romashka_help.»"""
    page = target_of(pressed.case, pressed.context, kind).page
    name = f" от имени {page.partition(':')[2]}" if page else ""
    seen = "Его увидит только автор" if kind == "message" else "Его увидят все"
    return f"{seen},{name}." if name else f"{seen}."


def shown(pressed: Pressed, outbound: Outbound, options: Sequence[Option], *, above: str = "") -> Prompt:
    network = network_of(pressed.case, pressed.context)
    ability = ability_of(pressed, outbound.kind)
    length = number(network.length_of(outbound.text))
    limit = f" из {number(ability.longest)}" if ability.longest else ""
    title = f"{capital(KINDS[outbound.kind].noun)} №{NBSP}{pressed.case.id}"
    head = [f"{where(pressed, outbound.kind)} Знаков: {length}{limit}."] if outbound.text else []
    if price := _price_words(pressed, outbound):
        head.append(price)
    if above:
        head.append(above)
    head += [_warning_words(warned) for warned in warnings_of(pressed, outbound)]
    head += [f"⚠ {capital(held)}" for held in _held_words(pressed, outbound)]
    return Prompt(
        case=pressed.case.id,
        action="send",
        title=title[:24],
        question="\n".join(head) + "\n\n" * bool(head) + _body(pressed, outbound),
        options=tuple(options),
    )


def _price_words(pressed: Pressed, outbound: Outbound) -> str:
    """What the network takes for it. A day's limit stops reading and never a person, who is told instead."""
    network = network_of(pressed.case, pressed.context)
    cost, limit = network.cost(outbound), network.usd_per_day(pressed.case.brand)
    if not cost or ability_of(pressed, outbound.kind).way != "api":
        return ""
    says = f"{network.title} возьмёт за это до {_dollars(cost)}."
    if limit is not None and pressed.case.contact.spent + cost > limit:
        says += f" Предел на сегодня ({_dollars(limit)}) исчерпан: уйдёт сверх него."
    return says


def _dollars(usd: float) -> str:
    places = 0 if usd == int(usd) else 3 if round(usd * 1000) % 10 else 2
    return f"{decimal(usd, places)}{NBSP}$"


def _body(pressed: Pressed, outbound: Outbound) -> str:
    if outbound.kind == "take_back":
        of = outbound_of(pressed, outbound.of_id)
        return f"Удалить этот ответ?\n{of.text[:MOST_SHOWN] if of else ''}"
    if outbound.kind in ("remove", "restore"):
        # The customer's words, where several people read them; ours below are shown as they would go out.
        what = "Убрать со страницы" if outbound.kind == "remove" else "Вернуть на страницу"
        return f"{what} эту запись автора?\n{masked(outbound.target.text[:MOST_SHOWN])}\n{outbound.target.url}"
    return outbound.text[:MOST_SHOWN] + ("…" if len(outbound.text) > MOST_SHOWN else "")


def _warning_words(warned: Warned) -> str:
    quote = f" («{in_short(warned.quote, 60)}»)" if warned.quote else ""
    return f"⚠ {WARNINGS[warned.kind]}{quote}"


def warnings_of(pressed: Pressed, outbound: Outbound) -> tuple[Warned, ...]:
    if outbound.kind in _WORDLESS:
        return ()
    latest = pressed.case.latest_complaint
    others = {quote.author for quote in (latest.parent, latest.quoted) if quote is not None}
    names = tuple(name for other in sorted(others) if (name := called(other)) and name != _own_name(pressed))
    place = Place(
        public=outbound.kind != "message",
        foreign=outbound.target.wall is not None and outbound.target.wall != outbound.target.page,
        longest=ability_of(pressed, outbound.kind).longest,
        length_of=network_of(pressed.case, pressed.context).length_of,
        masked=masked,
        link=outbound.link,
        names=names,
        addressee=_own_name(pressed),
        heard="\n".join(
            [
                *(mention.text for mention in pressed.case.mentions),
                *(message.text for message in pressed.case.messages if message.incoming),
            ]
        ),
    )
    return warnings(outbound.text, place)


def _own_name(pressed: Pressed) -> str | None:
    return called(pressed.case.author_name)


def held_of(pressed: Pressed, outbound: Outbound, *, approved: bool = False) -> HeldBack | None:
    ask = ask_of(
        pressed.case, outbound.kind, pressed.person, pressed.context, outbound=outbound, approved=approved
    )
    return held_back(ask, pressed.context.policy, pressed.case.contact, pressed.now)


def _held_words(pressed: Pressed, outbound: Outbound) -> Sequence[str]:
    """What the guard will say; of one that waits already only what nobody's word lets out."""
    held = held_of(pressed, outbound, approved=outbound.state in ("approval", "unknown"))
    return (held_words(held, pressed.words, pressed.case.city),) if held else ()


def ability_of(pressed: Pressed, kind: OutboundKind) -> Ability:
    return ability_for(kind, abilities_of(pressed.case, pressed.context, pressed.now))


def outbound_of(pressed: Pressed, wanted: int | None) -> Outbound | None:
    return next((each for each in pressed.case.contact.outbounds if each.id == wanted), None)


_SEND: Final[dict[OutboundKind, str]] = {
    "edit": "Исправить ответ",
    "remove": "Убрать запись",
    "restore": "Вернуть запись",
    "take_back": "Удалить ответ",
}
_WORDLESS: Final = frozenset[OutboundKind]({"remove", "restore", "take_back"})
"""What is done without a word: there is nothing to write, nor to be wrong in it."""
