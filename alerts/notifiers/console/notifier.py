"""Cards and notes on a terminal: a panel for people who watch one, plain lines for files and pipes."""

import sys
from io import BytesIO, TextIOWrapper
from typing import Final, TextIO

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from alerts.cards.card import Card, Line, Tone
from alerts.cards.note import Note
from alerts.notifiers.highlights import clean, cut, pieces
from alerts.routing import Chat

MAX_QUOTE: Final = 4000
MAX_LINE: Final = 500
_STYLES: Final[dict[Tone, str]] = {"faint": "dim", "italic": "italic", "plain": "", "strong": "bold"}


class ConsoleNotifier:
    """Shows and forgets: an edit is one more line. There are no buttons to press here."""

    def __init__(self, stream: TextIO | None = None, *, width: int | None = None) -> None:
        self._stream = stream if stream is not None else sys.stdout
        self._encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._terminal = self._stream.isatty()
        self._width = width

    async def send(self, chat: Chat, card: Card, key: str) -> str:  # noqa: ARG002 - a terminal takes no key
        if self._terminal:
            title = Text(f"{chat.chat} · {_title(card)}")
            self._print(Panel(_body(card), title=title, border_style="red" if card.urgent else "cyan"))
        else:
            self._print(Text("\n").join([Text(f"[{chat.chat}] {_title(card)}"), *_lines(card), Text()]))
        return f"{card.case}"

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:  # noqa: ARG002 - the case is in the card
        status = clean(card.status).strip()
        self._print(Text(f"[{chat.chat}] Обращение {card.case}: {status[:1].lower()}{status[1:]}"))

    async def note(self, chat: Chat, card_ref: str | None, note: Note, key: str) -> str:
        people = ", ".join(person.name for person in note.to)
        repeat = "(возможный повтор) " if note.repeat else ""
        lines = [
            f"[{chat.chat}] {repeat}{clean(note.text)}",
            f"«{clean(note.quote)}»" if note.quote else "",
            people,
        ]
        self._print(Text("\n".join(cut(line, MAX_QUOTE) for line in lines if line)))
        return card_ref or key

    async def close(self) -> None:
        """The stream is not ours to close."""

    def _print(self, shown: Text | Panel) -> None:
        """Whatever the stream's encoding lacks is shown as «?»: a card is never lost to a letter.

        rich writes into a buffer, not to the stream: on a closed pipe it would end the whole process.
        """
        buffer = TextIOWrapper(BytesIO(), encoding=self._encoding, errors="replace", newline="")
        console = Console(
            file=buffer,
            force_terminal=self._terminal,
            width=self._width,
            highlight=False,
            markup=False,
            emoji=False,
        )
        console.print(shown, soft_wrap=not self._terminal)
        buffer.seek(0)
        try:
            self._stream.write(buffer.read())
            self._stream.flush()
        except (OSError, ValueError):
            # The reader has gone (a closed pipe): nobody is left to be told.
            return


def _title(card: Card) -> str:
    urgent = "СРОЧНО · " if card.urgent else ""
    repeat = " (возможный повтор)" if card.repeat else ""
    return urgent + cut(clean(card.title).strip(), MAX_LINE) + repeat


def _body(card: Card) -> Group:
    return Group(*_lines(card))


def _lines(card: Card) -> list[Text]:
    urls = [f"{button.label}: {button.url}" for row in card.buttons for button in row if button.url]
    shown = [_line(Line(text=card.status, tone="strong")), *(Text(cut(clean(url), MAX_LINE)) for url in urls)]
    return [*map(_line, card.above), _quote(card), *map(_line, card.below), *shown]


def _line(line: Line) -> Text:
    return Text(cut(clean(line.text), MAX_LINE), style=_STYLES[line.tone])


def _quote(card: Card) -> Text:
    text = Text("«")
    for piece in pieces(cut(clean(card.quote), MAX_QUOTE), evidence=card.evidence_spans, brand=card.brand_spans):
        style = "bold" if piece.is_evidence else "italic" if piece.is_brand else ""
        text.append(piece.text, style=style)
    return text.append("»")
