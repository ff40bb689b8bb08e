"""Notices: what each says, whom it calls, and how several become one."""

from dataclasses import replace
from datetime import timedelta
from typing import Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.context import CardContext
from alerts.cards.note import Note
from alerts.cards.notices import LOUD, MOST_CASES, make_note
from alerts.cases.case import Case
from alerts.cases.commands import (
    AskApproval,
    Assign,
    Cancel,
    Claim,
    Close,
    MoveTo,
    Report,
    Snooze,
    TransferTo,
    Write,
)
from alerts.cases.events import ReplyGone, ReplyRefused, ReplySent, ReplyUnknown
from alerts.cases.state import State, fold
from alerts.cases.telling import Addressee, NoticeDraft, NoticeKind, Priority, how_to_tell
from alerts.path import Path
from domain.person import Absence, Person
from tests.fakes import NOON
from tests.unit.alerts.histories import ANNA, BORIS, CONTEXT, OLEG, PEOPLE, History, a_mention, at, promise

NAMES: Final = {person.name for person in PEOPLE}


def opened() -> History:
    return History.opened(deadlines=promise(hours=2, minutes=30))


def claimed() -> History:
    return opened().later(minutes=5).by(ANNA, Claim())


def told(history: History, seen: int, *, receiver: str = "support", context: CardContext = CONTEXT) -> Note:
    """The note that the events after the first `seen` make, as the store finds out about it."""
    events = history.case.events
    (draft,) = how_to_tell(fold(events[:seen]), events[seen:]).notices
    return make_note(draft, (history.case,), receiver, context, history.now)


def plain(note: Note) -> str:
    return note.text.replace("\xa0", " ")


def names(note: Note) -> list[str]:
    return [person.id for person in note.to]


def test_a_new_complaint_goes_to_the_owner_with_its_words() -> None:
    note = told(claimed().writes("Вы издеваетесь?"), 2)
    assert plain(note) == "Автор снова пожаловался, обращение № 12:"
    assert (note.quote, names(note), note.loud) == ("Вы издеваетесь?", ["anna"], True)


def test_an_answer_goes_to_the_owner_with_its_words_and_is_not_loud() -> None:
    note = told(claimed().writes("договор 4451,\nЛенина 5", "remark"), 2)
    assert plain(note) == "Автор пишет, обращение № 12:"
    assert (note.quote, names(note), note.loud) == ("договор 4451, Ленина 5", ["anna"], False)


def away(*people: Person, substitute: str | None = "boris") -> CardContext:
    """The usual people, these of them away today."""
    absent = Absence(until=NOON.date(), substitute=substitute)
    staff = tuple(replace(person, absence=absent) if person in people else person for person in PEOPLE)
    return replace(CONTEXT, people=staff)


def test_who_is_away_is_not_called_but_whoever_stands_in() -> None:
    assert names(told(claimed().writes("Вы издеваетесь?"), 2, context=away(ANNA))) == ["boris"]
    tomorrow = claimed().later(days=1).writes("Вы издеваетесь?")
    assert names(told(tomorrow, 2, context=away(ANNA))) == ["anna"]


def test_a_substitute_who_is_away_is_stood_in_for_too() -> None:
    chain = away(ANNA, BORIS)
    staff = tuple(
        replace(person, absence=replace(person.absence, substitute="oleg")) if person.id == "boris" else person
        for person in chain.people
        if person.absence is not None or person.id == "oleg"
    )
    context = replace(chain, people=staff)
    assert names(told(claimed().writes("Вы издеваетесь?"), 2, context=context)) == ["oleg"]


@pytest.mark.parametrize("substitute", [None, "anna", "nobody"])
def test_where_nobody_stands_in_the_one_who_is_away_is_called_all_the_same(substitute: str | None) -> None:
    context = away(ANNA, substitute=substitute)
    assert names(told(claimed().writes("Вы издеваетесь?"), 2, context=context)) == ["anna"]


def test_an_edit_that_became_a_complaint_is_quoted_too() -> None:
    history = claimed().writes("спасибо", "remark").edits(2, "опять сломалось", "complaint")
    assert told(history, 3).quote == "опять сломалось"


def test_words_that_are_gone_meanwhile_are_not_repeated() -> None:
    history = claimed().writes("Телефон 89161234567", "remark")
    gone = replace(history.case.mentions[1], deleted_at=history.now)
    history.case = replace(history.case, mentions=(history.case.mentions[0], gone))
    note = told(history, 2)
    assert (plain(note), note.quote) == ("Автор пишет, обращение № 12.", "")


def test_a_long_text_is_quoted_in_short() -> None:
    assert len(told(claimed().writes("а" * 5000, "remark"), 2).quote) == 600


def test_a_deadline_that_comes_near_calls_the_owner() -> None:
    note = told(claimed().later(hours=2, minutes=10).tick(), 2)
    assert plain(note) == "Осталось 15 мин: на обращение № 12 надо ответить до 14:30. Взяла Анна Иванова в 12:05."
    assert (names(note), note.loud) == (["anna"], False)


def test_a_deadline_of_nobodys_case_calls_the_receivers_owner() -> None:
    note = told(opened().later(hours=2, minutes=15).tick(), 1)
    assert plain(note) == "Осталось 15 мин: на обращение № 12 надо ответить до 14:30. Никто не взял."
    assert names(note) == ["anna"]


def test_a_missed_deadline_calls_the_backup_and_a_broken_promise_the_leads() -> None:
    missed = told(claimed().later(hours=2, minutes=37).tick(), 2)
    assert (
        plain(missed)
        == "Просрочено на 12 мин: ответ по обращению № 12 ждали до 14:30. Взяла Анна Иванова в 12:05."
    )
    assert (names(missed), missed.loud) == (["anna", "oleg"], True)
    context = replace(CONTEXT, people=(*PEOPLE, replace(OLEG, id="lena", name="Лена Орлова")))
    broken = told(opened().later(hours=3).tick(), 1, context=context)
    assert plain(broken) == "Просрочено на 30 мин: ответ по обращению № 12 ждали до 14:30. Никто не взял."
    assert names(broken) == ["anna", "oleg", "lena"]


def test_a_bell_that_is_said_at_once_does_not_count_no_minutes() -> None:
    note = told(opened().later(hours=2, minutes=30).tick(), 1)
    assert plain(note) == "Срок вышел: ответ по обращению № 12 ждали до 14:30. Никто не взял."
    digest = a_digest("due", late(5, 12), late(6, 0))
    assert plain(digest) == "Просрочено 2 обращения: № 5 (на 12 мин), № 6."


def test_less_than_a_minute_is_not_counted_in_minutes() -> None:
    history = History.opened(deadlines=replace(promise(minutes=30), warn_at=at(minutes=29, seconds=20)))
    note = told(history.later(minutes=29, seconds=20).tick(), 1)
    words = "Осталось меньше минуты: на обращение № 12 надо ответить до 12:30. Никто не взял."
    assert plain(note) == words


def test_nobody_is_called_for_a_deadline_of_what_has_ended_meanwhile() -> None:
    history = claimed().later(hours=2, minutes=37).tick()
    draft = NoticeDraft(kind="due", event=3, to=("owner", "backup"), priority=Priority.URGENT)
    note = make_note(draft, (history.by(ANNA, Close()).case,), "support", CONTEXT, history.now)
    assert note.to == ()
    assert plain(note) == "Срок ответа по обращению № 12 прошёл. Закрыто — Анна Иванова, 14:42."


def test_a_rest_that_is_over_calls_who_has_the_case() -> None:
    history = claimed().by(ANNA, Snooze(until=at(hours=1, minutes=5))).later(hours=1).tick()
    note = told(history, 3)
    assert plain(note) == (
        "Отложенное обращение № 12 снова ждёт ответа. Ответить до 14:30. Взяла Анна Иванова в 12:05."
    )
    assert names(note) == ["anna"]
    nobodys = opened().by(BORIS, Snooze(until=at(hours=1))).later(hours=1).tick()
    assert plain(told(nobodys, 2)).endswith("Никто не взял.")


def test_a_hand_over_speaks_to_who_gets_the_case() -> None:
    note = told(claimed().by(ANNA, TransferTo(person="boris", name="Борис Ли")), 2)
    assert plain(note) == "Анна Иванова передала вам обращение № 12. Ответить до 14:30."
    assert names(note) == ["boris"]


def test_a_hand_over_that_went_on_meanwhile_speaks_to_nobody_as_you() -> None:
    history = claimed().by(ANNA, TransferTo(person="boris", name="Борис Ли"))
    (draft,) = how_to_tell(fold(history.case.events[:2]), history.case.events[2:]).notices
    history.by(BORIS, TransferTo(person="sasha", name="Саша Ким"))
    note = make_note(draft, (history.case,), "support", CONTEXT, history.now)
    assert plain(note) == "Анна Иванова передала обращение № 12, теперь отвечает Борис Ли."


def test_a_take_over_is_told_to_who_had_the_case() -> None:
    note = told(claimed().by(OLEG, TransferTo(person="oleg", name="Олег Смирнов")), 2)
    assert plain(note) == "Олег Смирнов забрал себе обращение № 12, вам отвечать больше не нужно."
    assert names(note) == ["anna"]
    gone = replace(CONTEXT, people=(OLEG,))
    note = told(claimed().by(OLEG, TransferTo(person="oleg", name="Олег Смирнов")), 2, context=gone)
    assert (plain(note), note.to) == (
        "Олег Смирнов забрал себе обращение № 12, прежнему сотруднику отвечать больше не нужно.",
        (),
    )


@pytest.mark.parametrize("receiver", ["night", "nowhere"])
def test_where_nobody_can_be_called_the_words_stand_alone(receiver: str) -> None:
    note = told(opened().later(hours=2, minutes=15).tick(), 1, receiver=receiver)
    assert note.to == ()
    assert "№ 12" in plain(note)


def test_whoever_is_owner_and_lead_is_called_once() -> None:
    note = told(opened().by(OLEG, Claim()).later(hours=3).tick(), 2)
    assert names(note) == ["oleg"]


def test_a_repeat_says_so() -> None:
    history = claimed().writes("Алло")
    (draft,) = how_to_tell(fold(history.case.events[:2]), history.case.events[2:]).notices
    assert make_note(draft, (history.case,), "support", CONTEXT, NOON, repeat=True).repeat


def a_digest(kind: NoticeKind, *cases: Case, to: tuple[Addressee, ...] = ("owner",)) -> Note:
    draft = NoticeDraft(kind=kind, event=1, to=to, priority=Priority.URGENT)
    return make_note(draft, cases, "support", CONTEXT, at(hours=3))


def late(number: int, minutes: int, owner: str | None = None) -> Case:
    case = History.opened(a_mention(), deadlines=promise(minutes=180 - minutes)).case
    return replace(case, id=number, state=replace(case.state, owner=owner))


def test_several_missed_deadlines_are_one_message() -> None:
    ended = replace(late(7, 1), state=State(stage="closed"))
    note = a_digest("due", late(5, 12, "anna"), late(6, 3, "boris"), ended)
    assert plain(note) == "Просрочено 3 обращения: № 5 (на 12 мин), № 6 (на 3 мин), № 7 (уже закрыто)."
    assert names(note) == ["anna", "boris"]
    assert note.quote == ""


def test_who_was_answered_before_a_shared_word_is_said_is_not_called_overdue() -> None:
    """It may wait for others for ten minutes."""
    answered = replace(late(6, 3, "boris"), state=State(stage="replied", owner="boris"))
    note = a_digest("breach", late(5, 12, "anna"), answered)
    assert plain(note) == "Просрочено 2 обращения: № 5 (на 12 мин), № 6 (уже не ждёт ответа)."
    assert names(note) == ["anna"]


def test_a_long_digest_counts_what_it_does_not_name() -> None:
    note = a_digest("due", *(late(number, 300 - number) for number in range(1, 31)))
    assert plain(note).startswith("Просрочено 30 обращений: № 1 (на 4 ч 59 мин), ")
    assert plain(note).endswith(f"и ещё {30 - MOST_CASES}.")


def test_cases_that_are_only_counted_read_as_if_they_were_at_hand() -> None:
    whole = [late(number, 300 - number) for number in range(1, 31)]
    draft = NoticeDraft(kind="due", event=1, to=("receiver",), priority=Priority.URGENT)
    counted = make_note(draft, whole[:MOST_CASES], "support", CONTEXT, at(hours=3), others=30 - MOST_CASES)
    assert counted == a_digest("due", *whole, to=("receiver",))
    alone = make_note(draft, whole[:1], "support", CONTEXT, at(hours=3), others=2)
    assert plain(alone) == "Просрочено 3 обращения: № 1 (на 4 ч 59 мин) и ещё 2."


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "approval",
            "Ответы ждут слова старшего — 2 обращения: № 5 (никто не взял), № 6 (отвечает Анна Иванова).",
        ),
        ("breach", "Просрочено 2 обращения: № 5 (на 12 мин), № 6 (на 3 мин)."),
        ("cancelled", "Ответы не отправлены — 2 обращения: № 5 (никто не взял), № 6 (отвечает Анна Иванова)."),
        (
            "gone",
            "Ответов больше нет на странице — 2 обращения: № 5 (никто не взял), № 6 (отвечает Анна Иванова).",
        ),
        ("refused", "Ответы не ушли — 2 обращения: № 5 (никто не взял), № 6 (отвечает Анна Иванова)."),
        ("similar", "Авторы получили ответ — 2 обращения: № 5 (никто не взял), № 6 (отвечает Анна Иванова)."),
        ("unknown", "Не знаем, дошли ли ответы — 2 обращения: № 5 (никто не взял), № 6 (отвечает Анна Иванова)."),
        (
            "complaint",
            "Авторы снова пожаловались — 2 обращения: № 5 (никто не взял), № 6 (отвечает Анна Иванова).",
        ),
        ("remark", "Авторы пишут — 2 обращения: № 5 (никто не взял), № 6 (отвечает Анна Иванова)."),
        ("taken", "Сменился ответственный — 2 обращения: № 5 (никто не взял), № 6 (отвечает Анна Иванова)."),
        ("transferred", "Вам передано 2 обращения: № 5 (до 14:48), № 6 (до 14:57)."),
        ("warn", "Скоро выйдет срок ответа — 2 обращения: № 5 (до 14:48), № 6 (до 14:57)."),
        ("woke", "Отложенные снова ждут ответа — 2 обращения: № 5 (до 14:48), № 6 (до 14:57)."),
    ],
)
def test_every_kind_has_a_digest(kind: NoticeKind, words: str) -> None:
    assert plain(a_digest(kind, late(5, 12), late(6, 3, "anna"))) == words


ASKED = claimed().by(ANNA, AskApproval(outbound=7, kind="invite", reason="stop_topic"))


@pytest.mark.parametrize(
    ("history", "seen", "words", "called"),
    [
        (
            ASKED,
            2,
            (
                "Анна Иванова просила проверить приглашение, обращение № 12: тема, о которой пишут только"
                " со словом старшего. Нажмите «Проверить ответ» на карточке."
            ),
            ["oleg"],
        ),
        (
            ASKED.by(OLEG, Cancel(outbound=7, kind="invite", author="anna")),
            3,
            "Олег Смирнов отменил отправку, обращение № 12. Взяла Анна Иванова в 12:05.",
            ["anna"],
        ),
        (
            claimed().by_program(Report(fact=ReplyRefused(outbound=7, kind="reply", reason="gone", by="anna"))),
            2,
            "Ответ не ушёл, обращение № 12: записи больше нет.",
            ["anna"],
        ),
        (
            claimed().by_program(Report(fact=ReplyUnknown(outbound=7, kind="message"))),
            2,
            (
                "Не знаем, дошло ли до автора: сообщение, обращение № 12. Посмотрите на странице и нажмите"
                " «Проверить ответ» на карточке."
            ),
            ["anna"],
        ),
        (
            claimed().by_program(Report(fact=ReplyGone(outbound=7))),
            2,
            "Вашего ответа больше нет на странице, обращение № 12. Удалили его не вы. Взяла Анна Иванова в 12:05.",
            ["anna"],
        ),
        (
            claimed().by_program(Report(fact=ReplySent(outbound=7, kind="reply", by="boris", similar=(13, 15)))),
            2,
            (
                "Тот же ответ ещё 2 обращениям о том же? На карточке № 13, № 15 нажмите «Ответить» и выберите"
                " «Как в № 12»: каждый ответ вы подтвердите отдельно."
            ),
            ["boris"],
        ),
    ],
)
def test_what_became_of_an_answer_is_said_to_whom_it_concerns(
    history: History, seen: int, words: str, called: list[str]
) -> None:
    note = told(history, seen)
    assert (plain(note), names(note)) == (words, called)


@given(st.sampled_from(get_args(NoticeKind)), st.lists(st.sampled_from(get_args(Addressee)), max_size=5))
def test_any_notice_of_any_case_is_a_sentence(kind: NoticeKind, to: list[Addressee]) -> None:
    draft = NoticeDraft(kind=kind, event=99, to=tuple(to), priority=Priority.URGENT, former_owner="anna")
    bare = replace(claimed().case, events=())
    for case in (bare, replace(bare, state=State(stage="closed", owner="vera")), replace(bare, state=State())):
        note = make_note(draft, (case,), "support", CONTEXT, NOON + timedelta(hours=3))
        assert note.text[0].isupper()
        assert note.text.endswith((".", ":"))
        assert "None" not in note.text
        assert len({person.id for person in note.to}) == len(note.to)
        assert note.loud == (kind in LOUD)


def test_the_new_receiver_s_owner_is_told_from_where_the_case_comes_and_until_when_to_answer() -> None:
    write = Write(mention=1, strength="complaint", deadlines=promise(hours=1), path=Path(receivers=("night",)))
    history = History().by_customer(write).by(ANNA, Claim())
    history.by(ANNA, MoveTo(receiver="support", deadlines=promise(hours=4)))
    note = told(history, 2)
    assert plain(note) == "Анна Иванова передала вам обращение № 12 из «night». Ответить до 16:00."
    assert names(note) == ["anna"]


def assigned() -> History:
    return opened().later(minutes=5).by_program(Assign(person="anna", name="Анна Иванова"))


def test_whom_the_program_gave_a_case_is_told_so_and_nobody_in_his_place() -> None:
    note = told(assigned(), 1, context=away(ANNA))
    assert plain(note) == "Обращение № 12 досталось вам. Ответить до 14:30."
    assert names(note) == ["anna"]


def test_many_cases_given_at_once_are_one_word_to_whom_they_were_given_with_their_deadlines() -> None:
    cases = (assigned().case, replace(assigned().case, id=13))
    draft = NoticeDraft(kind="assigned", event=0, to=("sender",), priority=Priority.NEW, sender="anna")
    note = make_note(draft, cases, "support", CONTEXT, assigned().now)
    assert plain(note) == "Вам досталось 2 обращения: № 12 (до 14:30), № 13 (до 14:30)."
    assert names(note) == ["anna"]


def test_of_many_cases_given_at_once_a_chat_that_shows_one_reads_of_that_one() -> None:
    draft = NoticeDraft(kind="assigned", event=0, to=("sender",), priority=Priority.NEW, sender="anna")
    note = make_note(draft, (assigned().case,), "support", CONTEXT, assigned().now)
    assert plain(note) == "Обращение № 12 досталось вам. Ответить до 14:30."


def test_where_the_case_went_on_meanwhile_the_words_say_whose_it_is() -> None:
    history = assigned()
    (draft,) = how_to_tell(fold(history.case.events[:1]), history.case.events[1:]).notices
    history.by(OLEG, TransferTo(person="boris", name="Борис Ли"))
    note = make_note(draft, (history.case,), "support", CONTEXT, history.now)
    assert plain(note) == "Обращение № 12 распределено. Отвечает Борис Ли, передал Олег Смирнов в 12:05."
