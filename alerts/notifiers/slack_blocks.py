"""A card as Slack's Block Kit, within its limits, and as the plain line of a notification."""

import re
from collections.abc import Iterator
from typing import Any, Final

from alerts.card import Button, Card
from alerts.notifiers.marks import Piece, clean, cut, pieces
from domain.span import Span

MAX_HEADER: Final = 150
MAX_SECTION: Final = 3000
MAX_LABEL: Final = 75
MAX_URL: Final = 3000
OPEN: Final = "open"
"""The action of a button that opens an address: Slack reports its press too."""

_WORD: Final = re.compile(r"\w+")


def fallback(card: Card) -> str:
    """The text of the notification, for screen readers and for clients without blocks."""
    return escape(cut(f"{_title(card)} — {card.author}: {clean(card.quote)} ({card.status})", 500))


def blocks(card: Card) -> list[dict[str, Any]]:
    """The card: a header, the customer's words, why we think so, what is to be done, the buttons."""
    return [*_head(card), *_details(card), *_actions(card)]


def escape(text: str) -> str:
    """Slack's three control characters; without them no text can mention a channel or make a link."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _title(card: Card) -> str:
    return clean(f"🔥 {card.title}" if card.urgent else card.title).strip() or f"Обращение {card.case}"


def _head(card: Card) -> Iterator[dict[str, Any]]:
    title = " ".join(_title(card).split())
    yield {"type": "header", "text": {"type": "plain_text", "text": cut(title, MAX_HEADER), "emoji": True}}
    above = [f"*{_short(card.author, 200)}*"] if card.author.strip() else []
    if card.repeat:
        above.insert(0, "_возможный повтор_")
    room = MAX_SECTION - sum(len(line) + 1 for line in above)
    yield from _section("\n".join([*above, *_quote(card, room)]))


def _details(card: Card) -> Iterator[dict[str, Any]]:
    yield from _section(card.reason and f":bulb: {_short(card.reason, 500)}")
    yield from _context(_joined(" · ", [_short(fact, 100) for fact in card.facts]))
    yield from _context(_joined("\n", [_short(line, 200) for line in card.history]))
    deadline, status = _short(card.deadline, 200), _short(card.status, 300)
    todo = [deadline and f":alarm_clock: *{deadline}*", status and f"*{status}*"]
    yield from _section("\n".join(filter(None, todo)))
    # The newest deeds matter; a long log loses its beginning.
    yield from _context(_joined("\n", [_short(entry, 100) for entry in card.log[-6:]]))


def _actions(card: Card) -> Iterator[dict[str, Any]]:
    """One block: Slack lays the buttons out itself, in one line where there is room for it."""
    elements = [element for row in card.buttons for button in row if (element := _button(card.case, button))]
    if elements:
        yield {"type": "actions", "elements": elements}


def _button(case: int, button: Button) -> dict[str, Any]:
    """Nothing for an address that Slack would refuse together with the whole card."""
    label = {"type": "plain_text", "text": cut(clean(button.label), MAX_LABEL), "emoji": True}
    shown: dict[str, Any] = {"type": "button", "text": label}
    if button.style is not None:
        shown["style"] = button.style
    if button.action is not None:
        return {**shown, "action_id": button.action, "value": str(case)}
    if button.url and button.url.startswith(("http://", "https://")) and len(button.url) <= MAX_URL:
        return {**shown, "action_id": OPEN, "url": button.url}
    return {}


def _section(text: str) -> Iterator[dict[str, Any]]:
    if text.strip():
        yield {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _context(text: str) -> Iterator[dict[str, Any]]:
    if text.strip():
        yield {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def _joined(separator: str, lines: list[str]) -> str:
    """As many lines as a section takes; escaping makes a short line five times as long at worst."""
    while sum(len(line) + len(separator) for line in lines) > MAX_SECTION:
        lines = lines[:-1]
    return separator.join(line for line in lines if line)


def _short(text: str, most: int) -> str:
    return escape(cut(text.strip(), most))


def _quote(card: Card, room: int) -> list[str]:
    """The customer's words line by line, cut until they fit with their escapes and marks."""
    shown = clean(card.quote).rstrip("\n")
    because, named = _words(shown, card.because), _words(shown, card.named)
    most = min(len(shown), room)
    while True:
        text = shown if most >= len(shown) else shown[:most].rstrip() + "…"
        marked = "".join(_marked(piece) for piece in pieces(text, because=because, named=named))
        lines = [f"> {line}" for line in marked.split("\n")] if text.strip() else []
        if sum(len(line) + 1 for line in lines) <= room or most == 0:
            return lines
        most = most * 4 // 5


def _words(text: str, spans: tuple[Span, ...]) -> list[Span]:
    """Spans widened to whole words: Slack shows a star beside a letter as a star."""
    wide = []
    words = [found.span() for found in _WORD.finditer(text)]
    for start, end in spans:
        touched = [word for word in words if word[0] < end and start < word[1]]
        wide.append((min([start, *(word[0] for word in touched)]), max([end, *(word[1] for word in touched)])))
    return wide


def _marked(piece: Piece) -> str:
    """Marks end with the line and hug the words: Slack's bold neither spans lines nor begins with a space."""
    sign = "*" if piece.because else "_" if piece.named else ""
    return "\n".join(_hugged(line, sign) for line in escape(piece.text).split("\n"))


def _hugged(line: str, sign: str) -> str:
    """A mark around words only, and around none that has the sign in itself: Slack would show it as it is."""
    bare = line.strip()
    markable = sign and sign not in bare and _WORD.search(bare)
    return line.replace(bare, f"{sign}{bare}{sign}", 1) if markable else line
