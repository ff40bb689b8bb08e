"""Mentions: kept once each together with the source's cursor, handed out for judging, set aside when poisonous.

An edit makes a new version of the text, a deletion a tombstone; both wait for the judge again.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Row, Select, SmallInteger, bindparam, case, func, literal, not_, or_, select, update

from domain.mention import MAX_TEXT, Author, Mention, NetworkId, Quote, network_id
from listener.decided import Stored
from listener.halves import Halves
from listener.mention_format import storable
from listener.ports import Batch, Look
from listener.store import cursors, deletions, listening, messages, outbound_rows
from listener.store.among import given
from listener.store.codecs import Extra, extra_payload, read_extra
from listener.store.connection import Connection
from listener.store.deletions import FARTHEST, Key, by_network
from listener.store.engine import Database, insert
from listener.store.errors import StoreError
from listener.store.just_heard import Heard, JustHeard, as_kept
from listener.store.many import execute_many
from listener.store.moments import believed
from listener.store.tables import STILL_WAITING, Stage, mentions
from listener.talking import Talking

log = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=30)
"""PostgreSQL only: for so long a mention handed out to one judge is not handed out to another."""
MAX_TRIES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a batch brought. `skipped` are mentions that the database cannot hold at all.

    `written` are new private messages, `told` what of them (or of changes to them) cases have learned. What is
    new waits for the judge as `just_heard` has it.
    """

    new: int = 0
    edited: int = 0
    deleted: int = 0
    known: int = 0
    skipped: int = 0
    written: int = 0
    told: int = 0
    just_heard: tuple[Heard, ...] = field(default=(), compare=False, repr=False)

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(
            new=self.new + other.new,
            edited=self.edited + other.edited,
            deleted=self.deleted + other.deleted,
            known=self.known + other.known,
            skipped=self.skipped + other.skipped,
            written=self.written + other.written,
            told=self.told + other.told,
            just_heard=self.just_heard + other.just_heard,
        )


class MentionStore:
    """What was heard and what of it still waits for the judge."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._just_heard = JustHeard()

    async def keep(
        self,
        source: str,
        batch: Batch,
        now: datetime,
        own: Collection[Key] = (),
        talking: Talking | None = None,
        *,
        look: Look | None = None,
    ) -> Kept:
        """Keep what was heard and move the cursor in one transaction; `own` are those of the brands' own accounts.

        `talking` joins private messages to cases; without it they are not kept. With a `look` it is a
        source's that this daemon leads, else raises StoreError; the look is noted as well. If the database cannot
        hold one of the mentions, the others are kept first and the cursor moves last.
        """
        led = None if look is None else source
        try:
            kept = await self._database.write(lambda c: keep(c, source, batch, now, own, talking, look), led=led)
        except StoreError as error:
            if error.transient:
                raise
        else:
            self._just_heard.put(kept.just_heard)
            return kept
        kept = await self._keep_apart(source, batch, now, own, look)
        last = replace(batch, mentions=())
        return kept + await self._database.write(
            lambda c: keep(c, source, last, now, own, talking, look, read_again=kept.new), led=led
        )

    async def cursor(self, source: str) -> str | None:
        return await self._database.read(lambda c: cursors.read(c, source))

    async def lead(self, source: str) -> bool:
        """Whether this daemon is the one that hears the source, from now on until its connection is lost."""
        return await self._database.lead(source)

    async def heard_at(self, source: str) -> datetime | None:
        """When the source last answered, to whichever daemon."""
        return await self._database.read(lambda c: listening.heard_at(c, source))

    async def undecided(self, limit: int, now: datetime, *, skip: Collection[int] = ()) -> list[Stored]:
        """The oldest mentions that wait for the judge, without those rows that are in hand already (`skip`)."""
        if not self._database.is_sqlite:
            return await self._database.write(lambda c: leased(c, limit, now, skip))
        stored = await self._database.read(lambda c: undecided(c, limit, now, skip, self._just_heard))
        self._just_heard.drop([each.row for each in stored])
        return stored

    async def waiting(self, most: int) -> int:
        """How many mentions wait for the judge or are in its hands, counted up to `most`."""
        return await self._database.read(lambda c: waiting(c, most))

    async def set_aside(self, stored: Stored, error: str, now: datetime) -> None:
        """Count a try that broke on this mention; after the third it is not handed out any more."""
        log.info("mention %d is set aside at %s: %s", stored.row, now.isoformat(), error)
        await self._database.write(lambda c: set_aside(c, stored, error))

    async def poisoned(self) -> int:
        return await self._database.read(poisoned)

    async def _keep_apart(
        self, source: str, batch: Batch, now: datetime, own: Collection[Key], look: Look | None
    ) -> Kept:
        """Keep by halves until the mentions that cannot be kept stand alone."""
        kept, halves = Kept(), Halves(batch.mentions)
        as_of = _as_of(batch, look)
        for mentions_of in halves:
            part = Batch(mentions=tuple(mentions_of))
            try:
                kept += await self._database.write(
                    partial(keep, source=source, batch=part, now=now, own=own, as_of=as_of)
                )
            except StoreError as error:
                if error.transient:
                    raise
                if not halves.split(mentions_of):
                    log.warning("%s gave a mention that cannot be stored: %s", source, error)
                    kept += Kept(skipped=1)
        return kept


async def keep(  # noqa: PLR0913  # what is heard at once is one transaction
    connection: Connection,
    source: str,
    batch: Batch,
    now: datetime,
    own: Collection[Key] = (),
    talking: Talking | None = None,
    look: Look | None = None,
    *,
    read_again: int = 0,
    as_of: datetime | None = None,
) -> Kept:
    """Insert what is new, update what was edited, mark what is gone, note the look and move the cursor.

    `read_again` of the look's mentions were new and are kept already. What was deleted after `as_of`, which is the
    look's where it has one, stays deleted, and what is new may have been: whoever was asked before that knew
    nothing of it.
    """
    as_of = _as_of(batch, look) or as_of
    if as_of is not None:
        await deletions.before_keeping(connection, deletes=bool(batch.deleted))
    await outbound_rows.remember(connection, batch.learned)
    talked = await messages.take(connection, batch.messages, talking, now) if talking else messages.Taken()
    heard = (*batch.mentions, *talked.to_judge)
    rows = {(mention.network, mention.id): _row(mention, source, now, own) for mention in heard}
    present = await _present(connection, list(rows))
    new = [row for key, row in rows.items() if key not in present]
    edited = [
        row for key, row in rows.items() if key in present and _says_more(present[key], row["text"], as_of, now)
    ]
    if new or edited:
        await _write(connection, new, edited)
    if new and as_of is not None:
        await deletions.entomb_what_came_first(connection, list(rows.keys() - present.keys()), as_of, now)
    deleted = await deletions.take(connection, batch.deleted, now)
    deleted += await deletions.entomb(connection, talked.gone, now)
    await _note(connection, source, batch, look, len(new) + read_again, now)
    known = len(heard) - len(new) - len(edited)
    return Kept(
        new=len(new),
        edited=len(edited),
        deleted=deleted,
        known=known,
        written=talked.new,
        told=talked.joined + talked.changed,
        just_heard=tuple(_just_heard(heard, rows)),
    )


async def _note(
    connection: Connection, source: str, batch: Batch, look: Look | None, new: int, now: datetime
) -> None:
    """The look with what it could not hear, and how far it came."""
    if look is not None:
        await listening.note(connection, source, batch, look, new, now)
    elif batch.gaps:
        await listening.write_gaps(connection, source, batch.gaps, new, now)
    if batch.cursor is not None:
        await cursors.move(connection, source, batch.cursor, now)


def _just_heard(
    heard: Iterable[Mention], rows: Mapping[tuple[NetworkId, str], Mapping[str, Any]]
) -> Iterator[Heard]:
    """Those that are new and have a number."""
    for mention in {(each.network, each.id): each for each in heard}.values():
        row = rows[mention.network, mention.id]
        if "id" in row and (kept := as_kept(mention, row)) is not None:
            yield kept


async def leased(connection: Connection, limit: int, now: datetime, skip: Collection[int]) -> list[Stored]:
    """The oldest mentions that wait for the judge, leased, so that several judges share PostgreSQL's work."""
    wanted = _waiting(mentions.c).where(mentions.c.id.not_in(skip)).with_for_update(skip_locked=True)
    rows = (await connection.execute(wanted, _waiting_by(limit, now))).all()
    if rows:
        lease = update(mentions).where(mentions.c.id.in_([row.id for row in rows]))
        await connection.execute(lease.values(judge_after=now + LEASE))
    return [stored(row) for row in rows]


async def undecided(
    connection: Connection, limit: int, now: datetime, skip: Collection[int], just_heard: JustHeard
) -> list[Stored]:
    """The oldest mentions that wait for the judge; of those that were just heard the words are not read again.

    SQLite serves one daemon, where a lease would cost a commit per batch and protect from nothing: `record`
    refuses a second decision anyway.
    """
    asked = {**_waiting_by(limit, now), "skip": list(skip)}
    found: dict[int, Stored | None] = {
        row: None if is_deleted else just_heard.find(row, external_id, text_version, heard_at)
        for row, external_id, text_version, heard_at, is_deleted in await connection.execute(_HANDED_OUT, asked)
    }
    unknown = [row for row, known in found.items() if known is None]
    if unknown:
        for row in await connection.execute(_WHOLE, {"rows": unknown}):
            found[row.id] = stored(row)
    return [each for each in found.values() if each is not None]


def _waiting(columns: Iterable[Any]) -> Select[Any]:
    """Nothing waits for as long as FARTHEST: what seems to was written before the clock was set back."""
    after = mentions.c.judge_after
    is_due = or_(after <= bindparam("now", type_=after.type), after > bindparam("far", type_=after.type))
    return select(*columns).where(STILL_WAITING, is_due).order_by(mentions.c.id).limit(bindparam("most"))


def _waiting_by(limit: int, now: datetime) -> dict[str, Any]:
    return {"most": limit, "now": now, "far": now + FARTHEST}


_HANDED_OUT: Final = _waiting(
    (
        *(mentions.c[name] for name in ("id", "external_id", "text_version", "heard_at")),
        mentions.c.deleted_at.is_not(None),
    )
).where(not_(given(mentions.c.id, "skip", "sqlite")))
_WHOLE: Final = select(mentions).where(given(mentions.c.id, "rows", "sqlite"))


async def _write(connection: Connection, new: Sequence[dict[str, Any]], edited: Sequence[dict[str, Any]]) -> None:
    """Write the rows. On SQLite the new ones get here the numbers that it would give them: nobody else writes."""
    upsert = _upsert(connection.dialect.name)
    if connection.dialect.name != "sqlite":
        # Sorted, so that two daemons that hear the same mentions lock them in the same order.
        await execute_many(connection, upsert, sorted((*new, *edited), key=_ORDER))
        return
    last = (await connection.execute(_LAST)).scalar() or 0
    in_order = sorted(new, key=_ORDER)
    for number, row in enumerate(in_order, start=last + 1):
        row["id"] = number
    await execute_many(connection, upsert, in_order)
    await execute_many(connection, upsert, edited)


_ORDER: Final = itemgetter("network", "external_id")
_LAST: Final = select(func.max(mentions.c.id))


async def waiting(connection: Connection, most: int) -> int:
    counted = select(mentions.c.id).where(STILL_WAITING).limit(most).subquery()
    return int((await connection.execute(select(func.count()).select_from(counted))).scalar_one())


async def set_aside(connection: Connection, stored: Stored, error: str) -> None:
    """Count a failed try to judge this text; after the third it is left alone, its error is kept."""
    await connection.execute(
        update(mentions)
        .where(mentions.c.id == stored.row, mentions.c.text_version == stored.text_version, STILL_WAITING)
        .values(
            tries=mentions.c.tries + 1,
            error=storable(error)[:1000],
            stage=case((mentions.c.tries + 1 >= MAX_TRIES, _stage(Stage.POISON)), else_=_stage(Stage.WAITING)),
        )
    )


def _stage(stage: Stage) -> Any:
    """Inside CASE no type is taken from the column, and PostgreSQL reads an untyped parameter as text."""
    return literal(int(stage), SmallInteger)


async def poisoned(connection: Connection) -> int:
    found = await connection.execute(select(func.count()).where(mentions.c.stage == Stage.POISON))
    return int(found.scalar_one())


def stored(row: Row[Any]) -> Stored:
    """A row of the table as the judge takes it."""
    return Stored(
        row=row.id,
        mention=mention(row),
        text_version=row.text_version,
        is_own=row.is_own,
        is_deleted=row.deleted_at is not None,
        deleter=row.deleter,
    )


def mention(row: Row[Any]) -> Mention:
    extra = read_extra(row.extra)
    author = Author(
        id=row.author_id,
        name=row.author_name,
        handle=row.author_handle,
        followers=row.followers,
        city=extra.city,
    )
    return Mention(
        network=network_id(row.network),
        kind=row.kind,
        id=row.external_id,
        url=row.url,
        author=author,
        text=row.text,
        published_at=row.published_at,
        thread=row.thread,
        reach=row.reach,
        place=row.place,
        parent=extra.parent,
        quoted=extra.quoted,
        attached=extra.attached,
        edited_at=row.edited_at,
    )


def _row(heard: Mention, source: str, now: datetime, own: Collection[Key]) -> dict[str, Any]:
    return {
        "network": heard.network,
        "external_id": storable(heard.id),
        "source": source,
        "kind": heard.kind,
        "url": storable(heard.url),
        "author_id": storable(heard.author.id),
        "author_name": storable(heard.author.name),
        "author_handle": None if heard.author.handle is None else storable(heard.author.handle),
        "followers": heard.author.followers,
        "text": storable(heard.text[:MAX_TEXT]),
        # Nothing is said after it was heard: deadlines are counted from here.
        "published_at": believed(heard.published_at, now),
        "thread": None if heard.thread is None else storable(heard.thread),
        "reach": heard.reach,
        "place": None if heard.place is None else storable(heard.place),
        "is_own": (heard.network, heard.id) in own,
        "extra": _extra(heard),
        "edited_at": None if heard.edited_at is None else believed(heard.edited_at, now),
        "heard_at": now,
    }


def _extra(heard: Mention) -> dict[str, Any] | None:
    city = heard.author.city
    if heard.parent is None and heard.quoted is None and not heard.attached and city is None:
        return None
    return extra_payload(
        Extra(
            parent=_quote(heard.parent),
            quoted=_quote(heard.quoted),
            attached=tuple(map(storable, heard.attached)),
            city=None if city is None else storable(city),
        )
    )


def _quote(quote: Quote | None) -> Quote | None:
    if quote is None:
        return None
    return Quote(
        id=storable(quote.id),
        author=storable(quote.author),
        text=storable(quote.text[:MAX_TEXT]),
        url=storable(quote.url),
    )


def _as_of(batch: Batch, look: Look | None) -> datetime | None:
    """Since when the batch may be true; None where it is the network's own word of what happened."""
    return None if look is None or batch.told else look.began


def _says_more(kept: tuple[str, datetime | None], text: str, as_of: datetime | None, now: datetime) -> bool:
    """Whether what was heard is news about what is kept, and maybe deleted since.

    A deletion that seems to come was written before the clock was set back, and says nothing of when it was.
    """
    kept_text, deleted_at = kept
    if deleted_at is None:
        return kept_text != text
    return as_of is None or deleted_at < as_of or deleted_at > now + FARTHEST


async def _present(connection: Connection, keys: Sequence[Key]) -> dict[Key, tuple[str, datetime | None]]:
    """The texts of those mentions that are kept already, and when they were deleted."""
    found: dict[Key, tuple[str, datetime | None]] = {}
    for network, ids in by_network(keys):
        rows = await connection.execute(
            _kept_already(connection.dialect.name), {"of_network": network, "ids": ids}
        )
        found.update(((network, row.external_id), (row.text, row.deleted_at)) for row in rows)
    return found


@cache
def _kept_already(dialect: str) -> Any:
    return select(mentions.c.external_id, mentions.c.text, mentions.c.deleted_at).where(
        mentions.c.network == bindparam("of_network"), given(mentions.c.external_id, "ids", dialect)
    )


@cache
def _upsert(dialect: str) -> Any:
    """Insert once; a changed text, or one that is back, is a new version that waits for the judge again."""
    rows = insert(dialect, mentions)
    return rows.on_conflict_do_update(
        index_elements=[mentions.c.network, mentions.c.external_id],
        set_={
            "text": rows.excluded.text,
            "text_version": mentions.c.text_version + 1,
            "extra": rows.excluded.extra,
            "edited_at": func.coalesce(rows.excluded.edited_at, rows.excluded.heard_at),
            "deleted_at": None,
            "deleter": None,
            "stage": Stage.WAITING,
            "tries": 0,
            "judge_after": rows.excluded.heard_at,
            "error": None,
        },
        where=or_(mentions.c.text != rows.excluded.text, mentions.c.deleted_at.is_not(None)),
    )
