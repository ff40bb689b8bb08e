"""What X lets a brand say to the author of a post: one dated table, to be corrected here when X changes.

| what | with what | source |
|---|---|---|
| reply | the account's keys, where the author mentions that account or quotes it | changelog of 2026-02-23 |
| the same, otherwise | a person, at an address that carries the text | the rule is about the API alone |
| mentioning or quoting the author instead | never | the rule covers it |
| private message | the account's keys, after the author wrote first | developer guidelines, read 2026-08-22 |
| invitation | a reply with the button `direct_message_deep_link` | OpenAPI 2.159, TweetCreateRequest |
| delete an own post | the account's keys | OpenAPI 2.159 |
| delete an own message | not: it leaves one's own sight alone | X's reference of destroying messages |
| change an own post | not: X edits posts (`edit_options`, OpenAPI 2.159), but no "replies to others" | see below |

What cannot be edited is listed at docs.x.com/x-api/fundamentals/edit-posts, read 2026-11-29: "Replies to others
(non-self-thread)" among them, and ours are nothing else. Who mistyped deletes the answer and gives another.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from alerts.outreach.abilities import NO, Abilities, Ability, Invitation, Learned, Reason, Scope, by_invitation
from alerts.outreach.outbound import Target
from domain.brand import Brand
from listener.networks.x.length import LONGEST
from listener.networks.x.options import XOptions

LONGEST_MESSAGE: Final = 10_000
"""X's documents on direct messages, read 2026-08-22."""
INTENT: Final = "https://x.com/intent/post?"
COMPOSE: Final = "https://twitter.com/messages/compose?recipient_id={number}"
"""X's own form of the link; it knows accounts by number alone."""


def speaker(brand: Brand, options: XOptions, target: Target) -> str | None:
    """The account with keys that the author has named, for X lets no other answer; else the first."""
    handles = (account.lstrip("@").lower() for account in brand.accounts.get("x", ()))
    spoken = [handle for handle in handles if handle in options.speaking]
    named = next((handle for handle in spoken if addressed(target, handle)), None)
    return f"x:{named or spoken[0]}" if spoken else None


def abilities(target: Target, options: XOptions, learned: Sequence[Learned], _: datetime) -> Abilities:
    """What the table and the earlier tries leave possible."""
    keys: dict[Scope, str] = {"author": target.author, "post": target.mention}
    known = {
        word.scope: word.reason
        for word in sorted(learned, key=lambda word: word.at)
        if word.page == target.page and keys.get(word.scope) == word.key
    }
    reply = _reply(target, options, known)
    mine = Ability(way="api") if _handle(target, options) else NO
    return Abilities(
        reply=reply,
        private=_private(target, options, known, reply),
        remove=NO,
        take_back=mine,
    )


def addressed(target: Target, handle: str) -> bool:
    """Whether the author mentions the account or quotes it."""
    mention = re.search(rf"(?<![\w@])@{re.escape(handle)}(?!\w)", target.text, re.IGNORECASE)
    return mention is not None or (target.quoted_author or "").lstrip("@").lower() == handle


def invitation(target: Target, options: XOptions, _: str) -> Invitation | None:
    """X hangs a button under the answer; nothing comes back with it, so the author is known by himself."""
    if target.page is None:
        return None
    handle = target.page.removeprefix("x:")
    # Where the keys do not tell the number, the outreach asks X before it sends.
    number = options.number_of(handle)
    link = COMPOSE.format(number=number) if number else f"https://x.com/{handle}"
    return Invitation(link=link, in_text=False, carries_ref=False)


def by_hand(target: Target, text: str) -> str:
    """X's own form with the text in it."""
    if target.kind == "message":
        return target.url
    return INTENT + urlencode({"in_reply_to": target.mention, "text": text})


def _reply(target: Target, options: XOptions, known: dict[Scope, Reason | None]) -> Ability:
    if target.kind == "message":
        return NO
    if known.get("post") == "gone" or known.get("author") == "author_gone":
        return Ability(way="no", reason=known.get("author") or "gone")
    handle = _handle(target, options)
    if handle is None:
        return _person(target, "no_token")
    if known.get("post") == "not_addressed" or not addressed(target, handle):
        return _person(target, "not_addressed")
    return Ability(way="api", url=target.url, longest=LONGEST)


def _private(target: Target, options: XOptions, known: dict[Scope, Reason | None], reply: Ability) -> Ability:
    if _handle(target, options) is None:
        return Ability(way="no", reason="no_token")
    if target.kind == "message" or ("author" in known and known["author"] is None):
        return Ability(way="api", longest=LONGEST_MESSAGE)
    return by_invitation(known.get("author") or "not_invited", reply)


def _person(target: Target, reason: Reason) -> Ability:
    return Ability(way="by_hand", reason=reason, url=by_hand(target, ""), longest=LONGEST)


def _handle(target: Target, options: XOptions) -> str | None:
    """The account that speaks, where there are keys for it."""
    handle = (target.page or "").removeprefix("x:")
    return handle if handle in options.speaking else None
