"""Which candidates get no card: a brand has had those of its day, or people have muted them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.candidate import Candidate
from alerts.cases.commands import Withhold
from alerts.routing import Chat
from alerts.suppression import URGENT_AT, MuteInForce
from listener.decided import Decided, Routed, Stored
from listener.limits import unmuted, within_limits
from tests.contract.store_samples import mention
from tests.fakes import NOON, a_candidate

CHATS = (("support", Chat(messenger="console", chat="support")),)


def decided(*candidates: Candidate, row: int = 1) -> Decided:
    return Decided(
        stored=Stored(row=row, mention=mention(row), text_version=1),
        routed=tuple(Routed(candidate=candidate, chats=CHATS) for candidate in candidates),
    )


def place(number: int, **fields: Any) -> Candidate:
    """A candidate in a place of its own."""
    return a_candidate(thread=f"t{number}", **fields)


def told(decisions: Sequence[Decided]) -> list[bool]:
    """Of each candidate, whether its card goes out."""
    return [bool(route.chats) for decision in decisions for route in decision.routed]


def test_a_brand_without_a_limit_has_every_card() -> None:
    batch = [decided(place(number), row=number) for number in range(5)]
    assert within_limits(batch, {}, {}) == (batch, [])


def test_what_is_beyond_the_limit_is_kept_without_chats_and_named() -> None:
    batch = [decided(place(number), row=number) for number in range(4)]
    allowed, left_out = within_limits(batch, {"vasilek": 1}, {"vasilek": 3})
    assert told(allowed) == [True, True, False, False]
    assert left_out == [place(2), place(3)]
    assert [decision.stored for decision in allowed] == [decision.stored for decision in batch]
    assert [route.candidate for decision in allowed for route in decision.routed] == [place(n) for n in range(4)]


def test_the_cards_of_the_day_so_far_count() -> None:
    allowed, _ = within_limits([decided(place(1))], {"vasilek": 60}, {"vasilek": 60})
    assert told(allowed) == [False]


def test_urgent_cards_pass_but_count() -> None:
    urgent = decided(place(1, urgency=URGENT_AT))
    ordinary = decided(place(2))
    assert told(within_limits([urgent, ordinary], {"vasilek": 2}, {"vasilek": 2})[0]) == [True, False]
    assert told(within_limits([urgent, ordinary], {"vasilek": 0}, {"vasilek": 2})[0]) == [True, True]
    assert told(within_limits([urgent, ordinary], {"vasilek": 1}, {"vasilek": 2})[0]) == [True, False]


def test_many_words_of_one_customer_in_one_place_take_one_card() -> None:
    batch = [decided(place(1), row=number) for number in range(5)] + [decided(place(2), row=9)]
    assert told(within_limits(batch, {"vasilek": 0}, {"vasilek": 2})[0]) == [True] * 6


@pytest.mark.parametrize("other", [{"network": "x"}, {"author_id": "8"}, {"thread": "t9"}])
def test_another_place_takes_a_card_of_its_own(other: dict[str, Any]) -> None:
    batch = [decided(place(1)), decided(replace(place(1), **other))]
    assert told(within_limits(batch, {"vasilek": 0}, {"vasilek": 1})[0]) == [True, False]


def test_a_limit_is_its_brand_s_alone() -> None:
    batch = [decided(place(1), place(1, brand="lyutik")), decided(place(2), place(2, brand="lyutik"))]
    allowed, left_out = within_limits(batch, {"vasilek": 0}, {"vasilek": 1})
    assert told(allowed) == [True, True, False, True]
    assert [candidate.brand for candidate in left_out] == ["vasilek"]


def test_what_is_left_out_once_is_not_told_by_a_later_word_of_the_same_batch() -> None:
    batch = [decided(place(1)), decided(place(2)), decided(place(2))]
    assert told(within_limits(batch, {"vasilek": 0}, {"vasilek": 1})[0]) == [True, False, False]


PLACES = st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=20)


@given(PLACES, st.integers(0, 5), st.integers(0, 8))
def test_never_more_new_cards_than_the_limit_beside_urgent_ones(
    places: list[tuple[int, bool]], before: int, per_day: int
) -> None:
    batch = [
        decided(place(number, urgency=URGENT_AT if urgent else 0.1), row=row)
        for row, (number, urgent) in enumerate(places)
    ]
    allowed, left_out = within_limits(batch, {"vasilek": before}, {"vasilek": per_day})
    shown = {route.candidate.thread for decision in allowed for route in decision.routed if route.chats}
    urgent_places = {f"t{number}" for number, urgent in places if urgent}
    assert len(shown - urgent_places) <= max(0, per_day - before)
    assert urgent_places <= shown
    assert len(left_out) == told(allowed).count(False)


def test_what_is_muted_is_kept_without_chats_and_named() -> None:
    batch = [decided(place(1), place(2, topics=("цена",))), decided(place(3, urgency=URGENT_AT), row=2)]
    mute = MuteInForce(brand="vasilek", until=NOON + timedelta(hours=1), topic="связь")
    heard = unmuted(batch, [mute], NOON)
    assert told(heard) == [False, True, True]
    assert heard[0].routed[0].withheld == Withhold(reason="topic_muted", until=mute.until)
    assert unmuted(batch, [], NOON) == batch


def test_what_is_muted_takes_none_of_the_days_cards() -> None:
    mute = MuteInForce(brand="vasilek", until=NOON + timedelta(hours=1), author="vk:7")
    batch = unmuted([decided(place(1)), decided(place(2, author_id="8"), row=2)], [mute], NOON)
    assert told(within_limits(batch, {"vasilek": 0}, {"vasilek": 1})[0]) == [False, True]


def test_what_is_beyond_the_days_limit_says_so() -> None:
    (allowed,), _ = within_limits([decided(place(1))], {"vasilek": 1}, {"vasilek": 1})
    assert allowed.routed[0].withheld == Withhold(reason="daily_limit")
