"""What VK lets a brand say to the author of a mention: one dated table, to be corrected here when VK changes.

| what | with which key | source |
|---|---|---|
| comment on the own wall, as the community | community | wall.createComment |
| the same on another's wall | community, to be tried | posts have a flag `groups_can_post`; whether a key may |
| | | use it is said nowhere: one try, and 15, 27, 213 are remembered for the wall |
| comment in a discussion | user, so a person does it | board.createComment |
| change or delete an own comment, delete another's | user | wall.editComment, wall.deleteComment |
| delete a comment of a discussion | community | board.deleteComment |
| private message | community, once the person wrote or allowed it | messages.send, errors 901 and 902 |
| change or delete an own message | community | messages.edit, messages.delete |

Sources: vk-api-schema 5.199 of 2025-01-21 and dev.vk.com, both read on 2026-11-28.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from alerts.outreach.abilities import NO, Abilities, Ability, Invitation, Learned, Reason, Scope, by_invitation
from alerts.outreach.outbound import Target
from domain.brand import Brand, Watch
from listener.networks.vk.ids import person, spot_of, topic_spot_of
from listener.networks.vk.options import VkOptions

LONGEST_COMMENT: Final = 16_000
"""Users' reports about posts, read 2026-11-28; VK documents no bound for comments."""
LONGEST_MESSAGE: Final = 9_000
"""vk-api-schema 5.199, messages.send."""
INVITE: Final = "https://vk.me/{page}?ref={ref}"
HOLDS: Final = {"foreign_wall": timedelta(days=30), "comments_closed": timedelta(days=1)}
"""How long a refusal is believed before it is tried again: walls and comments are opened and closed by people."""
_NO_WATCH: Final = Watch(search=False)


def speaker(brand: Brand, options: VkOptions, target: Target) -> str | None:
    """The page whose wall it is, or else the brand's first page with a key."""
    watch = brand.watch.get("vk", _NO_WATCH)
    pages = dict.fromkeys(name.lower() for name in (*watch.pages, *brand.accounts.get("vk", ())))
    spoken = [f"vk:{page}" for page in pages if page in _keys(options)]
    if target.wall is not None and target.wall.lower() in spoken:
        return target.wall.lower()
    return spoken[0] if spoken else None


def abilities(target: Target, options: VkOptions, learned: Sequence[Learned], now: datetime) -> Abilities:
    """What the table and the earlier tries leave possible."""
    known = dict(_holding(target, learned, now))
    reply = _reply(target, options, known)
    admin = options.user_token is not None
    own = Ability(way="api") if admin else _by_hand(target, "no_user_token")
    messages = Ability(way="api", longest=LONGEST_MESSAGE) if _key(target, options) else NO
    return Abilities(
        reply=reply,
        private=_private(target, options, known, reply),
        remove=_remove(target, options),
        edit=own if spot_of(target) else NO,
        take_back=own if spot_of(target) else NO,
        edit_message=messages,
        take_back_message=messages,
    )


def invitation(target: Target, _: VkOptions, ref: str) -> Invitation | None:
    """A link to the page's messages; the ref comes back with the first of them."""
    if target.page is None:
        return None
    link = INVITE.format(page=target.page.removeprefix("vk:"), ref=ref)
    return Invitation(link=link, in_text=True, carries_ref=True)


def by_hand(target: Target, _: str) -> str:
    """The post or comment itself: VK has no address that carries a text."""
    return target.url


def length_of(text: str) -> int:
    """VK's own forms count as browsers do, in units of UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def _holding(target: Target, learned: Sequence[Learned], now: datetime) -> Iterator[tuple[Scope, Reason | None]]:
    """The newest word on the author, the wall and the post, as long as it is believed."""
    spot = spot_of(target)
    keys: dict[Scope, str] = {"author": target.author, "post": target.thread}
    if spot is not None:
        keys["wall"] = str(spot.owner)
    for word in sorted(learned, key=lambda word: word.at):
        if word.page != target.page or keys.get(word.scope) != word.key:
            continue
        expired = now - word.at > HOLDS.get(word.reason or "", timedelta.max)
        yield word.scope, None if expired and word.scope != "author" else word.reason


def _reply(target: Target, options: VkOptions, known: dict[Scope, Reason | None]) -> Ability:
    if target.kind == "message":
        return NO
    closed = "author_gone" if known.get("author") == "author_gone" else known.get("post")
    if closed is not None:
        return Ability(way="no", reason=closed)
    if _key(target, options) is None:
        return _by_hand(target, "no_page" if target.page is None else "no_token")
    if spot_of(target) is None:
        return _by_hand(target, "no_user_token" if topic_spot_of(target) else "not_supported")
    if known.get("wall") == "foreign_wall":
        return _by_hand(target, "foreign_wall")
    return Ability(way="api", url=target.url, longest=LONGEST_COMMENT)


def _private(target: Target, options: VkOptions, known: dict[Scope, Reason | None], reply: Ability) -> Ability:
    if person(target.author) is None:
        return NO
    if known.get("author") == "author_gone":
        return Ability(way="no", reason="author_gone")
    if _key(target, options) is None:
        return Ability(way="no", reason="no_page" if target.page is None else "no_token")
    if target.kind == "message" or ("author" in known and known["author"] is None):
        return Ability(way="api", longest=LONGEST_MESSAGE)
    return by_invitation(known.get("author") or "not_invited", reply)


def _remove(target: Target, options: VkOptions) -> Ability:
    if target.wall is None or target.wall != target.page or target.kind in ("post", "message"):
        return Ability(way="no", reason="own_page_only")
    if topic_spot_of(target) is not None and _key(target, options) is not None:
        return Ability(way="api")
    if options.user_token is None:
        return Ability(way="no", reason="no_user_token")
    return Ability(way="api")


def _by_hand(target: Target, reason: Reason) -> Ability:
    return Ability(way="by_hand", reason=reason, url=target.url, longest=LONGEST_COMMENT)


def _key(target: Target, options: VkOptions) -> str | None:
    """The name of the page that speaks, where there is a key for it."""
    page = (target.page or "").removeprefix("vk:")
    return page if page in _keys(options) else None


def _keys(options: VkOptions) -> frozenset[str]:
    return frozenset(name.lower() for name in options.community_tokens)
