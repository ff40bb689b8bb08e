"""Answers past us: what the brand's own accounts said to a customer, and no outbound of ours has said.

Our own word may be heard before it is marked as sent, also after a crash. So whatever may still be on its way is
known by its words, and what was sent by the number that the network gave it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Row, and_, exists, func, or_, select

from alerts.cases.commands import AnswerElsewhere
from alerts.cases.events import KINDS, PROGRAM, AnsweredElsewhere
from alerts.cases.transitions import Asker
from alerts.outreach.repeats import same_words
from domain.mention import Mention
from domain.message import Message
from listener.decided import Decided
from listener.mention_format import storable
from listener.networks.registry import as_shown
from listener.store.among import given_rows
from listener.store.codecs import read_event
from listener.store.connection import Connection
from listener.store.tables import case_events, case_mentions, cases, mentions, messages, outbound

PROGRAM_HEARD: Final = Asker(actor=PROGRAM)
MOST_WAITING: Final = 50
MOST_OTHERS: Final = 20
_KIND: Final = next(name for name, kind in KINDS.items() if kind is AnsweredElsewhere)
_PUBLIC: Final = ("reply", "invite")
_OPEN: Final = or_(
    outbound.c.state.in_(("confirmed", "sending", "unknown")),
    # What a person has put there himself has no number.
    and_(outbound.c.state == "sent", outbound.c.sent_ref.is_(None)),
)
"""Outbounds that the customer may have, or has, under a number that nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    """A case and one of its mentions, which somebody has answered in public."""

    case: int
    brand: str
    key: tuple[str, str]


async def to_mentions(connection: Connection, decided: Iterable[Decided]) -> list[tuple[int, AnswerElsewhere]]:
    """What the brands' own mentions say to cases that nobody has answered through us so, oldest first."""
    answers = [decision for decision in decided if decision.answers_for and _parent(decision) is not None]
    if not answers:
        return []
    found = await _cases_answered(connection, {key for answer in answers if (key := _parent(answer))})
    ids = {each.case for of_key in found.values() for each in of_key}
    if not ids:
        return []
    known, ours = await _known(connection, ids), await _ours(connection, ids)
    commands = []
    for answer in sorted(answers, key=lambda answer: answer.stored.mention.published_at):
        key = _parent(answer)
        answered = [each for each in found.get(key, ()) if each.brand in answer.answers_for] if key else []
        if _is_ours(answer.stored.mention, [row for each in answered for row in ours[each.case]]):
            continue
        for each in answered:
            if (each.case, answer.stored.row) not in known:
                fact = await _fact(connection, each.case, answer)
                commands.append((each.case, AnswerElsewhere(fact=fact)))
    return commands


async def sent_as(connection: Connection, message: Message) -> Any:
    """The outbound whose private message this is, as a row of its `id` and `case_id`; None for nobody's."""
    found = await connection.execute(
        select(outbound.c.id, outbound.c.case_id)
        .where(outbound.c.network == message.network, outbound.c.sent_ref == storable(message.id))
        .limit(1)
    )
    return found.first() or await _on_its_way(connection, message)


async def is_last(connection: Connection, case: int, at: datetime) -> bool:
    """Whether the customer has said nothing in the case after this."""
    in_private = select(func.max(messages.c.at)).where(
        messages.c.case_id == case, messages.c.incoming, messages.c.deleted_at.is_(None)
    )
    in_public = select(func.max(case_mentions.c.published_at)).where(case_mentions.c.case_id == case)
    latest = [(await connection.execute(asked)).scalar() for asked in (in_private, in_public)]
    return all(said is None or said <= at for said in latest)


async def other_cases(connection: Connection, case: Row[Any]) -> list[int]:
    """The author's other cases with the brand that somebody has answered past us, the latest of them first."""
    answered = exists().where(case_events.c.case_id == cases.c.id, case_events.c.kind == _KIND)
    found = await connection.execute(
        select(cases.c.id)
        .where(
            cases.c.brand == case.brand,
            cases.c.network == case.network,
            cases.c.author_id == case.author_id,
            cases.c.id != case.id,
            answered,
        )
        .order_by(cases.c.id.desc())
        .limit(MOST_OTHERS)
    )
    return list(found.scalars())


async def _on_its_way(connection: Connection, message: Message) -> Any:
    found = await connection.execute(
        select(outbound.c.id, outbound.c.case_id, outbound.c.text)
        .where(
            outbound.c.network == message.network,
            outbound.c.author_id == message.customer.id,
            outbound.c.page == message.page,
            outbound.c.kind == "message",
            _OPEN,
        )
        .order_by(outbound.c.id.desc())
        .limit(MOST_WAITING)
    )
    return next((row for row in found if _same(message.network, message.text, row.text)), None)


async def _cases_answered(
    connection: Connection, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], list[_Answered]]:
    rows = await connection.execute(_with_mentions(connection.dialect.name), {"keys": sorted(keys)})
    found: dict[tuple[str, str], list[_Answered]] = defaultdict(list)
    for row in rows:
        key = (row.network, row.external_id)
        found[key].append(_Answered(case=row.case_id, brand=row.brand, key=key))
    return found


@cache
def _with_mentions(dialect: str) -> Any:
    return (
        select(case_mentions.c.case_id, cases.c.brand, mentions.c.network, mentions.c.external_id)
        .join(mentions, mentions.c.id == case_mentions.c.mention_id)
        .join(cases, cases.c.id == case_mentions.c.case_id)
        .where(given_rows((mentions.c.network, mentions.c.external_id), "keys", dialect))
        .order_by(case_mentions.c.case_id)
    )


async def _known(connection: Connection, ids: Collection[int]) -> set[tuple[int, int | None]]:
    """Which own mentions the cases have heard of already: an edited one is judged once more."""
    rows = await connection.execute(
        select(case_events).where(case_events.c.case_id.in_(sorted(ids)), case_events.c.kind == _KIND)
    )
    facts = [(row.case_id, read_event(row).fact) for row in rows]
    return {(case, fact.mention) for case, fact in facts if isinstance(fact, AnsweredElsewhere)}


async def _ours(connection: Connection, ids: Collection[int]) -> dict[int, list[Any]]:
    rows = await connection.execute(
        select(outbound.c.case_id, outbound.c.sent_ref, outbound.c.text).where(
            outbound.c.case_id.in_(sorted(ids)),
            outbound.c.kind.in_(_PUBLIC),
            or_(outbound.c.sent_ref.is_not(None), _OPEN),
        )
    )
    of_case: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        of_case[row.case_id].append(row)
    return of_case


def _is_ours(mention: Mention, sent: Sequence[Any]) -> bool:
    by_words = [row.text for row in sent if row.sent_ref is None]
    return any(row.sent_ref == storable(mention.id) for row in sent) or any(
        _same(mention.network, mention.text, text) for text in by_words
    )


def _same(network: str, said: str, meant: str) -> bool:
    return same_words(as_shown(network, said)[0], as_shown(network, meant)[0])


def _parent(decision: Decided) -> tuple[str, str] | None:
    mention = decision.stored.mention
    return (mention.network, storable(mention.parent.id)) if mention.parent is not None else None


async def _fact(connection: Connection, case: int, answer: Decided) -> AnsweredElsewhere:
    mention = answer.stored.mention
    text, _ = as_shown(mention.network, mention.words)
    return AnsweredElsewhere(
        mention=answer.stored.row,
        said_at=mention.published_at,
        is_last=await is_last(connection, case, mention.published_at),
        text=storable(text),
        url=mention.url,
    )
