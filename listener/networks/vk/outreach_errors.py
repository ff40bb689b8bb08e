"""What VK's refusals mean for something that is said to a customer: one table, by code and by what was asked.

An error object of VK says that nothing was done, save for those of its own trouble (1, 10, 36). What is not in the
table is a refusal without a known reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from alerts.outreach.abilities import Learned, Reason, Scope
from alerts.outreach.outbound import Outbound
from alerts.outreach.ports import Outcome, OutreachError, Refused
from listener.networks.vk.errors import VkError
from listener.networks.vk.ids import spot_of
from listener.ports import SourceError

Asked = Literal["public", "foreign", "message", "edit", "take_back", "moderate"]
"""A comment on the own wall, on another's, a private message; an own answer changed or taken back; a customer's
words removed or restored."""

UNREACHED: Final = 15.0
"""Seconds before another try where VK was not reached at all."""
OVERLOADED: Final = 60.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """`learned` is what holds from now on, and for whom; `wait` is in seconds; `done`: it is as was asked."""

    outcome: Outcome | Literal["done"]
    reason: Refused
    learned: tuple[Scope, Reason] | None = None
    wait: float | None = None


OTHER: Final = Meaning("refused", "other")
_NO_TOKEN: Final = Meaning("refused", "no_token")
_NO_RIGHT: Final = Meaning("refused", "no_right")
_CAPTCHA: Final = Meaning("refused", "captcha")
_MAYBE: Final = Meaning("unknown", "unreachable")
_GONE: Final = Meaning("refused", "gone", ("post", "gone"))
_CLOSED: Final = Meaning("refused", "comments_closed", ("post", "comments_closed"))
_FOREIGN: Final = Meaning("refused", "foreign_wall", ("wall", "foreign_wall"))
_AUTHOR_GONE: Final = Meaning("refused", "author_gone", ("author", "author_gone"))
_NOT_TAKEN: Final = Meaning("refused", "messages_closed", ("author", "messages_closed"))
_OWN_GONE: Final = Meaning("refused", "gone")
_DONE: Final = Meaning("done", "gone")

EVERYWHERE: Final[Mapping[int, Meaning]] = {
    1: _MAYBE,
    2: _NO_TOKEN,
    4: _NO_TOKEN,
    5: _NO_TOKEN,
    6: Meaning("later", "quota", wait=1),
    7: _NO_RIGHT,
    9: Meaning("later", "quota", wait=300),
    10: _MAYBE,
    14: _CAPTCHA,
    15: _NO_RIGHT,
    17: _CAPTCHA,
    18: _AUTHOR_GONE,
    20: _NO_RIGHT,
    21: _NO_RIGHT,
    23: _NO_RIGHT,
    24: _CAPTCHA,
    25: _CAPTCHA,
    27: _NO_RIGHT,
    28: _NO_RIGHT,
    29: Meaning("later", "quota", wait=3600),
    30: Meaning("refused", "privacy"),
    36: _MAYBE,
    37: _AUTHOR_GONE,
    38: _NO_TOKEN,
    39: _AUTHOR_GONE,
    42: _NO_TOKEN,
    43: Meaning("later", "unreachable", wait=OVERLOADED),
    101: _NO_TOKEN,
    104: _GONE,
    203: _NO_RIGHT,
    210: _GONE,
    211: _GONE,
    212: _CLOSED,
    213: _CLOSED,
    222: Meaning("refused", "links_forbidden"),
    223: Meaning("later", "too_many_replies", wait=900),
    900: Meaning("refused", "blocked", ("author", "messages_closed")),
    901: _NOT_TAKEN,
    902: Meaning("refused", "privacy", ("author", "messages_closed")),
    910: Meaning("refused", "too_long"),
    914: Meaning("refused", "too_long"),
    932: _NOT_TAKEN,
    936: _AUTHOR_GONE,
    950: _NOT_TAKEN,
    987: _NOT_TAKEN,
    988: _NOT_TAKEN,
    1051: _NO_TOKEN,
    1114: _NO_TOKEN,
    1116: _NO_TOKEN,
    1117: _NO_TOKEN,
    1118: _NO_TOKEN,
    3300: _CAPTCHA,
    3301: _CAPTCHA,
    3302: _CAPTCHA,
    3303: _CAPTCHA,
    3304: _CAPTCHA,
    3609: _NO_TOKEN,
    3610: _AUTHOR_GONE,
    11500: _CAPTCHA,
}
POST_GONE: Final = ("post was not found", "reply_to_comment is")
"""VK's words beside 15 and 100 for a post or comment that is no more: taken for 15, they would shut the wall."""
ELSEWHERE: Final[Mapping[tuple[int, Asked], Meaning]] = {
    (15, "foreign"): _FOREIGN,
    (27, "foreign"): _FOREIGN,
    (213, "foreign"): _FOREIGN,
    (104, "message"): OTHER,
    # Taken away by somebody else meanwhile, or by a first try whose answer never came.
    (104, "edit"): _OWN_GONE,
    (211, "edit"): _OWN_GONE,
    (104, "take_back"): _DONE,
    (211, "take_back"): _OWN_GONE,
    (104, "moderate"): _DONE,
    (211, "moderate"): _NO_RIGHT,
    (243, "moderate"): _DONE,
}
"""Where a code means something else for one kind of request. 243: a comment to be restored was not deleted."""


def asked(outbound: Outbound) -> Asked:
    match outbound.kind:
        case "reply" | "invite":
            target = outbound.target
            return "public" if target.wall is not None and target.wall == target.page else "foreign"
        case "remove" | "restore":
            return "moderate"
        case "message" | "edit" | "take_back":
            return outbound.kind


def meaning(code: int, asked_for: Asked) -> Meaning:
    return ELSEWHERE.get((code, asked_for)) or EVERYWHERE.get(code, OTHER)


def meaning_of(error: SourceError, outbound: Outbound) -> Meaning:
    if isinstance(error, VkError):
        asked_for = asked(outbound)
        if asked_for in ("public", "foreign") and any(word in str(error) for word in POST_GONE):
            return _GONE
        return meaning(error.code, asked_for)
    if error.maybe_done:
        return _MAYBE
    if error.held_back or error.unreachable:
        wait = error.retry_after or (OVERLOADED if error.held_back else UNREACHED)
        return Meaning("later", "quota" if error.held_back else "unreachable", wait=wait)
    return OTHER


def outreach_error(error: SourceError, outbound: Outbound, now: datetime) -> OutreachError | None:
    """None where the refusal means that what was asked for is so already."""
    found = meaning_of(error, outbound)
    if found.outcome == "done":
        return None
    return OutreachError(
        str(error),
        outcome=found.outcome,
        reason=found.reason,
        retry_after=None if found.wait is None else timedelta(seconds=found.wait),
        learned=_learned(found, outbound, now),
    )


def _learned(found: Meaning, outbound: Outbound, now: datetime) -> tuple[Learned, ...]:
    target, spot = outbound.target, spot_of(outbound.target)
    if found.learned is None or target.page is None:
        return ()
    scope, reason = found.learned
    keys: dict[Scope, str | None] = {
        "author": target.author,
        "post": target.thread,
        "wall": str(spot.owner) if spot is not None else None,
    }
    key = keys[scope]
    if key is None:
        return ()
    word = Learned(network=target.network, page=target.page, scope=scope, key=key, reason=reason, at=now)
    return (word,)
