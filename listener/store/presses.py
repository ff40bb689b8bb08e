"""Presses: what operators ask of a case, each applied once however often a messenger delivers it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, or_, select

from alerts.cards.asking import THOUGHT_BETTER
from alerts.cards.card import is_urgent
from alerts.cards.elsewhere import Elsewhere
from alerts.cards.muting import MUTE
from alerts.cards.past import PAST
from alerts.cards.prompt import Prompt
from alerts.cards.solved import SOLVED
from alerts.cards.walking import list_of
from alerts.cases.case import Case
from alerts.cases.commands import Command
from alerts.cases.events import WritingForbidden
from alerts.cases.transitions import Asker, Refusal
from alerts.outreach.outbound import Draft, Outbound, Step
from alerts.ports import Answer, Press
from listener.mention_format import storable
from listener.store import cases, contacts, digest_rows, history, moving, mutes, outbound_rows
from listener.store.codecs import read_notice
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.errors import ConflictError
from listener.store.history import Changing
from listener.store.tables import LEFT, actions, card_views, digests, incidents, notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A press as a command in somebody's name, with the words for what may come of it.

    `steps` of outbounds go with it; without a command they are all that happens. `elsewhere` knows the chats of
    people and engineers; `asks` is what the person is asked next. `held` names why the guard holds it back.
    """

    command: Command | None
    asker: Asker
    done: Callable[[Case], str]
    refused: Callable[[Case, Refusal], str]
    steps: tuple[Step, ...] = ()
    elsewhere: Elsewhere | None = None
    asks: Callable[[Case], Prompt | None] = lambda _case: None
    held: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """A press that writes a draft down, or another text of one (`rewrites`), and is answered by its looks.

    `goes_on`: what follows at once, in the same transaction, where it need not be looked at.
    """

    draft: Draft
    shown: Callable[[Outbound], Answer]
    rewrites: int | None = None
    goes_on: Callable[[Outbound], Wish | None] = lambda _drafted: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of a press. `reason` names a refusal. A prompt is to be answered first, and an explanation is only
    read: neither is written down.
    """

    answer: Answer
    applied: bool = False
    reason: str | None = None


Read = Callable[[Case], Wish | Drafting | Answered]
"""What a press asks of a case as it is. Pure: it is asked again when somebody else changed the case meanwhile."""


class PressStore:
    """Writes presses and what they did to cases, in one transaction each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def obey(self, press: Press, who: str, read: Read, now: datetime) -> Answered:
        """Apply a press once; delivered again, it meets with the first answer.

        `who` is the name that the log of presses keeps.
        """
        return await self._database.write(lambda c: obey(c, press, who, read, now), urgent=True)


async def obey(connection: Connection, press: Press, who: str, read: Read, now: datetime) -> Answered:
    """Raises ConflictError when somebody else wrote the press since it was read."""
    first = await _first(connection, press)
    if first is not None:
        return first
    listed = list_of(press.action)
    if listed is not None:
        # Two who answer the same incident meet here: one author may have two cases in it.
        await connection.execute(_INCIDENT, {"listed": listed})
    changing = (await history.lock(connection, [press.case])).get(press.case)
    case = await _closely(connection, press, now) if changing else None
    if changing is None or case is None:
        answered = Answered(answer=Answer(text=f"Обращения № {press.case} нет", alert=True), reason="no_case")
    elif not await _from_where_it_was_told(connection, press):
        words = f"Обращение № {press.case} показано в другом чате: нажмите там"
        answered = Answered(answer=Answer(text=words, alert=True), reason="elsewhere")
    else:
        wish = read(case)
        if isinstance(wish, Drafting):
            answered = await _drafted(connection, changing, case, press, wish, now)
        else:
            answered = await _decided(connection, changing, case, wish, now)
        if answered.applied:
            await _unfold(connection, press, listed, changing, now)
    if answered.applied or not (answered.answer.prompt or answered.answer.is_long):
        await _write(connection, press, who, answered, now)
    return answered


async def _unfold(
    connection: Connection, press: Press, listed: int | None, changing: Changing, now: datetime
) -> None:
    """What was pressed in a list gets a card; of a walk along one, what somebody has since."""
    if listed is None:
        await digest_rows.unfold(connection, press, now)
    elif changing.state.owner is not None:
        await digest_rows.unfold_answered(connection, press.case, listed, now)


async def _closely(connection: Connection, press: Press, now: datetime) -> Case | None:
    return await cases.load_closely(
        connection,
        press.case,
        now,
        solved=press.action == SOLVED,
        past=press.action == PAST,
        silenced=press.action == MUTE,
        listed=list_of(press.action),
    )


_INCIDENT: Final = (
    select(incidents.c.id)
    .where(
        incidents.c.id.in_(select(digests.c.incident_id).where(digests.c.id == bindparam("listed"))),
    )
    .with_for_update()
)


async def _from_where_it_was_told(connection: Connection, press: Press) -> bool:
    """Whether the press comes from a chat where the case is told: a known user's id alone proves little.

    By its card, or by a word of its own: where the engineers are asked, where its owner reads it whole. A chat
    that the case has left, handed to another receiver, is no such chat any more.

    The config may name a chat where the messenger says its id: then a message's reference, which holds the id,
    tells that both are one; until the first such reference is noted, what is on its way there may be pressed. A
    messenger that does not say where it was pressed is believed.
    """
    if press.chat is None:
        return True
    told_in = await _told_in(connection, press)
    if press.chat in told_in or not told_in:
        return press.chat in told_in
    begins = storable(press.chat) + ":"
    for queue in (card_views, digests, notices):
        known = select(queue.c.id).where(
            queue.c.messenger == press.messenger,
            queue.c.chat.in_(told_in),
            queue.c.ref.startswith(begins, autoescape=True),
        )
        if (await connection.execute(known.limit(1))).first() is not None:
            return True
    on_its_way = select(card_views.c.id).where(
        card_views.c.case_id == press.case,
        card_views.c.messenger == press.messenger,
        card_views.c.state == "sending",
        card_views.c.ref.is_(None),
        or_(card_views.c.chat.startswith("#"), card_views.c.chat.startswith("@")),
    )
    return (await connection.execute(on_its_way.limit(1))).first() is not None


async def _told_in(connection: Connection, press: Press) -> set[str]:
    """The chats that show the case, and those where something of it was said; not those that it has left."""
    views = select(card_views.c.chat, card_views.c.state).where(
        card_views.c.case_id == press.case, card_views.c.messenger == press.messenger
    )
    shown, left = set[str](), set[str]()
    for chat, state in await connection.execute(views):
        (left if state == LEFT else shown).add(chat)
    words = await connection.execute(
        select(notices.c.chat, notices.c.version, notices.c.payload).where(
            notices.c.case_id == press.case, notices.c.messenger == press.messenger
        )
    )
    return shown | {row.chat for row in words if row.chat not in left or _is_apart(row)}


def _is_apart(row: Row[Any]) -> bool:
    """Said to engineers or to a person alone: there it is no card that the case has left."""
    notice = read_notice(row.version, row.payload)
    return notice is not None and notice.draft.where != "cards"


async def _decided(
    connection: Connection, changing: Changing, case: Case, wish: Wish | Answered, now: datetime
) -> Answered:
    if isinstance(wish, Answered):
        return wish
    if wish.command is not None:
        outcome = changing.obey(wish.command, wish.asker, now)
        if isinstance(outcome, Refusal):
            return Answered(answer=Answer(text=wish.refused(case, outcome), alert=True), reason=outcome.reason)
    for step in wish.steps:
        if not await outbound_rows.move(connection, step, now):
            # The sender was faster: read anew, the press meets with what it has made of it.
            raise ConflictError
    if any(isinstance(event.fact, WritingForbidden) for event in changing.events):
        await contacts.forbid(connection, case, wish.asker.actor, now)
    author = f"{case.network}:{case.author_id}"
    await mutes.note(connection, case.id, case.brand, author, changing.events)
    moved = moving.moved_in(changing.events)
    if moved is not None and wish.elsewhere is not None:
        chats, until = wish.elsewhere.moved_to(changing.state.receiver or "", urgent=is_urgent(case), now=now)
        await moving.move(connection, case.id, moved, chats, until or now, now)
    await history.write(connection, [changing], now, wish.elsewhere)
    after = replace(case, state=changing.state, events=(*case.events, *changing.events))
    answer = Answer(text=wish.done(after), alert=wish.held is not None, prompt=wish.asks(after))
    return Answered(answer=answer, applied=True, reason=wish.held)


async def _drafted(
    connection: Connection, changing: Changing, case: Case, press: Press, wish: Drafting, now: datetime
) -> Answered:
    """A draft is nobody's news: it makes no event, and the press that shows it may come again."""
    if wish.rewrites is None:
        drafted = await outbound_rows.draft(connection, press.case, wish.draft, (press.messenger, press.key), now)
    else:
        drafted = await outbound_rows.rewrite(connection, wish.rewrites, wish.draft)
    following = wish.goes_on(drafted)
    if following is not None:
        return await _decided(connection, changing, case, following, now)
    return Answered(answer=wish.shown(drafted))


async def _first(connection: Connection, press: Press) -> Answered | None:
    """What this very press met with before."""
    found = await connection.execute(
        select(actions.c.applied, actions.c.reason, actions.c.answer).where(
            actions.c.messenger == press.messenger, actions.c.key == storable(press.key)
        )
    )
    row = found.first()
    if row is None:
        return None
    # What was done although something was held back says so aloud, like what was not done at all.
    alert = row.reason is not None if row.applied else row.reason != THOUGHT_BETTER
    return Answered(answer=Answer(text=row.answer, alert=alert), applied=row.applied, reason=row.reason)


async def _write(connection: Connection, press: Press, who: str, answered: Answered, now: datetime) -> None:
    written = await connection.execute(
        insert(connection.dialect.name, actions)
        .values(
            messenger=press.messenger,
            key=storable(press.key),
            case_id=press.case,
            who=storable(who),
            user=storable(press.user),
            action=storable(press.action),
            applied=answered.applied,
            reason=answered.reason,
            answer=answered.answer.text,
            at=now,
        )
        .on_conflict_do_nothing()
    )
    if written.rowcount == 0:
        raise ConflictError
