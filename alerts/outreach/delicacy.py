"""The delicacy guard: one pure decision before every word that goes out, with a named reason where it says no.

Who asked us gets an answer; who did not is gone up to once in a while, never at night, and never after he asked to
be left alone. What touches grief, illness, children, politics or other people's quarrels needs a lead's word.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from alerts.outreach.cities import timezone_of
from alerts.outreach.contact import Contact
from alerts.outreach.outbound import Outbound, OutboundKind
from alerts.outreach.policy import Night, Policy

Held = Literal["do_not_contact", "approached_before", "night", "stop_topic", "approve"]
Remedy = Literal["none", "wait", "lead", "colleague"]
"""What would let it go out: nothing, the morning, a lead's word, a colleague's."""

WROTE_JUST_NOW: Final = timedelta(hours=1)
"""Who wrote within it is awake."""
SPEAKS: Final[frozenset[OutboundKind]] = frozenset({"reply", "invite", "message"})
"""Kinds that reach out to the customer; the others mend what is there."""
WORDED: Final[frozenset[OutboundKind]] = SPEAKS | {"edit"}
QUARREL: Final = "чужой спор"
_MADE: Final = frozenset({"confirmed", "sending", "sent", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A word that would go out. `outbound` is its number, once it has one: it does not count against itself.

    `addressed_at` is when the customer last spoke to the brand, in private, on its page or by naming it; None
    where he never did. `wrote_at` is his last word to anybody, as far as it was heard; `words` are all that he
    wrote here, `topics` what the judge found in it.
    `in_answer_to` is whom he himself was answering there, where that is somebody else. `by_lead`: a lead confirms.
    `answered_at` is when a colleague first answered him here past us, in the network's own pages; `approached_at`
    are the times when one went up to him so unasked, here or in his other cases. `city` is where he says he lives.
    """

    kind: OutboundKind
    brand: str
    author: str
    addressed_at: datetime | None
    wrote_at: datetime
    words: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    in_answer_to: str | None = None
    outbound: int | None = None
    by_lead: bool = False
    approved: bool = False
    answered_at: datetime | None = None
    approached_at: tuple[datetime, ...] = ()
    city: str | None = None

    @property
    def addressed(self) -> bool:
        return self.addressed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """It does not go out, for this reason. `until` is when it might, `topic` the one that needs a lead's word."""

    reason: Held
    remedy: Remedy
    until: datetime | None = None
    topic: str | None = None


def held_back(ask: Ask, policy: Policy, contact: Contact, now: datetime) -> HeldBack | None:
    """Why the word must not go out now, or None. `contact` is what is known of the author when it is asked."""
    if ask.kind not in WORDED:
        return None
    forbidden = _forbidden(ask, policy, contact, now) if ask.kind in SPEAKS else None
    return forbidden or (None if ask.approved else _unagreed(ask, policy, contact))


def is_unsolicited(ask: Ask, contact: Contact) -> bool:
    """He neither spoke to the brand nor wrote again after it had answered, through us or past us."""
    answers = [sent_at for each in contact.outbounds if (sent_at := each.sent_at) and each.kind in SPEAKS]
    answers += [ask.answered_at] if ask.answered_at else []
    return not ask.addressed and not (answers and ask.wrote_at > min(answers))


def stop_topic(ask: Ask, policy: Policy) -> str | None:
    """The first topic of the policy that the customer's words touch."""
    wanted = policy.approach.never_topics
    touched = {*ask.topics, *_touched(" ".join(ask.words))}
    if ask.in_answer_to is not None and not ask.addressed:
        touched.add(QUARREL)
    return next((topic for topic in wanted if topic.casefold() in {name.casefold() for name in touched}), None)


def _forbidden(ask: Ask, policy: Policy, contact: Contact, now: datetime) -> HeldBack | None:
    """What nobody's word lets out."""
    if _is_unwanted(ask, policy, contact):
        return HeldBack(reason="do_not_contact", remedy="none")
    if is_unsolicited(ask, contact) and (until := _approached(ask, policy, contact, now)):
        return HeldBack(reason="approached_before", remedy="none", until=until)
    is_awake = now - ask.wrote_at <= WROTE_JUST_NOW
    if policy.night and not is_awake and (until := _night_ends(policy.night, ask.city, now)):
        return HeldBack(reason="night", remedy="wait", until=until)
    return None


def _unagreed(ask: Ask, policy: Policy, contact: Contact) -> HeldBack | None:
    """What a second's word lets out."""
    topic = stop_topic(ask, policy)
    if topic is not None and not ask.by_lead:
        return HeldBack(reason="stop_topic", remedy="lead", topic=topic)
    if _needs_a_second(ask, policy, contact):
        return HeldBack(reason="approve", remedy=policy.approve.by)
    return None


def _is_unwanted(ask: Ask, policy: Policy, contact: Contact) -> bool:
    """The staff's own list holds always; a wish that was noted, until he turns to the brand again."""
    if ask.author.casefold() in {author.casefold() for author in policy.approach.do_not_contact}:
        return True
    noted = contact.unwanted_at
    return noted is not None and not (ask.addressed_at is not None and ask.addressed_at > noted)


def _approached(ask: Ask, policy: Policy, contact: Contact, now: datetime) -> datetime | None:
    """When the next approach may be made, where as many as may be have been made."""
    span = timedelta(days=policy.approach.days)
    here = [at for each in contact.outbounds if _is_approach(each, ask) and (at := each.confirmed_at)]
    made = (*here, *ask.approached_at, *contact.approached)
    recent = sorted((at for at in made if now - at < span), reverse=True)
    most = policy.approach.per_author
    if len(recent) < most:
        return None
    return (recent[most - 1] if most else now) + span


def _is_approach(each: Outbound, ask: Ask) -> bool:
    return each.unsolicited and each.kind in SPEAKS and each.state in _MADE and each.id != ask.outbound


def _needs_a_second(ask: Ask, policy: Policy, contact: Contact) -> bool:
    approve = policy.approve
    on_topic = {topic.casefold() for topic in approve.topics} & {
        topic.casefold() for topic in (*ask.topics, *_touched(" ".join(ask.words)))
    }
    return bool(on_topic) or ask.brand in approve.brands or bool(set(contact.receivers) & set(approve.receivers))


def _night_ends(night: Night, city: str | None, now: datetime) -> datetime | None:
    """When the night is over where he lives, as far as that is known; None by day."""
    zone = ZoneInfo(timezone_of(city) or night.timezone)
    local = now.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    over_midnight = night.ends <= night.starts
    is_night = clock >= night.starts or clock < night.ends if over_midnight else night.starts <= clock < night.ends
    if not is_night:
        return None
    tomorrow = over_midnight and clock >= night.starts
    day = local.date() + timedelta(days=1) if tomorrow else local.date()
    return datetime.combine(day, night.ends, zone).astimezone(now.tzinfo)


def _touched(text: str) -> Iterator[str]:
    lowered = text.casefold().replace("ё", "е")
    for topic, pattern in _TOPICS.items():
        if pattern.search(lowered):
            yield topic


def _words(beginnings: Sequence[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(beginnings) + ")")


_TOPICS: Final[Mapping[str, re.Pattern[str]]] = {
    "утрата": _words(
        (
            r"умер(?:ла|ли|ло|ший|шая|шего|шей)?\b",
            r"скончал",
            r"похорон",
            r"погиб",
            r"соболезн",
            r"поминк",
            r"покойн(?:ый|ая|ого|ой|ому|ик|ика|ица|ицы)\b",
            r"траур",
            r"при смерти\b",
            r"(?:потерял|потеряла|не стало) (?:мам|пап|отц|мат[ьр]|муж|жен|сын|доч|брат|сестр|бабушк|дедушк)",
        )
    ),
    "болезнь": _words(
        (
            r"онколог",
            r"рак(?:а|ом)?\b (?:груди|легк|кров|желуд|кож)",
            r"диагноз",
            r"инсульт",
            r"инфаркт",
            r"реанимац",
            r"химиотерап",
            r"инвалид",
            r"госпитал",
            r"больниц",
            r"хоспис",
            r"операци(?:ю|и|я|ей) на (?:сердц|мозг|глаз|позвоноч)",
            r"депресси",
            r"суицид",
            r"самоубий",
            r"выкидыш",
            r"отрав(?:ил(?:ся|ась|ись|ось)\b|лени)",
            r"скор(?:ую|ая|ой) помощ",
        )
    ),
    "дети": _words(
        (
            r"мне (?:[5-9]|1[0-7]) (?:лет|год)",
            r"мне (?:десять|одиннадцать|двенадцать|тринадцать|четырнадцать|пятнадцать|шестнадцать) лет",
            r"я (?:учусь )?в (?:[1-9]|10|11) классе",
            r"школьни[кц]",
            r"несовершеннолет",
        )
    ),
    "политика": _words(
        (
            r"путин",
            r"зеленск",
            r"навальн",
            r"госдум",
            r"депутат",
            r"выбор(?:ы|ах|ов) (?:президент|губернатор|депутат|мэр)",
            r"митинг",
            r"мобилизац",
            r"санкци",
            r"\bсво\b",
            r"войн(?:а|ы|е|у|ой)\b",
            r"оппозиц",
            r"единороссы",
            r"кремл",
        )
    ),
}
"""The built-in stop-topics by words; one of words.yaml with the same name adds what the judge finds."""
