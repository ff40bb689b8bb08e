"""Digests from the teller's side: where more cards wait than a person reads, a list of which each may be taken."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, and_, case, exists, func, select, update

from alerts.cards.digest import A_PAGE, DigestCause, Listing
from alerts.cases.telling import Priority
from alerts.ports import Digest, Folds
from alerts.routing import Chat
from listener.store import cases, incident_lists
from listener.store.addresses import chat_of, columns_of, is_chat
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.tables import STILL_OPEN, card_views, case_mentions, digest_cases, digests, verdicts
from listener.store.tables import cases as all_cases

FEW: Final = 5
"""Waiting cards that still go out one by one: from the sixth on there is a digest."""
MOST: Final = 5_000
"""Cases of one digest."""
SETTLED: Final = timedelta(seconds=10)
"""For so long no more old cards have come: an outage is read again a page at a time, and is to be one digest."""
PATIENCE: Final = timedelta(seconds=60)
"""For so long an old card waits for others at most."""
_CAUSES: Final[Mapping[str, DigestCause]] = {"incident": "incident", "late": "late"}


async def fold(connection: Connection, chat: Chat, now: datetime, is_due: Any, folds: Folds) -> bool:
    """Make one digest of the chat's first cards that are old where more than the FEW wait, and, for `all`, another
    of the fresh ones beyond the FEW. Returns whether so many wait: what `is_old` then goes out in no other way.

    What goes out because of a press, what somebody has already (he needs its buttons), and what may be shown
    already is left alone; so is everything while an earlier digest of the chat has not been shown.
    """
    owned = exists().where(all_cases.c.id == card_views.c.case_id, all_cases.c.owner.is_not(None))
    waiting = (
        select(card_views.c.id, card_views.c.case_id, card_views.c.receiver, card_views.c.priority)
        .add_columns(card_views.c.due_at, card_views.c.created_at)
        .where(STILL_OPEN, is_chat(card_views, chat), card_views.c.state == "due", is_due)
        .where(card_views.c.ref.is_(None), ~card_views.c.unknown, card_views.c.priority > int(Priority.PRESS))
        .where(~owned)
        .order_by(card_views.c.priority, card_views.c.due_at, card_views.c.id)
    )
    if (await connection.execute(waiting.offset(FEW).limit(1))).first() is None:
        return False
    # An incident's list may wait for the morning.
    is_own = digests.c.incident_id.is_(None)
    unshown = select(digests.c.id).where(STILL_OPEN, is_chat(digests, chat), digests.c.shown == 0, is_own)
    if folds == "later" or (await connection.execute(unshown.limit(1))).first() is not None:
        return True
    rows = (await connection.execute(waiting.limit(MOST + FEW).with_for_update(skip_locked=True))).all()
    fresh = [row for row in rows if row.priority < Priority.OLD]
    old = [row for row in rows if row.priority >= Priority.OLD]
    if folds == "all":
        await _make(connection, chat, "flood", fresh[FEW:], min((row.due_at for row in fresh), default=now), now)
    if old and _are_all_there([row.created_at for row in old], now):
        await _make(connection, chat, "late", old, min(row.due_at for row in old), now)
    return True


def is_old(card: Row[Any]) -> bool:
    """A first card that waits for a digest where many do."""
    return card.priority >= Priority.OLD and card.ref is None and not card.unknown


def _are_all_there(made_at: Sequence[datetime], now: datetime) -> bool:
    """No more come, or enough were waited for. What is of the future was made before the clock was set back."""
    return not (now - SETTLED < max(made_at) <= now and now - PATIENCE < min(made_at))


async def _make(
    connection: Connection,
    chat: Chat,
    why: DigestCause,
    rows: Sequence[Row[Any]],
    due_at: datetime,
    now: datetime,
) -> None:
    """A list of what is live is as urgent as anything in it may be, and due since the oldest card that waits: it
    tells more than any card, and in a flood of urgent ones it would never have its turn.
    """
    if not rows:
        return
    made = {
        "receiver": rows[0].receiver,
        **columns_of(chat),
        "priority": int(Priority.URGENT if why == "flood" else Priority.OLD),
        "state": "due",
        "why": why,
        "wanted": 1,
        "due_at": min(due_at, now),  # the clock may have been set back since
        "created_at": now,
    }
    added = await connection.execute(insert(connection.dialect.name, digests).values(made).returning(digests.c.id))
    number = added.scalar_one()
    ordered = await _by_urgency(connection, rows)
    await connection.execute(
        insert(connection.dialect.name, digest_cases),
        [{"digest_id": number, "place": place, "case_id": case_id} for place, case_id in enumerate(ordered)],
    )
    await connection.execute(
        update(card_views).where(card_views.c.id.in_([row.id for row in rows])).values(state="digest", tries=0)
    )


async def _by_urgency(connection: Connection, rows: Sequence[Row[Any]]) -> list[int]:
    """The rows' cases: what is urgent first, then what is most probably so, then the oldest."""
    found = await connection.execute(
        select(case_mentions.c.case_id, func.max(verdicts.c.urgency), func.max(verdicts.c.complaint))
        .join(all_cases, all_cases.c.id == case_mentions.c.case_id)
        .join(
            verdicts,
            and_(verdicts.c.mention_id == case_mentions.c.mention_id, verdicts.c.brand == all_cases.c.brand),
        )
        .where(case_mentions.c.case_id.in_([row.case_id for row in rows]))
        .where(case_mentions.c.strength == "complaint")
        .group_by(case_mentions.c.case_id)
    )
    weights = {case_id: (-urgency, -complaint) for case_id, urgency, complaint in found}

    def place(row: Row[Any]) -> tuple[Any, ...]:
        return row.priority > Priority.URGENT, weights.get(row.case_id, (0.0, 0.0)), row.due_at, row.id

    return [row.case_id for row in sorted(rows, key=place)]


async def load(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> dict[int, Digest]:
    """The digests of these rows, each with the page that it shows; one that is worked off goes on to the next."""
    loaded: dict[int, Digest] = {}
    for row in rows:
        total, free, late, first_free = await _counts(connection, row.id)
        page = min(row.page, (total - 1) // A_PAGE)
        on_page = await _page(connection, row.id, page)
        found = await cases.load(connection, on_page)
        worked_off = all(found[number].state.owner or not found[number].state.is_open for number in on_page)
        if worked_off and first_free is not None:
            page = first_free // A_PAGE
            on_page = await _page(connection, row.id, page)
            found = await cases.load(connection, on_page)
        if page != row.page:
            await connection.execute(update(digests).where(digests.c.id == row.id).values(page=page))
        incident = None if row.incident_id is None else await incident_lists.load(connection, row.incident_id, now)
        listing = Listing(
            why=_CAUSES.get(row.why, "flood"),
            cases=tuple(found[number] for number in on_page),
            first=page * A_PAGE,
            total=total,
            free=free,
            late=late,
            incident=incident,
        )
        loaded[row.id] = _digest(row, listing)
    return loaded


async def _page(connection: Connection, digest: int, page: int) -> list[int]:
    places = digest_cases.c.place.between(page * A_PAGE, (page + 1) * A_PAGE - 1)
    found = await connection.execute(
        select(digest_cases.c.case_id)
        .where(digest_cases.c.digest_id == digest, places)
        .order_by(digest_cases.c.place)
    )
    return list(found.scalars())


async def _counts(connection: Connection, digest: int) -> tuple[int, int, int, int | None]:
    """All its cases, those that nobody has, those of them past their deadline, and the first place of one."""
    free = and_(all_cases.c.stage != "closed", all_cases.c.owner.is_(None))
    late = and_(free, all_cases.c.rung.in_(("due", "breach")))
    row = (
        await connection.execute(
            select(
                func.count(),
                func.count(case((free, 1))),
                func.count(case((late, 1))),
                func.min(case((free, digest_cases.c.place))),
            )
            .select_from(digest_cases)
            .join(all_cases, all_cases.c.id == digest_cases.c.case_id)
            .where(digest_cases.c.digest_id == digest)
        )
    ).one()
    return row[0], row[1], row[2], row[3]


def _digest(row: Row[Any], listing: Listing) -> Digest:
    return Digest(
        id=row.id,
        receiver=row.receiver,
        chat=chat_of(row),
        listing=listing,
        revision=row.wanted,
        ref=row.ref,
        shown=row.shown,
        tries=row.tries,
        unknown=row.unknown or row.state == "sending",
        created_at=row.created_at,
        priority=Priority(row.priority),
    )


async def delivered(connection: Connection, digest: int, now: datetime) -> None:
    """The chat shows this digest: what stands in it is told."""
    listed = select(digest_cases.c.case_id).where(digest_cases.c.digest_id == digest)
    in_chat = exists().where(
        digests.c.id == digest,
        digests.c.messenger == card_views.c.messenger,
        digests.c.chat == card_views.c.chat,
        digests.c.topic == card_views.c.topic,
    )
    await connection.execute(
        update(card_views)
        .where(card_views.c.case_id.in_(listed), card_views.c.state == "digest", in_chat)
        .where(card_views.c.delivered_at.is_(None))
        .values(delivered_at=now)
    )


async def dissolve(connection: Connection, digest: Digest, now: datetime) -> None:
    """Its chat will not take it: each of its cases that has no card goes out by itself after all."""
    listed = select(digest_cases.c.case_id).where(digest_cases.c.digest_id == digest.id)
    await connection.execute(
        update(card_views)
        .where(card_views.c.case_id.in_(listed), card_views.c.state == "digest")
        .where(is_chat(card_views, digest.chat))
        .values(state="due", due_at=now)
    )
