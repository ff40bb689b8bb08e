"""`listener explain "текст"`: what would happen to one text, and why, for a person."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from alerts.cards.ways import way_words
from alerts.notifiers.highlights import clean
from alerts.routing import Routing, decide
from alerts.russian import INTENT_TITLES, moment, number, percent, quoted
from alerts.suppression import may_tell
from classifiers.model import ModelError
from classifiers.verdict import Question
from domain.brand import Brand, Match
from domain.mention import MAX_TEXT, Mention
from domain.span import Span
from domain.verdict import Intent, Verdict
from listener.brands.matcher import Matcher
from listener.built_rules import build_judge, build_rules_with
from listener.commands.learned import learned
from listener.commands.single_text import chosen, mention_of, moment_of, place_of
from listener.commands.telling import MOODS, MOST_WORDS, telling
from listener.config.load import load
from listener.config.values import ConfigError
from listener.decided import MAKE_A_CASE, BrandVerdict, Routed
from listener.decision import Decider
from listener.environment import SettingsError
from listener.judge_settings import read_judge
from listener.networks.registry import MARKS
from listener.settings import read_config_dir

MOST_NAMES: Final = 12
DECLINED: Final = {
    "own account": "это пишет сам бренд",
    "ignored author": "автор в списке ignore_authors",
    "advertisement": "похоже на рекламу",
    "praise": "похоже на похвалу",
    "news": "похоже на новость",
    "below threshold": "на жалобу похоже слабо",
}
BY_THE_TEXT: Final = ("advertisement", "praise", "news", "below threshold")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", help="the text to explain")
    parser.add_argument("--brand", metavar="ID", help="look for this brand only")
    parser.add_argument(
        "--at", metavar="TIME", help="as if it were then: 2026-11-22T03:00:00+03:00, now if not given"
    )
    parser.add_argument("--config", type=Path, metavar="DIR", help="the config's folder, `config` if not given")


def run(arguments: argparse.Namespace) -> int:
    """Explain the text; exit code 2 when the config or the model cannot be used or the brand is unknown."""
    try:
        config = load(arguments.config or read_config_dir(os.environ, Path(".env")))
        brands = chosen(config, arguments.brand)
        now = moment_of(arguments.at)
        judging = read_judge(os.environ, Path(".env"))
        judge = build_judge(config, judging.model, second=judging.second)
    except (ConfigError, ModelError, SettingsError, LookupError, ValueError) as error:
        print(error.args[0], file=sys.stderr)
        return 2
    matcher = Matcher(brands, MARKS)
    decider = replace(
        build_rules_with(config, config.people, None, judge).decider,
        matcher=matcher,
        brands={brand.id: brand for brand in brands},
        corrections=learned(),
    )
    console = Console(highlight=False)
    text = arguments.text[:MAX_TEXT]
    for line in explain(text, decider, now, missed=matcher.missed(text)):
        console.print(line, soft_wrap=True)
    return 0


def explain(text: str, decider: Decider, now: datetime, *, missed: Sequence[Match] = ()) -> Iterator[Text]:
    """The explanation line by line: for each brand found, or for the bare text when there is none.

    `missed` are names that stand in the text and are not taken for a brand, each with what was missing.

    What is said is what the daemon's own decision on the text as a stranger's post comes to.
    """
    mention = mention_of(text, now)
    matches = decider.matches(mention)
    if not matches:
        (verdict,) = decider.judge.classify([Question(text=text)])
        yield _highlighted(text, (), _speaking(verdict))
        yield Text("Бренд: не найден, карточки не будет", style="yellow")
        yield from (Text(f"  {decider.brands[miss.brand].title}: {miss.reason}") for miss in missed)
        if not missed:
            yield _looked_for(decider.brands.values())
        yield from _verdict(text, verdict)
        return
    verdicts = decider.judge.classify([Question(text=text, brand=match.words) for match in matches])
    for match, verdict in zip(matches, verdicts, strict=True):
        brand_verdict = decider.weigh(mention, match, verdict)
        brand, verdict = decider.brands[match.brand], brand_verdict.verdict  # noqa: PLW2901  # as taps correct it
        yield _highlighted(text, match.words, _speaking(verdict))
        yield Text(f"Бренд: {brand.title} ({brand.id}), {match.reason}")
        yield from _verdict(text, verdict)
        yield from _decision(mention, brand_verdict, decider, now)


def _looked_for(brands: Iterable[Brand]) -> Text:
    names = dict.fromkeys(name for brand in brands for name in brand.names)
    more = f" и ещё {len(names) - MOST_NAMES}" if len(names) > MOST_NAMES else ""
    return Text(f"  искали: {', '.join(map(quoted, islice(names, MOST_NAMES)))}{more} (names в файлах брендов)")


def _speaking(verdict: Verdict) -> tuple[Span, ...]:
    """The spans that speak most for a complaint."""
    strongest = sorted((token for token in verdict.words if token.weight > 0), key=lambda token: -token.weight)
    return tuple((token.start, token.end) for token in strongest[:MOST_WORDS])


def _highlighted(text: str, brand_spans: Sequence[Span], evidence_spans: Sequence[Span]) -> Text:
    line = Text(clean(text))
    for start, end in evidence_spans:
        line.stylize("bold red", start, end)
    for start, end in brand_spans:
        line.stylize("underline cyan", start, end)
    return line


def _verdict(text: str, verdict: Verdict) -> Iterator[Text]:
    yield Text(
        f"Жалоба: {percent(verdict.complaint)}, тон: {MOODS[verdict.label]},"
        f" {_author(verdict.intent)}, срочность: {percent(verdict.urgency)}"
    )
    speaks_for, against = telling(text, ((token.start, token.end, token.weight) for token in verdict.words))
    yield Text(f"За жалобу: {speaks_for or 'ничего'}" + (f"; против: {against}" if against else ""))
    if verdict.read_twice:
        says = "за жалобу" if verdict.evidence[0].weight > 0 else "против"
        yield Text(f"Второе чтение, весь текст: {says}")
    if verdict.added:
        says = "за жалобу" if verdict.added > 0 else "против"
        yield Text(f"Нажатия операторов научили: {says} ({verdict.model.rpartition('+')[2]})")
    yield Text(f"Темы: {', '.join(verdict.topics) or 'не определены'}")


def _author(intent: Intent) -> str:
    return "чего хочет автор, неясно" if intent == "other" else f"автор {INTENT_TITLES[intent]}"


def _decision(mention: Mention, brand_verdict: BrandVerdict, decider: Decider, now: datetime) -> Iterator[Text]:
    brand = decider.brands[brand_verdict.match.brand]
    if brand_verdict.outcome not in MAKE_A_CASE:
        why = DECLINED[brand_verdict.outcome]
        if brand_verdict.outcome in BY_THE_TEXT:
            probable, needed = percent(brand_verdict.verdict.complaint), percent(brand.complaint_at)
            why += f" (жалоба {probable}, порог complaint_at {needed})"
        yield Text(f"Обращения не будет: {why}", style="yellow")
        return
    candidate = decider.candidate(mention, brand_verdict)
    routed, decision = decider.route(candidate, now), decide(candidate, decider.routing, now)
    why = f"порог {percent(brand.complaint_at)} пройден"
    if brand_verdict.outcome == "danger":
        why = f"порог {percent(brand.complaint_at)} не пройден, но это опасно: {', '.join(candidate.dangers)}"
    yield Text(f"Будет обращение: {why}", style="green")
    if brand_verdict.reasons:
        yield Text(f"О чём: {', '.join(brand_verdict.reasons)}")
    way = way_words(decision.path, brand=candidate.brand_title, network=candidate.network_title)
    yield Text(f"Кому: {way}")
    for receiver in decision.receivers:
        yield Text(f"  {receiver.name}: {', '.join(map(place_of, receiver.chats))}")
    yield _when(routed, decider.routing, now)
    if brand.per_day is not None:
        yield _limit(brand.per_day, candidate.urgency)


def _limit(per_day: int, urgency: float) -> Text:
    """What the limit of the day's last card would do; how many there were today, a bare text does not know."""
    beyond = may_tell(per_day, per_day, urgency=urgency)
    what = (
        "срочная придёт и сверх него" if beyond.allowed else "сверх него карточки не будет, обращение сохранится"
    )
    return Text(f"Предел дня: {number(per_day)} (per_day), {what}")


def _when(routed: Routed, routing: Routing, now: datetime) -> Text:
    zone = routing.timezone
    if routed.not_before is not None:
        until = moment(routed.not_before, now=now, timezone=zone)
        return Text(f"Когда: подождёт до {until}, сейчас никто не работает (night в routes.yaml)", style="yellow")
    due_at = routed.deadlines.due_at
    answer = f", ответить до {moment(due_at, now=now, timezone=zone)}" if due_at else ""
    asleep = ", ".join(
        f"{name} — с {moment(until, now=now, timezone=zone)}" for name, until in routed.held.items()
    )
    return Text(f"Когда: сразу{answer}" + (f"; сейчас не работают: {asleep}" if asleep else ""))
