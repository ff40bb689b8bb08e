"""A card in Telegram's HTML, within its 4096 characters, and the buttons under it."""

import html
import re
from typing import Final

from alerts.cards.card import Button, Card
from alerts.notifiers.highlights import Piece, clean, cut, pieces, units

MAX_TEXT: Final = 4096
"""Counted after entity parsing, in UTF-16 code units."""

SPARE: Final = 16
"""What the quote leaves unused, so that a line break more or less cannot break the limit."""

_TAG: Final = re.compile(r"<[^<>]*>")
_DATA: Final = re.compile(r"c:(\d{1,18}):([a-z_]{1,32})")


def render(card: Card) -> str:
    """The card's whole text. Everything but the quote is short; the quote takes the room that is left."""
    above, below = _above(card), _below(card)
    room = MAX_TEXT - SPARE - sum(units(html.unescape(_TAG.sub("", line))) + 1 for line in (*above, *below))
    quote = _quote(card, room)
    return "\n".join(line for line in (*above, quote, *below) if line)


def keyboard(card: Card) -> list[list[dict[str, str]]]:
    """Rows of inline buttons, as the Bot API takes them."""
    rows = ([_button(card.case, button) for button in row] for row in card.buttons)
    return [row for row in ([button for button in row if button] for row in rows) if row]


def read_data(data: str) -> tuple[int, str] | None:
    """The case and the action of a pressed button, or None when the button is not ours."""
    found = _DATA.fullmatch(data)
    return (int(found[1]), found[2]) if found else None


def _above(card: Card) -> list[str]:
    urgent = "🔥 " if card.urgent else ""
    repeat = ["<i>♻️ возможный повтор</i>"] if card.repeat else []
    return [f"<b>{urgent}{_short(card.title, 300)}</b>", *repeat, _short(card.author, 200)]


def _below(card: Card) -> list[str]:
    lines = [
        _line("💡 ", card.reason, 400),
        _line("", " · ".join(card.facts), 500),
        _line("🕓 ", "\n".join(card.history), 500),
        _line("⏰ ", card.deadline, 150, tag="b"),
        _line("", card.status, 200, tag="b"),
        # The newest deeds matter; a long log loses its beginning.
        *(_line("— ", entry, 100, tag="i") for entry in card.log[-6:]),
    ]
    return [line for line in lines if line]


def _line(before: str, text: str, most: int, *, tag: str | None = None) -> str:
    shown = _short(text, most)
    if not shown:
        return ""
    return f"{before}<{tag}>{shown}</{tag}>" if tag else before + shown


def _short(text: str, most: int) -> str:
    return html.escape(cut(clean(text).strip(), most), quote=False)


def _quote(card: Card, room: int) -> str:
    shown = cut(clean(card.quote).rstrip(), room)
    if not shown.strip():
        return ""
    marked = "".join(map(_marked, pieces(shown, because=card.because, named=card.named)))
    return f"<blockquote>{marked}</blockquote>"


def _marked(piece: Piece) -> str:
    text = html.escape(piece.text, quote=False)
    if piece.because:
        return f"<b>{text}</b>"
    return f"<i>{text}</i>" if piece.named else text


def _button(case: int, button: Button) -> dict[str, str]:
    """Nothing for an address that Telegram would refuse together with the whole card."""
    shown = {"text": cut(clean(button.label), 60)}
    if button.style is not None:
        shown["style"] = button.style
    if button.action is not None:
        return {**shown, "callback_data": f"c:{case}:{button.action}"}
    if button.url is not None and button.url.startswith(("http://", "https://")):
        return {**shown, "url": button.url}
    return {}
