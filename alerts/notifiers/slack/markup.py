"""A card and a note as Slack's Block Kit, within its limits, and as the plain line of a notification."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from alerts.cards.buttons import Button
from alerts.cards.card import Card, Line, Tone
from alerts.cards.digest import TURN, Item, Sheet
from alerts.cards.note import Note
from alerts.notifiers.fitting import fitting
from alerts.notifiers.highlights import Piece, clean, cut, pieces
from alerts.notifiers.slack import SLACK
from domain.person import Person
from domain.span import Span

MAX_HEADER: Final = 150
MAX_SECTION: Final = 3000
MAX_LABEL: Final = 75
MAX_URL: Final = 3000
MAX_LINE: Final = 500
MAX_LINES: Final = 40
OPEN: Final = "open"
"""How the action of a button that opens an address begins: Slack reports its press, and takes no action twice."""

_BREAKS: Final = re.compile(r"\s*[\n\u2028\u2029]\s*")
_WORD: Final = re.compile(r"\w+")
_MEMBER: Final = re.compile(r"[A-Z0-9]{2,32}")
_SIGNS: Final[dict[Tone, str]] = {"strong": "*", "italic": "_"}
_QUIET: Final[frozenset[Tone]] = frozenset({"faint", "italic"})
"""Shown small, in a context block."""


def fallback(card: Card) -> str:
    """The text of the notification, for screen readers and for clients without blocks."""
    author = card.above[0].text if card.above else ""
    return escape(cut(f"{_title(card)} — {author}: {clean(card.quote)} ({card.status})", 500))


def blocks(card: Card) -> list[dict[str, Any]]:
    """The card: a header, who wrote, the words, why we think so, what is to be done, the buttons."""
    return [*_head(card), *_lines((*card.below[:MAX_LINES], _status(card))), *_actions(card)]


def note_text(note: Note) -> str:
    """The note as one text: the people whom Slack shall ring stand in it by their codes."""
    return "\n".join(_note_parts(note))


def note_blocks(note: Note) -> list[dict[str, Any]]:
    said = [block for part in _note_parts(note) for block in _section(part)]
    answer = note.answerable
    answers = (Button(label=answer.label, action=answer.action, style="primary"),) if answer else ()
    return [*said, *_buttons(note.case, (*answers, *note.buttons))]


def sheet_text(sheet: Sheet) -> str:
    return escape(cut(sheet.title, 200))


def sheet_blocks(sheet: Sheet) -> list[dict[str, Any]]:
    """The digest: a header, a section with a button for each case, the way to other pages."""
    title = cut(clean(f"📋 {sheet.title}"), MAX_HEADER)
    hint = " ".join(filter(None, ("_возможный повтор_" if sheet.repeat else "", _short(sheet.hint, 300))))
    return [
        {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": True}},
        *_section("\n".join(_short(line, MAX_LINE) for line in sheet.lines)),
        *_context(hint),
        *map(_item, sheet.items),
        *_context(_short(sheet.status, 300)),
        *_turns(sheet),
        *_buttons(sheet.digest, sheet.own),
    ]


def _item(item: Item) -> dict[str, Any]:
    number = f"№\u00a0{item.case}"
    if item.taken:
        text = f"✓ ~{number}~ {_short(item.taken, MAX_LINE)}"
    else:
        urgent = "🔥 " if item.urgent else ""
        link = ""
        if item.url and item.url.startswith(("http://", "https://")) and not set("<>|") & set(item.url):
            link = f" · <{escape(item.url)}|открыть>" if len(item.url) <= MAX_LINE else ""
        head, facts = f"{urgent}*{number}* {_short(item.title, 60)}{link}", _short(item.facts, 120)
        words = _fitting(_BREAKS.sub(" ", item.words), MAX_SECTION - len(head) - len(facts) - 4)
        text = "\n".join(filter(None, (head, words, _hugged(facts, "_"))))
    section: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    if item.button is not None:
        section["accessory"] = _button(item.case, item.button, 0)
    return section


def _turns(sheet: Sheet) -> Iterator[dict[str, Any]]:
    elements = [
        {
            "type": "button",
            "text": {"type": "plain_text", "text": label},
            # Slack takes no action twice in a block.
            "action_id": f"{TURN}_{'on' if place else 'to'}",
            "value": f"{sheet.digest}:{page}",
        }
        for place, (label, page) in enumerate(sheet.turns)
    ]
    if elements:
        yield {"type": "actions", "elements": elements}


def escape(text: str) -> str:
    """Slack's three control characters; without them no text can mention a channel or make a link."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _title(card: Card) -> str:
    return clean(f"🔥 {card.title}" if card.urgent else card.title).strip() or f"Обращение {card.case}"


def _note_parts(note: Note) -> Iterator[str]:
    """What is said, the customer's words, the people; each fits into a section with all its escapes."""
    repeat = "_возможный повтор_\n" if note.repeat else ""
    yield repeat + _fitting(note.text, MAX_SECTION - len(repeat))
    if quoted := _quoted(clean(note.quote).strip(), (), (), MAX_SECTION):
        yield "\n".join(quoted)
    people = [*map(_mention, note.to[:20])]
    while sum(len(person) + 2 for person in people) + 2 > MAX_SECTION:
        people.pop()
    if people:
        yield "🔔 " + ", ".join(people)


def _fitting(text: str, most: int) -> str:
    """Cut until it fits with its escapes."""
    room = most
    while len(shown := _short(text, room)) > most:
        room = room * 4 // 5
    return shown


def _mention(person: Person) -> str:
    """A code rings the person; without one his name has to do."""
    code = person.users.get(SLACK, "")
    if _MEMBER.fullmatch(code):
        return f"<@{code}>"
    return _short(person.name, 80)


def _head(card: Card) -> Iterator[dict[str, Any]]:
    """Who wrote stands in one block with the words: every block of its own is set apart."""
    title = " ".join(_title(card).split())
    yield {"type": "header", "text": {"type": "plain_text", "text": cut(title, MAX_HEADER), "emoji": True}}
    repeat = (Line(text="возможный повтор", tone="italic"),) if card.repeat else ()
    above = _with_room((*repeat, *card.above), MAX_SECTION // 2)
    room = MAX_SECTION - sum(len(line) + 1 for line in above)
    quoted = _quoted(clean(card.quote).rstrip("\n"), card.evidence_spans, card.brand_spans, room)
    yield from _section("\n".join([*above, *quoted]))


def _lines(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Neighbours that are equally loud share a block."""
    for quiet, group in groupby(filter(_has_words, lines), key=lambda line: line.tone in _QUIET):
        yield from (_context if quiet else _section)("\n".join(_with_room(group, MAX_SECTION)))


def _with_room(lines: Iterable[Line], room: int) -> list[str]:
    return fitting(filter(_has_words, lines), room, markup=_line, size=len)


def _has_words(line: Line) -> bool:
    return bool(clean(line.text).strip())


def _line(line: Line) -> str:
    text = _short(_BREAKS.sub(" ", line.text) if line.tone in _SIGNS else line.text, MAX_LINE)
    sign = f"{line.sign} " if line.sign else ""
    return sign + _hugged(text, _SIGNS.get(line.tone, ""))


def _status(card: Card) -> Line:
    return Line(text=card.status, tone="strong")


def _actions(card: Card) -> Iterator[dict[str, Any]]:
    """One block: Slack lays the buttons out itself, in one line where there is room for it."""
    return _buttons(card.case, [button for row in card.buttons for button in row])


def _buttons(case: int, buttons: Sequence[Button]) -> Iterator[dict[str, Any]]:
    shown = enumerate(buttons)
    elements = [element for place, button in shown if (element := _button(case, button, place))]
    if elements:
        yield {"type": "actions", "elements": elements}


def _button(case: int, button: Button, place: int) -> dict[str, Any]:
    """Nothing for an address that Slack would refuse together with the whole card."""
    label = {"type": "plain_text", "text": cut(clean(button.label), MAX_LABEL), "emoji": True}
    shown: dict[str, Any] = {"type": "button", "text": label}
    if button.style is not None:
        shown["style"] = button.style
    if button.action is not None:
        return {**shown, "action_id": button.action, "value": str(case)}
    if button.url and button.url.startswith(("http://", "https://")) and len(button.url) <= MAX_URL:
        return {**shown, "action_id": f"{OPEN}_{place}", "url": button.url}
    return {}


def _section(text: str) -> Iterator[dict[str, Any]]:
    if text.strip():
        yield {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _context(text: str) -> Iterator[dict[str, Any]]:
    if text.strip():
        yield {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def _short(text: str, most: int) -> str:
    return escape(cut(text.strip(), most))


def _quoted(shown: str, evidence: Sequence[Span], brand: Sequence[Span], room: int) -> list[str]:
    """The customer's words line by line, cut until they fit with their escapes and highlights."""
    evidence, brand = _words(shown, evidence), _words(shown, brand)
    most = min(len(shown), room)
    while True:
        text = shown if most >= len(shown) else shown[:most].rstrip() + "…"
        shown_words = "".join(_highlighted(piece) for piece in pieces(text, evidence=evidence, brand=brand))
        lines = [f"> {line}" for line in shown_words.split("\n")] if text.strip() else []
        if sum(len(line) + 1 for line in lines) <= room or most == 0:
            return lines
        most = most * 4 // 5


def _words(text: str, spans: Sequence[Span]) -> list[Span]:
    """Spans widened to whole words: Slack shows a star beside a letter as a star."""
    wide = []
    words = [found.span() for found in _WORD.finditer(text)]
    for start, end in spans:
        touched = [word for word in words if word[0] < end and start < word[1]]
        wide.append((min([start, *(word[0] for word in touched)]), max([end, *(word[1] for word in touched)])))
    return wide


def _highlighted(piece: Piece) -> str:
    """Highlights end with the line and hug the words: Slack's bold neither spans lines nor begins with a space."""
    sign = "*" if piece.is_evidence else "_" if piece.is_brand else ""
    return "\n".join(_hugged(line, sign) for line in escape(piece.text).split("\n"))


def _hugged(line: str, sign: str) -> str:
    """The sign around words only, and around none that have it in themselves: Slack would show it as it is."""
    bare = line.strip()
    markable = sign and sign not in bare and _WORD.search(bare)
    return line.replace(bare, f"{sign}{bare}{sign}", 1) if markable else line
