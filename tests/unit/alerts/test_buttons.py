"""Buttons: which a case shows, what each asks, what a press becomes, and that none is there only to be refused."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.cards.answers import MAX_ANSWER, refusal_words
from alerts.cards.asking import LONGEST_VALUE, SNOOZE, Reply, asker_of, colleagues, option_value
from alerts.cards.buttons import BUTTONS, Button, read_press, rows
from alerts.cards.context import CardContext
from alerts.cards.previewing import Acted, Drafted, Outcome
from alerts.cards.prompt import Prompt
from alerts.cases.case import Case
from alerts.cases.commands import (
    NAMES,
    Claim,
    Close,
    Delete,
    MoveTo,
    NotComplaint,
    Note,
    PersonsCommand,
    Release,
    Reopen,
    Snooze,
    TransferTo,
    Write,
)
from alerts.cases.events import Deadlines
from alerts.cases.transitions import Refusal, decide
from alerts.path import Path
from alerts.routing import Chat, Receiver
from domain.person import CONSOLE, Absence, Person
from tests.fakes import NOON
from tests.unit.alerts.histories import (
    ANNA,
    BORIS,
    CONTEXT,
    OLEG,
    PEOPLE,
    History,
    a_mention,
    at,
    promise,
)

SOON = promise(minutes=30)
TO_BORIS = TransferTo(person="boris", name="Борис Ли")


def claimed(deadlines: Deadlines = SOON) -> History:
    return History.opened(deadlines=deadlines).by(ANNA, Claim())


def resting() -> History:
    return History.opened().by(ANNA, Snooze(until=at(hours=1)))


def labels(case: Case) -> list[list[str]]:
    return [[button.label for button in row] for row in rows(case, CONTEXT, NOON)]


def press(
    history: History, action: str, person: Person, value: str | None = None, context: CardContext = CONTEXT
) -> Outcome:
    return read_press(history.case, action, value, person, context, history.now)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (
            History.opened(),
            [["Взять", "Не жалоба"], ["Отложить", "Передать", "Закрыть"], ["Заметка", "Открыть", "Автор"]],
        ),
        (
            claimed(),
            [["Закрыть", "Не жалоба"], ["Отложить", "Передать", "Отдать"], ["Заметка", "Открыть", "Автор"]],
        ),
        (resting(), [["Взять", "Не жалоба"], ["Передать", "Закрыть", "Заметка"], ["Открыть", "Автор"]]),
        (claimed().by(ANNA, Close()), [["Вернуть", "Заметка"], ["Заглушить", "Открыть", "Автор"]]),
        (claimed().by(ANNA, NotComplaint()), [["Вернуть", "Заметка"], ["Заглушить", "Открыть", "Автор"]]),
    ],
)
def test_the_buttons_follow_where_the_case_stands(history: History, expected: list[list[str]]) -> None:
    assert labels(history.case) == expected


def test_the_first_thing_to_do_stands_out() -> None:
    primary = [
        [button.label for row in rows(case, CONTEXT, NOON) for button in row if button.style == "primary"]
        for case in (History.opened().case, claimed().case, resting().case, claimed().by(ANNA, Close()).case)
    ]
    assert primary == [["Взять"], ["Закрыть"], ["Взять"], []]


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "tg://user?id=1"])
def test_what_is_no_web_address_gets_no_button(url: str) -> None:
    case = History.opened(a_mention(url=url), network="x").case
    assert all(button.url is None for row in rows(case, CONTEXT, NOON) for button in row)


def test_nobody_is_offered_a_hand_over_where_there_is_nobody_else() -> None:
    alone = CardContext(people=(ANNA,))
    assert not any(button.action == "transfer" for row in rows(claimed().case, alone, NOON) for button in row)
    reply = press(claimed(), "transfer", ANNA, context=alone)
    assert isinstance(reply, Reply)
    assert reply.reason == "nobody_else"


SPEAKING = {
    "fix",
    "holding_word",
    "invite",
    "mend",
    "past",
    "put_back",
    "reply",
    "resolved",
    "rewrite",
    "say_private",
    "say_reply",
    "send",
    "solved",
    "take_off",
    "walk",
    "walk_words",
    "why",
    "write_private",
    "write_reply",
}
"""What writes to the customer, asks or explains: their presses come to drafts and previews, see test_replying, or
to words, see test_why and test_past.
"""


def test_every_action_has_a_button_of_its_own_and_a_stored_name() -> None:
    actions = [kind.action for kind in BUTTONS]
    assert actions == sorted(set(actions))
    assert {action for action in actions if action not in SPEAKING} <= set(NAMES.values())
    for button in BUTTONS:
        assert len(button.action) <= 18


@pytest.mark.parametrize(
    ("action", "value", "command"),
    [
        ("claim", None, Claim()),
        ("close", "not_ours", Close(outcome="not_ours")),
        ("close", "resolved-own_error", Close(outcome="resolved", cause="own_error")),
        ("not_complaint", None, NotComplaint()),
        ("note", "ждёт мастера", Note(text="ждёт мастера")),
        ("note", "", Note(text="")),
        ("release", None, Release()),
        ("reopen", None, Reopen()),
        ("snooze", None, Snooze(until=NOON + SNOOZE)),
        ("transfer", "boris", TO_BORIS),
        ("transfer", "Саша Ким", TransferTo(person="sasha", name="Саша Ким")),
    ],
)
def test_a_press_becomes_a_command(action: str, value: str | None, command: PersonsCommand) -> None:
    assert press(claimed(Deadlines()), action, ANNA, value) == command


def test_a_case_put_back_to_work_gets_the_new_promise() -> None:
    ended = claimed().by(ANNA, Close())
    renewed = promise(hours=3)
    assert read_press(ended.case, "reopen", None, BORIS, CONTEXT, NOON, deadlines=renewed) == Reopen(
        deadlines=renewed
    )


@given(st.text(max_size=20), st.text(max_size=40) | st.none())
def test_what_no_card_has_shown_comes_to_a_reply(action: str, value: str | None) -> None:
    reading = press(claimed(), action, OLEG, value)
    if action not in {kind.action for kind in BUTTONS}:
        assert isinstance(reading, Reply)
        assert reading.reason == "unknown_button"


@pytest.mark.parametrize("value", ["", "nobody", "борис", "~0"])
def test_a_person_who_is_no_longer_there_gets_no_case(value: str) -> None:
    reading = press(claimed(), "transfer", ANNA, value)
    assert isinstance(reading, Reply)
    assert reading.reason == "unknown_person"


def options(reading: object) -> list[tuple[str, str]]:
    assert isinstance(reading, Prompt)
    return [(option.value, option.label) for option in reading.options]


def test_whoever_hands_over_chooses_among_the_others() -> None:
    assert options(press(claimed(), "transfer", ANNA)) == [
        ("boris", "Борис Ли"),
        ("oleg", "Олег Смирнов (старший)"),
        ("sasha", "Саша Ким (инженер)"),
        ("no", "Не передавать"),
    ]
    assert [label for _, label in options(press(History.opened(), "transfer", BORIS))] == [
        "Анна Иванова",
        "Олег Смирнов (старший)",
        "Саша Ким (инженер)",
        "Не передавать",
    ]


def test_the_question_says_whose_the_case_is() -> None:
    number = "№\xa012"
    for history, person, words in (
        (History.opened(), BORIS, ""),
        (claimed(), ANNA, " Сейчас оно у вас."),
        (claimed(), OLEG, " Сейчас отвечает Анна Иванова."),
    ):
        reading = press(history, "transfer", person)
        assert isinstance(reading, Prompt)
        assert reading.question == f"Кому передать обращение {number}?{words}"


def test_whoever_thinks_better_of_it_hands_over_nothing() -> None:
    reading = press(claimed(), "transfer", ANNA, "no")
    assert isinstance(reading, Reply)
    assert (reading.text, reading.reason) == ("Хорошо, обращение не передано", "thought_better")


def test_a_lead_takes_over_by_the_first_option() -> None:
    chosen = options(press(claimed(), "transfer", OLEG))
    assert chosen[0] == ("oleg", "Себе (перехватить)")
    assert "anna" not in dict(chosen)
    assert claimed().by(OLEG, TransferTo(person="oleg", name="Олег Смирнов")).case.state.owner == "oleg"


def test_the_owner_is_no_option_under_an_earlier_id_either() -> None:
    context = CardContext(people=(replace(ANNA, id="anna-new", former_ids=("anna",)), BORIS))
    assert [person.id for person in colleagues(claimed().case, context)] == ["boris"]


def test_two_of_one_name_are_told_apart() -> None:
    namesake = replace(BORIS, id="boris-2")
    context = CardContext(people=(ANNA, BORIS, namesake))
    assert options(press(claimed(), "transfer", ANNA, context=context)) == [
        ("boris", "Борис Ли (boris)"),
        ("boris-2", "Борис Ли (boris-2)"),
        ("no", "Не передавать"),
    ]


def test_a_lead_is_spoken_of_in_her_gender() -> None:
    context = CardContext(people=(ANNA, replace(OLEG, id="lena", name="Лена Орлова", gender="f")))
    assert options(press(claimed(), "transfer", ANNA, context=context))[0] == ("lena", "Лена Орлова (старшая)")


def test_who_may_not_hand_over_is_not_asked_to_whom() -> None:
    reading = press(claimed(), "transfer", BORIS)
    assert isinstance(reading, Reply)
    assert reading.reason == "not_yours"
    assert "«Заметка»" in reading.text


@given(st.text(min_size=1, max_size=60))
@example("no")
def test_any_id_fits_into_an_option_and_is_found_again(number: str) -> None:
    odd = replace(BORIS, id=number)
    value = option_value(odd)
    assert len(value) <= LONGEST_VALUE
    assert value.isascii()
    context = CardContext(people=(ANNA, odd))
    assert press(claimed(), "transfer", ANNA, value, context) == TransferTo(person=number, name=BORIS.name)


def test_a_snooze_past_the_deadline_is_asked_about() -> None:
    reading = press(claimed(), "snooze", ANNA)
    assert isinstance(reading, Prompt)
    assert reading.question == "Ответить по обращению №\xa012 обещано до 12:30, срок пройдёт. Всё равно отложить?"
    (yes, label), (no, other) = options(reading)
    assert label == "Отложить до 13:00"
    assert other == "Не откладывать"
    snooze = press(claimed().later(minutes=1), "snooze", ANNA, yes)
    assert snooze == Snooze(until=at(hours=1), past_deadline=True)
    kept = press(claimed(), "snooze", ANNA, no)
    assert isinstance(kept, Reply)
    assert kept.reason == "thought_better"


@pytest.mark.parametrize("deadlines", [Deadlines(), promise(hours=2), promise(minutes=-5)])
def test_a_snooze_that_hides_no_deadline_is_not_asked_about(deadlines: Deadlines) -> None:
    assert press(claimed(deadlines), "snooze", ANNA) == Snooze(until=NOON + SNOOZE)


@pytest.mark.parametrize("value", ["", "soon", "²", "-1", "1e9", "9" * 12])
def test_a_time_that_no_option_names_is_unknown(value: str) -> None:
    assert isinstance(press(claimed(), "snooze", ANNA, value), Reply)


def test_no_option_snoozes_for_longer_than_a_press_does() -> None:
    far = press(claimed(), "snooze", ANNA, "9" * 11)
    assert far == Snooze(until=NOON + SNOOZE, past_deadline=True)
    past = press(claimed(), "snooze", ANNA, "7")
    assert isinstance(past, Snooze)
    assert claimed().case.state.owner == "anna"
    refusal = decide(claimed().case.state, past, asker_of(ANNA), NOON)
    assert refusal == Refusal(reason="no_time")


def test_a_note_is_written_as_text() -> None:
    reading = press(claimed(), "note", BORIS)
    assert isinstance(reading, Prompt)
    assert reading.options == ()
    assert reading.hint
    assert reading.title == "Заметка к №\xa012"


# Any life of a case: people press, the customer writes and edits, the clock ticks.

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [*(kind.action for kind in BUTTONS), "write", "remark", "calm", "angry", "delete", "tick"]
        ),
        st.sampled_from(PEOPLE),
        st.sampled_from(
            [None, "anna", "boris", "oleg", "spam", "declined-other", "текст", str(int(at(hours=1).timestamp()))]
        ),
        st.integers(0, 50),
    ),
    max_size=12,
)


def lived(steps: list[tuple[str, Person, str | None, int]]) -> History:
    """The case after those steps; what is refused or only asked changes nothing."""
    history = History.opened(deadlines=promise(minutes=30))
    for name, person, value, minutes in steps:
        history.later(minutes=minutes)
        if name in ("write", "remark"):
            strength = "complaint" if name == "write" else "remark"
            history.writes("слова", strength, promise(minutes=90))  # type: ignore[arg-type]  # it is one of the two
        elif name in ("calm", "angry"):
            history.edits(1, "слова", "remark" if name == "calm" else "complaint")
        elif name == "delete":
            history.by_customer(Delete(mention=1, others=False))
        elif name == "tick":
            history.tick()
        else:
            reading = press(history, name, person, value)
            if not isinstance(reading, Prompt | Reply | Drafted | Acted) and may(history, reading, person):
                history.by(person, reading)
    return history


def may(history: History, command: PersonsCommand, person: Person) -> bool:
    return not isinstance(decide(history.case.state, command, asker_of(person), history.now), Refusal)


def works(history: History, button: Button, person: Person) -> bool:
    """Whether the press leads somewhere: it is taken, or each of its answers but a change of mind is."""
    assert button.action is not None
    return leads_somewhere(history, press(history, button.action, person), person)


def leads_somewhere(history: History, reading: Outcome, person: Person) -> bool:
    if isinstance(reading, Reply | Drafted | Acted):
        return not isinstance(reading, Reply)
    if not isinstance(reading, Prompt):
        return may(history, reading, person)
    values = [option.value for option in reading.options if option.value != "no"] or ["слова"]
    answers = (press(history, reading.action, person, value) for value in values)
    return all(leads_somewhere(history, answer, person) for answer in answers)


@settings(max_examples=300)
@given(STEPS)
def test_no_button_is_there_only_to_be_refused(steps: list[tuple[str, Person, str | None, int]]) -> None:
    history = lived(steps)
    shown = [button for row in rows(history.case, CONTEXT, history.now) for button in row if button.action]
    owner = CONTEXT.person(history.case.state.owner)
    for button in shown:
        assert any(works(history, button, person) for person in PEOPLE), button
        if owner is not None:
            assert works(history, button, owner), (button, owner)
    assert len(shown) == len({button.action for button in shown})


@settings(max_examples=300)
@given(STEPS, st.sampled_from(PEOPLE))
def test_a_refusal_names_a_button_that_is_there_and_works(
    steps: list[tuple[str, Person, str | None, int]], person: Person
) -> None:
    history = lived(steps)
    shown = {
        button.label: button for row in rows(history.case, CONTEXT, history.now) for button in row if button.action
    }
    commands = (
        Claim(),
        Close(),
        NotComplaint(),
        Release(),
        Reopen(),
        Snooze(until=history.now + SNOOZE),
        TO_BORIS,
    )
    for command in (*commands, Note(text=""), Note(text="а" * 2000)):
        refusal = decide(history.case.state, command, asker_of(person), history.now)
        if isinstance(refusal, Refusal):
            text = refusal_words(refusal, history.case, command, CONTEXT, history.now, person=person)
            named = [button for label, button in shown.items() if f"«{label}»" in text]
            assert any(works(history, button, person) for button in named), (refusal, text)
            assert len(text) <= MAX_ANSWER


@pytest.mark.parametrize(("person", "other"), [*product(PEOPLE, PEOPLE)])
def test_whoever_hands_over_gives_the_case_to_whom_he_chose(person: Person, other: Person) -> None:
    history = History.opened().by(person, Claim())
    reading = press(history, "transfer", person, other.id)
    assert isinstance(reading, TransferTo)
    if other is not person:
        assert history.by(person, reading).case.state.owner == other.id


def with_money(**fields: object) -> CardContext:
    """The usual receivers and one more, with a chat and an owner."""
    money = Receiver(name="Возвраты и деньги", chats=(Chat(messenger=CONSOLE, chat="money"),), owner="boris")
    receivers = {**CONTEXT.receivers, "Возвраты и деньги": replace(money, **fields)}  # type: ignore[arg-type]
    return replace(CONTEXT, receivers=receivers)


def of_support(deadlines: Deadlines = SOON) -> History:
    write = Write(mention=1, strength="complaint", deadlines=deadlines, path=Path(receivers=("support",)))
    return History().by_customer(write).by(ANNA, Claim())


def test_a_case_may_be_handed_to_another_receiver_by_a_name_of_any_letters() -> None:
    context, terms = with_money(), promise(hours=8)
    prompt = press(of_support(), "transfer", ANNA, context=context)
    assert isinstance(prompt, Prompt)
    option = next(option for option in prompt.options if option.label.startswith("В «"))
    assert option.label == "В «Возвраты и деньги», отвечает Борис Ли"
    assert option.value.isascii()
    assert len(option.value) <= LONGEST_VALUE
    command = read_press(
        of_support().case,
        "transfer",
        option.value,
        ANNA,
        context,
        NOON,
        deadlines=SOON,
        promises={"Возвраты и деньги": terms},
    )
    assert command == MoveTo(receiver="Возвраты и деньги", deadlines=terms)
    same_terms = read_press(of_support().case, "transfer", option.value, ANNA, context, NOON, deadlines=SOON)
    assert same_terms == MoveTo(receiver="Возвраты и деньги", deadlines=SOON)


def test_where_the_case_is_already_and_where_nobody_reads_it_cannot_go() -> None:
    for context, history in (
        (with_money(chats=()), of_support()),
        (with_money(), of_support().by(ANNA, MoveTo(receiver="Возвраты и деньги")).by(ANNA, Claim())),
    ):
        prompt = press(history, "transfer", ANNA, context=context)
        assert isinstance(prompt, Prompt)
        assert not [option for option in prompt.options if "Возвраты" in option.label]


def test_a_receiver_that_is_gone_meanwhile_is_told() -> None:
    gone = press(of_support(), "transfer", ANNA, "@0123456789abcdef01234567", context=with_money())
    assert isinstance(gone, Reply)
    assert gone.reason == "unknown_receiver"


def test_who_is_alone_may_still_hand_a_case_to_another_receiver() -> None:
    alone = replace(with_money(), people=(ANNA,))
    assert any(button.action == "transfer" for row in rows(of_support().case, alone, NOON) for button in row)


def test_who_is_away_is_said_to_be_before_a_case_is_given_to_him() -> None:
    away = replace(BORIS, absence=Absence(until=NOON.date()))
    context = replace(CONTEXT, people=(ANNA, away, OLEG))
    prompt = press(claimed(), "transfer", ANNA, context=context)
    assert isinstance(prompt, Prompt)
    assert [option.label for option in prompt.options][:2] == ["Борис Ли (отсутствует)", "Олег Смирнов (старший)"]
