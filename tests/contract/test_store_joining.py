"""Joining: what a customer writes, edits and deletes reaches the case, and wakes those whom it should."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from alerts.cases.commands import Claim, Note, Snooze
from alerts.cases.events import (
    CUSTOMER,
    NO_DEADLINES,
    Claimed,
    Deleter,
    MentionDeleted,
    MentionEdited,
    MentionJoined,
    Opened,
    Reopened,
    Woke,
)
from alerts.cases.state import fold
from alerts.cases.telling import Priority
from alerts.path import Path
from alerts.ports import Notice
from domain.mention import Author, Deletion, Mention, Quote
from listener.decided import Stored
from listener.ports import Batch
from listener.store.decisions import Recorded
from listener.store.export import export
from listener.store.figures import figures
from listener.store.stores import Stores
from tests.contract.store_samples import (
    ANNA,
    NOW,
    OLEG,
    SLACK,
    SOURCE,
    SUPPORT,
    claim,
    claim_all,
    close,
    complain,
    complaint,
    dismiss,
    do,
    keep,
    later,
    mention,
    nothing,
    notices,
    praise,
    promise,
    remark,
    show_all,
)
from tests.contract.test_store_outbound import confirmed

BOTH = (SUPPORT, SLACK)
Standing = Callable[[Stores], Awaitable[Any]]


async def edited(store: Stores, text: str, *, unhappy: bool, number: int = 1, at: float = 60, **named: Any) -> Any:
    """The author changes a mention, and the judge looks at it again."""
    await keep(store, mention(number, text=text), now=later(at))
    stored = await store.mentions.undecided(9, later(at))
    decide = (lambda one: complaint(one, **named)) if unhappy else praise
    return await store.decisions.record([decide(one) for one in stored], later(at))


async def deleted(store: Stores, number: int = 1, at: float = 60, by: Deleter | None = None) -> Any:
    """A mention is gone from its network, and the judge looks at it once more."""
    gone = Deletion(network=mention(number).network, id=mention(number).id, at=later(at))
    await store.mentions.keep(SOURCE, Batch(deleted=(gone,)), later(at))
    stored = await store.mentions.undecided(9, later(at))
    assert [one.is_deleted for one in stored] == [True]
    decided = [replace(nothing(one), deleted_by=by) for one in stored]
    return await store.decisions.record(decided, later(at))


async def facts(store: Stores, case: int = 1) -> list[Any]:
    found = await store.cases.case(case)
    assert fold(found.events) == found.state
    return [event.fact for event in found.events]


async def said(store: Stores, at: float) -> list[tuple[str, str]]:
    """The notices that are due, as (kind, chat)."""
    return sorted((notice.draft.kind, notice.chat.chat) for notice in await notices(store, later(at)))


async def said_and_shown(store: Stores, later_by: float) -> tuple[list[Any], list[Any]]:
    """What is due: notices as (kind, chat), cards as (chat, whether it is a new message)."""
    words, cards = [], []
    for due in await claim_all(store, later(later_by)):
        if isinstance(due, Notice):
            words.append((due.draft.kind, due.chat.chat))
        else:
            cards.append((due.chat.chat, due.ref is None))
        await store.outbox.shown(due, f"again-{due.id}", later(later_by))
    return sorted(words), sorted(cards)


async def shown_case(store: Stores) -> None:
    """A case of one complaint that both chats show."""
    await complain(store, mention(1), chats=BOTH, deadlines=promise(600))
    await show_all(store)


async def waits(store: Stores) -> None:
    await shown_case(store)


async def claimed(store: Stores) -> None:
    await shown_case(store)
    await do(store, Claim())
    await show_all(store, later(1))


async def snoozed(store: Stores) -> None:
    await shown_case(store)
    await do(store, Snooze(until=later(900)))
    await show_all(store, later(1))


async def snoozed_by_its_owner(store: Stores) -> None:
    await claimed(store)
    await do(store, Snooze(until=later(900)))
    await show_all(store, later(1))


async def closed(store: Stores) -> None:
    await claimed(store)
    await close(store)
    await show_all(store, later(1))


async def dismissed(store: Stores) -> None:
    await shown_case(store)
    await dismiss(store)
    await show_all(store, later(1))


# A complaint in a case, whatever has become of it.


async def test_a_mention_that_is_gone_opens_no_case_whatever_was_decided_of_it(store: Stores) -> None:
    gone = Deletion(network=mention(1).network, id=mention(1).id, at=NOW)
    await keep(store, mention(1))
    await store.mentions.keep("other", Batch(deleted=(gone,)), NOW)
    stored = await store.mentions.undecided(9, NOW)
    assert [each.is_deleted for each in stored] == [True]
    await store.decisions.record([complaint(each, SUPPORT) for each in stored], NOW)
    assert [row async for row in export(store.database, "cases", None)] == []


@pytest.mark.parametrize(
    ("standing", "is_anew", "kinds"),
    [
        (waits, False, []),
        (claimed, False, ["complaint"]),
        (snoozed, True, []),
        (snoozed_by_its_owner, False, ["complaint"]),
        (closed, True, []),
        (dismissed, True, []),
    ],
)
async def test_a_complaint_is_told_in_each_chat_once_and_as_the_case_stands(
    store: Stores, standing: Standing, kinds: list[str], *, is_anew: bool
) -> None:
    await standing(store)
    await complain(store, mention(2), now=later(60), chats=BOTH)
    assert await store.outbox.next_due() == later(60)
    assert await said_and_shown(store, later_by=60) == (
        sorted((kind, chat.chat) for kind in kinds for chat in BOTH),
        [("#support", is_anew), ("-1001", is_anew)],
    )
    # Where a new card went out, the old one leads on to it; nothing else is told again.
    leads_on = sorted(("moved_on", chat.chat) for chat in BOTH) if is_anew else []
    assert await said_and_shown(store, later_by=600) == (leads_on, [])
    case = await store.cases.case(1)
    assert case.state.is_open
    assert case.state.snoozed_until is None
    assert [one.id for one in case.mentions] == ["-1_1", "-1_2"]


@pytest.mark.parametrize(
    ("standing", "kinds"),
    [(waits, []), (claimed, ["remark"]), (snoozed, []), (snoozed_by_its_owner, ["remark"]), (closed, [])],
)
async def test_other_words_of_the_author_reach_an_owner_and_are_shown_by_every_card(
    store: Stores, standing: Standing, kinds: list[str]
) -> None:
    await standing(store)
    before = (await store.cases.case(1)).state
    await remark(store, mention(2, text="договор 4451, улица Ленина 5"), now=later(60))
    assert await said_and_shown(store, later_by=60) == (
        sorted((kind, chat.chat) for kind in kinds for chat in BOTH),
        [("#support", False), ("-1001", False)],
    )
    case = await store.cases.case(1)
    assert [(one.text, one.strength) for one in case.mentions] == [
        (mention(1).text, "complaint"),
        ("договор 4451, улица Ленина 5", "remark"),
    ]
    assert (case.state.stage, case.state.owner) == (before.stage, before.owner)
    assert (case.state.snoozed_until, case.state.deadlines) == (before.snoozed_until, before.deadlines)


@pytest.mark.parametrize("decide", [nothing, praise])
async def test_a_remark_joins_whatever_the_judge_says_of_it(store: Stores, decide: Any) -> None:
    await claimed(store)
    await keep(store, mention(2, text="спасибо, всё починили"), now=later(60))
    stored = await store.mentions.undecided(9, later(60))
    await store.decisions.record([decide(one) for one in stored], later(60))
    assert (await facts(store))[-1] == MentionJoined(mention=2, strength="remark")
    assert await said(store, 60) == [("remark", "#support"), ("remark", "-1001")]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"thread": "-1_9"},
        {"author": Author(id="78", name="Вера")},
        {"network": "x"},
    ],
)
async def test_words_elsewhere_or_of_another_do_not_join(store: Stores, elsewhere: dict[str, Any]) -> None:
    await claimed(store)
    await remark(store, mention(2, **elsewhere), now=later(60))
    assert [type(fact) for fact in await facts(store)] == [Opened, Claimed]
    assert len((await store.cases.case(1)).mentions) == 1
    assert await said(store, 60) == []


async def test_a_remark_before_any_complaint_makes_no_case(store: Stores) -> None:
    await remark(store, mention(1))
    assert (await figures(store.database)).cases == 0


async def test_a_remark_joins_the_cases_of_every_brand_in_its_thread(store: Stores) -> None:
    await complain(store, mention(1))
    await keep(store, mention(2))
    await store.decisions.record(
        [complaint(one, brand="vasilek") for one in await store.mentions.undecided(9, NOW)], NOW
    )
    await remark(store, mention(3), now=later(60))
    assert (await facts(store, 1))[-1] == MentionJoined(mention=3, strength="remark")
    assert (await facts(store, 2))[-1] == MentionJoined(mention=3, strength="remark")


async def test_a_complaint_and_its_remark_in_one_batch_are_told_in_their_order(store: Stores) -> None:
    await keep(store, mention(1), mention(2, text="и ещё: договор 4451"))
    first, second = await store.mentions.undecided(9, NOW)
    recorded = await store.decisions.record([complaint(first), nothing(second)], NOW)
    assert recorded == Recorded(decided=2, cases_new=1)
    assert await facts(store) == [Opened(mention=1), MentionJoined(mention=2, strength="remark")]


# Edits.


@pytest.mark.parametrize("standing", [waits, claimed, snoozed])
async def test_an_edit_that_takes_the_complaint_back_shows_and_asks_for_no_answer(
    store: Stores, standing: Standing
) -> None:
    await standing(store)
    await edited(store, "Всё починили, спасибо!", unhappy=False)
    case = await store.cases.case(1)
    (now_said,) = case.mentions
    assert (now_said.text, now_said.strength, now_said.edited_at) == (
        "Всё починили, спасибо!",
        "remark",
        later(60),
    )
    assert case.state.deadlines == NO_DEADLINES
    assert (await facts(store))[-1] == MentionEdited(mention=1, before="complaint", strength="remark", calm=True)
    assert await said_and_shown(store, later_by=60) == ([], [("#support", False), ("-1001", False)])


@pytest.mark.parametrize(
    ("standing", "is_anew", "kinds"),
    [
        (waits, False, []),
        (claimed, False, ["complaint"]),
        (snoozed, True, []),
        (closed, True, []),
        (dismissed, True, []),
    ],
)
async def test_an_edit_that_brings_the_complaint_is_told_as_a_new_one(
    store: Stores, standing: Standing, kinds: list[str], *, is_anew: bool
) -> None:
    await standing(store)
    await edited(store, "Спасибо!", unhappy=False, at=30)
    await said_and_shown(store, later_by=30)
    again = promise(1200)
    await edited(store, "Опять не работает!", unhappy=True, deadlines=again)
    assert await said_and_shown(store, later_by=60) == (
        sorted((kind, chat.chat) for kind in kinds for chat in BOTH),
        [("#support", is_anew), ("-1001", is_anew)],
    )
    case = await store.cases.case(1)
    assert case.state.is_open
    assert case.state.deadlines == again
    assert case.mentions[0].strength == "complaint"


@pytest.mark.parametrize("standing", [closed, dismissed])
async def test_two_more_exclamation_marks_reopen_nothing(store: Stores, standing: Standing) -> None:
    await standing(store)
    before = (await store.cases.case(1)).state
    recorded = await edited(store, mention(1).text + "!!", unhappy=True)
    assert recorded.cases_reopened == 0
    case = await store.cases.case(1)
    assert (case.state.stage, case.state.outcome) == (before.stage, before.outcome)
    assert (await facts(store))[-1] == MentionEdited(
        mention=1, before="complaint", strength="complaint", calm=False
    )
    assert await said_and_shown(store, later_by=60) == ([], [("#support", False), ("-1001", False)])


async def test_an_edit_of_what_was_no_complaint_opens_the_case_that_it_lacked(store: Stores) -> None:
    await remark(store, mention(1))
    await edited(store, "Третий день без связи", unhappy=True)
    assert await facts(store) == [Opened(mention=1)]
    assert len(await claim(store, later(60))) == 1


async def test_an_edit_while_another_complaint_stands_leaves_the_promise(store: Stores) -> None:
    await shown_case(store)
    await complain(store, mention(2), now=later(30))
    await edited(store, "Спасибо, с этим разобрались", unhappy=False, number=2)
    case = await store.cases.case(1)
    assert case.state.deadlines == promise(600)
    assert [one.strength for one in case.mentions] == ["complaint", "remark"]
    assert case.latest_complaint.id == "-1_1"


async def test_an_edit_to_another_brand_leaves_the_first_and_opens_the_second(store: Stores) -> None:
    await shown_case(store)
    await keep(store, mention(1, text="Василёк, нет связи"), now=later(60))
    (stored,) = await store.mentions.undecided(9, later(60))
    recorded = await store.decisions.record([complaint(stored, brand="vasilek")], later(60))
    assert recorded.cases_new == 1
    assert (await facts(store, 1))[-1] == MentionEdited(
        mention=1, before="complaint", strength="remark", calm=True
    )
    assert await facts(store, 2) == [Opened(mention=1)]


async def test_an_edit_of_a_remark_says_its_new_words_in_silence(store: Stores) -> None:
    await claimed(store)
    await remark(store, mention(2, text="мой телефон 8-900-000-00-00"), now=later(30))
    await said_and_shown(store, later_by=30)
    await edited(store, "договор 4451", unhappy=False, number=2)
    case = await store.cases.case(1)
    assert [one.text for one in case.mentions] == [mention(1).text, "договор 4451"]
    assert await said_and_shown(store, later_by=60) == ([], [("#support", False), ("-1001", False)])


async def test_the_same_text_heard_again_is_no_edit(store: Stores) -> None:
    await shown_case(store)
    await keep(store, mention(1), now=later(60))
    assert await store.mentions.undecided(9, later(60)) == []
    assert await said_and_shown(store, later_by=60) == ([], [])


# Deletions.


@pytest.mark.parametrize("standing", [waits, claimed, snoozed, closed])
async def test_a_deletion_shows_and_asks_for_no_answer(store: Stores, standing: Standing) -> None:
    await standing(store)
    before = (await store.cases.case(1)).state
    await deleted(store)
    case = await store.cases.case(1)
    assert case.mentions[0].deleted_at == later(60)
    assert (case.state.stage, case.state.owner) == (before.stage, before.owner)
    assert case.state.deadlines == NO_DEADLINES
    assert (await facts(store))[-1] == MentionDeleted(mention=1, calm=True)
    assert await said_and_shown(store, later_by=60) == ([], [("#support", False), ("-1001", False)])


async def test_a_deletion_while_another_complaint_stands_leaves_the_promise(store: Stores) -> None:
    await shown_case(store)
    await complain(store, mention(2), now=later(30))
    await deleted(store, 2)
    case = await store.cases.case(1)
    assert case.state.deadlines == promise(600)
    assert case.latest_complaint.id == "-1_1"
    await deleted(store, 1, at=90)
    assert (await store.cases.case(1)).state.deadlines == NO_DEADLINES


async def test_what_is_deleted_twice_is_heard_of_once(store: Stores) -> None:
    await shown_case(store)
    await deleted(store)
    gone = Deletion(network=mention(1).network, id=mention(1).id, at=later(90))
    await store.mentions.keep(SOURCE, Batch(deleted=(gone,)), later(90))
    assert await store.mentions.undecided(9, later(90)) == []
    assert sum(isinstance(fact, MentionDeleted) for fact in await facts(store)) == 1


async def test_a_deleted_mention_of_no_case_changes_nothing(store: Stores) -> None:
    await remark(store, mention(1))
    await deleted(store)
    assert (await figures(store.database)).cases == 0


@pytest.mark.parametrize("by", ["author", "brand", "other", None])
async def test_words_that_the_pages_keeper_deletes_are_told_to_the_leads(
    store: Stores, by: Deleter | None
) -> None:
    silent = by in ("brand", "other")
    await claimed(store)
    await deleted(store, by=by)
    assert (await facts(store))[-1] == MentionDeleted(mention=1, calm=True, by=by, silent=silent)
    said, _ = await said_and_shown(store, later_by=60)
    assert bool(said) == silent


async def test_words_that_people_of_the_case_had_removed_are_no_silent_deletion(store: Stores) -> None:
    await claimed(store)
    await confirmed(store, text="", kind="remove")
    await deleted(store, by="brand")
    assert (await facts(store))[-1] == MentionDeleted(mention=1, calm=True, by="brand")


async def test_a_mention_that_is_back_is_a_complaint_again(store: Stores) -> None:
    await shown_case(store)
    await deleted(store)
    await edited(store, mention(1).text, unhappy=True, at=90)
    case = await store.cases.case(1)
    assert (case.mentions[0].deleted_at, case.latest_complaint.id) == (None, "-1_1")


async def test_of_two_complaints_that_go_in_one_batch_the_last_makes_the_case_calm(store: Stores) -> None:
    await shown_case(store)
    await complain(store, mention(2), now=later(30))
    gone = tuple(Deletion(network=mention(n).network, id=mention(n).id, at=later(60)) for n in (1, 2))
    await store.mentions.keep(SOURCE, Batch(deleted=gone), later(60))
    stored = await store.mentions.undecided(9, later(60))
    await store.decisions.record([nothing(one) for one in stored], later(60))
    assert [fact.mention for fact in await facts(store) if isinstance(fact, MentionDeleted)] == [1, 2]
    assert (await facts(store))[-1] == MentionDeleted(mention=2, calm=True)
    assert (await store.cases.case(1)).state.deadlines == NO_DEADLINES


# The brand's own words.


async def own(store: Stores, one: Mention, at: float = 60) -> list[Stored]:
    await store.mentions.keep(SOURCE, Batch(mentions=(one,)), later(at), own={(one.network, one.id)})
    return await store.mentions.undecided(9, later(at))


async def test_own_words_are_kept_and_make_no_case(store: Stores) -> None:
    (stored,) = await own(store, mention(1))
    assert stored.is_own
    assert await store.decisions.record([nothing(stored)], later(60)) == Recorded(decided=1)
    counted = await figures(store.database)
    assert (counted.mentions, counted.cases) == (1, 0)


async def test_own_words_in_a_customer_s_thread_do_not_join_his_case(store: Stores) -> None:
    await claimed(store)
    (stored,) = await own(store, mention(2, author=Author(id="77", name="Ромашка")))
    await store.decisions.record([nothing(stored)], later(60))
    assert len((await store.cases.case(1)).mentions) == 1
    assert await said_and_shown(store, later_by=60) == ([], [])


# In one transaction, once.


async def test_a_word_waits_for_the_card_under_which_it_is_said(store: Stores) -> None:
    """A card held until the morning: its notices come after it, not in the night."""
    await complain(store, mention(1), not_before=later(3600))
    await do(store, Claim())
    await remark(store, mention(2), now=later(60))
    assert await said_and_shown(store, later_by=61) == ([], [])
    words, cards = await said_and_shown(store, later_by=3600)
    assert (words, cards) == ([("remark", "-1001")], [("-1001", True)])


async def test_the_same_decision_again_says_nothing_again(store: Stores) -> None:
    await claimed(store)
    await keep(store, mention(2), now=later(60))
    decided = [complaint(one, *BOTH) for one in await store.mentions.undecided(9, later(60))]
    await store.decisions.record(decided, later(60))
    assert await said(store, 60) == [("complaint", "#support"), ("complaint", "-1001")]
    assert await store.decisions.record(decided, later(61)) == Recorded(stale=1)
    assert await said(store, 120) == []


async def test_many_words_in_one_batch_are_a_word_each_and_one_edit(store: Stores) -> None:
    await claimed(store)
    await remark(store, *(mention(number) for number in range(2, 6)), now=later(60))
    words, cards = await said_and_shown(store, later_by=60)
    assert words == [("remark", "#support")] * 4 + [("remark", "-1001")] * 4
    assert cards == [("#support", False), ("-1001", False)]


async def test_a_note_of_a_colleague_is_no_word_of_the_customer(store: Stores) -> None:
    await claimed(store)
    await do(store, Note(text="мастер будет в пять"), person=OLEG, now=later(60))
    assert await said_and_shown(store, later_by=60) == ([], [("#support", False), ("-1001", False)])


async def test_what_the_customer_does_is_written_down_as_his(store: Stores) -> None:
    await claimed(store)
    await close(store)
    await complain(store, mention(2), now=later(60))
    case = await store.cases.case(1)
    joined, reopened = case.events[-2:]
    assert (joined.fact, joined.actor) == (MentionJoined(mention=2, strength="complaint"), CUSTOMER)
    assert (reopened.fact, reopened.actor) == (Reopened(), CUSTOMER)
    assert {event.actor.id for event in case.events} == {None, ANNA.id}


async def test_a_card_that_another_follows_is_told_so_once_and_behind_everything_else(store: Stores) -> None:
    await complain(store, mention(1), chats=BOTH, deadlines=promise(600))
    first = await claim(store)
    before = {due.chat.chat: f"old-{due.id}" for due in first}
    for due in first:
        await store.outbox.shown(due, before[due.chat.chat], NOW)
    await close(store)
    await complain(store, mention(2), chats=BOTH, now=later(60))
    assert await said_and_shown(store, later_by=60) == ([], [("#support", True), ("-1001", True)])
    told = await notices(store, later(65))
    assert [(notice.draft.kind, notice.draft.priority) for notice in told] == [("moved_on", Priority.OLD)] * 2
    assert {notice.chat.chat: notice.on for notice in told} == before
    assert all(notice.card_ref not in (None, notice.on) for notice in told)
    for notice in told:
        await store.outbox.shown(notice, notice.on, later(65))
    await complain(store, mention(3), chats=BOTH, now=later(70))
    assert await said(store, 200) == []


async def test_a_complaint_ends_a_rest_by_itself(store: Stores) -> None:
    await snoozed(store)
    await complain(store, mention(2), now=later(60))
    assert [type(fact) for fact in await facts(store)][-2:] == [MentionJoined, Woke]


async def test_a_repost_shows_the_original_and_a_comment_its_parent(store: Stores) -> None:
    parent = Quote(id="-1_1", author="Ромашка", text="Какое утро?")
    quoted = Quote(id="-5_1", author="Вера", text="Третий день без связи")
    await complain(store, mention(2, text="", quoted=quoted, parent=parent, kind="comment"))
    (shown,) = (await store.cases.case(1)).mentions
    assert (shown.text, shown.quoted, shown.parent) == ("", quoted, parent)
    # What was marked stands in the original; in the reposter's own words there is nothing to mark.
    assert (shown.evidence_spans, shown.brand_spans) == ((), ())


async def test_exported_events_say_what_happened(store: Stores) -> None:
    await claimed(store)
    await edited(store, "Всё починили, спасибо!", unhappy=False)
    rows = [row async for row in export(store.database, "events", None)]
    assert [(row["kind"], row["actor"], row["person"]) for row in rows] == [
        ("opened", "customer", None),
        ("claimed", "person", "anna"),
        ("mention_edited", "customer", None),
    ]


MONEY_PATH = Path(receivers=("money", "support"))
SUPPORT_PATH = Path(receivers=("support",))


async def test_the_first_receiver_of_the_first_way_answers_for_the_case(store: Stores) -> None:
    await complain(store, mention(1), path=MONEY_PATH)
    await complain(store, mention(2), path=SUPPORT_PATH)
    case = await store.cases.case(1)
    assert case is not None
    assert case.state.receiver == "money"
    opened, joined = (event.fact for event in case.events)
    assert isinstance(opened, Opened)
    assert isinstance(joined, MentionJoined)
    assert (opened.path, joined.path) == (MONEY_PATH, SUPPORT_PATH)


async def test_a_new_promise_is_by_the_terms_of_the_receiver_that_answers(store: Stores) -> None:
    await complain(store, mention(1), path=MONEY_PATH, deadlines=promise(600))
    await close(store)
    promises = {"money": promise(9000), "support": promise(1200)}
    await complain(store, mention(2), path=SUPPORT_PATH, deadlines=promise(1200), promises=promises)
    case = await store.cases.case(1)
    assert case is not None
    assert case.state.deadlines == promise(9000)


async def test_a_chat_whose_receiver_sleeps_is_told_when_it_wakes(store: Stores) -> None:
    await complain(store, mention(1), chats=(SUPPORT, SLACK), held={"support": later(3600)})
    assert await claim(store) == []
    assert len(await claim(store, later(3600))) == 2
