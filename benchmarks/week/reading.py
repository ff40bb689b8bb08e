"""Every kind of text that operators read in the week, once with an example, to be read with an editor's eye."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from alerts.cards.card import Card
from alerts.cards.digest import Sheet
from alerts.cards.note import Note
from benchmarks.week.chats import Message
from benchmarks.week.scenario import MOSCOW
from benchmarks.week.world import World

PERSON: Final = re.compile(r"[А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+")
NUMBER: Final = re.compile(r"\d[\d:.]*")
QUOTED: Final = re.compile(r"«[^»]*»")


def texts_of(world: World) -> str:
    """Kinds by how often they were said, each with its first two examples."""
    seen: Counter[str] = Counter()
    examples: dict[str, list[str]] = defaultdict(list)
    for messenger in world.messengers.values():
        for message in messenger.messages.values():
            for kind, text in _parts(message):
                seen[kind] += 1
                if len(examples[kind]) < 2:
                    at = message.at.astimezone(MOSCOW)
                    examples[kind].append(f"[{message.chat.chat} {at:%a %H:%M}] {text}")
    for answer, count in world.checks.answers.most_common():
        kind = f"answer: {_kind(answer)}"
        seen[kind] += count
        if len(examples[kind]) < 2:
            examples[kind].append(answer)
    return "\n\n".join(f"{count} ×\n" + "\n".join(examples[kind]) for kind, count in seen.most_common())


def _parts(message: Message) -> Iterator[tuple[str, str]]:
    match message.said:
        case Note() as note:
            to = ", ".join(person.name for person in note.to)
            more = " ".join(f"[{button.label}]" for button in note.buttons)
            hint = note.answerable.hint if note.answerable else ""
            whole = "\n  ".join(filter(None, (f"{to}: {note.text}" if to else note.text, note.quote, hint, more)))
            yield f"note: {_kind(note.text)}", whole
        case Card() as card:
            lines = [f"{line.sign} {line.text}" for line in (*card.above, *card.below)]
            buttons = " ".join(f"[{button.label}]" for row in card.buttons for button in row)
            whole = "\n  ".join((card.title, *lines, f"«{card.quote}»", card.status, buttons))
            yield f"card: {_kind(card.status)} {len(lines)}", whole
        case Sheet() as sheet:
            items = "\n  ".join(
                f"{item.title}: {item.words} | {item.facts} | {item.taken}" for item in sheet.items[:3]
            )
            more = "\n  ".join(sheet.lines)
            whole = "\n  ".join(filter(None, (sheet.title, more, sheet.hint, items, sheet.status)))
            yield f"digest: {_kind(sheet.title)}", whole


def _kind(text: str) -> str:
    """What is left without names, numbers and quotations."""
    return NUMBER.sub("0", PERSON.sub("N", QUOTED.sub("«»", text)))[:70]
