"""The decision: brands found, verdicts weighed, cases made and routed, and the named reason where none is."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.candidate import Candidate
from alerts.cases.events import NO_DEADLINES, Deadlines
from alerts.routing import Chat, Receiver, Routing
from alerts.sla import Hours, Sla
from classifiers.verdict import Question
from domain.brand import Brand, Match, Watch
from domain.mention import Author, Mention, NetworkId, Quote
from domain.person import Absence, Person
from domain.verdict import Evidence, Intent, Sentiment, Verdict
from listener.brands.matcher import Matcher
from listener.decided import MAKE_A_CASE, Decided, Stored
from listener.decision import SELDOM, SURE_AT, Decider, decide_apart, outcome_of
from listener.networks.accounts import is_own_account, on_own_page
from listener.reader import OWN_PAGE

BRAND = Brand(
    id="vasilek",
    title="Василёк Телеком",
    names=("Василёк",),
    accounts={"vk": ("vasilek_help", "club500"), "x": ("Vasilek_ru",)},
    ignore_authors=("vk:-100500", "x:@Robot", "vk:id77"),
)
MENTION = Mention(
    network=NetworkId("vk"),
    kind="comment",
    id="-1_2",
    url="https://vk.com/wall-1_1?reply=2",
    author=Author(id="7", name="Иван Петров", handle="ivan_p", followers=12),
    text="Василёк, опять нет связи",
    published_at=datetime(2026, 11, 18, 9, tzinfo=UTC),
    thread="-1_1",
    reach=300,
)
MATCH = Match(brand="vasilek", words=((0, 7),), reason="имя «Василёк»")
VERDICT = Verdict(
    sentiment=Sentiment(negative=0.8, neutral=0.15, positive=0.05),
    label="negative",
    complaint=0.8,
    intent="vent",
    topics=("связь",),
    urgency=0.3,
    evidence=(
        Evidence(start=0, end=7, weight=-0.4),
        Evidence(start=9, end=14, weight=0.7),
        Evidence(start=15, end=18, weight=1.9),
    ),
    model="test",
)


def by(identity: str, handle: str | None = None, network: str = "vk") -> Mention:
    return replace(MENTION, network=NetworkId(network), author=Author(id=identity, name="Кто-то", handle=handle))


SUPPORT = Chat(messenger="console", chat="support")
CRISIS = Chat(messenger="telegram", chat="-1003")
ROUTING = Routing(receivers=(Receiver(name="support", chats=(SUPPORT,)),), default=("support",))
NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
"""Wednesday noon in Moscow."""
LYUTIK = Brand(id="lyutik", title="Лютик", names=("Лютик",), accounts={"vk": ("lyutik_help",)})


SLA = Sla(warn=timedelta(minutes=15), due=timedelta(minutes=30), breach=timedelta(hours=1))
DAY = ((time(9), time(18)),)
HOURS = Hours(weekdays=DAY, weekend=(), holidays=None, night="urgent")


def in_minutes(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def stored(mention: Mention, row: int = 1) -> Stored:
    return Stored(row=row, mention=mention, text_version=1)


@dataclass
class Fixed:
    """A judge that finds the same in everything, and remembers what it was asked. It breaks over «яд»."""

    verdict: Verdict = VERDICT
    asked: list[Question] = field(default_factory=list)

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        self.asked += questions
        if any("яд" in question.text for question in questions):
            raise ValueError("poison")
        return [self.verdict for _ in questions]


def decider(
    *brands: Brand, judge: Fixed | None = None, routing: Routing = ROUTING, urgent_at: float = 0.9
) -> Decider:
    heard = brands or (BRAND, LYUTIK)
    return Decider(
        matcher=Matcher(heard),
        judge=judge or Fixed(),
        brands={brand.id: brand for brand in heard},
        routing=routing,
        urgent_at=urgent_at,
    )


@pytest.mark.parametrize(("text", "told"), [("у меня тоже", "Третий день нет связи"), ("нет связи, " * 9, None)])
def test_a_short_reply_is_judged_with_what_it_answers(text: str, told: str | None) -> None:
    judge = Fixed()
    parent = Quote(id="-1_1", author="Анна", text="Третий день нет связи")
    decider(judge=judge).decide_all(
        [stored(replace(MENTION, text=text, place="vk:vasilek_help", parent=parent))], NOW
    )
    (question,) = judge.asked
    assert (question.parent.text if question.parent else None) == told


def candidate(mention: Mention = MENTION, verdict: Verdict = VERDICT) -> Candidate:
    weighed = decider().weigh(mention, MATCH, verdict)
    return decider().candidate(mention, weighed)


def judged(
    text: str, place: str | None = None, *, complaint: float = 0.9, **named: bool
) -> tuple[Decided, list[Question]]:
    """What becomes of one text, and what the judge was asked of it."""
    judge = Fixed(replace(VERDICT, complaint=complaint))
    mention = replace(MENTION, text=text, place=place)
    (decision,) = decider(judge=judge).decide_all([Stored(row=1, mention=mention, text_version=1, **named)], NOW)
    return decision, judge.asked


def test_a_complaint_becomes_a_candidate_with_its_evidence_strongest_first() -> None:
    assert outcome_of(MENTION, VERDICT, BRAND) == "candidate"
    found = candidate()
    assert found.evidence_spans == ((15, 18), (9, 14))
    assert found.brand_spans == ((0, 7),)
    assert (found.brand, found.brand_title, found.thread) == ("vasilek", "Василёк Телеком", "-1_1")
    assert (found.complaint, found.urgency, found.topics) == (0.8, 0.3, ("связь",))
    assert (found.author_id, found.followers, found.reach) == ("7", 12, 300)
    assert found.network_title == "ВКонтакте"


def test_what_a_second_reading_added_is_no_word_to_show() -> None:
    whole = Evidence(start=0, end=len(MENTION.text), weight=3.5)
    twice = replace(VERDICT, evidence=(whole, *VERDICT.evidence), read_twice=True)
    assert candidate(verdict=twice).evidence_spans == ((15, 18), (9, 14))


def test_a_post_is_its_own_thread() -> None:
    assert candidate(replace(MENTION, thread=None)).thread == MENTION.id


@pytest.mark.parametrize(
    ("complaint", "outcome"), [(0.6, "candidate"), (0.5999, "below threshold"), (0.0, "below threshold")]
)
def test_the_brand_s_threshold_decides(complaint: float, outcome: str) -> None:
    assert outcome_of(MENTION, replace(VERDICT, complaint=complaint), BRAND) == outcome


@pytest.mark.parametrize("intent", list(SELDOM))
def test_what_is_seldom_a_complaint_must_be_a_sure_one(intent: Intent) -> None:
    likely = replace(VERDICT, intent=intent, complaint=SURE_AT - 0.01)
    assert outcome_of(MENTION, likely, BRAND) == SELDOM[intent]
    sure = replace(VERDICT, intent=intent, complaint=SURE_AT)
    assert outcome_of(MENTION, sure, BRAND) == "candidate"
    stricter = replace(BRAND, complaint_at=0.95)
    assert outcome_of(MENTION, sure, stricter) == SELDOM[intent]


def test_a_danger_makes_a_case_below_the_threshold() -> None:
    dangerous = replace(VERDICT, complaint=0.05, dangers=("здоровье",))
    assert outcome_of(MENTION, dangerous, BRAND) == "danger"
    (decision,) = decider(judge=Fixed(dangerous)).decide_all([stored(MENTION)], NOW)
    assert [route.candidate.dangers for route in decision.routed] == [("здоровье",)]


def test_a_danger_that_reads_like_praise_makes_a_case_too() -> None:
    ironic = replace(VERDICT, complaint=0.3, intent="praise", dangers=("здоровье",))
    assert outcome_of(MENTION, ironic, BRAND) == "danger"
    assert outcome_of(MENTION, replace(ironic, dangers=()), BRAND) == "praise"


@pytest.mark.parametrize("intent", ["advertisement", "news"])
def test_a_danger_that_is_told_as_news_or_to_sell_something_is_no_customer_s(intent: Intent) -> None:
    told = replace(VERDICT, complaint=0.3, intent=intent, dangers=("здоровье",))
    assert outcome_of(MENTION, told, BRAND) == intent


@pytest.mark.parametrize("outcome", ["own account", "ignored author"])
def test_no_danger_makes_a_case_of_an_own_or_ignored_author(outcome: str) -> None:
    dangerous = replace(VERDICT, dangers=("здоровье",))
    author = by("-500") if outcome == "own account" else by("77")
    assert outcome_of(author, dangerous, BRAND) == outcome


@pytest.mark.parametrize(
    "mention",
    [
        by("-500"),
        by("-9", "vasilek_help"),
        by("-9", "VASILEK_HELP"),
        by("42", "vasilek_ru", "x"),
    ],
)
def test_the_brand_s_own_words_make_no_case(mention: Mention) -> None:
    assert is_own_account(mention, (BRAND,))
    assert outcome_of(mention, VERDICT, BRAND) == "own account"


@pytest.mark.parametrize(
    "mention",
    [
        by("500"),
        by("7", "vasilek_helper"),
        by("42", "vasilek_help", "x"),
        by("-9", "vasilek_ru"),
    ],
)
def test_accounts_that_only_look_alike_are_customers(mention: Mention) -> None:
    assert not is_own_account(mention, (BRAND,))
    assert outcome_of(mention, VERDICT, BRAND) == "candidate"


@pytest.mark.parametrize("mention", [by("-100500"), by("3", "robot", "x"), by("77")])
def test_ignored_authors_make_no_case(mention: Mention) -> None:
    assert outcome_of(mention, VERDICT, BRAND) == "ignored author"


@pytest.mark.parametrize("mention", [by("-100500", network="x"), by("3", "robot"), by("-77")])
def test_an_ignored_author_is_ignored_on_his_network_alone(mention: Mention) -> None:
    assert outcome_of(mention, VERDICT, BRAND) == "candidate"


@pytest.mark.parametrize("account", ["vk:-123", "-123", "club123", "public123", "VK:club123"])
def test_a_community_is_known_under_each_of_its_names(account: str) -> None:
    assert is_own_account(by("-123"), (replace(BRAND, accounts={"vk": (account,)}),))


def test_without_brands_nobody_is_own() -> None:
    assert not is_own_account(by("-500"), ())


@given(st.floats(0, 1), st.floats(0, 1))
def test_nothing_below_the_threshold_becomes_a_case(complaint: float, threshold: float) -> None:
    brand = replace(BRAND, complaint_at=threshold)
    outcome = outcome_of(MENTION, replace(VERDICT, complaint=complaint), brand)
    assert (outcome in MAKE_A_CASE) == (complaint >= threshold)


@pytest.mark.parametrize(
    ("place", "ours"),
    [
        ("vk:vasilek_help", True),
        ("vk:VASILEK_help", True),
        ("vk:-500", True),
        ("vk:vasilek_shop", True),
        ("vk:Vasilek_ru", False),
        ("x:vasilek_help", False),
        ("vk:romashka_help", False),
        (None, False),
    ],
)
def test_own_pages_are_the_accounts_and_the_watched_communities(place: str | None, ours: bool) -> None:  # noqa: FBT001
    brand = replace(BRAND, watch={"vk": Watch(pages=("Vasilek_Shop",))})
    assert on_own_page(replace(MENTION, place=place), brand) is ours


def test_a_comment_on_the_brands_page_speaks_of_the_brand_without_naming_it() -> None:
    decision, asked = judged("Третий день нет связи", "vk:vasilek_help")
    (verdict,) = decision.verdicts
    assert (verdict.match.brand, verdict.match.words, verdict.match.reason) == ("vasilek", (), OWN_PAGE)
    assert asked == [Question(text="Третий день нет связи", brand=(), stream="vasilek")]
    assert [route.candidate.brand for route in decision.routed] == ["vasilek"]


@pytest.mark.parametrize("place", [None, "vk:somebody_else", "x:vasilek_help"])
def test_elsewhere_a_text_that_names_no_brand_is_nobodys(place: str | None) -> None:
    decision, asked = judged("Третий день нет связи", place)
    assert decision.verdicts == ()
    assert asked == []


def test_a_brand_that_is_named_is_meant_whoever_the_host() -> None:
    decision, _ = judged("Лютик лучше работает", "vk:vasilek_help")
    assert [verdict.match.brand for verdict in decision.verdicts] == ["lyutik"]


def test_chatter_on_the_brands_page_is_held_to_the_same_threshold() -> None:
    decision, _ = judged("Всем доброе утро", "vk:vasilek_help", complaint=0.5)
    (verdict,) = decision.verdicts
    assert verdict.outcome == "below threshold"
    assert decision.routed == ()


def test_a_text_that_names_two_brands_is_judged_for_each() -> None:
    decision, asked = judged("Василёк хуже, чем Лютик")
    assert [verdict.match.brand for verdict in decision.verdicts] == ["vasilek", "lyutik"]
    assert [question.brand for question in asked] == [((0, 7),), ((18, 23),)]
    assert [route.candidate.brand for route in decision.routed] == ["vasilek", "lyutik"]


@pytest.mark.parametrize("what", ["is_own", "is_deleted"])
def test_own_words_and_deleted_ones_are_not_judged_but_decided_on(what: str) -> None:
    decision, asked = judged("Василёк, опять нет связи", "vk:vasilek_help", **{what: True})
    assert asked == []
    assert (decision.verdicts, decision.routed) == ((), ())


@pytest.mark.parametrize(
    ("author", "what", "brands"),
    [
        ("-500", {"is_own": True}, {"vasilek"}),
        ("-500", {"is_own": True, "is_deleted": True}, set()),
        ("77", {}, set()),
    ],
)
def test_own_words_are_said_in_the_name_of_the_brands_whose_account_it_is(
    author: str, what: dict[str, bool], brands: set[str]
) -> None:
    kept = replace(stored(replace(MENTION, author=by(author).author)), **what)
    (decision,) = decider().decide_all([kept], NOW)
    assert decision.answers_for == brands


def test_a_repost_is_judged_by_what_it_shows_again() -> None:
    quoted = Quote(id="-9_1", author="Пётр", text="Василёк, третий день нет связи")
    judge = Fixed()
    (decision,) = decider(judge=judge).decide_all([stored(replace(MENTION, text="", quoted=quoted))], NOW)
    assert [question.text for question in judge.asked] == [quoted.text]
    assert [route.candidate.text for route in decision.routed] == [quoted.text]


def test_a_short_complaint_says_what_it_is_about_and_praise_says_nothing() -> None:
    complaint = decider().weigh(MENTION, MATCH, VERDICT)
    assert complaint.reasons == ("нет связи",)
    praise = decider().weigh(MENTION, MATCH, replace(VERDICT, complaint=0.1))
    assert praise.reasons == ()


def test_one_call_to_the_judge_serves_the_whole_batch_in_its_order() -> None:
    judge = Fixed()
    texts = ("Василёк, нет связи", "Ничего о брендах", "Лютик, нет связи")
    batch = [stored(replace(MENTION, text=text), row) for row, text in enumerate(texts, start=1)]
    decisions = decider(judge=judge).decide_all(batch, NOW)
    assert [decision.stored.row for decision in decisions] == [1, 2, 3]
    assert [len(decision.verdicts) for decision in decisions] == [1, 0, 1]


def test_a_text_that_breaks_the_judge_stands_alone_and_costs_no_other() -> None:
    texts = ["Василёк, нет связи", "Василёк, яд", "Василёк, верните деньги", "Лютик, нет связи"]
    batch = [stored(replace(MENTION, text=text), row) for row, text in enumerate(texts, start=1)]
    decided, culprits = decide_apart(decider().decide_all, batch, NOW)
    assert [decision.stored.row for decision in decided] == [1, 3, 4]
    assert [(culprit.row, error) for culprit, error in culprits] == [(2, "ValueError: poison")]


def test_a_chat_of_two_receivers_is_told_once_for_the_first() -> None:
    receivers = (
        Receiver(name="crisis", chats=(CRISIS, SUPPORT)),
        Receiver(name="support", chats=(SUPPORT,)),
    )
    routing = Routing(receivers=receivers, default=("crisis", "support"))
    routed = decider(routing=routing).route(candidate(), NOW)
    assert routed.chats == (("crisis", CRISIS), ("crisis", SUPPORT))


def test_nothing_is_promised_where_the_staff_promise_nothing() -> None:
    assert decider().promise(NOW) == NO_DEADLINES
    assert decider().route(candidate(), NOW).deadlines == NO_DEADLINES


def test_an_answer_is_promised_from_the_moment_of_the_decision() -> None:
    promised = decider(routing=replace(ROUTING, sla=SLA)).route(candidate(), NOW).deadlines
    minutes = (15, 30, 60)
    assert promised == Deadlines(
        **dict(zip(("warn_at", "due_at", "breach_at"), map(in_minutes, minutes), strict=True))
    )


@pytest.mark.parametrize(
    ("night", "urgency", "waits"),
    [
        ("send", 0.1, False),
        ("urgent", 0.1, True),
        ("urgent", 0.89, True),
        ("urgent", 0.9, False),
        ("hold", 0.1, True),
        ("hold", 0.99, True),
    ],
)
def test_a_card_waits_for_the_morning_as_the_staff_want_it(night: str, urgency: float, *, waits: bool) -> None:
    midnight = NOW.replace(hour=21)
    morning = datetime(2026, 11, 19, 6, tzinfo=UTC)
    routing = replace(ROUTING, hours=replace(HOURS, night=night))
    urgent = candidate(verdict=replace(VERDICT, urgency=urgency))
    routed = decider(routing=routing).route(urgent, midnight)
    assert routed.not_before == (morning if waits else None)
    assert routed.is_urgent is (urgency >= 0.9)


MONEY = Receiver(
    name="money",
    chats=(CRISIS,),
    hours=replace(HOURS, weekdays=((time(14), time(16)),)),
    sla=Sla(warn=timedelta(hours=1), due=timedelta(hours=3), breach=timedelta(hours=4)),
)
BOTH = Routing(
    receivers=(*ROUTING.receivers, MONEY),
    default=("money", "support"),
    sla=SLA,
    hours=replace(HOURS, night="hold"),
)


def test_the_first_receiver_answers_by_its_own_terms_and_hours() -> None:
    routed = decider(routing=BOTH).route(candidate(), NOW)
    # Two hours of Wednesday's, from 14:00 in Moscow, and one of Thursday's.
    assert routed.deadlines.due_at == datetime(2026, 11, 19, 12, tzinfo=UTC)
    assert routed.promises["support"].due_at == in_minutes(30)
    assert routed.path is not None
    assert routed.path.receivers == ("money", "support")


def test_each_receiver_waits_for_its_own_hours() -> None:
    routed = decider(routing=BOTH).route(candidate(), NOW)
    assert routed.held == {"money": datetime(2026, 11, 18, 11, tzinfo=UTC)}
    assert routed.not_before is None
    midnight = decider(routing=BOTH).route(candidate(), NOW.replace(hour=21))
    assert midnight.held == {
        "money": datetime(2026, 11, 19, 11, tzinfo=UTC),
        "support": datetime(2026, 11, 19, 6, tzinfo=UTC),
    }
    assert midnight.not_before == datetime(2026, 11, 19, 6, tzinfo=UTC)


def test_where_all_have_the_same_terms_nothing_is_promised_twice() -> None:
    assert decider(routing=replace(ROUTING, sla=SLA)).route(candidate(), NOW).promises == {}


def test_who_is_away_is_not_on_shift_under_any_of_his_ids() -> None:
    anna = Person(
        id="anna",
        name="Анна",
        role="operator",
        former_ids=("Анна",),
        absence=Absence(since=date(2026, 11, 18), until=date(2026, 11, 18)),
    )
    team = replace(decider(routing=replace(ROUTING, people=(anna,))), staff=frozenset({"anna", "Анна", "oleg"}))
    assert team.on_shift(NOW) == {"oleg"}
    assert team.on_shift(NOW + timedelta(days=1)) == {"anna", "Анна", "oleg"}
    # Already the nineteenth in Moscow.
    assert team.on_shift(NOW.replace(hour=21)) == {"anna", "Анна", "oleg"}


def test_by_day_no_card_waits() -> None:
    routing = replace(ROUTING, hours=replace(HOURS, night="hold"))
    assert decider(routing=routing).route(candidate(), NOW).not_before is None
