"""The delicacy guard: who may be written to, when, and whose word it takes."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.outreach.contact import NO_CONTACT, Contact
from alerts.outreach.delicacy import SPEAKS, WORDED, Ask, Held, HeldBack, held_back, stop_topic
from alerts.outreach.outbound import Outbound, OutboundKind, OutboundState, Target
from alerts.outreach.policy import Approach, Approve, Night, Policy
from domain.mention import network_id

NOON = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 18, 20, 30, tzinfo=UTC)  # 23:30 in Moscow
DAY = timedelta(days=1)
TARGET = Target(
    brand="vasilek",
    network=network_id("vk"),
    mention="-1_2",
    kind="comment",
    url="https://vk.com/wall-1_2",
    author="7",
    author_handle=None,
    thread="-1_1",
    wall=None,
    page="vk:vasilek",
)


def ask(**fields: Any) -> Ask:
    """A public answer to a stranger who did not ask; `addressed`: his last word was to the brand."""
    addressed = fields.pop("addressed", False)
    asked = replace(Ask(kind="reply", brand="vasilek", author="vk:7", addressed_at=None, wrote_at=NOON), **fields)
    return replace(asked, addressed_at=asked.wrote_at) if addressed else asked


def earlier(number: int = 1, *, days: float = 1, **fields: Any) -> Outbound:
    """An approach of this case, so many days ago."""
    at = NOON - days * DAY
    made = Outbound(
        id=number,
        case=12,
        kind="reply",
        target=TARGET,
        text="",
        author="anna",
        state="sent",
        unsolicited=True,
        created_at=at,
        confirmed_at=at,
        sent_at=at,
    )
    return replace(made, **fields)


POLICY = Policy()
ON_COURTS = Policy(approve=Approve(topics=("суд",)))
TABLE: dict[str, tuple[Ask, Policy, Contact, Held | None]] = {
    "a stranger is gone up to once": (ask(), POLICY, NO_CONTACT, None),
    "not a second time within the days": (
        ask(),
        POLICY,
        Contact(approached=(NOON - 29 * DAY,)),
        "approached_before",
    ),
    "again after the days": (ask(), POLICY, Contact(approached=(NOON - 30 * DAY,)), None),
    "nor a second time in the same case": (
        ask(wrote_at=NOON - 2 * DAY),
        POLICY,
        Contact(outbounds=(earlier(),)),
        "approached_before",
    ),
    "an approach that is being sent counts": (
        ask(),
        POLICY,
        Contact(outbounds=(earlier(state="confirmed", sent_at=None),)),
        "approached_before",
    ),
    "one that may have been sent counts": (
        ask(),
        POLICY,
        Contact(outbounds=(earlier(state="unknown", sent_at=None),)),
        "approached_before",
    ),
    "one that was refused does not": (
        ask(),
        POLICY,
        Contact(outbounds=(earlier(state="refused", sent_at=None),)),
        None,
    ),
    "a draft does not": (
        ask(),
        POLICY,
        Contact(outbounds=(earlier(state="draft", confirmed_at=None, sent_at=None),)),
        None,
    ),
    "it does not count against itself": (
        ask(outbound=1),
        POLICY,
        Contact(outbounds=(earlier(state="sending", sent_at=None),)),
        None,
    ),
    "who asked us is answered however often": (
        ask(addressed=True),
        POLICY,
        Contact(approached=(NOON - DAY, NOON - 2 * DAY)),
        None,
    ),
    "who wrote after our answer is in talk with us": (ask(), POLICY, Contact(outbounds=(earlier(),)), None),
    "what a colleague said past us counts": (
        ask(approached_at=(NOON - DAY,), wrote_at=NOON - 2 * DAY),
        POLICY,
        NO_CONTACT,
        "approached_before",
    ),
    "until the days are over": (
        ask(approached_at=(NOON - 30 * DAY,), wrote_at=NOON - 31 * DAY),
        POLICY,
        NO_CONTACT,
        None,
    ),
    "who wrote after a colleague's answer is in talk with us": (
        ask(approached_at=(NOON - DAY,), answered_at=NOON - DAY),
        POLICY,
        NO_CONTACT,
        None,
    ),
    "a policy of three lets three": (
        ask(),
        Policy(approach=Approach(per_author=3)),
        Contact(approached=(NOON - DAY, NOON - 2 * DAY)),
        None,
    ),
    "and no fourth": (
        ask(),
        Policy(approach=Approach(per_author=3)),
        Contact(approached=(NOON - DAY, NOON - 2 * DAY, NOON - 3 * DAY)),
        "approached_before",
    ),
    "a policy of none lets none": (
        ask(),
        Policy(approach=Approach(per_author=0)),
        NO_CONTACT,
        "approached_before",
    ),
    "who asked to be left is left": (ask(), POLICY, Contact(unwanted_at=NOON - DAY), "do_not_contact"),
    "also in private": (ask(kind="message"), POLICY, Contact(unwanted_at=NOON - DAY), "do_not_contact"),
    "until he turns to us again": (ask(addressed=True), POLICY, Contact(unwanted_at=NOON - DAY), None),
    "what he wrote before his wish is no turning to us": (
        ask(addressed=True, wrote_at=NOON - 2 * DAY),
        POLICY,
        Contact(unwanted_at=NOON - DAY),
        "do_not_contact",
    ),
    "nor is what he says to others after it": (
        ask(addressed_at=NOON - 2 * DAY),
        POLICY,
        Contact(unwanted_at=NOON - DAY),
        "do_not_contact",
    ),
    "the staff's list holds always": (
        ask(addressed=True),
        Policy(approach=Approach(do_not_contact=("VK:7",))),
        NO_CONTACT,
        "do_not_contact",
    ),
    "somebody else's number is not on it": (
        ask(),
        Policy(approach=Approach(do_not_contact=("vk:77", "x:7"))),
        NO_CONTACT,
        None,
    ),
    "an answer of ours may be mended for whom nobody may write to": (
        ask(kind="edit"),
        POLICY,
        Contact(unwanted_at=NOON - DAY),
        None,
    ),
    "and taken back": (ask(kind="take_back", words=("умер отец",)), POLICY, Contact(unwanted_at=NOON), None),
    "grief needs a lead": (ask(words=("У меня умер отец, а вы звоните",)), POLICY, NO_CONTACT, "stop_topic"),
    "a lead's own word is one": (ask(words=("У меня умер отец",), by_lead=True), POLICY, NO_CONTACT, None),
    "a lead who agreed is one": (ask(words=("У меня умер отец",), approved=True), POLICY, NO_CONTACT, None),
    "mended words need it too": (ask(kind="edit", words=("умер отец",)), POLICY, NO_CONTACT, "stop_topic"),
    "a topic that the staff do not stop is none": (
        ask(words=("У меня умер отец",)),
        Policy(approach=Approach(never_topics=("политика",))),
        NO_CONTACT,
        None,
    ),
    "a topic of words.yaml that is stopped": (
        ask(topics=("скидки",)),
        Policy(approach=Approach(never_topics=("Скидки",))),
        NO_CONTACT,
        "stop_topic",
    ),
    "who answers somebody else is not broken in upon": (
        ask(in_answer_to="Вася"),
        POLICY,
        NO_CONTACT,
        "stop_topic",
    ),
    "unless he named us": (ask(in_answer_to="Вася", addressed=True), POLICY, NO_CONTACT, None),
    "a topic that needs a second": (ask(topics=("суд",)), ON_COURTS, NO_CONTACT, "approve"),
    "also of a lead": (ask(topics=("суд",), by_lead=True), ON_COURTS, NO_CONTACT, "approve"),
    "a second agreed": (ask(topics=("суд",), approved=True), ON_COURTS, NO_CONTACT, None),
    "a brand that needs a second": (ask(), Policy(approve=Approve(brands=("vasilek",))), NO_CONTACT, "approve"),
    "a receiver that needs a second": (
        ask(),
        Policy(approve=Approve(receivers=("crisis",))),
        Contact(receivers=("crisis", "support")),
        "approve",
    ),
    "another receiver does not": (
        ask(),
        Policy(approve=Approve(receivers=("crisis",))),
        Contact(receivers=("support",)),
        None,
    ),
}


@pytest.mark.parametrize(("asked", "policy", "contact", "reason"), TABLE.values(), ids=TABLE.keys())
def test_who_is_written_to(asked: Ask, policy: Policy, contact: Contact, reason: Held | None) -> None:
    held = held_back(asked, policy, contact, NOON)
    assert (held.reason if held else None) == reason


def test_the_table_has_every_reason_but_the_night() -> None:
    assert {reason for *_, reason in TABLE.values() if reason} == {*get_args(Held)} - {"night"}


@pytest.mark.parametrize(
    ("hour", "minute", "wrote", "until"),
    [
        (18, 59, 3, None),
        (19, 0, 3, "06:00 19"),
        (23, 30, 3, "06:00 19"),
        (5, 59, 3, "06:00 18"),
        (6, 0, 3, None),
        (23, 30, 1, None),
        (23, 30, 0.5, None),
    ],
)
def test_nobody_is_written_to_at_night_who_is_not_awake(
    hour: int, minute: int, wrote: float, until: str | None
) -> None:
    """22:00 to 09:00 in Moscow is 19:00 to 06:00 in UTC."""
    now = datetime(2026, 11, 18, hour, minute, tzinfo=UTC)
    held = held_back(ask(addressed=True, wrote_at=now - timedelta(hours=wrote)), POLICY, NO_CONTACT, now)
    assert (f"{held.until:%H:%M %d}" if held and held.until else None) == until
    if held:
        assert (held.reason, held.remedy) == ("night", "wait")


@pytest.mark.parametrize(
    ("city", "hour", "until"),
    [
        ("Владивосток", 11, None),  # 21:00 there
        ("Владивосток", 12, "23:00 18"),  # 22:00 there, 15:00 in Moscow
        ("Vladivostok, Russia", 22, "23:00 18"),
        ("Владивосток", 23, None),  # 09:00 there, 02:00 in Moscow
        ("Калининград", 19, None),  # 21:00 there, 22:00 in Moscow
        ("у моря", 19, "06:00 19"),
        ("Москва / Владивосток", 19, "06:00 19"),
        (None, 19, "06:00 19"),
    ],
)
def test_the_night_is_that_of_the_city_where_he_lives(city: str | None, hour: int, until: str | None) -> None:
    now = datetime(2026, 11, 18, hour, tzinfo=UTC)
    held = held_back(ask(addressed=True, wrote_at=now - timedelta(hours=3), city=city), POLICY, NO_CONTACT, now)
    assert (f"{held.until:%H:%M %d}" if held and held.until else None) == until


def test_a_night_within_one_day_and_none_at_all() -> None:
    asked = ask(addressed=True, wrote_at=NOON - DAY)
    siesta = Policy(night=Night(starts=time(11), ends=time(13)))
    assert held_back(asked, siesta, NO_CONTACT, NOON) == HeldBack(
        reason="night", remedy="wait", until=NOON + timedelta(hours=1)
    )
    assert held_back(asked, siesta, NO_CONTACT, NOON + timedelta(hours=1)) is None
    assert held_back(asked, Policy(night=None), NO_CONTACT, NIGHT) is None


def test_who_was_approached_may_be_again_when_the_days_are_over() -> None:
    held = held_back(ask(), POLICY, Contact(approached=(NOON - 2 * DAY, NOON - 9 * DAY)), NOON)
    assert held is not None
    assert held.until == NOON + 28 * DAY


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Мой отец скончался, а вы шлёте счета", "утрата"),
        ("были на похоронах", "утрата"),
        ("не стало мамы в марте", "утрата"),
        ("телефон умер через день", "утрата"),  # a lead looks once too often rather than never
        ("мама в реанимации, связи нет", "болезнь"),
        ("Я инвалид второй группы", "болезнь"),
        ("бабушка при смерти, а вы отключили телефон", "утрата"),
        ("ребёнок отравился вашим творогом", "болезнь"),
        ("вызывали скорую помощь после вашего салата", "болезнь"),
        ("мне 12 лет и у меня украли деньги", "дети"),
        ("я в 7 классе", "дети"),
        ("во всём виноват Путин", "политика"),
        ("Ребята на СВО без связи", "политика"),
        ("роуминг за 12 лет ни разу не работал", None),
        ("связь пропала, верните деньги", None),
        ("в моём районе пропал интернет", None),
        ("выбор тарифа неудачный", None),
        ("детский тариф не работает", None),
        ("отправили не тот заказ", None),
        ("скорая доставка, скорость хорошая", None),
        ("аппарат своевременно не починили", None),
    ],
)
def test_stop_topics_are_known_by_their_words(text: str, topic: str | None) -> None:
    assert stop_topic(ask(words=(text,)), POLICY) == topic


asks = st.builds(
    ask,
    kind=st.sampled_from(get_args(OutboundKind)),
    brand=st.just("vasilek"),
    author=st.just("vk:7"),
    addressed=st.booleans(),
    wrote_at=st.integers(-100, 0).map(lambda hours: NOON + timedelta(hours=hours)),
    words=st.just(()) | st.just(("умер отец",)),
    by_lead=st.booleans(),
    approved=st.booleans(),
)
contacts = st.builds(
    Contact,
    outbounds=st.lists(
        st.builds(
            earlier,
            st.integers(1, 9),
            days=st.integers(0, 60),
            state=st.sampled_from(get_args(OutboundState)),
            unsolicited=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    approached=st.lists(st.integers(0, 60).map(lambda days: NOON - days * DAY), max_size=3).map(tuple),
    unwanted_at=st.none() | st.just(NOON - DAY),
)


@given(asks, contacts, st.integers(0, 47))
def test_nothing_that_is_known_besides_ever_lets_more_out(asked: Ask, contact: Contact, hours: int) -> None:
    """A wish to be left, one more approach, words of grief: each can only hold back more."""
    now = NOON + timedelta(hours=hours)
    held = held_back(asked, POLICY, contact, now)
    if asked.kind not in WORDED:
        assert held is None
    if held is None or asked.kind not in SPEAKS:
        return
    worse = replace(contact, unwanted_at=contact.unwanted_at or now, approached=(now, *contact.approached))
    assert held_back(asked, POLICY, worse, now) is not None
    assert held_back(replace(asked, addressed_at=None), POLICY, contact, now) is not None


@given(asks, contacts)
def test_no_word_of_a_lead_lets_out_what_is_forbidden(asked: Ask, contact: Contact) -> None:
    held = held_back(asked, POLICY, contact, NOON)
    agreed = held_back(replace(asked, by_lead=True, approved=True), POLICY, contact, NOON)
    if held is not None and held.remedy in ("none", "wait"):
        assert agreed == held
    else:
        assert agreed is None
