"""A card, a note and a prompt in Telegram's HTML, within its 4096 characters, and the buttons under them."""

import html
import re
from collections.abc import Iterable
from typing import Any, Final

from alerts.cards.buttons import Button
from alerts.cards.card import Card, Line, Tone
from alerts.cards.digest import TURN, Item, Sheet
from alerts.cards.incident import ANSWER_ALL, TAKE
from alerts.cards.note import Note
from alerts.cards.prompt import Option, Prompt
from alerts.notifiers.fitting import fitting
from alerts.notifiers.highlights import Piece, clean, cut, pieces, units
from alerts.notifiers.telegram import TELEGRAM
from domain.person import Person

MAX_TEXT: Final = 4096
"""Counted after entity parsing, in UTF-16 code units."""
MAX_LINE: Final = 450
ANSWER_SIGN: Final = "↩️"
"""Before what says that a note may be answered."""
MIN_QUOTE: Final = 1000
"""Units that a long quote keeps, however much else there is to say."""
SPARE: Final = 16
"""What the quote leaves unused, so that a line break more or less cannot break the limit."""

MAX_ADDRESS: Final = 300
IN_A_ROW: Final = 5
"""Buttons of a digest side by side: «№ 12345» still fits on a phone."""

OPTIONS_IN_A_ROW: Final = 2
NARROW: Final = 18
COPY: Final = "Скопировать текст"
MOST_COPIED: Final = 256
"""Characters that a button of Telegram's puts on the clipboard."""
"""Characters of an option of which two fit side by side on a phone."""

_TAG: Final = re.compile(r"<[^<>]*>")
_DATA: Final = re.compile(r"c:(\d{1,18}):([a-z_]{1,32}(?:\.\d{1,18})?)(?::([!-~]{1,32}))?")
_OWN: Final = re.compile(rf"d:(\d{{1,18}}):({TURN}|{TAKE}|{ANSWER_ALL})(?::(\d{{1,9}}))?")
"""A digest's own button: to another page, to have the incident, to answer all of it."""
_NAME: Final = re.compile(r"(?<![\w/])@(?=[\w@]|$)")
_JOINER: Final = "\u2060"
"""Unseen, between @ and a name: Telegram would make a link to its own user of that name, and ring him."""
_TAGS: Final[dict[Tone, str]] = {"strong": "b", "italic": "i"}


def render(card: Card) -> str:
    """The card's whole text. The lines have what a quote of some length leaves, the quote has the rest."""
    head, status = _head(card), _line(Line(text=card.status, tone="strong"))
    room = MAX_TEXT - SPARE - _sizes(*head, status)
    for_lines = room - min(MIN_QUOTE, units(clean(card.quote)) + 1)
    above = _lines(card.above, for_lines // 3)
    below = _lines(card.below, for_lines - _sizes(*above))
    quote = _quote(card, room - _sizes(*above, *below) - 1)
    return "\n".join(filter(None, (*head, *above, quote, *below, status)))


def render_note(note: Note) -> str:
    """The words, the customer's after them, how to answer, and at the end the people whom Telegram shall ring."""
    repeat = ["<i>♻️ возможный повтор</i>"] if note.repeat else []
    people = ", ".join(map(_mention, note.to[:20]))
    above = [*repeat, _short(note.text, 2000)]
    hint = f"<i>{ANSWER_SIGN} {_short(note.answerable.hint, 200)}</i>" if note.answerable else ""
    below = [hint, f"🔔 {people}" if people else ""]
    room = MAX_TEXT - SPARE - _sizes(*above, *below)
    quote = _short(note.quote, room - note.quote[:MAX_TEXT].count("@"))
    return "\n".join(filter(None, [*above, quote and f"<blockquote>{quote}</blockquote>", *below]))


def render_prompt(prompt: Prompt, asked: Person | None = None) -> str:
    """The question, to the person who pressed: a reply that Telegram asks of one is asked of who is named."""
    title = f"<b>{_short(prompt.title, 200)}</b>" if prompt.title else ""
    head = ", ".join(filter(None, (_mention(asked) if asked else "", title))) + "\n"
    # A preview is the whole of what goes out: nobody may confirm words that he could not read.
    return head + _short(prompt.question, MAX_TEXT - SPARE - _size(head))


def render_sheet(sheet: Sheet) -> str:
    """The digest's whole text; each case has a share of the room."""
    head = [f"<b>📋 {_short(sheet.title, 200)}</b>", *(_short(line, 300) for line in sheet.lines)]
    head.append(_short(sheet.hint, 200))
    head += ["<i>♻️ возможный повтор</i>"] if sheet.repeat else []
    end = f"\n<b>{_short(sheet.status, 200)}</b>" if sheet.status else ""
    room = (MAX_TEXT - SPARE - _sizes(*head, end)) // max(1, len(sheet.items))
    items = [_item(item, room) for item in sheet.items]
    return "\n".join(filter(None, (*head, *items, end)))


def _item(item: Item, room: int) -> str:
    number = f"№\u00a0{item.case}"
    if item.taken:
        return f"\n✓ <s>{number}</s> <i>{_short(item.taken, room // 2)}</i>"
    urgent = "🔥 " if item.urgent else ""
    facts = _short(item.facts, 120)
    with_url = item.url and item.url.startswith(("http://", "https://")) and len(item.url) <= MAX_ADDRESS
    link = f' · <a href="{html.escape(item.url or "")}">открыть</a>' if with_url else ""
    head = f"\n{urgent}<b>{number}</b> {_short(item.title, 60)}{link}"
    words = _short(item.words, max(20, room - _size(head) - _size(facts) - 12))
    return "\n".join(filter(None, (head, words, facts and f"<i>{facts}</i>")))


def sheet_keyboard(sheet: Sheet) -> list[list[dict[str, str]]]:
    """The cases that may be taken, several a row, and below them the way to other pages."""
    numbers = [
        {"text": f"№\u00a0{item.case}", "callback_data": f"c:{item.case}:{item.button.action}"}
        for item in sheet.items
        if item.button is not None
    ]
    rows = [numbers[start : start + IN_A_ROW] for start in range(0, len(numbers), IN_A_ROW)]
    turns = [{"text": label, "callback_data": f"d:{sheet.digest}:{TURN}:{page}"} for label, page in sheet.turns]
    own = [_own(sheet.digest, button) for button in sheet.own]
    return [*rows, *filter(None, (turns, own))]


def _own(digest: int, button: Button) -> dict[str, str]:
    style = {"style": button.style} if button.style is not None else {}
    return {"text": button.label, **style, "callback_data": f"d:{digest}:{button.action}"}


def keyboard(card: Card) -> list[list[dict[str, str]]]:
    """Rows of inline buttons, as the Bot API takes them."""
    rows = ([_button(card.case, button) for button in row] for row in card.buttons)
    return [row for row in ([button for button in row if button] for row in rows) if row]


def note_keyboard(note: Note) -> list[list[dict[str, str]]]:
    """The note's own buttons in one row; an answer to it is a reply, and needs none."""
    row = [button for each in note.buttons if (button := _button(note.case, each))]
    return [row] if row else []


def options_keyboard(prompt: Prompt) -> list[list[dict[str, Any]]]:
    """The answers to choose from: what leads on in a row of its own, short ones side by side; above them what
    there is to copy, where Telegram takes so much.
    """
    rows: list[list[Option]] = []
    for option in prompt.options:
        beside = rows and len(rows[-1]) < OPTIONS_IN_A_ROW and all(map(_is_narrow, (*rows[-1], option)))
        if beside:
            rows[-1].append(option)
        else:
            rows.append([option])
    copied: list[list[dict[str, Any]]] = (
        [[{"text": COPY, "copy_text": {"text": prompt.copies}}]] if 0 < units(prompt.copies) <= MOST_COPIED else []
    )
    return [*copied, *([_option(prompt, option) for option in row] for row in rows)]


def read_data(data: str) -> tuple[int, str, str | None] | None:
    """The case, the action and the chosen value of a pressed button, or None when the button is not ours."""
    found = _DATA.fullmatch(data) or _OWN.fullmatch(data)
    return (int(found[1]), found[2], found[3]) if found else None


def _is_narrow(option: Option) -> bool:
    return not option.is_primary and len(option.label) <= NARROW


def _option(prompt: Prompt, option: Option) -> dict[str, str]:
    shown = {"text": cut(clean(option.label), 60)} | ({"style": "primary"} if option.is_primary else {})
    return {**shown, "callback_data": _data(prompt.case, prompt.action, option.value)}


def _data(case: int, action: str, value: str) -> str:
    return f"c:{case}:{action}:{value}"


def _mention(person: Person) -> str:
    """A link rings the person also where he has no @name; without a number his name has to do."""
    name = _short(person.name, 80)
    number = person.users.get(TELEGRAM, "")
    return f'<a href="tg://user?id={number}">{name}</a>' if number.isdecimal() else name


def _head(card: Card) -> list[str]:
    urgent = "🔥 " if card.urgent else ""
    repeat = ["<i>♻️ возможный повтор</i>"] if card.repeat else []
    return [f"<b>{urgent}{_short(card.title, 300)}</b>", *repeat]


def _lines(lines: Iterable[Line], room: int) -> list[str]:
    return fitting(lines, room, markup=_line, size=_size)


def _sizes(*lines: str) -> int:
    """With a line break each."""
    return sum(_size(line) + 1 for line in lines)


def _line(line: Line) -> str:
    text, tag = _short(line.text, MAX_LINE), _TAGS.get(line.tone)
    if not text:
        return ""
    return f"{line.sign} " * bool(line.sign) + (f"<{tag}>{text}</{tag}>" if tag else text)


def _size(markup: str) -> int:
    """Units after entity parsing."""
    return units(html.unescape(_TAG.sub("", markup)))


def _short(text: str, most: int) -> str:
    return _escape(cut(clean(text).strip(), most))


def _escape(text: str) -> str:
    """Names of other networks (@handle) stay words."""
    return html.escape(_NAME.sub(f"@{_JOINER}", text), quote=False)


def _quote(card: Card, room: int) -> str:
    whole = clean(card.quote).rstrip()
    shown = cut(whole, room - whole[:MAX_TEXT].count("@"))
    if not shown.strip():
        return ""
    cut_up = pieces(shown, evidence=card.evidence_spans, brand=card.brand_spans)
    return f"<blockquote>{''.join(map(_highlighted, cut_up))}</blockquote>"


def _highlighted(piece: Piece) -> str:
    text = _escape(piece.text)
    if piece.is_evidence:
        return f"<b>{text}</b>"
    return f"<i>{text}</i>" if piece.is_brand else text


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
