"""From a judged mention to a candidate: the only translator between the judge's words and the alerts'."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from alerts.candidate import Candidate
from domain.brand import Brand, Match
from domain.mention import Author, Mention
from domain.span import Span
from domain.verdict import Evidence, Intent, Verdict

Reason = Literal["own account", "ignored author", "advertisement", "praise", "news", "below threshold"]

SELDOM: Final[dict[Intent, Reason]] = {"advertisement": "advertisement", "news": "news", "praise": "praise"}
"""Intents of texts that are seldom a customer's complaint."""
SURE_AT: Final = 0.9
"""The complaint probability that outweighs such an intent: «Спасибо, третий день без связи» must not be lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Why a mention makes no case."""

    reason: Reason


def triage(mention: Mention, match: Match, verdict: Verdict, brand: Brand) -> Candidate | Declined:
    """Decide on one mention of one brand."""
    if own(mention, (brand,)):
        return Declined(reason="own account")
    if _is_any(mention, brand.ignore_authors):
        return Declined(reason="ignored author")
    seldom = SELDOM.get(verdict.intent)
    if seldom and verdict.complaint < max(SURE_AT, brand.complaint_at):
        return Declined(reason=seldom)
    if verdict.complaint < brand.complaint_at:
        return Declined(reason="below threshold")
    return _candidate(mention, match, verdict, brand)


def own(mention: Mention, brands: Iterable[Brand]) -> bool:
    """Whether one of the brands' own accounts wrote the mention."""
    if mention.network == "vk":
        return any(_is_any(mention, brand.accounts_vk) for brand in brands)
    return any(_is_any(mention, brand.accounts_x) for brand in brands)


def on_own_page(mention: Mention, brand: Brand) -> bool:
    """Whether it was said on one of the brand's own pages, where people speak of the brand without naming it."""
    if mention.place is None:
        return False
    network, page = _address(mention.place)
    if network != mention.network:
        return False
    if network == "x":
        return any(_address(account)[1] == page for account in brand.accounts_x)
    watched = brand.watch_vk.community if brand.watch_vk else ()
    return any(_address(account)[1] == page for account in (*brand.accounts_vk, *watched))


def _candidate(mention: Mention, match: Match, verdict: Verdict, brand: Brand) -> Candidate:
    return Candidate(
        brand=brand.id,
        brand_title=brand.title,
        network=mention.network,
        kind=mention.kind,
        mention=mention.id,
        url=mention.url,
        author_id=mention.author.id,
        author_name=mention.author.name,
        author_handle=mention.author.handle,
        followers=mention.author.followers,
        text=mention.text,
        published_at=mention.published_at,
        thread=mention.thread or mention.id,
        reach=mention.reach,
        complaint=verdict.complaint,
        intent=verdict.intent,
        topics=verdict.topics,
        urgency=verdict.urgency,
        because=_because(verdict.words),
        named=match.words,
    )


def _because(evidence: Sequence[Evidence]) -> tuple[Span, ...]:
    """The spans that speak for a complaint, strongest first."""
    speaking = sorted((one for one in evidence if one.weight > 0), key=lambda one: -one.weight)
    return tuple((one.start, one.end) for one in speaking)


def _is_any(mention: Mention, accounts: Iterable[str]) -> bool:
    return any(_is(mention.network, mention.author, account) for account in accounts)


def _is(network: str, author: Author, account: str) -> bool:
    where, name = _address(account)
    if where not in ("", network):
        return False
    return name == author.id.casefold() or (author.handle is not None and name == author.handle.casefold())


@lru_cache(maxsize=4096)
def _address(account: str) -> tuple[str, str]:
    """An account as the staff write it, as (network or nothing, id or screen name).

    `vk:-123`, `club123` and `public123` are one community, `id7` is the person 7, `@name` is `name`.
    """
    name = account.strip().casefold()
    network, colon, rest = name.partition(":")
    if not colon or network not in ("vk", "x"):
        network, rest = "", name
    rest = rest.strip().removeprefix("@")
    if network == "x":
        return network, rest
    for prefix, sign in (("club", "-"), ("public", "-"), ("id", "")):
        number = rest.removeprefix(prefix)
        if number != rest and number.isdecimal():
            return network, sign + number
    return network, rest
