"""Private messages: kept once each with the source's cursor, and joined to the case whose customer writes.

A message's words and what the case learns of them are one transaction: what is stored has reached its case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, or_, select, update

from alerts.cases.commands import AnswerElsewhere, ChangeMessage, WritePrivately
from alerts.cases.events import CUSTOMER, AnsweredElsewhere
from alerts.cases.telling import Telling
from alerts.cases.transitions import Asker
from alerts.outreach.abilities import Learned
from alerts.outreach.hints import says_all_is_well
from domain.mention import MAX_TEXT, Deletion, Mention
from domain.message import Message
from listener.mention_format import storable
from listener.store import elsewhere, history, outbound_rows, outbox_rows
from listener.store.among import given_rows
from listener.store.connection import Connection
from listener.store.elsewhere import PROGRAM_HEARD
from listener.store.engine import insert
from listener.store.history import Changing
from listener.store.tables import cases, messages, outbound
from listener.talking import Talking, thread_of

THE_CUSTOMER: Final = Asker(actor=CUSTOMER)
REACHED: Final = ("confirmed", "sending", "sent", "unknown")
"""States of an invitation that the customer has, or may have."""
LED: Final = ("replied", "invited", "in_dm")
OF_A_MESSAGE: Final = "message:"
"""Before the id of a message that is judged as a mention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of a batch's messages. `to_judge` and `gone` are what nobody was invited for: mentions."""

    new: int = 0
    joined: int = 0
    changed: int = 0
    to_judge: tuple[Mention, ...] = ()
    gone: tuple[Deletion, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Work:
    """What a batch does to cases: commands in the order of the messages, by case."""

    commands: list[tuple[int, AnswerElsewhere | WritePrivately | ChangeMessage]] = field(default_factory=list)
    to_judge: list[Mention] = field(default_factory=list)
    gone: list[Deletion] = field(default_factory=list)
    lessons: list[Learned] = field(default_factory=list)


async def take(connection: Connection, heard: Sequence[Message], talking: Talking, now: datetime) -> Taken:
    """Keep the messages, join them to their cases, and write what follows."""
    if not heard:
        return Taken()
    latest = {(message.network, message.id): message for message in heard}
    ordered = sorted(latest.values(), key=lambda message: (message.at, message.id))
    known = await _known(connection, latest)
    work = _Work()
    fresh = await _insert(connection, [m for m in ordered if (m.network, m.id) not in known], now)
    for message in ordered:
        key = (message.network, message.id)
        if key in fresh:
            await _join(connection, message, fresh[key], talking, work, now)
        elif key in known:
            await _change(connection, message, known[key], work, now)
    await outbound_rows.remember(connection, work.lessons)
    await _write(connection, work, talking, now)
    return Taken(
        new=len(fresh),
        joined=sum(isinstance(command, WritePrivately) for _, command in work.commands),
        changed=sum(isinstance(command, ChangeMessage | AnswerElsewhere) for _, command in work.commands),
        to_judge=tuple(work.to_judge),
        gone=tuple(work.gone),
    )


async def _known(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Row[Any]]:
    wanted = [(network, storable(number)) for network, number in keys]
    found = await connection.execute(_kept_already(connection.dialect.name), {"keys": wanted})
    return {(row.network, row.external_id): row for row in found}


@cache
def _kept_already(dialect: str) -> Any:
    of_them = given_rows((messages.c.network, messages.c.external_id), "keys", dialect)
    return select(messages).where(of_them).order_by(messages.c.id).with_for_update()


@cache
def _new(dialect: str) -> Any:
    rows = insert(dialect, messages).on_conflict_do_nothing(
        index_elements=[messages.c.network, messages.c.external_id]
    )
    return rows.returning(messages.c.id)


async def _insert(connection: Connection, new: Sequence[Message], now: datetime) -> dict[tuple[str, str], int]:
    """The rows that this transaction has made: another daemon may have been faster with some."""
    made: dict[tuple[str, str], int] = {}
    for message in new:
        row = (await connection.execute(_new(connection.dialect.name), _row(message, now))).first()
        if row is not None:
            made[message.network, message.id] = row.id
    return made


def _row(message: Message, now: datetime) -> dict[str, Any]:
    customer = message.customer
    return {
        "network": message.network,
        "external_id": storable(message.id),
        "page": storable(message.page),
        "customer_id": storable(customer.id),
        "customer_name": storable(customer.name),
        "customer_handle": None if customer.handle is None else storable(customer.handle),
        "incoming": message.incoming,
        "text": storable(message.text[:MAX_TEXT]),
        "attached": [storable(words) for words in message.attached],
        "ref": None if message.ref is None else storable(message.ref),
        "at": message.at,
        "edited_at": message.edited_at,
        "deleted_at": message.deleted_at,
        "heard_at": now,
    }


async def _join(
    connection: Connection, message: Message, row: int, talking: Talking, work: _Work, now: datetime
) -> None:
    brand = talking.brand_of(message.network, message.page)
    if message.incoming:
        work.lessons.append(
            Learned(
                network=message.network,
                page=message.page,
                scope="author",
                key=message.customer.id,
                reason=None,
                at=now,
            )
        )
    if brand is None or talking.wanted(brand) == "off":
        return
    if not message.incoming:
        await _said_by_the_page(connection, message, row, brand, talking, work)
        return
    case, came_by_link = await _case_of(connection, message, brand, talking)
    if case is not None:
        await connection.execute(update(messages).where(messages.c.id == row).values(case_id=case))
        command = WritePrivately(
            message=row,
            on_shift=talking.on_shift,
            is_farewell=says_all_is_well(message.text),
        )
        work.commands.append((case, command))
    elif (talking.wanted(brand) == "all" or came_by_link) and message.deleted_at is None:
        work.to_judge.append(_as_mention(message))


async def _case_of(
    connection: Connection, message: Message, brand: str, talking: Talking
) -> tuple[int | None, bool]:
    """The case that the message belongs to, and whether its writer came by the link of somebody else's.

    An invitation stands where everybody reads it: its link joins the one who was invited, and nobody else.
    """
    of_link = await _by_link(connection, message, brand)
    if of_link is not None and of_link.author_id == message.customer.id:
        return of_link.id, False
    case = await _by_invitation(connection, message, talking)
    case = case or await _by_talk(connection, message, talking)
    answered = or_(
        cases.c.stage.in_(LED),
        and_(cases.c.stage != "closed", cases.c.thread == thread_of(message)),
    )
    case = case or await _by_author(connection, message, cases.c.brand == brand, answered)
    return case, of_link is not None


async def _by_link(connection: Connection, message: Message, brand: str) -> Row[int, str] | None:
    if not message.ref:
        return None
    found = await connection.execute(
        select(cases.c.id, cases.c.author_id)
        .join(outbound, outbound.c.case_id == cases.c.id)
        .where(
            outbound.c.token == storable(message.ref),
            cases.c.network == message.network,
            cases.c.brand == brand,
        )
    )
    return found.first()


async def _by_invitation(connection: Connection, message: Message, talking: Talking) -> int | None:
    """The case in which this page invited him last, or wrote to him in private."""
    found = await connection.execute(
        select(outbound.c.case_id)
        .where(
            outbound.c.network == message.network,
            outbound.c.author_id == message.customer.id,
            outbound.c.page == message.page,
            outbound.c.kind.in_(("invite", "message")),
            outbound.c.state.in_(REACHED),
            outbound.c.confirmed_at >= message.at - talking.invited_for,
        )
        .order_by(outbound.c.confirmed_at.desc(), outbound.c.id.desc())
        .limit(1)
    )
    return found.scalar()


async def _by_talk(connection: Connection, message: Message, talking: Talking) -> int | None:
    """The case in which he last talked with this page, while that is not too long ago."""
    found = await connection.execute(
        select(messages.c.case_id)
        .where(
            messages.c.network == message.network,
            messages.c.customer_id == message.customer.id,
            messages.c.page == message.page,
            messages.c.case_id.is_not(None),
            messages.c.at >= message.at - talking.invited_for,
        )
        .order_by(messages.c.at.desc(), messages.c.id.desc())
        .limit(1)
    )
    return found.scalar()


async def _by_author(connection: Connection, message: Message, *which: ColumnElement[bool]) -> int | None:
    """The latest of his cases that is such a one: open, and he was answered in it, or it began in this talk."""
    found = await connection.execute(
        select(cases.c.id)
        .where(
            cases.c.network == message.network,
            cases.c.author_id == message.customer.id,
            cases.c.revision > 0,
            *which,
        )
        .order_by(cases.c.id.desc())
        .limit(1)
    )
    return found.scalar()


async def _said_by_the_page(
    connection: Connection, message: Message, row: int, brand: str, talking: Talking, work: _Work
) -> None:
    """What the page wrote belongs to the outbound that sent it, else to the talk that it goes on with, or to the
    customer's open case: colleagues write in the network's own windows, and that is an answer like any other.
    """
    ours = await elsewhere.sent_as(connection, message)
    case = ours.case_id if ours else await _case_answered(connection, message, brand, talking)
    if case is None:
        return
    values = {"outbound_id": ours.id if ours else None, "case_id": case}
    await connection.execute(update(messages).where(messages.c.id == row).values(**values))
    if ours is None and not message.by_program and message.deleted_at is None:
        is_last = await elsewhere.is_last(connection, case, message.at)
        fact = AnsweredElsewhere(message=row, said_at=message.at, is_last=is_last)
        work.commands.append((case, AnswerElsewhere(fact=fact)))


async def _case_answered(connection: Connection, message: Message, brand: str, talking: Talking) -> int | None:
    found = await _by_talk(connection, message, talking) or await _by_invitation(connection, message, talking)
    return found or await _by_author(connection, message, cases.c.brand == brand, cases.c.stage != "closed")


async def _change(connection: Connection, message: Message, row: Row[Any], work: _Work, now: datetime) -> None:
    """Another text is a new version, a deletion a tombstone that keeps the words."""
    is_gone = message.deleted_at is not None and row.deleted_at is None
    text = storable(message.text[:MAX_TEXT])
    is_edited = message.deleted_at is None and text != row.text
    if not (is_gone or is_edited):
        return
    values: dict[str, Any] = {"deleted_at": message.deleted_at or now} if is_gone else {}
    if is_edited:
        values |= {
            "text": text,
            "text_version": row.text_version + 1,
            "attached": [storable(words) for words in message.attached],
            "edited_at": message.edited_at or now,
        }
    await connection.execute(update(messages).where(messages.c.id == row.id).values(**values))
    if not message.incoming:
        return
    if row.case_id is not None:
        work.commands.append((row.case_id, ChangeMessage(message=row.id, is_deleted=is_gone)))
    elif is_gone:
        work.gone.append(Deletion(network=message.network, id=OF_A_MESSAGE + message.id, at=now))
    else:
        work.to_judge.append(_as_mention(message))


async def _write(connection: Connection, work: _Work, talking: Talking, now: datetime) -> None:
    changing: dict[int, Changing] = await history.lock(connection, {case for case, _ in work.commands})
    anew = set[int]()
    for case, command in work.commands:
        heard_from = PROGRAM_HEARD if isinstance(command, AnswerElsewhere) else THE_CUSTOMER
        telling = changing[case].obey(_promised(command, changing[case], talking), heard_from, now)
        if isinstance(telling, Telling) and telling.anew:
            anew.add(case)
    await history.write(connection, changing.values(), now, talking.elsewhere)
    renewed = [
        outbox_rows.Anew(case=case, revision=changing[case].state.revision, at=now) for case in sorted(anew)
    ]
    await outbox_rows.renew(connection, renewed, now)


def _promised(
    command: WritePrivately | ChangeMessage | AnswerElsewhere, changing: Changing, talking: Talking
) -> WritePrivately | ChangeMessage | AnswerElsewhere:
    """With the promise of the receiver that answers for the case."""
    if not isinstance(command, WritePrivately):
        return command
    deadlines = talking.promises.get(changing.state.receiver or "", talking.deadlines)
    return replace(command, deadlines=deadlines)


def _as_mention(message: Message) -> Mention:
    """For the judge: whoever was not invited has a case only where he complains."""
    return Mention(
        network=message.network,
        kind="message",
        id=OF_A_MESSAGE + message.id,
        url="",
        author=message.customer,
        text=message.text,
        published_at=message.at,
        thread=thread_of(message),
        place=message.page,
        attached=message.attached,
        edited_at=message.edited_at,
    )
