"""«Можно ли написать»: what may be said to the author of one mention now, and what only a person can do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from domain.mention import NetworkId

Way = Literal["api", "by_hand", "invitation", "no"]
"""By the program; by a person, at a prepared address; by a public invitation first; not at all."""

Reason = Literal[
    "author_gone",
    "comments_closed",
    "foreign_wall",
    "gone",
    "messages_closed",
    "network_off",
    "no_page",
    "no_token",
    "no_user_token",
    "not_addressed",
    "not_invited",
    "not_supported",
    "own_page_only",
    "refused_before",
]
"""Why not, or not by the program; worded where it is shown."""

Scope = Literal["author", "wall", "post"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """One way to reach the author. `url` is where a person does it by hand, `longest` the most characters."""

    way: Way
    reason: Reason | None = None
    url: str | None = None
    longest: int = 0


NO: Final = Ability(way="no", reason="not_supported")


def by_invitation(reason: Reason, reply: Ability) -> Ability:
    """Whoever takes no private message for this reason is invited where he can be answered in public."""
    if reply.way == "no":
        return Ability(way="no", reason=reason)
    return Ability(way="invitation", reason=reason, url=reply.url, longest=reply.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """`reply` is public, `private` a message to the author, `remove` takes the words off the brand's own page.

    `edit` and `take_back` are about an own public answer there, the last two about an own private message.
    """

    reply: Ability
    private: Ability
    remove: Ability
    edit: Ability = NO
    take_back: Ability = NO
    edit_message: Ability = NO
    take_back_message: Ability = NO


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The address by which a customer comes to a private talk.

    `in_text`: it is written in the answer; otherwise the network hangs its own button under what goes out by the
    program, and only a person who answers by hand writes it. `carries_ref`: who comes by it is known by its `ref`.
    """

    link: str
    in_text: bool
    carries_ref: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What an earlier try taught about an author, a wall or a post (`key` is its network id): `reason` stands for
    what fails there; None: it works (the author wrote to the page, so a message is taken).
    """

    network: NetworkId
    page: str
    scope: Scope
    key: str
    reason: Reason | None
    at: datetime
