"""The fullest card that a case can have: nothing of it is lost in any messenger, and only the quote gives way."""

import html
import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from alerts.cards.card import Card, Tone, make_card
from alerts.cards.context import CardContext
from alerts.cases.case import EarlierCase
from alerts.cases.commands import Claim, Note, Release, TransferTo
from alerts.notifiers.console.notifier import ConsoleNotifier
from alerts.notifiers.slack.markup import blocks
from alerts.notifiers.telegram.markup import MAX_TEXT, render
from alerts.routing import Chat
from domain.mention import Quote
from simulator.slack_limits import block_mistakes
from simulator.telegram_entities import length, plain_text
from tests.unit.alerts.histories import ANNA, CONTEXT, OLEG, PEOPLE, History, a_mention, at, promise

NAME = "Константин Воскресенский "
TEXT = "Где мой интернет, третий день ни ответа, ни мастера? "


def fullest(letters: str, *, most: int = 500, long: str = NAME * 30) -> Card:
    """Everything is there; texts have the `letters` so often, `long` is everything else that people wrote."""
    other = Quote(id="-1_1", author=long, text=long * 3)
    named = replace(ANNA, name=long), replace(OLEG, name=long)
    context = CardContext(people=(*named, *PEOPLE[1:2], *PEOPLE[3:]), networks=CONTEXT.networks)
    first = a_mention(
        letters * most,
        urgency=1.0,
        dangers=("угроза жизни", "здоровье", "дети", "животные", "деньги", "суд"),
        topics=tuple(f"очень длинная тема номер {number}" for number in range(9)),
        intent="solve",
        reach=1_000_000,
        parent=other,
        quoted=other,
        attached=(long,) * 5,
        edited_at=at(minutes=1),
    )
    earlier = EarlierCase(case=3, standing="in_dm", opened_at=at(days=-40), text=long)
    history = History.opened(
        first,
        deadlines=promise(days=-3),
        author_name=long,
        author_handle=long,
        followers=10**9,
        earlier=(earlier,) * 5,
    )
    for _ in range(5):
        history.by(ANNA, Claim(), Note(text=letters * min(most, 90)), TransferTo(person="oleg", name=long))
        history.by(OLEG, TransferTo(person="anna", name=long)).by(ANNA, Release())
        history.writes(letters * most, "remark")
        case = history.case
        quoted = replace(case.mentions[0], row=case.mentions[-1].row + 100, published_at=at(days=-9))
        history.case = replace(case, mentions=(quoted, *case.mentions))
    return make_card(history.case, context, history.now)


@pytest.fixture(params=["жалоба ", "<&> ", "😡 "], ids=["letters", "escapes", "emoji"])
def card(request: pytest.FixtureRequest) -> Card:
    return fullest(request.param)


def texts(card: Card, *tones: Tone) -> list[str]:
    lines = (*card.above, *card.below)
    return [card.title, card.status, *(line.text for line in lines if not tones or line.tone in tones)]


def in_slack(card: Card) -> str:
    shown = blocks(card)
    assert block_mistakes(shown) == []
    parts = [block["text"]["text"] for block in shown if "text" in block]
    parts += [element["text"] for block in shown if block["type"] == "context" for element in block["elements"]]
    return html.unescape("\n".join(parts))


def in_telegram(card: Card) -> str:
    shown = plain_text(render(card))
    assert length(shown) <= MAX_TEXT
    return shown.replace("@\u2060", "@")  # keeps Telegram from calling its own user of that name


SHOWN = [in_slack, in_telegram]


@pytest.mark.parametrize("shown", SHOWN)
def test_what_must_be_read_is_there_however_much_else_there_is(shown: Callable[[Card], str], card: Card) -> None:
    text = shown(card)
    assert [must for must in texts(card, "strong") if must not in text] == []
    assert any("Просрочено" in must for must in texts(card, "strong"))
    assert card.quote[:300].strip() in text


@pytest.mark.parametrize("shown", SHOWN)
def test_nothing_of_a_card_of_usual_length_is_lost(shown: Callable[[Card], str]) -> None:
    card = fullest(TEXT, most=6, long=NAME)
    text = shown(card)
    assert [part for part in texts(card) if part not in text] == []


async def test_nothing_of_it_is_lost_on_the_console(card: Card) -> None:
    stream = io.StringIO()
    await ConsoleNotifier(stream).send(Chat(messenger="console", chat="support"), card, "d1")
    assert [text for text in texts(card) if text not in stream.getvalue()] == []
