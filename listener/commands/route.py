"""`listener route "текст"`: where one text would go, by which rule, and who answers there until when."""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from alerts.candidate import Candidate
from alerts.cards.context import CardContext
from alerts.cards.ways import lacking_words, way_words
from alerts.cards.wording import Wording
from alerts.path import Condition, Step
from alerts.routing import Decision, Receiver, decide
from alerts.routing.deciding import passed_over
from alerts.russian import capital, moment, percent
from alerts.sla import next_opening, working
from classifiers.model import ModelError
from classifiers.verdict import Question
from domain.mention import MAX_TEXT, Mention
from listener.brands.matcher import Matcher
from listener.built_rules import build_judge, build_rules_with
from listener.commands.explain import DECLINED
from listener.commands.learned import learned
from listener.commands.single_text import chosen, mention_of, moment_of, place_of
from listener.config.load import load
from listener.config.values import ConfigError
from listener.decided import MAKE_A_CASE, Routed
from listener.environment import SettingsError
from listener.judge_settings import read_judge
from listener.networks.accounts import address
from listener.networks.registry import AUTHOR_EXAMPLES, AUTHOR_PATTERN, MARKS
from listener.rules import Rules
from listener.settings import read_config_dir

_ASSIGNED: Final = {"round_robin": "раздаётся по очереди", "load": "достаётся самому свободному"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", help="the text of a complaint")
    parser.add_argument("--brand", metavar="ID", help="look for this brand only")
    parser.add_argument("--author", metavar="NETWORK:NAME", help="as if this one wrote it")
    parser.add_argument(
        "--at", metavar="TIME", help="as if it were then: 2026-11-22T03:00:00+03:00, now if not given"
    )
    parser.add_argument("--config", type=Path, metavar="DIR", help="the config's folder, `config` if not given")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines for people")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0; 1 when no brand was found; 2 when the config or the model cannot be used."""
    try:
        config = load(arguments.config or read_config_dir(os.environ, Path(".env")))
        brands, now, author = chosen(config, arguments.brand), moment_of(arguments.at), _author(arguments.author)
        judging = read_judge(os.environ, Path(".env"))
        judge = build_judge(config, judging.model, second=judging.second)
    except (ConfigError, ModelError, SettingsError, LookupError, ValueError) as error:
        print(error.args[0], file=sys.stderr)
        return 2
    rules = build_rules_with(config, config.people, None, judge)
    decider = replace(rules.decider, matcher=Matcher(brands, MARKS), brands={brand.id: brand for brand in brands})
    decider = replace(decider, corrections=learned())
    text = arguments.text[:MAX_TEXT]
    found = list(routed(mention_of(text, now, author), replace(rules, decider=decider), now))
    if arguments.json:
        print(orjson.dumps({"text": text, "brands": [as_row(brand) for brand in found]}).decode())
    else:
        print("\n\n".join("\n".join(for_people(brand)) for brand in found) or "Бренд не найден: карточки не будет")
    return 0 if found else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where the text would go for one of its brands. `outcome` is the decision's named reason."""

    candidate: Candidate
    outcome: str
    decision: Decision
    passed: tuple[Step, ...]
    routed: Routed
    rules: Rules
    now: datetime

    @property
    def home(self) -> Receiver | None:
        return self.decision.receivers[0] if self.decision.receivers else None


def routed(mention: Mention, rules: Rules, now: datetime) -> Iterator[Found]:
    """By the daemon's own decision, for each brand; also of what would make no case, as if it did."""
    decider = rules.decider
    matches = decider.matches(mention)
    verdicts = decider.judge.classify([Question(text=mention.words, brand=match.words) for match in matches])
    for match, verdict in zip(matches, verdicts, strict=True):
        brand_verdict = decider.weigh(mention, match, verdict)
        candidate = decider.candidate(mention, brand_verdict)
        decision = decide(candidate, decider.routing, now)
        yield Found(
            candidate=candidate,
            outcome=brand_verdict.outcome,
            decision=decision,
            passed=passed_over(candidate, decider.routing, now),
            routed=decider.route(candidate, now),
            rules=rules,
            now=now,
        )


def for_people(found: Found) -> Iterator[str]:
    candidate = found.candidate
    yield f"Бренд: {candidate.brand_title} ({candidate.brand})"
    if found.outcome not in MAKE_A_CASE:
        why = DECLINED.get(found.outcome, found.outcome)
        yield f"Обращения не будет: {why} ({percent(candidate.complaint)}). Будь это жалоба, было бы так:"
    way = way_words(found.decision.path, brand=candidate.brand_title, network=candidate.network_title)
    yield capital(way)
    for step in found.passed:
        yield f"  не подошёл {'.'.join(map(str, step.place))}: {lacking_words(step.held)}"
    for receiver in found.decision.receivers:
        yield from _receiver(receiver, found)


def _receiver(receiver: Receiver, found: Found) -> Iterator[str]:
    context, words = found.rules.context, _words(found)
    yield f"→ {receiver.name}" + (": отвечает за обращение" if receiver == found.home else ": видит карточку")
    if owner := _owners(receiver, context, words):
        yield f"  {owner}"
    yield f"  чаты: {', '.join(map(place_of, receiver.chats))}"
    yield f"  {_hours(receiver, found)}"
    if receiver == found.home:
        yield from _promise(receiver, found)


def _owners(receiver: Receiver, context: CardContext, words: Wording) -> str:
    parts = []
    for number, title in ((receiver.owner, "отвечает"), (receiver.backup, "подменяет")):
        person, now = context.person(number), context.answering(number, words.now)
        if person is not None:
            instead = f" (сейчас {words.name(now.id)})" if now is not None and now != person else ""
            parts.append(f"{title} {person.name}{instead}")
    return ", ".join(parts)


def _hours(receiver: Receiver, found: Found) -> str:
    hours = found.rules.decider.routing.hours_of(receiver)
    if hours is None:
        return "работает круглые сутки"
    if working(hours, found.now):
        return "сейчас работает"
    opening = next_opening(hours, found.now)
    begins = f", начнёт {_clock(opening, found)}" if opening else ""
    told = found.routed.held.get(receiver.name)
    return f"сейчас не работает{begins}; карточка " + ("подождёт" if told else "придёт сразу")


def _promise(receiver: Receiver, found: Found) -> Iterator[str]:
    promised = found.routed.deadlines
    if promised.due_at is not None:
        warn = f"напомнит {_clock(promised.warn_at, found)}, " if promised.warn_at else ""
        breach = f", сорвано {_clock(promised.breach_at, found)}" if promised.breach_at else ""
        yield f"  {warn}ответить до {_clock(promised.due_at, found)}{breach}"
    if receiver.assign in _ASSIGNED:
        yield f"  обращение {_ASSIGNED[receiver.assign]}"


def as_row(found: Found) -> dict[str, Any]:
    """Times in ISO 8601, conditions by the config's keys."""
    return {
        "brand": found.candidate.brand,
        "outcome": found.outcome,
        "path": [_step(step) for step in found.decision.path.steps],
        "passed": [_step(step) for step in found.passed],
        "receivers": [_receiver_row(receiver, found) for receiver in found.decision.receivers],
        "warn_at": found.routed.deadlines.warn_at,
        "due_at": found.routed.deadlines.due_at,
        "breach_at": found.routed.deadlines.breach_at,
    }


def _step(step: Step) -> dict[str, Any]:
    return {"route": ".".join(map(str, step.place)), "when": {part.key: _condition(part) for part in step.held}}


def _condition(part: Condition) -> Any:
    return part.found if part.floor is None else {"value": part.value, "floor": part.floor}


def _receiver_row(receiver: Receiver, found: Found) -> dict[str, Any]:
    context, hours = found.rules.context, found.rules.decider.routing.hours_of(receiver)
    owner, backup = (context.answering(number, found.now) for number in (receiver.owner, receiver.backup))
    is_open = hours is None or working(hours, found.now)
    return {
        "name": receiver.name,
        "answers": receiver == found.home,
        "owner": receiver.owner,
        "backup": receiver.backup,
        "owner_now": owner.id if owner else None,
        "backup_now": backup.id if backup else None,
        "working": is_open,
        "opens_at": None if is_open or hours is None else next_opening(hours, found.now),
        "told_at": found.routed.held.get(receiver.name, found.now),
        "assign": receiver.assign,
        "chats": [
            {"messenger": chat.messenger, "chat": chat.chat, "topic": chat.topic} for chat in receiver.chats
        ],
    }


def _words(found: Found) -> Wording:
    return Wording(context=found.rules.context, now=found.now)


def _clock(at: datetime | None, found: Found) -> str:
    return moment(at, now=found.now, timezone=found.rules.context.timezone) if at else ""


def _author(text: str | None) -> tuple[str, str] | None:
    """Raises ValueError in Russian."""
    if text is None:
        return None
    if re.match(AUTHOR_PATTERN, text) is None:
        raise ValueError(f"--author: «{text}» не подходит; нужно {AUTHOR_EXAMPLES}")
    return address("", text)
