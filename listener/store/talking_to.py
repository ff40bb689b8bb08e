"""Which private talks a person has, and of which case a message in a chat is the card."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from alerts.cards.masking import masked
from alerts.cards.talks import MOST, OpenTalk
from domain.person import MessengerId
from listener.mention_format import storable
from listener.store import cases as case_store
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.tables import card_views, cases


async def open_talks(database: Database, owners: Collection[str]) -> Sequence[OpenTalk]:
    """Of the cases of the person with these ids, the latest first; what was written is masked, as in groups."""
    return await database.read(lambda connection: _open_talks(connection, owners))


async def case_of_card(database: Database, messenger: MessengerId, ref: str) -> int | None:
    """By the message's reference."""
    return await database.read(lambda connection: _case_of_card(connection, messenger, ref))


async def _open_talks(connection: Connection, owners: Collection[str]) -> list[OpenTalk]:
    found = await connection.execute(
        select(cases.c.id)
        .where(cases.c.owner.in_(sorted(owners)), cases.c.stage == "in_dm")
        .order_by(cases.c.id.desc())
        .limit(MOST)
    )
    numbers = list(found.scalars())
    loaded = await case_store.load(connection, numbers) if numbers else {}
    return [
        OpenTalk(
            case=number,
            author=case.author_name,
            said=next((masked(each.text) for each in reversed(case.messages) if each.incoming), ""),
        )
        for number in numbers
        if (case := loaded.get(number)) is not None
    ]


async def _case_of_card(connection: Connection, messenger: MessengerId, ref: str) -> int | None:
    of_card = select(card_views.c.case_id).where(
        card_views.c.messenger == messenger, card_views.c.ref == storable(ref)
    )
    return (await connection.execute(of_card)).scalars().first()
