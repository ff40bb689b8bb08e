"""A contact: what is known of reaching the author of one case, besides the case itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.outreach.abilities import Learned
from alerts.outreach.outbound import Outbound, Target
from alerts.outreach.solved import Solved

IN_HAND: Final = timedelta(minutes=5)
"""For so long a draft is taken to be before somebody's eyes: no colleague is shown the same case meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the customer of another case of the same thread was answered."""

    case: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastUs:
    """What somebody of the brand answered the author in another of his cases, in the network's own pages.

    `target` is what the author had written there, to the brand or not.
    """

    at: datetime
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """What of the case's brand is muted now: an author («vk:77», `name` as far as it is known) or a topic, until
    when, by whom (Person.id), on the card of which case.
    """

    until: datetime
    by: str
    case: int
    author: str | None = None
    name: str = ""
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForAll:
    """What all of the case's incident may be answered; a template says itself who signs. `answered_in` is another
    case of the same author there that has an answer already.
    """

    text: str
    is_template: bool = False
    answered_in: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """`outbounds` are the case's own, oldest first, without drafts that came to nothing.

    `learned` concerns the author, the wall and the post. `approached` are the brand's unsolicited approaches to
    the author in his other cases, latest first. `unwanted_at` is when a person noted that he asked not to be
    written to. `receivers` are those whose chats show the case. `nearby` is the latest answer in another case of
    the thread, `solved` are like cases with the answer that helped, where somebody asks for them. `past_us` is
    what he was answered in his other cases without us. `for_all` are the words for all of its incident, where
    somebody goes through them. `silenced` is what of the brand is muted, where somebody asks for it. `spent` are
    the dollars that the brand's day on the network has cost so far.
    """

    outbounds: tuple[Outbound, ...] = ()
    learned: tuple[Learned, ...] = ()
    approached: tuple[datetime, ...] = ()
    unwanted_at: datetime | None = None
    receivers: tuple[str, ...] = ()
    nearby: Said | None = None
    solved: tuple[Solved, ...] = ()
    past_us: tuple[PastUs, ...] = ()
    for_all: ForAll | None = None
    silenced: tuple[Silenced, ...] | None = None
    spent: float = 0.0


NO_CONTACT = Contact()
