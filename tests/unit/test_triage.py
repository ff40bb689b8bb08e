"""Triage: which judged mentions become candidates, and the named reason of the others."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.candidate import Candidate
from domain.brand import Brand, Match, WatchVk
from domain.mention import Author, Mention, Network
from domain.verdict import Evidence, Intent, Sentiment, Verdict
from listener.triage import SELDOM, SURE_AT, Declined, on_own_page, own, triage

BRAND = Brand(
    id="vasilek",
    title="Василёк Телеком",
    names=("Василёк",),
    accounts_vk=("vasilek_help", "club500"),
    accounts_x=("Vasilek_ru",),
    ignore_authors=("vk:-100500", "x:@Robot", "vk:id77"),
)
MENTION = Mention(
    network="vk",
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


def by(identity: str, handle: str | None = None, network: Network = "vk") -> Mention:
    return replace(MENTION, network=network, author=Author(id=identity, name="Кто-то", handle=handle))


def test_a_complaint_becomes_a_candidate_with_its_evidence_strongest_first() -> None:
    candidate = triage(MENTION, MATCH, VERDICT, BRAND)
    assert isinstance(candidate, Candidate)
    assert candidate.because == ((15, 18), (9, 14))
    assert candidate.named == ((0, 7),)
    assert (candidate.brand, candidate.brand_title, candidate.thread) == ("vasilek", "Василёк Телеком", "-1_1")
    assert (candidate.complaint, candidate.urgency, candidate.topics) == (0.8, 0.3, ("связь",))
    assert (candidate.author_id, candidate.followers, candidate.reach) == ("7", 12, 300)


def test_what_a_second_reading_added_is_no_word_to_show() -> None:
    whole = Evidence(start=0, end=len(MENTION.text), weight=3.5)
    twice = replace(VERDICT, evidence=(whole, *VERDICT.evidence), read_twice=True)
    candidate = triage(MENTION, MATCH, twice, BRAND)
    assert isinstance(candidate, Candidate)
    assert candidate.because == ((15, 18), (9, 14))


def test_a_post_is_its_own_thread() -> None:
    candidate = triage(replace(MENTION, thread=None), MATCH, VERDICT, BRAND)
    assert isinstance(candidate, Candidate)
    assert candidate.thread == MENTION.id


@pytest.mark.parametrize(
    ("complaint", "outcome"), [(0.6, "candidate"), (0.5999, "below threshold"), (0.0, "below threshold")]
)
def test_the_brand_s_threshold_decides(complaint: float, outcome: str) -> None:
    result = triage(MENTION, MATCH, replace(VERDICT, complaint=complaint), BRAND)
    assert (result.reason if isinstance(result, Declined) else "candidate") == outcome


@pytest.mark.parametrize("intent", list(SELDOM))
def test_what_is_seldom_a_complaint_must_be_a_sure_one(intent: Intent) -> None:
    likely = replace(VERDICT, intent=intent, complaint=SURE_AT - 0.01)
    assert triage(MENTION, MATCH, likely, BRAND) == Declined(reason=SELDOM[intent])
    sure = replace(VERDICT, intent=intent, complaint=SURE_AT)
    assert isinstance(triage(MENTION, MATCH, sure, BRAND), Candidate)
    stricter = replace(BRAND, complaint_at=0.95)
    assert triage(MENTION, MATCH, sure, stricter) == Declined(reason=SELDOM[intent])


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
    assert own(mention, (BRAND,))
    assert triage(mention, MATCH, VERDICT, BRAND) == Declined(reason="own account")


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
    assert not own(mention, (BRAND,))
    assert isinstance(triage(mention, MATCH, VERDICT, BRAND), Candidate)


@pytest.mark.parametrize("mention", [by("-100500"), by("3", "robot", "x"), by("77")])
def test_ignored_authors_make_no_case(mention: Mention) -> None:
    assert triage(mention, MATCH, VERDICT, BRAND) == Declined(reason="ignored author")


@pytest.mark.parametrize("mention", [by("-100500", network="x"), by("3", "robot"), by("-77")])
def test_an_ignored_author_is_ignored_on_his_network_alone(mention: Mention) -> None:
    assert isinstance(triage(mention, MATCH, VERDICT, BRAND), Candidate)


@pytest.mark.parametrize("account", ["vk:-123", "-123", "club123", "public123", "VK:club123"])
def test_a_community_is_known_under_each_of_its_names(account: str) -> None:
    assert own(by("-123"), (replace(BRAND, accounts_vk=(account,)),))


def test_without_brands_nobody_is_own() -> None:
    assert not own(by("-500"), ())


@given(st.floats(0, 1), st.floats(0, 1))
def test_nothing_below_the_threshold_becomes_a_case(complaint: float, threshold: float) -> None:
    outcome = triage(MENTION, MATCH, replace(VERDICT, complaint=complaint), replace(BRAND, complaint_at=threshold))
    assert isinstance(outcome, Candidate) == (complaint >= threshold)


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
    brand = replace(BRAND, watch_vk=WatchVk(community=("Vasilek_Shop",)))
    assert on_own_page(replace(MENTION, place=place), brand) is ours
