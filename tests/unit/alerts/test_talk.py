"""A private talk as colleagues read it: notes in the thread and in private, the card, what may be answered."""

from dataclasses import replace

import pytest

from alerts.cards.card import make_card
from alerts.cards.masking import masked_case
from alerts.cards.note import Note
from alerts.cards.notices import make_note
from alerts.cases.case import Case, CaseMessage
from alerts.cases.commands import (
    AnswerAsEngineer,
    AnswerElsewhere,
    AskEngineers,
    ChangeMessage,
    Claim,
    Close,
    Delete,
    Report,
    TransferTo,
    WritePrivately,
)
from alerts.cases.events import AnsweredElsewhere, ReplySent
from alerts.cases.state import fold
from alerts.cases.telling import NoticeDraft, Priority, how_to_tell
from alerts.notifiers.slack.markup import note_blocks
from alerts.notifiers.telegram.markup import note_keyboard, render_note
from alerts.outreach.contact import Contact
from alerts.routing import Receiver
from tests.unit.alerts.histories import ANNA, CONTEXT, OLEG, SASHA, History, at, promise

WITH_ENGINEERS = replace(
    CONTEXT,
    receivers={
        **CONTEXT.receivers,
        "engineers": Receiver(name="engineers", chats=(), owner="sasha", backup="oleg"),
    },
)


def claimed() -> History:
    return History.opened(deadlines=promise(hours=2)).later(minutes=5).by(ANNA, Claim())


def writes(history: History, text: str, **named: object) -> History:
    row = len(history.case.messages) + 1
    message = CaseMessage(row=row, incoming=True, text=text, at=history.now)
    message = replace(message, **named)  # type: ignore[arg-type]  # a test names the fields it cares for
    history.case = replace(history.case, messages=(*history.case.messages, message))
    return history.by_customer(WritePrivately(message=row))


def notes(history: History, seen: int, receiver: str = "support") -> list[Note]:
    """What is told of the events after the first `seen`."""
    events = history.case.events
    drafts = how_to_tell(fold(events[:seen]), events[seen:]).notices
    return [make_note(draft, (history.case,), receiver, WITH_ENGINEERS, history.now) for draft in drafts]


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def lines(case: Case, sign: str) -> list[str]:
    card = make_card(case, CONTEXT, at(hours=1))
    return [plain(line.text) for line in (*card.above, *card.below) if line.sign == sign]


def test_a_message_is_told_with_its_words_and_may_be_answered() -> None:
    in_the_thread, in_private = notes(writes(claimed(), "Здравствуйте!\nДоговор 4451"), 2)
    assert plain(in_the_thread.text) == "Клиент пишет в личные сообщения, обращение № 12:"
    assert in_the_thread.quote == "Здравствуйте!\nДоговор 4451"
    assert [person.id for person in in_the_thread.to] == ["anna"]
    assert in_private == replace(in_the_thread, to=())
    assert in_the_thread.answerable is not None


def test_a_group_reads_a_message_masked_and_the_owner_whole() -> None:
    history = writes(claimed(), "мой телефон +7 912 345-67-12")
    draft = NoticeDraft(kind="wrote", event=3, to=("owner",), priority=Priority.URGENT)
    seen = make_note(draft, (masked_case(history.case),), "support", CONTEXT, history.now)
    assert seen.quote == "мой телефон +7 9•• •••-••-12"
    assert "345" not in repr(masked_case(history.case))
    assert "345" in notes(history, 2)[0].quote


def test_several_messages_are_one_note() -> None:
    history = writes(writes(writes(claimed(), "Ау"), "где ответ?"), "", attached=("https://vk.com/photo-1_2",))
    note = notes(history, 2)[0]
    assert plain(note.text) == "Клиент пишет в личные сообщения (3 сообщения), обращение № 12:"
    assert note.quote == "Ау\nгде ответ?\n📎 https://vk.com/photo-1_2"


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"text": "было так", "edited_at": at(minutes=7)}, "было так (изменено)"),
        ({"text": "тайна", "deleted_at": at(minutes=7)}, "(сообщение удалено)"),
        ({"text": "  "}, "(без текста)"),
    ],
)
def test_a_message_reads_as_it_stands_now(fields: dict[str, object], shown: str) -> None:
    history = writes(claimed(), **fields)  # type: ignore[arg-type]  # a test names the fields it cares for
    assert notes(history, 2)[0].quote == shown


def test_a_changed_message_is_told_again() -> None:
    history = writes(claimed(), "договор 4452", edited_at=at(minutes=6))
    note = notes(history.by_customer(ChangeMessage(message=1, is_deleted=False)), 3)[0]
    assert plain(note.text) == "Клиент изменил своё сообщение, обращение № 12:"
    assert note.quote == "договор 4452 (изменено)"


def test_a_message_in_a_case_that_nobody_has_says_so() -> None:
    note = notes(writes(History.opened(), "Ау"), 1)[0]
    assert plain(note.text) == "Клиент пишет в личные сообщения, обращение № 12, его никто не взял:"
    assert [person.id for person in note.to] == ["anna"], "the receiver's owner"


def test_thanks_offer_to_close_it_and_a_wish_for_silence_to_note_it() -> None:
    def offered(text: str) -> list[str]:
        return [button.label for button in notes(writes(claimed(), text), 2)[0].buttons]

    assert offered("Спасибо, всё решили") == ["Закрыть: решено"]
    assert offered("Не пишите мне больше") == ["Больше не писать"]
    assert offered("договор 4451") == []
    public = claimed().writes("Спасибо, всё починили", "remark")
    assert [button.label for button in notes(public, 2)[0].buttons] == ["Закрыть: решено"]


def test_what_is_done_already_is_not_offered() -> None:
    history = writes(claimed(), "Спасибо, всё решили. И не пишите мне больше")
    earlier, later = at(minutes=-1), at(hours=1)
    history.case = replace(history.case, contact=Contact(unwanted_at=earlier))
    said_again = [button.action for button in notes(history, 2)[0].buttons]
    assert said_again == ["resolved", "do_not_write"], "his turning to us had lifted the earlier wish"
    history.case = replace(history.case, contact=Contact(unwanted_at=later))
    assert [button.action for button in notes(history, 2)[0].buttons] == ["resolved"]
    closed = history.by(ANNA, Close())
    note = make_note(
        NoticeDraft(kind="wrote", event=3, to=(), priority=Priority.CHANGE),
        (closed.case,),
        "support",
        CONTEXT,
        closed.now,
    )
    assert note.buttons == ()


def test_who_comes_back_is_told_to_whom_he_knows() -> None:
    history = claimed().by(ANNA, Close())
    history = writes(history, "Опять нет связи")
    draft = NoticeDraft(kind="came_back", event=4, to=("owner",), priority=Priority.NEW)
    note = make_note(draft, (history.case,), "support", CONTEXT, history.now)
    assert plain(note.text) == (
        "Автор пишет снова, обращение № 12 опять у вас. Нужен другой человек — нажмите «Передать»."
    )


def test_who_gets_a_talk_reads_both_sides_of_it_whole_in_private() -> None:
    history = writes(claimed(), "Мой телефон +7 912 345-67-12")
    ours = CaseMessage(row=2, incoming=False, text="Позвоним в 18:00", at=history.now)
    history.case = replace(history.case, messages=(*history.case.messages, ours))
    (in_the_thread, in_private) = notes(
        history.by(ANNA, TransferTo(person="boris", name="Борис Ли")), len(history.case.events) - 1
    )
    assert in_the_thread.quote == ""
    assert plain(in_private.text) == "Теперь переписка у вас, обращение № 12. Последнее в ней:"
    assert in_private.quote == "Клиент: Мой телефон +7 912 345-67-12\nМы: Позвоним в 18:00"
    assert in_private.answerable is not None


def test_engineers_read_the_question_and_whose_words_it_is_about() -> None:
    history = claimed().by(ANNA, AskEngineers(question="Что с узлом на Мира?", due_at=at(minutes=35)))
    (note,) = notes(history, 2, "engineers")
    assert plain(note.text) == (
        "Анна Иванова спросила инженеров, обращение № 12: «Что с узлом на Мира?» Ответить до 12:35."
    )
    assert note.quote == "Третий день не работает интернет"
    assert [person.id for person in note.to] == ["sasha"]
    assert note.answerable is not None
    assert note.answerable.action == "engineers_answer"


def test_the_engineers_answer_is_for_the_operator_alone() -> None:
    history = claimed().by(ANNA, AskEngineers(question="Что с узлом?")).by(SASHA, AnswerAsEngineer(text="авария"))
    (note,) = notes(history, 3)
    assert plain(note.text) == "Ответ инженеров (Саша Ким), обращение № 12: «авария». Клиент этого не видит."
    assert [person.id for person in note.to] == ["anna"]
    assert note.answerable is None


def test_engineers_who_are_late_are_told_of_with_the_question() -> None:
    history = claimed().by(ANNA, AskEngineers(question="Что с узлом?", due_at=at(minutes=10)))
    here, there = notes(history.later(minutes=10).tick(), 3, "engineers")
    assert plain(here.text) == "Инженеры не ответили в срок, обращение № 12. Вопрос: «Что с узлом?»"
    assert [person.id for person in there.to] == ["sasha", "oleg"]


def test_a_colleague_whom_the_bot_may_not_write_to_is_told_how() -> None:
    history = writes(claimed(), "мой телефон +7 900 123-45-67")
    draft = NoticeDraft(kind="unreachable", event=3, to=("owner",), priority=Priority.CHANGE)
    note = make_note(draft, (history.case,), "support", CONTEXT, at(minutes=9))
    assert note.text == (
        "Анна Иванова, бот не может написать вам лично. Откройте его и нажмите «Старт»: там сообщения клиентов"
        " видны целиком, здесь личные данные скрыты. Клиенту отвечайте на его слова выше."
    )
    assert (note.quote, note.answerable) == ("", None)  # the customer's words have a note of their own


def test_leads_read_what_was_deleted_behind_the_authors_back() -> None:
    history = claimed().by_customer(Delete(mention=1, others=False, by="brand"))
    (note,) = notes(history, 2)
    assert plain(note.text).startswith("Со страницы бренда удалили запись автора, обращение № 12, и это сделал не")
    assert note.quote == "Третий день не работает интернет"
    assert [person.id for person in note.to] == ["oleg"]


def test_a_talk_reads_from_above_to_below_on_the_card() -> None:
    history = writes(claimed().later(minutes=1), "во сколько?")
    sent = ReplySent(outbound=1, kind="message", text="в 18:00", by="anna")
    history.later(minutes=1).by_program(Report(fact=sent))
    writes(history.later(minutes=1), "спасибо")
    card = make_card(history.case, CONTEXT, at(hours=1))
    said = [(line.sign, plain(line.text).rpartition(": ")[2]) for line in card.below if line.sign in ("📩", "✉️")]
    assert said == [("📩", "во сколько?"), ("✉️", "«в 18:00»"), ("📩", "спасибо")]


def test_the_card_has_the_talk_and_what_the_engineers_said() -> None:
    history = claimed()
    for number in range(5):
        writes(history.later(minutes=1), f"сообщение {number}")
    assert lines(history.case, "📩") == [
        "В личных сообщениях в 12:08: сообщение 2",
        "В личных сообщениях в 12:09: сообщение 3",
        "В личных сообщениях в 12:10: сообщение 4",
    ]
    history.by(ANNA, AskEngineers(question="Что с узлом?", due_at=at(minutes=40)))
    assert lines(history.case, "🔧") == ["У инженеров, ждём до 12:40: Что с узлом?"]
    history.later(minutes=5).by(OLEG, AnswerAsEngineer(text="авария"))
    assert lines(history.case, "🔧") == ["Инженеры в 12:15: авария"]


def test_telegram_says_how_to_answer_and_slack_has_a_button_for_it() -> None:
    note = notes(writes(claimed(), "Спасибо, всё решили"), 2)[0]
    assert "↩️ Ответьте на это сообщение" in render_note(note)
    assert note_keyboard(note) == [[{"text": "Закрыть: решено", "callback_data": "c:12:resolved"}]]
    (actions,) = [block for block in note_blocks(note) if block["type"] == "actions"]
    assert [(one["text"]["text"], one["value"]) for one in actions["elements"]] == [
        ("Ответить клиенту", "12"),
        ("Закрыть: решено", "12"),
    ]
    silent = replace(note, answerable=None, buttons=())
    assert note_keyboard(silent) == []
    assert not [block for block in note_blocks(silent) if block["type"] == "actions"]


def test_a_long_message_fits_into_a_note_with_the_way_to_answer_it() -> None:
    note = notes(writes(claimed(), "очень " * 2000), 2)[0]
    rendered = render_note(note)
    assert len(rendered) < 4096
    assert "↩️" in rendered


def answered_past_us(history: History, text: str, *, private: bool = False) -> History:
    row = len(history.case.messages) + 1
    if private:
        message = CaseMessage(row=row, incoming=False, text=text, at=history.now)
        history.case = replace(history.case, messages=(*history.case.messages, message))
    fact = AnsweredElsewhere(
        said_at=history.now,
        message=row if private else None,
        mention=None if private else 9,
        text="" if private else text,
        url="" if private else "https://vk.com/wall-1_9",
    )
    return history.by_program(AnswerElsewhere(fact=fact))


def test_an_answer_past_us_stands_on_the_card_and_the_promise_is_kept() -> None:
    history = answered_past_us(claimed().later(minutes=3), "Уже чиним")
    card = make_card(history.case, CONTEXT, history.now)
    lines = [line.text.replace("\u00a0", " ") for line in card.below]
    assert "Ответили не через Отклик в 12:08: «Уже чиним» https://vk.com/wall-1_9" in lines
    assert not any("Ответить до" in line for line in lines)
    (note,) = notes(history, 2)
    assert plain(note.text) == "Клиенту ответили на странице не через Отклик в 12:08, обращение № 12:"
    assert note.quote == "Уже чиним"
    assert note.answerable is None


def test_a_private_answer_past_us_is_masked_in_the_group_and_whole_for_the_owner() -> None:
    history = answered_past_us(writes(claimed(), "Когда?"), "Ваш договор 44510077 закрыт", private=True)
    here, there = notes(replace(history, case=masked_case(history.case)), 3), notes(history, 3)
    assert plain(here[0].text) == "Клиенту ответили в личных сообщениях не через Отклик в 12:05, обращение № 12:"
    assert (here[0].quote, there[1].quote) == ("Ваш договор ••••••77 закрыт", "Ваш договор 44510077 закрыт")
    card = make_card(masked_case(history.case), CONTEXT, history.now)
    lines = [line.text.replace("\u00a0", " ") for line in card.below]
    assert "В личных сообщениях ответили не через Отклик в 12:05: «Ваш договор ••••••77 закрыт»" in lines
