"""Answering the customer by buttons: what is offered, asked, drafted, shown, held back and let out."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts.cards.asking import Reply
from alerts.cards.buttons import read_press, rows
from alerts.cards.card import make_card
from alerts.cards.context import CardContext
from alerts.cards.previewing import Acted, Drafted, Outcome
from alerts.cards.prompt import Prompt
from alerts.cards.reaching import ask_of, spoken_to
from alerts.cards.replying import template_value
from alerts.cards.sending import NO_DRAFT
from alerts.cases.case import Case, CaseMessage
from alerts.cases.commands import (
    AnswerElsewhere,
    Approve,
    AskApproval,
    Cancel,
    Claim,
    Close,
    Confirm,
    HoldBack,
    Report,
)
from alerts.cases.events import AnsweredElsewhere, ReplySent, ReplyTakenBack
from alerts.outreach.contact import Contact, PastUs, Said
from alerts.outreach.outbound import Draft, Outbound, OutboundState, Sent
from alerts.outreach.policy import Approve as ApprovePolicy
from alerts.outreach.policy import Policy
from alerts.outreach.templates import Template
from domain.mention import Quote
from domain.person import Person
from tests.fakes import NOON
from tests.outreach import LINK, PAGE, URL, Reach
from tests.unit.alerts.histories import ANNA, BORIS, OLEG, PEOPLE, History, a_mention, at

SIGNED = replace(ANNA, signature="Анна, поддержка «Василька»")
TEAM = (SIGNED, *PEOPLE[1:])
SORRY = Template(name="Извинения", text="{имя}, здравствуйте! Я {разобрался|разобралась}: {тема}.\n{оператор}")
COME = Template(name="Приглашение", text="{имя}, напишите нам: {ссылка}")


def case_of(*outbounds: Outbound, **fields: object) -> Case:
    case = History.opened(a_mention(), author_name="Иван Петров").by(SIGNED, Claim()).case
    contact = replace(Contact(outbounds=outbounds), **fields)  # type: ignore[arg-type]  # a test names its fields
    return replace(case, contact=contact)


def press(
    case: Case,
    action: str,
    value: str | None = None,
    *,
    person: Person = SIGNED,
    reach: Reach | None = None,
    templates: tuple[Template, ...] = (),
    policy: Policy | None = None,
    now: datetime = NOON,
    people: tuple[Person, ...] = TEAM,
) -> Outcome:
    context = (reach or Reach()).context(people, templates=templates, policy=policy or Policy())
    return read_press(case, action, value, person, context, now, token="Ab-1_x")


def prompt(outcome: Outcome) -> Prompt:
    assert isinstance(outcome, Prompt), outcome
    return outcome


def drafted(outcome: Outcome) -> Draft:
    assert isinstance(outcome, Drafted), outcome
    return outcome.draft


def acted(outcome: Outcome) -> Acted:
    assert isinstance(outcome, Acted), outcome
    return outcome


def reply(outcome: Outcome) -> Reply:
    assert isinstance(outcome, Reply), outcome
    return outcome


def an_outbound(text: str = "Уже едем", *, state: OutboundState = "draft", **fields: object) -> Outbound:
    draft = drafted(press(case_of(), "write_reply", text))
    made = Outbound(
        id=7,
        case=12,
        kind="reply",
        target=draft.target,
        text=text,
        author="anna",
        state=state,
        unsolicited=True,
        created_at=NOON,
    )
    return replace(made, **fields)  # type: ignore[arg-type]  # as above


def values(shown: Prompt) -> list[str]:
    """Without what ties an option to the words above it."""
    return [option.value.partition(".")[0] for option in shown.options]


def labels(case: Case, context: CardContext) -> list[str]:
    return [button.label for row in rows(case, context, NOON) for button in row]


# what is offered


@pytest.mark.parametrize(
    ("reach", "offered", "line"),
    [
        (
            Reach(),
            {"Ответить", "В личку"},
            "Можно: ответить от имени страницы; в личку — по приглашению",
        ),
        (
            Reach(private="api"),
            {"Ответить", "В личку"},
            "Можно: ответить от имени страницы; написать в личные сообщения",
        ),
        (
            Reach(reply="by_hand", private="no"),
            {"Ответить"},
            "Можно: ответить вручную, по ссылке",
        ),
        (Reach(reply="no", private="invitation"), set(), "Ответить нельзя: комментарии закрыты"),
        (Reach(reply="no", private="api"), {"В личку"}, "Можно: комментарии закрыты; написать в личные сообщения"),
    ],
)
def test_a_card_says_what_is_possible_and_offers_nothing_else(reach: Reach, offered: set[str], line: str) -> None:
    context = reach.context(TEAM)
    assert set(labels(case_of(), context)) & {"Ответить", "В личку"} == offered
    assert line in [each.text for each in make_card(case_of(), context, NOON).below]


def test_who_asked_to_be_left_is_offered_to_nobody() -> None:
    context = Reach().context(TEAM)
    case = case_of(unwanted_at=NOON)
    assert not {"Ответить", "В личку"} & set(labels(case, context))
    assert "Автор просил ему не писать" in [each.text for each in make_card(case, context, NOON).below]


def test_who_turns_to_the_brand_again_is_answered_and_what_he_says_to_others_lifts_no_wish() -> None:
    reach = Reach(addressed=True, private="api")
    forgotten = case_of(unwanted_at=NOON - timedelta(days=1))
    assert {"Ответить", "В личку"} <= set(labels(forgotten, reach.context(TEAM)))
    assert isinstance(press(forgotten, "write_reply", "Уже едем", reach=reach), Drafted)
    # He wrote to the page once, and complains to others now.
    before = CaseMessage(row=1, incoming=True, text="Не пишите мне", at=NOON - timedelta(days=2))
    talked = replace(forgotten, messages=(before,))
    assert not {"Ответить", "В личку"} & set(labels(talked, Reach(private="api").context(TEAM)))
    held = press(talked, "write_private", "Простите", reach=Reach(private="api"))
    assert held == HoldBack(reason="do_not_contact", kind="message")


def test_a_wish_to_be_left_that_is_said_again_does_not_lift_the_first() -> None:
    again = CaseMessage(row=1, incoming=True, text="Я же просил: не пишите мне больше", at=NOON)
    asked = replace(case_of(unwanted_at=NOON - timedelta(hours=1)), messages=(again,))
    asked = replace(asked, mentions=(replace(asked.mentions[0], published_at=NOON - timedelta(days=3)),))
    reach = Reach(addressed=True, private="api")
    assert "Автор просил ему не писать" in [
        each.text for each in make_card(asked, reach.context(TEAM), NOON).below
    ]
    assert isinstance(press(asked, "write_private", "Простите", reach=reach), HoldBack)
    spoke = replace(asked, messages=(replace(again, text="А когда вернёте деньги?"),))
    assert isinstance(press(spoke, "write_private", "Завтра", reach=reach), Drafted)


def test_an_ended_case_and_words_that_are_gone_are_not_answered() -> None:
    ended = History(case=case_of()).by(SIGNED, Close()).case
    gone = replace(case_of(), mentions=(replace(case_of().mentions[0], deleted_at=NOON),))
    for case in (ended, gone):
        assert not {"Ответить", "В личку"} & set(labels(case, Reach().context(TEAM)))
    assert reply(press(gone, "reply")).reason == "cannot_reply"
    assert reply(press(ended, "reply")).reason == "ended"


# what is asked and drafted


def test_without_templates_own_words_are_asked_for_at_once() -> None:
    asked = prompt(press(case_of(), "reply"))
    assert (asked.action, asked.options, asked.longest) == ("write_reply", (), 280)
    assert "от имени romashka_help" in asked.question


def test_with_templates_there_is_a_choice_of_those_that_fit() -> None:
    public = prompt(press(case_of(), "reply", templates=(SORRY, COME)))
    assert [option.label for option in public.options] == ["Извинения", "Свой текст"]
    private = prompt(press(case_of(), "invite", templates=(SORRY, COME)))
    assert [option.label for option in private.options] == ["Приглашение", "Свой текст"]
    assert prompt(press(case_of(), "reply", "own", templates=(SORRY,))).action == "write_reply"


def test_a_template_is_filled_for_this_customer_by_this_operator() -> None:
    draft = drafted(press(case_of(), "reply", template_value(SORRY), templates=(SORRY,)))
    assert draft.text == "Иван, здравствуйте! Я разобралась: связь.\nАнна, поддержка «Василька»"
    assert (draft.kind, draft.author, draft.target.page) == ("reply", "anna", PAGE)
    assert draft.unsolicited


def test_an_invitation_has_its_link_also_where_its_sentence_goes_with_the_topic() -> None:
    about = Template(name="По теме", text="{имя}, здравствуйте! Про «{тема}» пишите сюда: {ссылка}")
    nameless = replace(case_of(), mentions=(replace(case_of().mentions[0], topics=()),))
    draft = drafted(press(nameless, "invite", template_value(about), templates=(about,)))
    assert draft.text == f"Иван, здравствуйте!\n{LINK}Ab-1_x"
    told = drafted(press(case_of(), "invite", template_value(about), templates=(about,)))
    assert told.text == f"Иван, здравствуйте! Про «связь» пишите сюда: {LINK}Ab-1_x"


def test_own_words_are_signed_once() -> None:
    assert drafted(press(case_of(), "write_reply", "Уже едем")).text == "Уже едем\nАнна, поддержка «Василька»"
    signed = "Уже едем\nАнна, поддержка «Василька»"
    assert drafted(press(case_of(), "write_reply", signed)).text == signed


def test_an_invitation_carries_its_link_once_and_the_token_that_made_it() -> None:
    draft = drafted(press(case_of(), "write_private", "Напишите нам, пожалуйста"))
    assert draft.text == f"Напишите нам, пожалуйста\n{LINK}Ab-1_x\nАнна, поддержка «Василька»"
    assert (draft.kind, draft.token, draft.link) == ("invite", "Ab-1_x", f"{LINK}Ab-1_x")
    filled = drafted(press(case_of(), "invite", template_value(COME), templates=(COME,)))
    assert filled.text == f"Иван, напишите нам: {LINK}Ab-1_x"


def test_who_takes_messages_gets_one_without_a_link_or_a_signature() -> None:
    draft = drafted(press(case_of(), "write_private", "Здравствуйте!", reach=Reach(private="api")))
    assert (draft.kind, draft.text, draft.token) == ("message", "Здравствуйте!", None)


def test_the_neighbour_s_answer_comes_first() -> None:
    case = case_of(nearby=Said(case=9, text="Авария, чиним до шести"))
    assert values(prompt(press(case, "reply", templates=(SORRY,))))[0] == "as-9"
    assert drafted(press(case, "reply", "as-9")).text == "Авария, чиним до шести"


def test_a_template_that_is_no_longer_there_says_so() -> None:
    assert "больше нет" in reply(press(case_of(), "reply", "t-123")).text


# what is shown


def test_a_preview_says_what_where_as_whom_how_long_and_every_word() -> None:
    outcome = press(case_of(), "write_reply", "Уже едем")
    assert isinstance(outcome, Drafted)
    shown = outcome.shown(an_outbound("Уже едем\nАнна"))
    assert shown.question.replace("\xa0", " ") == (
        "Его увидят все, от имени romashka_help. Знаков: 13 из 280.\n\nУже едем\nАнна"
    )
    assert values(shown) == ["ok-7", "edit-7", "drop-7"]
    assert shown.action == "send"


@pytest.mark.parametrize(
    ("reach", "spent", "says"),
    [
        (Reach(cost=0.2), 0.0, "ВКонтакте возьмёт за это до 0,20 $."),
        (Reach(cost=0.015, usd_per_day=5), 4.985, "ВКонтакте возьмёт за это до 0,015 $."),
        (
            Reach(cost=0.2, usd_per_day=5),
            4.9,
            "ВКонтакте возьмёт за это до 0,20 $. Предел на сегодня (5 $) исчерпан: уйдёт сверх него.",
        ),
        (Reach(), 9.0, ""),
        (Reach(cost=0.2, reply="by_hand"), 9.0, ""),
    ],
)
def test_a_preview_says_what_the_network_takes_and_a_spent_day_holds_nobody_back(
    reach: Reach, spent: float, says: str
) -> None:
    outcome = press(case_of(spent=spent), "write_reply", "Уже едем", reach=reach)
    assert isinstance(outcome, Drafted)
    shown = outcome.shown(an_outbound("Уже едем"))
    assert [line for line in shown.question.replace("\xa0", " ").splitlines() if "$" in line] == (
        [says] if says else []
    )
    assert ("ok-7" in values(shown)) == (reach.reply == "api")


def test_a_preview_warns_and_lets_the_person_decide() -> None:
    outcome = press(case_of(), "write_reply", "Гарантируем, звоните +7 912 345-67-12")
    assert isinstance(outcome, Drafted)
    shown = outcome.shown(an_outbound("Гарантируем, звоните +7 912 345-67-12"))
    assert "⚠ Личные данные увидят все («+7 912 345-67-12»)" in shown.question
    assert "⚠ «Посыл»" in shown.question
    assert "⚠ Обещание" in shown.question
    assert values(shown)[0] == "ok-7"


def test_what_no_network_takes_cannot_be_sent() -> None:
    outcome = press(case_of(), "write_reply", "а" * 300)
    assert isinstance(outcome, Drafted)
    shown = outcome.shown(an_outbound("а" * 300))
    assert values(shown) == ["edit-7", "drop-7"]
    assert "Слишком длинно" in shown.question
    again = press(case_of(an_outbound("а" * 300)), "send", "ok-7")
    assert values(prompt(again)) == ["edit-7", "drop-7"]


def test_where_only_a_person_can_answer_the_preview_has_the_address() -> None:
    reach = Reach(reply="by_hand")
    outcome = press(case_of(), "write_reply", "Уже едем", reach=reach)
    assert isinstance(outcome, Drafted)
    shown = outcome.shown(an_outbound())
    assert values(shown) == ["hand-7", "edit-7", "drop-7"]
    assert shown.copies == "Уже едем", "it goes to the clipboard with one press"
    assert an_outbound().target.url in shown.question
    done = acted(press(case_of(an_outbound()), "send", "hand-7", reach=reach))
    assert done.command == Report(
        fact=ReplySent(
            outbound=7, kind="reply", url=an_outbound().target.url, text="Уже едем", by="anna", by_hand=True
        )
    )
    assert [(step.before, step.after) for step in done.steps] == [({"draft"}, "sent")]


def test_a_draft_is_changed_dropped_and_confirmed() -> None:
    case = case_of(an_outbound())
    asked = prompt(press(case, "send", "edit-7"))
    assert (asked.action, asked.initial) == ("rewrite.7", "Уже едем")
    outcome = press(case, "rewrite.7", "Едем к вам")
    assert isinstance(outcome, Drafted)
    assert (outcome.rewrites, outcome.draft.text) == (7, "Едем к вам")
    dropped = acted(press(case, "send", "drop-7"))
    assert (dropped.command, [step.after for step in dropped.steps]) == (None, ["cancelled"])
    confirmed = acted(press(case, "send", "ok-7"))
    assert confirmed.command == Confirm(outbound=7, kind="reply")
    assert [(step.before, step.after, step.confirmed_by) for step in confirmed.steps] == [
        ({"draft"}, "confirmed", "anna")
    ]


def test_a_draft_in_anothers_case_is_neither_changed_nor_dropped() -> None:
    case = case_of(an_outbound())
    for action, value in (
        ("rewrite.7", "Не приедем"),
        ("rewrite.7", None),
        ("send", "edit-7"),
        ("send", "drop-7"),
    ):
        assert reply(press(case, action, value, person=BORIS)).reason == "not_yours"
    assert isinstance(press(case, "rewrite.7", "Едем к вам", person=OLEG), Drafted), "a lead may"
    his = case_of(an_outbound(author="boris"))
    assert isinstance(press(his, "send", "drop-7", person=BORIS), Acted), "they are his own words"


@pytest.mark.parametrize(("verb", "reach"), [("ok", Reach()), ("hand", Reach(reply="by_hand"))])
def test_only_the_words_that_were_shown_go_out_though_the_draft_was_rewritten_meanwhile(
    verb: str, reach: Reach
) -> None:
    outcome = press(case_of(), "write_reply", "Уже едем", reach=reach)
    assert isinstance(outcome, Drafted)
    first = outcome.shown(an_outbound("Уже едем")).options[0].value
    assert first.startswith(f"{verb}-7.")
    assert len(f"12:send:{first}".encode()) <= 64
    assert isinstance(press(case_of(an_outbound("Уже едем")), "send", first, reach=reach), Acted)
    rewritten = case_of(an_outbound("Не приедем"))
    shown = prompt(press(rewritten, "send", first, reach=reach))
    assert shown.question.startswith("Текст с тех пор изменили.")
    assert "Не приедем" in shown.question
    assert isinstance(press(rewritten, "send", shown.options[0].value, reach=reach), Acted)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("confirmed", "Уже отправляется: Анна Иванова в 12:00"),
        ("sending", "Уже отправляется: Анна Иванова в 12:00"),
        ("sent", "Уже отправлено: Анна Иванова в 12:00"),
        ("refused", "Сеть это уже не приняла: Анна Иванова в 12:00"),
        ("approval", "Уже ждёт слова старшего: Анна Иванова в 12:00"),
        ("unknown", "Уже отправлялось, и неизвестно, ушло ли: нажмите «Проверить ответ»: Анна Иванова в 12:00"),
    ],
)
def test_who_comes_second_reads_what_became_of_it(state: OutboundState, words: str) -> None:
    case = case_of(an_outbound(state=state, confirmed_by="anna", confirmed_at=NOON))
    assert reply(press(case, "send", "ok-7", person=OLEG)).text.replace("\xa0", " ") == words


@pytest.mark.parametrize("value", ["ok-8", "ok-", "ok-99999999999999999999", "ok", "boom-7", "", "ok-7-7"])
def test_what_no_preview_has_shown_comes_to_nothing(value: str) -> None:
    assert isinstance(press(case_of(an_outbound()), "send", value), Reply)


def test_a_draft_that_is_gone_is_not_rewritten() -> None:
    assert reply(press(case_of(), "rewrite.7", "слова")).text == NO_DRAFT
    assert reply(press(case_of(an_outbound(state="sent")), "rewrite.7", "слова")).text == NO_DRAFT
    assert isinstance(press(case_of(), "rewrite.x", "слова"), Reply)


def goes_on(outcome: Outcome) -> Outcome | None:
    """What follows at once where nothing gives pause."""
    assert isinstance(outcome, Drafted), outcome
    return outcome.goes_on(an_outbound(outcome.draft.text, kind=outcome.draft.kind))


def test_words_confirmed_elsewhere_for_one_alone_are_never_put_before_everybody_unseen() -> None:
    """Another program may not know that private words would become an invitation that stands in public."""
    private = press(case_of(), "say_private", "Деньги за анализы вернули", reach=Reach(private="api"))
    assert isinstance(goes_on(private), Acted)
    public = press(case_of(), "say_private", "Деньги за анализы вернули")
    assert drafted(public).kind == "invite"
    assert goes_on(public) is None
    assert isinstance(goes_on(press(case_of(), "say_reply", "Уже едем")), Acted)


@pytest.mark.parametrize("action", ["write_private", "say_private"])
def test_who_takes_no_private_word_and_no_invitation_is_not_answered_in_public_instead(action: str) -> None:
    outcome = press(case_of(), action, "Напишите нам", reach=Reach(private="no"))
    assert reply(outcome).reason == "cannot_reply"
    ended = History(case=case_of()).by(SIGNED, Close()).case
    assert reply(press(ended, action, "Напишите нам", reach=Reach(private="no"))).reason == "ended"


# what is held back, and who agrees


def test_the_guard_stops_before_anybody_writes_a_word() -> None:
    case = case_of(approached=(NOON - timedelta(days=3),))
    for action, value in (("reply", None), ("write_reply", "Уже едем"), ("invite", None)):
        outcome = press(case, action, value)
        assert isinstance(outcome, HoldBack)
        assert outcome.reason == "approached_before"
    assert isinstance(press(case, "reply", reach=Reach(addressed=True)), Prompt)


def test_an_answer_past_us_in_the_case_counts_until_its_author_writes_again() -> None:
    before = AnswerElsewhere(fact=AnsweredElsewhere(said_at=NOON - timedelta(days=3), mention=9))
    after = AnswerElsewhere(fact=AnsweredElsewhere(said_at=NOON + timedelta(minutes=1), mention=9))
    assert isinstance(press(History(case=case_of()).by_program(after).case, "reply"), HoldBack)
    assert isinstance(press(History(case=case_of()).by_program(before).case, "reply"), Prompt)


def test_an_answer_past_us_in_another_case_counts_where_the_author_had_not_turned_to_the_brand() -> None:
    again = case_of(past_us=(PastUs(at=NOON - timedelta(days=3), target=spoken_to(case_of())),))
    held = press(again, "reply")
    assert isinstance(held, HoldBack)
    assert (held.reason, held.until) == ("approached_before", NOON + timedelta(days=27))
    assert isinstance(press(again, "reply", reach=Reach(addressed=True)), Prompt)


def test_the_guard_stops_a_draft_that_has_come_too_late() -> None:
    case = case_of(an_outbound(), approached=(NOON - timedelta(days=3),))
    outcome = press(case, "send", "ok-7")
    held = HoldBack(reason="approached_before", kind="reply", until=NOON + timedelta(days=27))
    assert outcome == held
    assert press(case, "send", "hand-7", reach=Reach(reply="by_hand")) == held


GRIEF = replace(case_of(), mentions=(a_mention("У меня умер отец, а интернета нет"),))


def test_a_stop_topic_goes_to_a_lead_and_a_lead_sends_it_himself() -> None:
    case = replace(GRIEF, contact=Contact(outbounds=(an_outbound(),)))
    asked = acted(press(case, "send", "ok-7"))
    assert asked.command == AskApproval(outbound=7, kind="reply", reason="stop_topic")
    assert [step.after for step in asked.steps] == ["approval"]
    assert acted(press(case, "send", "ok-7", person=OLEG)).command == Confirm(outbound=7, kind="reply")
    outcome = press(case, "write_reply", "Соболезнуем")
    assert isinstance(outcome, Drafted)
    assert "Отправить на проверку" in [option.label for option in outcome.shown(an_outbound()).options]


def test_what_waits_is_shown_to_a_second_who_agrees_or_not() -> None:
    waits = an_outbound(state="approval", confirmed_by="anna", confirmed_at=NOON)
    case = replace(GRIEF, contact=Contact(outbounds=(waits,)))
    assert "Проверить ответ" in labels(case, Reach().context(TEAM))
    shown = prompt(press(case, "send", person=OLEG))
    assert values(shown) == ["yes-7", "no-7"]
    agreed = acted(press(case, "send", "yes-7", person=OLEG))
    assert agreed.command == Approve(outbound=7, kind="reply", author="anna", by_lead=True)
    assert [(step.after, step.approved_by, step.confirmed_by) for step in agreed.steps] == [
        ("confirmed", "oleg", None)
    ]
    refused = acted(press(case, "send", "no-7", person=OLEG))
    assert refused.command == Cancel(outbound=7, kind="reply", author="anna")


def test_a_colleague_is_enough_where_the_policy_says_so_and_where_the_writer_is_the_only_lead() -> None:
    policy = Policy(approve=ApprovePolicy(topics=("связь",), by="colleague"))
    waits = an_outbound(state="approval", confirmed_by="anna", confirmed_at=NOON)
    agreed = acted(press(case_of(waits), "send", "yes-7", person=BORIS, policy=policy))
    assert agreed.command == Approve(outbound=7, kind="reply", author="anna", by_lead=False)
    strict = Policy(approve=ApprovePolicy(topics=("связь",)))
    of_lead = replace(waits, confirmed_by="oleg")
    agreed = acted(press(case_of(of_lead), "send", "yes-7", person=BORIS, policy=strict))
    assert agreed.command == Approve(outbound=7, kind="reply", author="oleg", by_lead=False)


def test_who_asked_to_be_left_meanwhile_is_not_written_to_by_anybody_s_word() -> None:
    waits = an_outbound(state="approval", confirmed_by="anna", confirmed_at=NOON)
    case = case_of(waits, unwanted_at=at(hours=1))
    assert press(case, "send", "yes-7", person=OLEG) == HoldBack(reason="do_not_contact", kind="reply")


def test_an_unknown_end_is_asked_of_a_person() -> None:
    lost = an_outbound(state="unknown", confirmed_by="anna", confirmed_at=NOON)
    case = case_of(lost)
    assert values(prompt(press(case, "send"))) == ["went-7", "again-7", "stop-7"]
    went = acted(press(case, "send", "went-7"))
    assert isinstance(went.command, Report)
    assert [step.after for step in went.steps] == ["sent"]
    assert acted(press(case, "send", "again-7")).command == Confirm(outbound=7, kind="reply")
    assert acted(press(case, "send", "stop-7")).command == Cancel(outbound=7, kind="reply", author="anna")
    assert reply(press(case_of(), "send")).reason == "not_a_draft"


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("approval", "⚠ Ответ автору ждёт проверки: если закрыть, он не уйдёт.\n\n"),
        ("confirmed", "⚠ Ответ автору ещё не ушёл, он уйдёт и после закрытия.\n\n"),
        ("sending", "⚠ Ответ автору ещё не ушёл, он уйдёт и после закрытия.\n\n"),
        ("draft", ""),
        ("sent", ""),
    ],
)
def test_who_closes_a_case_reads_that_its_answer_is_not_said_yet(state: OutboundState, says: str) -> None:
    asked = prompt(press(case_of(an_outbound(state=state)), "close"))
    assert asked.question.replace("\xa0", " ") == f"{says}Чем закончилось обращение № 12?"


# what is mended


STANDS = an_outbound(
    state="sent", confirmed_by="anna", confirmed_at=NOON, sent_at=NOON, sent=Sent(ref="-1_9", url=URL)
)


def test_an_answer_that_stands_may_be_changed_or_taken_back() -> None:
    case = case_of(STANDS)
    assert "Изменить ответ" in labels(case, Reach().context(TEAM))
    assert values(prompt(press(case, "mend"))) == ["edit-7", "back-7", "no"]
    asked = prompt(press(case, "mend", "edit-7"))
    assert (asked.action, asked.initial) == ("fix.7", "Уже едем")
    draft = drafted(press(case, "fix.7", "Приедем в шесть"))
    assert (draft.kind, draft.of_id, draft.text) == ("edit", 7, "Приедем в шесть")
    back = press(case, "mend", "back-7")
    assert isinstance(back, Drafted)
    assert (back.draft.kind, back.draft.of_id) == ("take_back", 7)
    taken = an_outbound("", kind="take_back", of_id=7, id=8)
    shown = back.shown(taken)
    assert values(shown) == ["ok-8", "drop-8"]
    assert "Удалить этот ответ?\nУже едем" in shown.question
    done = acted(press(case_of(STANDS, taken), "send", "ok-8"))
    assert done.command == Confirm(outbound=8, kind="take_back")


def test_where_the_network_lets_nobody_mend_it_nothing_is_offered() -> None:
    assert "Изменить ответ" not in labels(case_of(STANDS), Reach(mend="no").context(TEAM))
    assert URL in reply(press(case_of(STANDS), "mend", reach=Reach(mend="no"))).text
    gone = replace(STANDS, gone_at=NOON)
    assert "Изменить ответ" not in labels(case_of(gone), Reach().context(TEAM))
    assert reply(press(case_of(gone), "mend")).reason == "cannot_reply"


def test_the_card_shows_the_answer_who_gave_it_where_it_stands_and_what_became_of_it() -> None:
    history = History(case=case_of()).by_program(
        Report(fact=ReplySent(outbound=7, kind="reply", url=URL, text="Уже едем", by="anna"))
    )
    lines = [line.text.replace("\xa0", " ") for line in make_card(history.case, Reach().context(TEAM), NOON).below]
    assert f"Ответ, Анна Иванова в 12:00: «Уже едем» {URL}" in lines
    history.later(minutes=5).by_program(Report(fact=ReplyTakenBack(outbound=7, by="anna")))
    lines = [line.text.replace("\xa0", " ") for line in make_card(history.case, Reach().context(TEAM), NOON).below]
    assert f"Ответ, Анна Иванова в 12:00: «Уже едем» (удалён нами в 12:05) {URL}" in lines


@pytest.mark.parametrize(("parent", "quarrel"), [("-1_9", None), ("-1_77", "Вася")])
def test_who_answers_our_own_words_has_no_quarrel_with_others(parent: str, quarrel: str | None) -> None:
    ours = an_outbound(state="sent", sent=Sent(ref="-1_9", url=URL), sent_at=NOON)
    again = a_mention("И где ваш мастер?", id="-1_10", parent=Quote(id=parent, author="Вася", text="Уже едем"))
    case = replace(case_of(ours), mentions=(again,))
    assert ask_of(case, "reply", SIGNED, Reach().context(TEAM)).in_answer_to == quarrel
