"""Private messages: kept once, joined to the case whose customer writes, told in its thread and to who has it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from alerts.cards.context import CardContext
from alerts.cards.elsewhere import Elsewhere
from alerts.cases.commands import AskEngineers, Claim, Close, ForbidWriting, Note, TransferTo
from alerts.cases.events import CustomerWrote, EngineersLate, MessageChanged, Reopened, WritingForbidden
from alerts.cases.state import fold
from alerts.ports import Notice, Press
from alerts.routing import Chat, Receiver
from domain.brand import Messages
from domain.mention import Author, network_id
from domain.message import Message
from listener.ports import Batch
from listener.store.mentions import Kept
from listener.store.presses import Wish
from listener.store.stores import Stores
from listener.talking import Talking, thread_of
from tests.contract.store_samples import (
    ANNA,
    NOW,
    OLEG,
    SOURCE,
    asker,
    claim_all,
    complain,
    do,
    later,
    mention,
    promise,
    show_all,
    wish,
)
from tests.contract.test_store_outbound import confirmed

PYOTR = Author(id="77", name="Пётр", handle="petr")
MARIA = Author(id="78", name="Мария")
PAGE = "vk:romashka_help"
ENGINEERS = Chat(messenger="telegram", chat="-1002")
ELSEWHERE = Elsewhere(
    context=CardContext(
        people=(ANNA, OLEG), receivers={"engineers": Receiver(name="engineers", chats=(ENGINEERS,), owner="oleg")}
    )
)


def message(number: int = 1, text: str = "Здравствуйте, это я", **named: Any) -> Message:
    values: dict[str, Any] = {
        "network": network_id("vk"),
        "id": f"{number}",
        "page": PAGE,
        "customer": PYOTR,
        "incoming": True,
        "text": text,
        "at": later(60 + number),
    }
    return Message(**values | named)


def talking(wanted: Messages = "invited", **named: Any) -> Talking:
    values: dict[str, Any] = {
        "brand_of": lambda _network, page: "romashka" if page == PAGE else None,
        "wanted": lambda _brand: wanted,
        "invited_for": timedelta(days=14),
        "deadlines": promise(600),
        "on_shift": frozenset({"anna"}),
        "elsewhere": ELSEWHERE,
    }
    return Talking(**values | named)


async def hear(
    store: Stores, *messages: Message, wanted: Messages = "invited", now: datetime = NOW, **named: Any
) -> Kept:
    return await store.mentions.keep(SOURCE, Batch(messages=messages), now, talking=talking(wanted, **named))


async def case_of(store: Stores, number: int = 1) -> Any:
    found = await store.cases.case(number)
    assert found is not None
    assert fold(found.events) == found.state
    return found


def said(case: Any) -> list[tuple[str, str]]:
    """What the customer wrote in private, as the case's events know it."""
    texts = {one.row: one.text for one in case.messages}
    return [
        (type(event.fact).__name__, texts.get(event.fact.message, "?"))
        for event in case.events
        if isinstance(event.fact, CustomerWrote | MessageChanged)
    ]


async def invited(store: Stores, **named: Any) -> None:
    """Anna has the case of Pyotr, and has invited him."""
    await complain(store, mention())
    await do(store, Claim())
    await show_all(store)
    await confirmed(store, kind="invite", token="T0ken-1", link="https://vk.me/romashka_help?ref=T0ken-1", **named)


async def notes(store: Stores, now: datetime) -> list[Notice]:
    words = []
    for due in await claim_all(store, now):
        await store.outbox.shown(due, f"ref-{due.id}", now)
        if isinstance(due, Notice):
            words.append(due)
    return words


async def test_who_was_invited_is_joined_to_his_case_by_the_link(store: Stores) -> None:
    await invited(store)
    kept = await hear(store, message(ref="T0ken-1"))
    assert (kept.written, kept.told) == (1, 1)
    case = await case_of(store)
    assert said(case) == [("CustomerWrote", "Здравствуйте, это я")]
    assert (case.state.stage, case.state.waiting_for, case.state.deadlines) == ("in_dm", "us", promise(600))
    assert [each.page for each in case.messages] == [PAGE], "from there he is answered"


async def test_who_was_invited_is_known_without_the_link_for_so_many_days(store: Stores) -> None:
    await invited(store)
    await hear(store, message(1))
    assert len(said(await case_of(store))) == 1
    late = NOW + timedelta(days=40)
    await hear(store, message(2, at=late), now=late)
    assert len(said(await case_of(store))) == 2, "the case is open, and he was invited in it"
    await do(store, Close(), now=late)
    far = late + timedelta(days=40)
    await hear(store, message(3, at=far), now=far)
    assert len(said(await case_of(store))) == 2


async def test_somebody_else_who_follows_the_link_is_not_taken_for_the_customer(store: Stores) -> None:
    await invited(store)
    kept = await hear(store, message(customer=MARIA, ref="T0ken-1", text="У меня то же самое, нет связи"))
    assert said(await case_of(store)) == []
    assert kept.new == 1, "it is judged as a mention of her own"
    (waiting,) = [one for one in await store.mentions.undecided(10, NOW) if one.mention.kind == "message"]
    assert waiting.mention.author == MARIA
    assert waiting.mention.thread == f"talk:{PAGE}:78"


async def test_who_was_not_invited_is_kept_and_shown_to_nobody(store: Stores) -> None:
    await complain(store, mention())
    kept = await hear(store, message(customer=MARIA))
    assert (kept.written, kept.told, kept.new) == (1, 0, 0)


async def test_nobodys_messages_become_a_case_where_none_are_wanted(store: Stores) -> None:
    await invited(store)
    kept = await hear(store, message(ref="T0ken-1"), message(2, customer=MARIA), wanted="off")
    assert (kept.written, kept.told, kept.new) == (2, 0, 0)


async def test_of_everybody_wanted_a_stranger_is_judged_and_then_talked_with(store: Stores) -> None:
    first = message(1, "Третий день нет связи, верните деньги", customer=MARIA)
    assert (await hear(store, first, wanted="all")).new == 1
    await complain(store)
    case = await case_of(store)
    assert (case.thread, case.mentions[0].kind) == (thread_of(first), "message")
    await hear(store, message(2, "Ау", customer=MARIA), wanted="all")
    case = await case_of(store)
    assert said(case) == [("CustomerWrote", "Ау")]
    assert case.state.stage == "in_dm"


async def test_the_page_of_no_brand_is_nobodys(store: Stores) -> None:
    await invited(store)
    assert (await hear(store, message(page="vk:other"), wanted="all")).told == 0


async def test_a_message_that_comes_again_is_kept_and_told_once(store: Stores) -> None:
    await invited(store)
    await hear(store, message())
    kept = await hear(store, message(), message())
    assert (kept.written, kept.told) == (0, 0)
    assert len(said(await case_of(store))) == 1


async def test_edits_and_deletions_reach_the_case_once(store: Stores) -> None:
    await invited(store)
    await hear(store, message(1, "договор 4451"))
    await hear(store, message(1, "договор 4452", edited_at=later(90)), now=later(91))
    await hear(store, message(1, "договор 4452", edited_at=later(90)), now=later(92))
    case = await case_of(store)
    assert said(case) == [("CustomerWrote", "договор 4452"), ("MessageChanged", "договор 4452")]
    assert case.messages[0].edited_at == later(90)
    await hear(store, message(1, "", deleted_at=later(95)), now=later(95))
    await hear(store, message(1, "", deleted_at=later(95)), now=later(96))
    case = await case_of(store)
    assert [event.fact.is_deleted for event in case.events if isinstance(event.fact, MessageChanged)] == [
        False,
        True,
    ]
    assert (case.messages[0].text, case.messages[0].deleted_at) == ("договор 4452", later(95))


async def test_what_hangs_on_a_message_is_kept(store: Stores) -> None:
    await invited(store)
    await hear(store, message(text="", attached=("https://vk.com/photo-1_2", "Стикер")))
    assert (await case_of(store)).messages[0].attached == ("https://vk.com/photo-1_2", "Стикер")


async def test_an_unanswered_message_keeps_the_first_promise(store: Stores) -> None:
    await invited(store)
    await hear(store, message(1), deadlines=promise(600))
    await hear(store, message(2), deadlines=promise(9000))
    assert (await case_of(store)).state.deadlines == promise(600)


async def test_the_owner_is_told_in_the_thread_and_in_private(store: Stores) -> None:
    await invited(store)
    await notes(store, NOW)
    await hear(store, message(1))
    words = await notes(store, later(3))
    assert [(word.draft.kind, word.chat.chat, word.draft.where) for word in words] == [
        ("wrote", "-1001", "cards"),
        ("wrote", "111", "owner"),
    ]
    in_the_thread, in_private = words
    assert in_the_thread.card_ref is not None
    assert in_private.card_ref is None


async def test_in_a_messenger_that_does_not_show_the_case_nobody_is_told_in_private(store: Stores) -> None:
    anna = replace(ANNA, users={**ANNA.users, "slack": "U01"})
    await invited(store)
    await notes(store, NOW)
    known = replace(ELSEWHERE, context=replace(ELSEWHERE.context, people=(anna, OLEG)))
    await hear(store, message(1), elsewhere=known)
    assert {word.chat.messenger for word in await notes(store, later(3))} == {"telegram"}


async def test_quick_messages_are_told_in_one_note(store: Stores) -> None:
    await invited(store)
    await notes(store, NOW)
    await hear(store, message(1))
    await hear(store, message(2), message(3), now=later(1))
    first, private = await notes(store, later(3))
    assert (first.draft.event, private.draft.event) == (first.draft.event, first.draft.event)
    assert len(first.cases[0].messages) == 3
    await hear(store, message(4), now=later(4))
    assert len(await notes(store, later(7))) == 2


async def test_a_case_that_ended_goes_back_to_who_had_it(store: Stores) -> None:
    await invited(store)
    await do(store, Close(outcome="resolved", cause="product"))
    await show_all(store)
    await hear(store, message(1, "Опять нет связи"), now=later(70))
    case = await case_of(store)
    assert (case.state.stage, case.state.owner) == ("in_dm", "anna")
    assert [event.fact.owner for event in case.events if isinstance(event.fact, Reopened)] == ["anna"]


async def test_a_case_of_somebody_off_duty_goes_to_all(store: Stores) -> None:
    await invited(store)
    await do(store, Close(outcome="resolved", cause="product"))
    await hear(store, message(1, "Опять нет связи"), now=later(70), on_shift=frozenset())
    assert (await case_of(store)).state.owner is None


async def test_thanks_after_the_end_reopen_nothing(store: Stores) -> None:
    await invited(store)
    await do(store, Close(outcome="resolved", cause="product"))
    await hear(store, message(1, "Спасибо, всё решили!"), now=later(70))
    case = await case_of(store)
    assert case.state.stage == "closed"
    assert said(case) == [("CustomerWrote", "Спасибо, всё решили!")]


async def test_a_case_that_was_handed_over_tells_the_new_owner_in_private(store: Stores) -> None:
    await invited(store)
    await do(store, TransferTo(person="oleg", name=OLEG.name))
    await notes(store, NOW)
    await hear(store, message(1), now=later(70))
    assert [word.chat.chat for word in await notes(store, later(73)) if word.draft.where == "owner"] == ["222"]


async def test_whom_the_bot_may_not_write_to_is_asked_once_in_the_thread(store: Stores) -> None:
    await invited(store)
    await notes(store, NOW)
    asked = []
    for number in (1, 2, 3):
        now = later(100 * number)
        await hear(store, message(number), now=now)
        for due in await claim_all(store, now + timedelta(seconds=3)):
            if isinstance(due, Notice) and due.draft.where == "owner":
                await store.outbox.fail(due, "Forbidden: bot can't initiate conversation with a user", now)
                continue
            await store.outbox.shown(due, f"ref-{due.id}", now)
            if isinstance(due, Notice) and due.draft.kind == "unreachable":
                asked.append((due.chat.chat, due.draft.to))
    assert asked == [("-1001", ("owner",))]


async def test_an_answer_to_a_note_finds_its_case(store: Stores) -> None:
    await invited(store)
    await notes(store, NOW)
    await hear(store, message(1))
    for word in await notes(store, later(3)):
        asked = await store.prompts.recall("telegram", word.chat.chat, f"ref-{word.id}")
        assert asked is not None
        assert (asked.case, asked.user) == (1, None)
    assert await store.prompts.recall("telegram", "-1001", "ref-999") is None


async def test_engineers_are_asked_where_they_are_and_called_when_they_are_late(store: Stores) -> None:
    await invited(store)
    await notes(store, NOW)
    press = Press(messenger="telegram", key="e", user="111", user_name="Анна", case=1, action="engineers", at=NOW)
    wish = Wish(
        command=AskEngineers(question="Что с узлом?", due_at=later(600)),
        asker=asker(ANNA),
        done=lambda _case: "спросил",
        refused=lambda _case, refusal: refusal.reason,
        elsewhere=ELSEWHERE,
    )
    await store.presses.obey(press, "Анна", lambda _case: wish, NOW)
    (asked,) = await notes(store, NOW)
    assert (asked.draft.kind, asked.chat, asked.receiver) == ("engineers_asked", ENGINEERS, "engineers")
    assert (await case_of(store)).state.waiting_for == "engineers"
    answer = await store.prompts.recall("telegram", "-1002", f"ref-{asked.id}")
    assert answer is not None
    assert answer.action == "engineers_answer"

    assert (await store.timers.tick(later(500), ELSEWHERE)).changed == 0
    assert (await store.timers.tick(later(600), ELSEWHERE)).changed == 1
    late = await notes(store, later(600))
    assert sorted((word.draft.kind, word.chat.chat) for word in late) == [
        ("engineers_late", "-1001"),
        ("engineers_late", "-1002"),
    ]
    assert isinstance((await case_of(store)).events[-1].fact, EngineersLate)
    assert (await store.timers.tick(later(9000), ELSEWHERE)).changed == 0


async def test_each_brand_says_whose_messages_become_its_cases(store: Stores) -> None:
    def brand_of(_network: str, page: str) -> str | None:
        return "lyutik" if page == "vk:lyutik" else "romashka"

    def wanted(brand: str) -> Messages:
        return "all" if brand == "lyutik" else "invited"

    ours, other = message(1), message(2, page="vk:lyutik", customer=MARIA)
    of_two = replace(talking(), brand_of=brand_of, wanted=wanted)
    await store.mentions.keep(SOURCE, Batch(messages=(ours, other)), NOW, talking=of_two)
    waiting = await store.mentions.undecided(10, NOW)
    assert [stored.mention.author.id for stored in waiting] == [MARIA.id]


async def test_who_asked_not_to_be_written_to_is_noted_for_the_brand(store: Stores) -> None:
    await complain(store, mention(), mention(2, thread="-1_9"))
    await do(store, ForbidWriting(), now=later(5))
    await do(store, ForbidWriting(), now=later(9))
    for number in (1, 2):
        assert (await case_of(store, number)).contact.unwanted_at == later(9)
    assert isinstance((await case_of(store)).events[-1].fact, WritingForbidden)


async def test_an_author_who_writes_may_be_written_to(store: Stores) -> None:
    await invited(store)
    await hear(store, message(1))
    (lesson,) = (await case_of(store)).contact.learned
    assert (lesson.scope, lesson.key, lesson.page, lesson.reason) == ("author", "77", PAGE, None)


async def test_an_answer_is_taken_where_its_note_stands_and_nowhere_else(store: Stores) -> None:
    await invited(store)
    await notes(store, NOW)
    await hear(store, message(1))
    await notes(store, later(3))

    async def pressed(chat: str) -> str | None:
        press = Press(
            messenger="telegram",
            key=f"k{chat}",
            user="111",
            user_name="Анна",
            case=1,
            action="note",
            at=NOW,
            chat=chat,
            ref="1",
        )
        answered = await store.presses.obey(press, "Анна", lambda _case: wish(Note(text="так")), NOW)
        return answered.reason

    assert [await pressed(chat) for chat in ("-1001", "111", "222", "-1002")] == [
        None, None, "elsewhere", "elsewhere",
    ]  # fmt: skip


async def test_what_the_page_wrote_stands_in_the_talk_and_is_no_news(store: Stores) -> None:
    await invited(store)
    await hear(store, message(1), message(2, "Уже едем", incoming=False), now=later(70))
    case = await case_of(store)
    assert [(one.incoming, one.text) for one in case.messages] == [
        (True, "Здравствуйте, это я"), (False, "Уже едем"),
    ]  # fmt: skip
    assert len(said(case)) == 1
    await hear(store, message(3, "Кому другому", incoming=False, customer=MARIA))
    assert len((await case_of(store)).messages) == 2
