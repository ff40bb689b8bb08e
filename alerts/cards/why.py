"""«Почему сюда?»: the way by which a case came to its receivers, and who answers for it now."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from alerts.cards.asking import Pressed, Reply, explained
from alerts.cards.context import CardContext
from alerts.cards.quoting import in_short
from alerts.cards.ways import way_words
from alerts.cards.wording import Wording, moved_words
from alerts.cases.case import Case
from alerts.cases.events import Event, MentionJoined, Moved, Opened
from alerts.path import Path
from alerts.russian import NBSP, capital

LONGEST: Final = 1_000
FORGOTTEN: Final = "Путь этого обращения не записан: оно из прежней версии"


def can_explain(case: Case, _context: CardContext, _now: datetime) -> bool:
    return case.state.receiver is not None


def why_here(pressed: Pressed) -> Reply:
    """For who asks alone: nothing happens to the case."""
    lines = list(_lines(pressed.case, pressed.context, pressed.words))
    return explained(pressed, in_lines(lines) or FORGOTTEN)


def in_lines(lines: list[str]) -> str:
    """The lines, each in short; whoever has little room cuts the last."""
    return "\n".join(in_short(line, LONGEST) for line in lines if line)


def _lines(case: Case, context: CardContext, words: Wording) -> Iterator[str]:
    seen: list[Path] = []
    for event, path in _ways(case):
        if path in seen:
            continue
        way = way_words(path, brand=case.brand_title, network=_network(case, context))
        first = "" if not seen else f"в{NBSP}{words.moment(event.at)} ещё и "
        yield f"{capital(first + way)}. Получатели: {', '.join(path.receivers)}."
        seen.append(path)
    for event in case.events:
        if isinstance(event.fact, Moved):
            yield moved_words(event, event.fact, words) + "."
    yield answers_for(case.state.receiver, context, words)


def _ways(case: Case) -> Iterator[tuple[Event, Path]]:
    for event in case.events:
        if isinstance(event.fact, Opened | MentionJoined) and event.fact.path is not None:
            yield event, event.fact.path


def answers_for(name: str | None, context: CardContext, words: Wording) -> str:
    """«Отвечает «support»: Анна Иванова, сейчас вместо неё Олег Смирнов»."""
    receiver = context.receivers.get(name or "")
    if receiver is None:
        return f"Отвечал «{name}», теперь его нет в настройках." if name else ""
    owner, now = context.person(receiver.owner), context.answering(receiver.owner, words.now)
    if owner is None or now is None:
        return f"Отвечает «{receiver.name}»."
    instead = {"f": "неё", "m": "него", None: "него"}[owner.gender]
    stands_in = f", сейчас вместо {instead} {words.name(now.id)}" if now != owner else ""
    return f"Отвечает «{receiver.name}»: {words.name(owner.id)}{stands_in}."


def _network(case: Case, context: CardContext) -> str:
    network = context.networks.get(case.network)
    return network.title if network else case.network
