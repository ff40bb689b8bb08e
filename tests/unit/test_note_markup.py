"""Notes and prompts in Telegram's and Slack's markup: people ring, nobody else can be made to, limits hold."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.note import Note
from alerts.cards.prompt import Option, Prompt
from alerts.notifiers.slack.markup import note_blocks, note_text
from alerts.notifiers.telegram.markup import MAX_TEXT, options_keyboard, read_data, render_note, render_prompt
from domain.person import Person
from simulator.slack_limits import block_mistakes
from simulator.telegram_entities import length, plain_text
from tests.people import users

ANNA = Person(id="anna", name="Анна Иванова", role="operator", users=users(telegram="111", slack="U01"))
OLEG = Person(id="oleg", name="Олег <Смирнов>", role="lead")
NOTE = Note(text="Автор пишет, обращение № 5:", to=(ANNA, OLEG), quote="договор 4451 & <дом>")
PROMPT = Prompt(
    case=12,
    action="transfer",
    title="Передать № 12",
    question="Кому передать?",
    options=(Option(value="anna", label="Анна Иванова"), Option(value="~" + "f" * 24, label="Олег <Смирнов>")),
)
TEXTS = st.text(alphabet=st.characters(), max_size=6000) | st.text(alphabet="<>&b/i😡 \n", max_size=6000)


def test_a_note_in_telegram_calls_people_by_their_numbers() -> None:
    assert render_note(NOTE) == (
        "Автор пишет, обращение № 5:\n"
        "<blockquote>договор 4451 &amp; &lt;дом&gt;</blockquote>\n"
        '🔔 <a href="tg://user?id=111">Анна Иванова</a>, Олег &lt;Смирнов&gt;'
    )
    assert plain_text(render_note(NOTE)).endswith("🔔 Анна Иванова, Олег <Смирнов>")


def test_a_note_in_slack_calls_people_by_their_codes() -> None:
    assert note_text(NOTE) == (
        "Автор пишет, обращение № 5:\n> договор 4451 &amp; &lt;дом&gt;\n🔔 <@U01>, Олег &lt;Смирнов&gt;"
    )
    assert "\n".join(block["text"]["text"] for block in note_blocks(NOTE)) == note_text(NOTE)


def test_a_note_without_a_quote_or_people_is_its_words() -> None:
    bare = Note(text="Никто не взял.")
    assert render_note(bare) == note_text(bare) == "Никто не взял."


def test_a_note_that_may_have_been_said_says_so() -> None:
    again = replace(NOTE, repeat=True)
    assert render_note(again).startswith("<i>♻️ возможный повтор</i>\n")
    assert note_text(again).startswith("_возможный повтор_\n")


@pytest.mark.parametrize("number", ['1"><b>', "@anna", "", "-1001"])
def test_a_number_that_is_none_links_nobody(number: str) -> None:
    shown = render_note(replace(NOTE, to=(replace(ANNA, users=users(telegram=number)),)))
    assert shown.endswith("🔔 Анна Иванова")


@pytest.mark.parametrize("code", ["U01> <!channel", "here", "", "u 1"])
def test_a_code_that_is_none_calls_nobody(code: str) -> None:
    shown = note_text(replace(NOTE, to=(replace(ANNA, users=users(slack=code)),), quote="<!here>"))
    assert "<@" not in shown
    assert "<!" not in shown
    assert shown.endswith("🔔 Анна Иванова")


@given(text=TEXTS, quote=TEXTS, name=TEXTS, count=st.integers(0, 60))
def test_any_note_parses_and_fits(text: str, quote: str, name: str, count: int) -> None:
    note = Note(text=text, quote=quote, to=(replace(ANNA, name=name), replace(OLEG, name=name)) * count)
    assert length(plain_text(render_note(note))) <= MAX_TEXT
    blocks = note_blocks(note)
    assert not blocks or block_mistakes(blocks) == []


def test_a_question_is_put_to_who_pressed() -> None:
    shown = render_prompt(PROMPT, ANNA)
    assert shown == '<a href="tg://user?id=111">Анна Иванова</a>, <b>Передать № 12</b>\nКому передать?'
    assert render_prompt(PROMPT).startswith("<b>")
    untitled = render_prompt(replace(PROMPT, title=""), ANNA)
    assert untitled == '<a href="tg://user?id=111">Анна Иванова</a>\nКому передать?'


def test_what_leads_on_and_what_is_long_has_a_row_of_its_own() -> None:
    options = (
        Option(value="ok", label="Отправить", is_primary=True),
        Option(value="edit", label="Изменить"),
        Option(value="drop", label="Не отправлять"),
        Option(value="long", label="Скопировал и отправил сам"),
    )
    rows = options_keyboard(replace(PROMPT, options=options))
    assert [[option["text"] for option in row] for row in rows] == [
        ["Отправить"],
        ["Изменить", "Не отправлять"],
        ["Скопировал и отправил сам"],
    ]
    assert [option.get("style") for row in rows for option in row] == ["primary", None, None, None]


@pytest.mark.parametrize(
    ("copied", "has_button"), [("Ольга, уже едем", True), ("", False), ("а" * 256, True), ("а" * 257, False)]
)
def test_what_a_person_sends_himself_can_be_copied_with_one_press(copied: str, *, has_button: bool) -> None:
    first = options_keyboard(replace(PROMPT, copies=copied))[0][0]
    assert (first.get("copy_text") == {"text": copied}) == has_button
    assert ("callback_data" in first) != has_button


def test_a_preview_shows_every_word_that_would_go_out() -> None:
    words = "а" * 3_000 + " конец"
    assert words in render_prompt(replace(PROMPT, question=words), ANNA)
    longest = render_prompt(replace(PROMPT, title="т" * 300, question="<" * 9_000), ANNA)
    assert length(plain_text(longest)) <= MAX_TEXT


def test_every_option_is_read_back_and_fits() -> None:
    (row,) = options_keyboard(PROMPT)
    assert [option["text"] for option in row] == ["Анна Иванова", "Олег <Смирнов>"]
    data = [option["callback_data"] for option in row]
    assert [read_data(found) for found in data] == [(12, "transfer", "anna"), (12, "transfer", "~" + "f" * 24)]
    widest = replace(PROMPT, case=10**18 - 1, options=(Option(value="x" * 32, label="x"),))
    assert len(options_keyboard(widest)[0][0]["callback_data"].encode()) <= 64
    assert read_data("c:12:claim") == (12, "claim", None)
