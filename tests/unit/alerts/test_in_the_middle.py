"""In the middle of a talk: engineers, a holding word, a wish for silence, words taken off and put back."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from alerts.cards.asking import Reply
from alerts.cards.buttons import read_press, rows
from alerts.cards.context import CardContext
from alerts.cards.engineers import asks_next, due_at
from alerts.cards.previewing import Acted, Drafted
from alerts.cards.prompt import Prompt
from alerts.cases.case import Case, CaseMessage
from alerts.cases.commands import (
    AnswerAsEngineer,
    AskEngineers,
    Claim,
    Close,
    Confirm,
    ConfirmTold,
    ForbidWriting,
    Report,
    WritePrivately,
)
from alerts.cases.events import Removed, Reopened, Restored
from alerts.cases.state import fold
from alerts.outreach.abilities import Abilities, Ability
from alerts.outreach.contact import Contact
from alerts.outreach.outbound import Draft, Outbound
from alerts.outreach.policy import Engineers, Policy
from alerts.outreach.templates import Template
from alerts.routing import Chat, Receiver
from alerts.sla import Hours
from domain.person import Person, messenger_id
from tests.unit.alerts.histories import ANNA, BORIS, CONTEXT, OLEG, SASHA, History, a_mention, at

API, NO = Ability(way="api", longest=4096), Ability(way="no")
ENGINEERS = Receiver(name="engineers", chats=(Chat(messenger=messenger_id("telegram"), chat="-1002"),))


def context(*, private: Ability = API, reply: Ability = API, remove: Ability = API, **policy: Any) -> CardContext:
    """A network on which so much is possible."""
    possible = Abilities(reply=reply, private=private, remove=remove)
    vk = replace(
        CONTEXT.networks["vk"],
        abilities=lambda _target, _learned, _now: possible,
        speaker=lambda _target: "vk:vasilek",
    )
    return replace(
        CONTEXT,
        networks={**CONTEXT.networks, "vk": vk},
        receivers={**CONTEXT.receivers, "engineers": ENGINEERS},
        policy=Policy(**policy),
    )


def talking() -> History:
    """Anna has it, and the customer has written to the page."""
    history = History.opened(a_mention(place="vk:vasilek")).later(minutes=5).by(ANNA, Claim())
    history.case = replace(
        history.case, messages=(CaseMessage(row=1, incoming=True, text="Это я", at=history.now),)
    )
    return history.by_customer(WritePrivately(message=1))


def press(
    history: History,
    action: str,
    value: str | None = None,
    *,
    person: Person = ANNA,
    known: CardContext | None = None,
) -> Any:
    return read_press(history.case, action, value, person, known or context(), history.now, token="T")


def drafted(draft: Draft, *, number: int = 7, state: Any = "draft", case: int = 12, **named: Any) -> Outbound:
    return Outbound(
        id=number,
        case=case,
        kind=draft.kind,
        target=draft.target,
        text=draft.text,
        author=draft.author,
        state=state,
        created_at=at(minutes=6),
        **named,
    )


def with_outbounds(history: History, *outbounds: Outbound) -> History:
    history.case = replace(history.case, contact=Contact(outbounds=outbounds))
    return history


def labels(case: Case, known: CardContext) -> list[str]:
    return [button.label for row in rows(case, known, at(hours=1)) for button in row]


def test_engineers_are_asked_by_who_has_the_case() -> None:
    asked = press(talking(), "ask_engineers")
    assert isinstance(asked, Prompt)
    assert "автор не увидит ничего" in asked.question
    command = press(talking(), "ask_engineers", "Что с узлом?")
    assert command == AskEngineers(question="Что с узлом?", due_at=at(minutes=35))
    refused = press(talking(), "ask_engineers", person=BORIS)
    assert isinstance(refused, Reply)
    assert refused.reason == "not_yours"


def test_nobody_is_offered_engineers_who_have_no_chat() -> None:
    nowhere = replace(context(), receivers=CONTEXT.receivers)
    assert "Инженерам" in labels(talking().case, context())
    assert "Инженерам" not in labels(talking().case, nowhere)
    told = press(talking(), "ask_engineers", known=nowhere)
    assert isinstance(told, Reply)
    assert "«engineers»" in told.text


def test_the_engineers_time_is_working_time() -> None:
    day = ((time(9), time(18)),)
    hours = Hours(weekdays=day, weekend=day, holidays=None, night="hold", timezone="Europe/Moscow")
    assert due_at(hours, timedelta(minutes=30), at(hours=5, minutes=50)) == at(hours=21, minutes=20)
    assert due_at(None, timedelta(minutes=30), at(hours=5)) == at(hours=5, minutes=30)


def test_engineers_with_hours_of_their_own_answer_in_those() -> None:
    day = ((time(9), time(18)),)
    hours = Hours(weekdays=day, weekend=day, holidays=None, night="hold", timezone="Europe/Moscow")
    late = Hours(weekdays=(), weekend=(), holidays=None, night="hold", timezone="Asia/Yekaterinburg")
    known = replace(context(), hours=late)
    known = replace(known, receivers={**known.receivers, "engineers": replace(ENGINEERS, hours=hours)})
    asked = press(talking(), "ask_engineers", "Что с узлом?", known=known)
    assert asked.due_at == due_at(hours, known.policy.engineers.answer_within, talking().now) is not None


def test_another_policy_gives_them_other_time() -> None:
    slow = context(engineers=Engineers(answer_within=timedelta(hours=2)))
    assert press(talking(), "ask_engineers", "?", known=slow).due_at == at(hours=2, minutes=5)


def test_once_asked_a_holding_word_is_offered_and_shown_before_it_goes() -> None:
    history = talking().by(ANNA, AskEngineers(question="?"))
    offered = asks_next(AskEngineers(question="?"), history.case, context(), history.now)
    assert isinstance(offered, Prompt)
    assert [option.label for option in offered.options] == ["Показать сообщение", "Пока не писать"]
    draft = press(history, offered.action, offered.options[0].value)
    assert isinstance(draft, Drafted)
    assert draft.draft.kind == "message"
    assert draft.draft.text.startswith("Иван, передали ваш вопрос инженерам.")
    assert draft.goes_on(drafted(draft.draft)) is None, "it is always shown"
    kept = press(history, offered.action, offered.options[1].value)
    assert isinstance(kept, Reply)
    assert kept.reason == "thought_better"


def test_the_staffs_own_holding_word_is_taken() -> None:
    own = replace(context(), templates=(Template(name="Передали инженерам", text="Ждём мастера"),))
    draft = press(talking(), "holding_word", "show", known=own)
    assert draft.draft.text == "Ждём мастера"


def test_in_public_it_is_said_where_no_private_word_can_be() -> None:
    draft = press(talking(), "holding_word", "show", known=context(private=NO))
    assert draft.draft.kind == "reply"
    assert (
        asks_next(AskEngineers(question="?"), talking().case, context(private=NO, reply=NO), at(hours=1)) is None
    )
    assert asks_next(Claim(), talking().case, context(), at(hours=1)) is None


def test_an_engineer_answers_the_operator() -> None:
    assert isinstance(press(talking(), "engineers_answer", person=SASHA), Prompt)
    assert press(talking(), "engineers_answer", "авария", person=SASHA) == AnswerAsEngineer(text="авария")


def test_silence_is_noted_only_when_a_person_says_so() -> None:
    asked = press(talking(), "do_not_write")
    assert isinstance(asked, Prompt)
    yes, no = asked.options
    assert press(talking(), "do_not_write", yes.value) == ForbidWriting()
    for value in (no.value, "x"):
        assert isinstance(press(talking(), "do_not_write", value), Reply)


def test_thanks_lead_to_the_cause_alone() -> None:
    asked = press(talking(), "resolved")
    assert isinstance(asked, Prompt)
    assert asked.action == "close"
    assert press(talking(), "close", asked.options[0].value) == Close(outcome="resolved", cause="own_error")


# Words in a talk


def test_the_first_private_word_of_a_person_is_shown_and_the_next_goes_out() -> None:
    history = talking()
    first = press(history, "write_private", "Уже едем")
    assert isinstance(first, Drafted)
    assert first.draft.kind == "message"
    assert first.goes_on(drafted(first.draft)) is None
    said = drafted(first.draft, state="sent", confirmed_by="anna")
    second = press(with_outbounds(history, said), "write_private", "Будем в 18:00")
    going = second.goes_on(drafted(second.draft, number=8))
    assert isinstance(going, Acted)
    assert going.command == Confirm(outbound=8, kind="message")
    assert [step.after for step in going.steps] == ["confirmed"]


@pytest.mark.parametrize(
    ("text", "person", "policy"),
    [
        ("Звоните 8 800 555-35-35", ANNA, {}),
        ("Уже едем", OLEG, {}),
        ("Уже едем", ANNA, {"preview": "always"}),
    ],
)
def test_a_word_that_gives_pause_or_is_anothers_first_is_shown(
    text: str, person: Person, policy: dict[str, Any]
) -> None:
    known = context(**policy)
    earlier = press(talking(), "write_private", "Уже едем", known=known)
    said = drafted(earlier.draft, state="sent", confirmed_by="anna")
    again = press(with_outbounds(talking(), said), "write_private", text, person=person, known=known)
    assert again.goes_on(drafted(again.draft, number=8)) is None


def test_a_private_word_goes_out_from_the_page_that_the_customer_has_written_to() -> None:
    """He complained on one page of the brand, and wrote to another: the first may not write to him."""
    history = talking()
    (message,) = history.case.messages
    elsewhere = replace(message, row=2, page="vk:vasilek_help")
    history.case = replace(history.case, messages=(message, elsewhere))
    known = context(private=Ability(way="invitation", reason="not_invited"))
    vk = replace(
        known.networks["vk"],
        abilities=lambda target, _learned, _now: Abilities(
            reply=API,
            private=API if target.page == "vk:vasilek_help" else Ability(way="invitation", reason="not_invited"),
            remove=NO,
        ),
    )
    known = replace(known, networks={**known.networks, "vk": vk})
    private = press(history, "write_private", "Уже едем", known=known)
    assert (private.draft.kind, private.draft.target.page) == ("message", "vk:vasilek_help")
    assert "от имени vasilek_help" in private.shown(drafted(private.draft)).question
    public = press(history, "write_reply", "Уже едем", known=known)
    assert public.draft.target.page == "vk:vasilek"


def test_who_deleted_his_post_is_still_talked_with() -> None:
    history = talking()
    (mention,) = history.case.mentions
    history.case = replace(history.case, mentions=(replace(mention, deleted_at=at(minutes=9)),))
    assert isinstance(press(history, "write_private", "Уже едем"), Drafted)
    assert "Ответить" not in labels(history.case, context())


# Removal

REMOVAL = context(removal=True)
WITH_A_PHONE = "Перезвоните мне: +7 912 345-67-12"


def test_removal_is_off_unless_the_policy_says_otherwise() -> None:
    assert "Убрать запись" not in labels(talking().case, context())
    assert isinstance(press(talking(), "take_off"), Reply)
    assert "Убрать запись" in labels(talking().case, REMOVAL)


def test_removal_is_offered_in_a_private_talk_on_an_own_page_alone() -> None:
    before = History.opened(a_mention(place="vk:vasilek")).by(ANNA, Claim())
    assert "Убрать запись" not in labels(before.case, REMOVAL)
    foreign = context(removal=True, remove=NO)
    assert "Убрать запись" not in labels(talking().case, foreign)
    for history, known in ((before, REMOVAL), (talking(), foreign)):
        assert isinstance(press(history, "take_off", known=known), Reply)


def test_nothing_is_removed_before_the_customer_was_told() -> None:
    history = talking()
    asked = press(history, "take_off", known=REMOVAL)
    assert isinstance(asked, Prompt)
    yes, not_yet = asked.options
    kept = press(history, "take_off", not_yet.value, known=REMOVAL)
    assert isinstance(kept, Reply)
    assert press(history, "take_off", yes.value, known=REMOVAL) == ConfirmTold()
    draft = press(history.by(ANNA, ConfirmTold()), "take_off", known=REMOVAL)
    assert isinstance(draft, Drafted)
    assert (draft.draft.kind, draft.draft.text) == ("remove", "")
    shown = draft.shown(drafted(draft.draft))
    assert "Убрать со страницы эту запись автора?" in shown.question
    assert [option.label for option in shown.options] == ["Убрать запись", "Не отправлять"]


def test_what_is_asked_about_a_removal_hides_what_the_card_hides() -> None:
    """Both questions stand in the group's chat."""
    history = talking()
    history.case = replace(history.case, mentions=(replace(history.case.mentions[0], text=WITH_A_PHONE),))
    asked = press(history, "take_off", known=REMOVAL)
    assert isinstance(asked, Prompt)
    draft = press(history.by(ANNA, ConfirmTold()), "take_off", known=REMOVAL)
    assert isinstance(draft, Drafted)
    for question in (asked.question, draft.shown(drafted(draft.draft)).question):
        assert "Перезвоните" in question
        assert "345-67" not in question


def test_a_removal_is_confirmed_only_while_all_that_still_holds() -> None:
    told = talking().by(ANNA, ConfirmTold())
    draft = press(told, "take_off", known=REMOVAL)
    waiting = with_outbounds(told, drafted(draft.draft))
    going = press(waiting, "send", "ok-7", known=REMOVAL)
    assert isinstance(going, Acted)
    assert going.command == Confirm(outbound=7, kind="remove")
    untold = with_outbounds(talking(), drafted(draft.draft))
    for history, known in ((untold, REMOVAL), (waiting, context())):
        refused = press(history, "send", "ok-7", known=known)
        assert isinstance(refused, Reply)
        assert refused.reason == "cannot_remove"


def test_a_case_that_comes_back_needs_the_word_anew() -> None:
    history = talking().by(ANNA, ConfirmTold(), Close())
    history.by_customer(WritePrivately(message=2, on_shift=frozenset({"anna"})))
    assert any(isinstance(event.fact, Reopened) for event in history.case.events)
    assert isinstance(press(history, "take_off", known=REMOVAL), Prompt)


def test_what_was_removed_can_be_put_back_once() -> None:
    history = talking().by(ANNA, ConfirmTold())
    draft = press(history, "take_off", known=REMOVAL)
    history = with_outbounds(history, drafted(draft.draft, state="sent"))
    history.by_program(Report(fact=Removed(outbound=7, by="anna")))
    assert "Вернуть запись" in labels(history.case, REMOVAL)
    back = press(history, "put_back", known=REMOVAL)
    assert isinstance(back, Drafted)
    assert (back.draft.kind, back.draft.of_id, back.draft.target) == ("restore", 7, draft.draft.target)
    # By now the page itself has told that the words are gone.
    (mention,) = history.case.mentions
    history.case = replace(history.case, mentions=(replace(mention, deleted_at=at(minutes=9)),))
    confirmed = press(with_outbounds(history, drafted(back.draft, number=8)), "send", "ok-8", known=REMOVAL)
    assert isinstance(confirmed, Acted)
    assert confirmed.command == Confirm(outbound=8, kind="restore")
    history.by_program(Report(fact=Restored(outbound=8, by="anna")))
    assert "Вернуть запись" not in labels(history.case, REMOVAL)
    assert fold(history.case.events) == history.case.state
