"""From a judged mention to a candidate: the only translator between the judge's words and the alerts'."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from alerts.candidate import Candidate
from domain.brand import Brand, Match
from domain.mention import Mention
from domain.span import Span
from domain.verdict import Evidence, Intent, Verdict
from listener.networks.accounts import is_ignored, is_own_account
from listener.networks.registry import as_shown, author_url, network_title, place_title

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
    if is_own_account(mention, (brand,)):
        return Declined(reason="own account")
    if is_ignored(mention, brand):
        return Declined(reason="ignored author")
    seldom = SELDOM.get(verdict.intent)
    if seldom and verdict.complaint < max(SURE_AT, brand.complaint_at):
        return Declined(reason=seldom)
    if verdict.complaint < brand.complaint_at:
        return Declined(reason="below threshold")
    return _candidate(mention, match, verdict, brand)


def _candidate(mention: Mention, match: Match, verdict: Verdict, brand: Brand) -> Candidate:
    text, (named, because) = as_shown(mention.network, mention.text, match.words, _because(verdict.words))
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
        text=text,
        published_at=mention.published_at,
        thread=mention.thread or mention.id,
        reach=mention.reach,
        complaint=verdict.complaint,
        intent=verdict.intent,
        topics=verdict.topics,
        urgency=verdict.urgency,
        because=because,
        named=named,
        network_title=network_title(mention.network),
        place_title=place_title(mention.network, mention.kind),
        author_url=author_url(mention.network, mention.author),
    )


def _because(evidence: Sequence[Evidence]) -> tuple[Span, ...]:
    """The spans that speak for a complaint, strongest first."""
    speaking = sorted((one for one in evidence if one.weight > 0), key=lambda one: -one.weight)
    return tuple((one.start, one.end) for one in speaking)
