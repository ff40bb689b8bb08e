"""Slack's blocks of a card: always within the limits, with marks that Slack shows as marks."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.card import Line, Tone
from alerts.notifiers.slack.markup import blocks, escape, fallback
from alerts.notifiers.slack.updates import read_message, read_press
from simulator.slack_limits import block_mistakes
from tests.contract.notifier_stages import CARD

TEXTS = st.text(alphabet=st.characters(), max_size=5000) | st.text(alphabet="<>&*😡 \n", max_size=5000)
SPANS = st.lists(st.tuples(st.integers(-5, 6000), st.integers(-5, 6000)), max_size=6).map(tuple)


@given(quote=TEXTS, evidence=SPANS, brand=SPANS, line=TEXTS)
def test_any_card_is_within_the_limits(
    quote: str, evidence: tuple[tuple[int, int], ...], brand: tuple[tuple[int, int], ...], line: str
) -> None:
    lines = tuple(Line(text=line, tone=tone, sign="💡") for tone in get_args(Tone)) * 10
    spans = {"evidence_spans": evidence, "brand_spans": brand}
    card = replace(CARD, quote=quote, title=line, above=lines, below=lines, status=line, **spans)
    assert block_mistakes(blocks(card)) == []
    assert 0 < len(fallback(card)) <= 3000


def test_words_that_moved_the_decision_are_bold_and_whole() -> None:
    card = replace(CARD, quote="Интернет не работает\nсовсем", evidence_spans=((12, 23),), brand_spans=())
    quote = blocks(card)[1]["text"]["text"]
    assert "> Интернет не *работает*\n> *совсем*" in quote


@pytest.mark.parametrize("quote", ["@vasilek_ru, ответьте", "2*2", "?!"])
def test_what_slack_would_not_show_as_a_mark_gets_none(quote: str) -> None:
    card = replace(
        CARD, quote=quote, evidence_spans=((0, 3),) if quote in ("2*2", "?!") else (), brand_spans=((0, 11),)
    )
    assert blocks(card)[1]["text"]["text"].endswith(f"> {quote}")


def test_all_buttons_lie_in_one_block() -> None:
    assert [block["type"] for block in blocks(CARD)].count("actions") == 1


def test_a_channel_cannot_be_called_by_a_customer() -> None:
    assert escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    card = replace(CARD, quote="<!channel>", title="<!here>", above=(Line(text="<@U1>"),))
    shown = [block["text"]["text"] for block in blocks(card) if block["type"] == "section"]
    assert not any("<!" in text or "<@" in text for text in (*shown, fallback(card)))


def test_a_press_is_read_from_its_envelope() -> None:
    pressed = read_press(_envelope())
    assert pressed is not None
    assert (pressed.key, pressed.user, pressed.case, pressed.action) == ("slack:U1:5.1:4.2", "U1", 12, "claim")
    assert pressed.channel == "C1"


def test_presses_without_a_stamp_are_told_apart_by_their_envelopes() -> None:
    envelope = _envelope()
    del envelope["payload"]["actions"][0]["action_ts"]
    first, second = (read_press(envelope | {"envelope_id": number}) for number in ("e1", "e2"))
    assert first is not None
    assert second is not None
    assert first.key != second.key


@pytest.mark.parametrize(
    "change",
    [
        {"type": "view_submission"},
        {"actions": []},
        {"actions": None},
        {"actions": [None]},
        {"actions": [{"action_id": "open", "value": "12"}]},
        {"actions": [{"action_id": "claim"}]},
        {"actions": [{"action_id": "claim", "value": "двенадцать"}]},
        {"actions": [{"action_id": 7, "value": "12"}]},
        {"user": None},
        {"user": {"id": 7}},
    ],
)
def test_what_is_no_press_of_ours_is_nothing(change: dict[str, object]) -> None:
    envelope = _envelope()
    envelope["payload"] |= change
    assert read_press(envelope) is None


@pytest.mark.parametrize("text", ["", "ping", "[]", "null", '{"a":', "7", "[" * 100_000])
def test_a_message_that_is_no_object_is_empty(text: str) -> None:
    assert read_message(text) == {}
    assert read_press(read_message(text)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        [{"type": "unknown"}],
        [{"type": "section"}],
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}],
        [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "actions", "elements": []}],
        [{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x" * 76}}]}],
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}],
        [{"type": "divider"}] * 51,
    ],
)
def test_the_simulated_slack_refuses_blocks_beyond_its_limits(wrong: object) -> None:
    assert block_mistakes(wrong)


def _envelope() -> dict[str, dict[str, object]]:
    return {
        "payload": {
            "type": "block_actions",
            "user": {"id": "U1", "name": "anna"},
            "container": {"channel_id": "C1", "message_ts": "4.2"},
            "actions": [{"action_id": "claim", "value": "12", "action_ts": "5.1"}],
        },
    }
