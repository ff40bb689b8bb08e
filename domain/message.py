"""A private message between a customer and a brand's page, in one shape for every network."""

from dataclasses import dataclass
from datetime import datetime

from domain.mention import Author, NetworkId


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a talk. `id` is unique within the network and outlives edits.

    `page` is the brand's page that the talk is with, as in `Mention.place` (`vk:romashka_help`); `customer` is the
    other side, whoever of the two wrote: `incoming` says which. `ref` is what the link that the customer came by
    carried. `attached` are the attachments, a link or a word each. `edited_at` is when the text was last changed.
    A message that its writer took back has `deleted_at`, and what of the text is still known. `by_program`: the
    network says that no person wrote it in the page's name, but a key.
    """

    network: NetworkId
    id: str
    page: str
    customer: Author
    incoming: bool
    text: str
    at: datetime
    ref: str | None = None
    attached: tuple[str, ...] = ()
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    by_program: bool = False
