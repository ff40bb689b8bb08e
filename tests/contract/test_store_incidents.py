"""Incidents in the store: a burst becomes one list in each chat, what follows joins it, and it is over once
calm.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest

from alerts.cards.context import CardContext
from alerts.cards.incident import TAKE
from alerts.cases.case import Case
from alerts.cases.commands import Claim, Withhold
from alerts.delivery.showing import Showing
from alerts.incidents.group import Group, words_of
from alerts.incidents.history import Standing, standing
from alerts.incidents.incident import Incident
from alerts.incidents.usual import Usual
from alerts.notifiers.console.notifier import ConsoleNotifier
from alerts.outreach.policy import Policy
from alerts.outreach.policy import Surges as Settings
from alerts.ports import Answer, Delivery, Digest, Due, Notice, Notifier, Press
from alerts.routing import Chat
from domain.mention import Author, Mention
from domain.person import MessengerId
from listener.loops.surges import Surges
from listener.store.export import export
from listener.store.presses import Answered
from listener.store.stores import Stores
from tests.contract.answering import rules_with
from tests.contract.store_samples import (
    ANNA,
    NOW,
    OLEG,
    SLACK,
    SUPPORT,
    claim_all,
    complain,
    complaint,
    dismiss,
    do,
    keep,
    later,
    mention,
    press,
    wish,
)
from tests.contract.test_store_outbound import SENT, VK, confirmed, events, facts
from tests.fakes import TurnedClock
from tests.outbox import PlainMessenger

USUAL = Settings()
SAID = (
    "нет интернета с самого утра, роутер мигает красным",
    "связь пропала во всём доме, соседи тоже сидят без неё",
    "ничего не грузится, скорость ноль, поддержка занята",
    "третий раз за день отвалилась сеть, работать невозможно",
    "телефон пишет «нет сети», не могу никому дозвониться",
)


@dataclass
class Desk:
    """A store, the loop that looks for surges in it, and a clock."""

    store: Stores
    surges: Surges
    clock: TurnedClock
    number: int = 0

    def at(self, seconds: float) -> datetime:
        self.clock.time = later(seconds)
        return self.clock.time

    async def burst(
        self,
        count: int,
        seconds: float = 0,
        *,
        text: str | None = None,
        chats: tuple[Chat, ...] = (SUPPORT,),
        **named: Any,
    ) -> int:
        """So many complaints of as many people at once; returns how many incidents began."""
        now = self.at(seconds)
        said = [self.said(text, now) for _ in range(count)]
        recorded = await complain(self.store, *said, now=now, chats=chats, **named)
        return await self.surges.notice(recorded.groups)

    def said(self, text: str | None, now: datetime) -> Mention:
        self.number += 1
        words = text or f"Ромашка, {SAID[self.number % len(SAID)]}, я {chr(1072 + self.number % 30) * 9}"
        author = Author(id=str(self.number), name=f"Автор {self.number}")
        at = now - timedelta(seconds=1)
        return mention(self.number, thread=f"t{self.number}", author=author, text=words, published_at=at)

    async def due(self, seconds: float) -> list[Due]:
        """What goes out now."""
        now = self.at(seconds)
        due = await claim_all(self.store, now)
        for thing in due:
            await self.store.outbox.shown(thing, f"{type(thing).__name__}-{thing.id}", now)
        return due

    async def look(self, seconds: float) -> int:
        self.at(seconds)
        return await self.surges.look()


@pytest.fixture
def desk(store: Stores) -> Desk:
    return open_desk(store)


def open_desk(
    store: Stores, settings: Settings | None = USUAL, messengers: tuple[MessengerId, ...] = ("telegram", "slack")
) -> Desk:
    clock = TurnedClock(time=NOW)
    rules = rules_with(CardContext(policy=Policy(surges=settings), people=(ANNA, OLEG)))
    return Desk(store, Surges(store.incidents, lambda: rules, clock, lambda: messengers, lambda: None), clock)


def lists(due: Iterable[Due]) -> list[Digest]:
    return [thing for thing in due if isinstance(thing, Digest)]


def cards(due: Iterable[Due]) -> list[int]:
    return [thing.case.id for thing in due if isinstance(thing, Delivery)]


async def untold(store: Stores) -> int:
    """How many cards nobody has been shown, by themselves or in a list."""
    return sum(
        row["delivered_at"] is None for row in [row async for row in export(store.database, "deliveries", None)]
    )


def incident(digest: Digest) -> Incident:
    assert digest.listing.incident is not None
    return digest.listing.incident


async def test_a_burst_is_one_list_in_place_of_its_cards(desk: Desk) -> None:
    assert await desk.burst(60) == 1
    due = await desk.due(1)
    (digest,) = lists(due)
    assert cards(due) == []
    assert (digest.chat, digest.listing.why) == (SUPPORT, "incident")
    assert (digest.listing.total, digest.listing.free) == (60, 60)
    shown = incident(digest)
    assert (shown.total, shown.waiting, shown.state, sum(shown.counts)) == (60, 60, "open", 60)
    assert shown.group.what == "связь"
    assert [(place.network, place.count, place.page) for place in shown.places] == [
        ("vk", 60, None),
        ("vk", 60, "vk:romashka_help"),
    ]


async def test_a_few_complaints_are_cards_as_ever(desk: Desk) -> None:
    assert await desk.burst(4) == 0
    due = await desk.due(1)
    assert (lists(due), cards(due)) == ([], [1, 2, 3, 4])


async def test_a_card_that_is_shown_stays_and_stands_in_the_list_too(desk: Desk) -> None:
    await desk.burst(3)
    assert cards(await desk.due(1)) == [1, 2, 3]
    assert await desk.burst(57, 60) == 1
    due = await desk.due(61)
    assert cards(due) == []
    assert lists(due)[0].listing.total == 60


async def test_what_somebody_has_already_keeps_its_card_and_its_buttons(desk: Desk) -> None:
    await desk.burst(3)
    await do(desk.store, Claim(), case=2, now=later(1))
    assert await desk.burst(57, 60) == 1
    due = await desk.due(61)
    assert cards(due) == [2]
    assert lists(due)[0].listing.total == 60


LIMITED = Withhold(reason="daily_limit")
MUTED = Withhold(reason="author_muted")


async def test_what_is_beyond_the_day_s_limit_stands_in_the_list_and_can_be_claimed_there(desk: Desk) -> None:
    await desk.burst(10)
    assert await desk.burst(50, 60, withheld=LIMITED) == 1
    (digest,) = lists(await desk.due(61))
    assert (digest.listing.total, incident(digest).total) == (60, 60)
    press = Press(
        messenger=SUPPORT.messenger,
        key="p60",
        user="111",
        user_name="Анна",
        case=60,
        action="claim",
        at=later(62),
        chat=SUPPORT.chat,
        ref=f"Digest-{digest.id}",
    )
    answered = await desk.store.presses.obey(press, "Анна", lambda _case: wish(Claim()), later(62))
    assert answered.applied
    assert 60 in cards(await desk.due(63))


async def test_a_surge_all_of_which_is_beyond_the_limit_is_told_where_the_brand_is_told_of(desk: Desk) -> None:
    await desk.burst(1, text="Ромашка, оператор нахамил")
    await desk.due(1)
    assert await desk.burst(60, 7200, withheld=LIMITED) == 1
    (digest,) = lists(await desk.due(7201))
    assert (digest.chat, digest.listing.total) == (SUPPORT, 60)


async def test_whom_somebody_muted_stands_in_no_list(desk: Desk) -> None:
    await desk.burst(30)
    await desk.burst(30, 60, withheld=MUTED)
    assert lists(await desk.due(61))[0].listing.total == 30


async def test_each_of_two_chats_has_its_list(desk: Desk) -> None:
    await desk.burst(30, chats=(SUPPORT, SLACK))
    due = await desk.due(1)
    assert {digest.chat for digest in lists(due)} == {SUPPORT, SLACK}
    assert cards(due) == []


async def test_a_messenger_that_shows_no_lists_gets_cards(store: Stores) -> None:
    desk = open_desk(store, messengers=("slack",))
    await desk.burst(30, chats=(SUPPORT, SLACK))
    due = await desk.due(1)
    assert [digest.chat for digest in lists(due)] == [SLACK]
    assert len(cards(due)) == 30


async def test_where_no_list_can_be_shown_words_say_how_it_goes(store: Stores) -> None:
    console = Chat(messenger="console", chat="терминал")
    desk = open_desk(store)
    await desk.burst(30, chats=(SUPPORT, console))

    def said(due: Iterable[Due]) -> list[tuple[str, Chat]]:
        return [(thing.draft.kind, thing.chat) for thing in due if isinstance(thing, Notice)]

    assert said(await desk.due(1)) == [("incident_began", console)]
    await desk.burst(30, 60, chats=(SUPPORT, console))
    assert said(await desk.due(66)) == [("incident_grew", console)]
    assert await desk.look(60 * 60) == 1
    assert sorted(said(await desk.due(60 * 60 + 6)), key=str) == [
        ("incident_over", console),
        ("incident_over", SUPPORT),
    ]


@pytest.mark.parametrize("notifier", [ConsoleNotifier(StringIO()), PlainMessenger()], ids=["console", "plain"])
async def test_every_messenger_without_lists_shows_how_it_goes(store: Stores, notifier: Notifier) -> None:
    """Also one that shows nothing but cards, and says no word under them."""
    desk, showing = open_desk(store), Showing(notifier, CardContext())
    chats = (Chat(messenger="console", chat="терминал"),)

    async def told(seconds: float) -> list[str]:
        due = await claim_all(store, desk.at(seconds))
        for thing in due:
            shown = await showing.show(thing, desk.clock.time)
            await store.outbox.shown(shown.due, shown.ref, desk.clock.time)
        return [thing.draft.kind for thing in due if isinstance(thing, Notice)]

    await desk.burst(30, chats=chats)
    assert await told(1) == ["incident_began"]
    await desk.burst(30, 60, chats=chats)
    assert await told(66) == ["incident_grew"]
    await desk.look(60 * 60)
    assert await told(60 * 60 + 6) == ["incident_over"]


async def test_every_card_that_is_held_back_says_why(desk: Desk) -> None:
    async def held_back() -> list[str | None]:
        return [row["held_back"] async for row in export(desk.store.database, "deliveries", None)]

    await desk.burst(1, not_before=later(3600))
    assert await held_back() == ["hours"]
    await desk.due(3601)
    assert await held_back() == [None]
    await desk.burst(30, 2 * 3600)
    assert await held_back() == [None, *["incident"] * 30]
    now = desk.at(9000)
    await complain(desk.store, *(desk.said(None, now) for _ in range(12)), now=now, brand="tulpar")
    await claim_all(desk.store, now, folds=True)
    assert (await held_back())[31:] == [*[None] * 5, *["flood"] * 7]


async def test_what_happens_to_it_is_its_history(desk: Desk) -> None:
    await desk.burst(30)
    (digest,) = lists(await desk.due(1))
    asked = replace(press("k1", case=digest.id, action=TAKE), ref=f"Digest-{digest.id}")
    for who in (ANNA, OLEG):
        await desk.store.incidents.take(asked, who, later(2))
    await desk.burst(29, 60)
    await desk.burst(1, 120)
    assert await desk.look(60 * 60) == 1
    (row,) = [each async for each in export(desk.store.database, "incidents", None)]
    assert [(event["number"], event["kind"], event["actor"], event["person"]) for event in row["events"]] == [
        (1, "began", "program", None),
        (2, "taken", "person", "anna"),
        (3, "taken", "person", "oleg"),
        (4, "grew", "program", None),
        (5, "ended", "clock", None),
    ]
    assert [event["payload"].get("total") for event in row["events"]] == [30, None, None, 60, 60]
    assert (row["state"], row["owner"], row["topic"], len(row["cases"])) == ("over", "oleg", "связь", 60)
    (digest,) = lists(await desk.due(60 * 60 + 6))
    shown = incident(digest)
    # What the row says and what the history comes to is one.
    assert standing(shown.events) == Standing(owner=shown.owner, calm_at=shown.calm_at, over_at=shown.over_at)
    assert [row async for row in export(desk.store.database, "incidents", later(3600))] == []


async def test_what_comes_later_joins_and_the_counter_grows(desk: Desk) -> None:
    await desk.burst(60)
    await desk.due(1)
    assert await desk.burst(7, 120) == 0
    assert await desk.due(121) == [], "an edit for each new case would use up the chat's minute"
    assert await untold(desk.store) == 7
    (digest,) = lists(await desk.due(126))
    assert (digest.listing.total, incident(digest).total, digest.ref) == (67, 67, f"Digest-{digest.id}")
    assert await untold(desk.store) == 0, "what stands in the list is told"


async def test_an_urgent_complaint_has_a_card_beside_the_list(desk: Desk) -> None:
    await desk.burst(60)
    await desk.due(1)
    await desk.burst(1, 60, is_urgent=True)
    due = await desk.due(66)
    assert cards(due) == [61]
    assert incident(lists(due)[0]).total == 61


async def test_at_night_the_list_waits_like_its_cards(desk: Desk) -> None:
    await desk.burst(60, not_before=later(3600))
    assert await desk.due(10) == []
    assert len(lists(await desk.due(3601))) == 1


async def test_a_list_that_waits_for_the_morning_holds_up_no_digest_of_the_night(desk: Desk) -> None:
    await desk.burst(60, not_before=later(3600))
    now = desk.at(60)
    await complain(desk.store, *(desk.said(None, now) for _ in range(12)), now=now, brand="tulpar")
    shown = lists(await claim_all(desk.store, now, folds=True))
    assert [(digest.listing.why, digest.listing.total) for digest in shown] == [("flood", 7)]


async def test_every_case_is_taken_from_the_list_one_by_one(desk: Desk) -> None:
    await desk.burst(30)
    (digest,) = lists(await desk.due(1))
    asked = replace(press("k1", case=7), ref=f"Digest-{digest.id}", chat=SUPPORT.chat)
    done = await desk.store.presses.obey(asked, "Анна", lambda _case: wish(Claim(), ANNA), later(2))
    assert done.applied
    due = await desk.due(3)
    assert cards(due) == [7]
    (shown,) = lists(due)
    assert (shown.listing.free, incident(shown).waiting) == (29, 29)


async def test_the_same_words_of_many_are_an_incident_whatever_they_are_about(desk: Desk) -> None:
    text = "Ромашка обманула вкладчиков, требую ответа от директора лично"
    now = desk.at(0)
    await keep(desk.store, *(desk.said(text, now) for _ in range(12)), now=now)
    stored = await desk.store.mentions.undecided(500, now)
    decided = []
    for number, each in enumerate(stored):
        one = complaint(each)
        (routed,) = one.routed
        topics = (f"тема {number % 4}",)
        decided.append(replace(one, routed=(replace(routed, candidate=replace(routed.candidate, topics=topics)),)))
    recorded = await desk.store.decisions.record(decided, now)
    assert await desk.surges.notice(recorded.groups) == 1
    shown = incident(lists(await desk.due(1))[0])
    assert (shown.group.kind, shown.words, shown.total) == ("words", text, 12)


async def test_a_case_is_in_one_incident_at_a_time(desk: Desk) -> None:
    text = "Ромашка, связь не работает третий день, поддержка молчит, верните деньги"
    assert await desk.burst(40, text=text) == 1, "of the topic, and not another of the words"


async def test_what_was_written_long_ago_is_no_surge_now(desk: Desk) -> None:
    now = desk.at(0)
    old = [replace(desk.said(None, now), published_at=now - timedelta(minutes=61 + 30 * n)) for n in range(40)]
    recorded = await complain(desk.store, *old, now=now)
    assert await desk.surges.notice(recorded.groups) == 0


async def test_what_was_no_complaint_makes_no_incident(desk: Desk) -> None:
    await complain(desk.store, *(desk.said(None, desk.at(0)) for _ in range(20)))
    for case in range(1, 21):
        await dismiss(desk.store, case)
    assert await desk.burst(1, 60) == 0


async def test_what_the_last_hours_brought_is_known_by_the_hour(desk: Desk) -> None:
    await desk.burst(3)
    await desk.burst(2, 2 * 3600)
    topic, words = Group(brand="romashka", what="связь"), words_of("romashka", 1)
    hour = NOW - timedelta(hours=1)
    for group in (topic, words):
        assert await desk.store.incidents.recent(group, later(3 * 3600)) == {hour: 3, hour + timedelta(hours=2): 2}
    assert await desk.store.incidents.recent(topic, later(30 * 3600)) == {}


async def test_switched_off_nothing_is_looked_for(store: Stores) -> None:
    desk = open_desk(store, None)
    assert await desk.burst(60) == 0
    assert len(cards(await desk.due(1))) == 60


async def test_somebody_takes_it_and_a_lead_takes_it_away(desk: Desk) -> None:
    await desk.burst(30)
    (digest,) = lists(await desk.due(1))
    asked = replace(press("k1", case=digest.id, action=TAKE), ref=f"Digest-{digest.id}")
    kirill = replace(ANNA, id="kirill")
    takes = [await desk.store.incidents.take(asked, who, later(2)) for who in (ANNA, ANNA, kirill, OLEG)]
    assert [(each.owner, each.refused) for each in takes if each is not None] == [
        ("anna", None),
        ("anna", "already_yours"),
        ("anna", "anothers"),
        ("oleg", None),
    ]
    (shown,) = lists(await desk.due(3))
    assert (incident(shown).owner, incident(shown).state) == ("oleg", "owned")
    assert await desk.store.incidents.take(replace(asked, ref="another"), ANNA, later(4)) is None


async def test_it_may_be_taken_before_its_place_is_noted(desk: Desk) -> None:
    await desk.burst(30)
    (digest,) = lists(await claim_all(desk.store, desk.at(1)))
    asked = replace(press("k1", case=digest.id, action=TAKE), ref="just-sent")
    taken = await desk.store.incidents.take(asked, ANNA, later(2))
    assert taken is not None
    assert taken.owner == "anna"
    await desk.store.outbox.shown(digest, "just-sent", desk.at(3))
    (shown,) = lists(await desk.due(4))
    assert (shown.ref, incident(shown).owner) == ("just-sent", "anna")


async def test_it_is_over_when_no_more_comes_than_is_usual_and_that_is_said_once(desk: Desk) -> None:
    await desk.burst(30)
    await desk.due(1)
    await desk.burst(10, 20 * 60)
    await desk.due(20 * 60 + 6)
    assert await desk.look(40 * 60) == 0, "ten of the last half hour are not usual"
    assert await desk.look(51 * 60) == 1
    due = await desk.due(51 * 60 + 6)
    (said,) = [thing for thing in due if isinstance(thing, Notice)]
    (digest,) = lists(due)
    assert said.incident is not None
    assert (said.draft.kind, said.card_ref, said.incident.calm_at) == (
        "incident_over",
        f"Digest-{digest.id}",
        later(21 * 60),
    )
    assert incident(digest).state == "over"
    assert await desk.look(60 * 60) == 0
    assert await desk.due(60 * 60) == []
    assert await desk.burst(1, 61 * 60) == 0
    assert cards(await desk.due(61 * 60 + 6)) == [41], "an ordinary card again"


async def test_one_more_after_the_end_does_not_begin_it_again(desk: Desk) -> None:
    """A surge of ten minutes is over before it has left the longest window."""
    await desk.burst(200)
    await desk.due(1)
    assert await desk.look(30 * 60) == 1
    await desk.due(30 * 60 + 6)
    assert await desk.burst(1, 31 * 60) == 0
    assert cards(await desk.due(31 * 60 + 6)) == [201]


async def test_a_second_wave_is_an_incident_of_those_who_make_it(desk: Desk) -> None:
    await desk.burst(60)
    assert await desk.look(30 * 60) == 1
    await desk.due(30 * 60 + 6)
    await desk.burst(4, 40 * 60)
    now, hour = desk.at(40 * 60), timedelta(hours=1)
    group, usual = Group(brand="romashka", what="связь"), Usual(per_hour=0.1, shape=1.0)
    assert await desk.store.incidents.begin(group, usual, now - hour, now, hour, ("telegram",)) is not None
    (digest,) = lists(await desk.due(40 * 60 + 6))
    shown = incident(digest)
    assert (digest.listing.total, shown.total, shown.since) == (4, 4, later(40 * 60 - 1))


async def test_it_goes_on_after_a_restart(desk: Desk) -> None:
    await desk.burst(30)
    again = open_desk(desk.store)
    again.number = 30
    assert await again.burst(5, 60) == 0
    assert incident(lists(await again.due(66))[0]).total == 35
    assert await again.look(40 * 60) == 1


async def test_what_a_killed_daemon_left_beside_joins_at_the_next_look(desk: Desk) -> None:
    await desk.burst(30)
    await desk.due(1)
    now = desk.at(60)
    await complain(desk.store, *(desk.said(None, now) for _ in range(4)), now=now)
    await desk.look(70)
    due = await desk.due(76)
    assert cards(due) == []
    assert incident(lists(due)[0]).total == 34


async def test_an_answer_to_one_is_offered_to_all_who_wait_in_the_incident(desk: Desk) -> None:
    await desk.burst(30)
    await confirmed(desk.store, "Авария, чиним до шести", to="1")
    (claimed,) = await desk.store.outbound.claim(VK, later(2))
    await desk.store.outbound.sent(claimed.outbound, SENT, later(3))
    assert facts(await events(desk.store))[-1].similar == tuple(range(2, 22))
    known: list[Any] = []

    def look(case: Case) -> Answered:
        known.append(case.contact.nearby)
        return Answered(answer=Answer(text=""))

    await desk.store.presses.obey(press("look", case=4), "Анна", look, later(4))
    assert (known[0].case, known[0].text) == (1, "Авария, чиним до шести")


async def test_of_two_daemons_one_begins_the_incident(store: Stores) -> None:
    desk = open_desk(store)
    now = desk.at(0)
    recorded = await complain(store, *(desk.said(None, now) for _ in range(30)), now=now)
    others = [open_desk(store) for _ in range(4)]
    begun = await asyncio.gather(*(each.surges.notice(recorded.groups) for each in (desk, *others)))
    assert sorted(begun) == [0, 0, 0, 0, 1]
    assert [digest.listing.total for digest in lists(await desk.due(1))] == [30]
