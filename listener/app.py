"""The composition: what the settings and the config ask for, built from concrete classes."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from alerts.cards.context import MOSCOW, CardContext, NetworkWords
from alerts.delivery.showing import Showing
from alerts.delivery.worker import Worker
from alerts.notifiers.console.notifier import ConsoleNotifier
from alerts.ports import Inbox, Notifier, PromptBook
from alerts.routing import Chat, Routing
from classifiers.lexicon import Markers
from classifiers.pace import Pace
from classifiers.tiers import missing, open_judge
from classifiers.verdict import Judges
from domain.mention import Author
from domain.person import CONSOLE, MessengerId, Person
from listener.brands.matcher import Matcher
from listener.config.values import Config
from listener.decision import Decider
from listener.messengers.registry import MESSENGERS
from listener.networks.network import Network
from listener.networks.registry import MARKS, NETWORKS
from listener.pipeline import Pipeline
from listener.ports import Budget, Clock, Source
from listener.rules import Rules
from listener.settings import Settings
from listener.store.stores import Stores
from listener.telemetry import Telemetry

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Messengers:
    """The messengers that are on. The console always is."""

    notifiers: Mapping[MessengerId, Notifier]
    inboxes: tuple[Inbox, ...]


def build_sources(config: Config, settings: Settings, budget: Budget, clock: Clock) -> list[Source]:
    """One source for each thing the brands watch on a network that has a token; says which are off."""
    sources: list[Source] = []
    for name, options in settings.networks.items():
        sources += NETWORKS[name].sources(config.brands, options, budget, clock)
    if not sources:
        log.warning("nothing is heard: no network has a token, or no brand watches one")
    return sources


def build_messengers(settings: Settings, clock: Callable[[], datetime], prompts: PromptBook) -> Messengers:
    """Every messenger that has its tokens; says which are off."""
    notifiers: dict[MessengerId, Notifier] = {CONSOLE: ConsoleNotifier()}
    inboxes: list[Inbox] = []
    for name, options in settings.messengers.items():
        messenger = MESSENGERS[name]
        built = messenger.open(options, clock, prompts)
        if built is None:
            log.info("%s is off: no token", name)
            continue
        notifiers[messenger.id], inbox = built
        inboxes.append(inbox)
    return Messengers(notifiers=notifiers, inboxes=tuple(inboxes))


def build_rules(
    config: Config,
    people: tuple[Person, ...],
    reachable: frozenset[MessengerId],
    model: Path | None = None,
    *,
    second: bool = True,
) -> Rules:
    """The rules that the config lays down. Loads the model, by default the one that comes with Otklik.

    `people` are the config's, as the store recognised them. Call it off the event loop. Raises
    `classifiers.model.ModelError`.
    """
    pace = Pace()
    judge = build_judge(config, model, second=second, pace=pace)
    return replace(build_rules_with(config, people, reachable, judge), pace=pace)


def build_judge(
    config: Config, model: Path | None = None, *, second: bool = True, pace: Pace | None = None
) -> Judges:
    """The judge with the staff's own words; without a `pace` it takes the time to read every text twice.

    Raises `classifiers.model.ModelError`.
    """
    markers = Markers(topics=config.words.topics, urgent=config.words.urgent)
    if second and (reason := missing()):
        log.warning("the second opinion is off: %s", reason)
    return open_judge(model, markers, second=second, pace=pace)


def build_rules_with(
    config: Config, people: tuple[Person, ...], reachable: frozenset[MessengerId] | None, judge: Judges
) -> Rules:
    """The rules with a judge that is there already; without `reachable` every chat counts as within reach."""
    routing = config.routing if reachable is None else within_reach(config.routing, reachable)
    decider = Decider(
        matcher=Matcher(config.brands, MARKS),
        judge=judge,
        brands={brand.id: brand for brand in config.brands},
        routing=routing,
    )
    return Rules(decider=decider, context=card_context(routing, people))


def card_context(routing: Routing, people: tuple[Person, ...]) -> CardContext:
    """What cards are worded with: people, the networks' titles, receivers, the operators' time zone."""
    return CardContext(
        people=people,
        networks={name: network_words(network) for name, network in NETWORKS.items()},
        receivers={receiver.name: receiver for receiver in routing.receivers},
        timezone=routing.hours.timezone if routing.hours else MOSCOW,
    )


def network_words(network: Network[Any]) -> NetworkWords:
    def author_page(number: str, handle: str | None) -> str | None:
        return network.author_url(Author(id=number, name="", handle=handle)) or None

    return NetworkWords(title=network.title, places=network.places, author_page=author_page)


def build_pipeline(
    rules: Rules,
    stores: Stores,
    messengers: Messengers,
    clock: Clock,
    telemetry: Telemetry,
    executor: Executor,
) -> Pipeline:
    """The loops over the stores, with one worker for each messenger."""
    workers = {
        name: Worker(
            name, stores.outbox, Showing(notifier, rules.context), clock.now, observed=telemetry.delivered
        )
        for name, notifier in messengers.notifiers.items()
    }
    return Pipeline(
        stores=stores, rules=rules, workers=workers, clock=clock, telemetry=telemetry, executor=executor
    )


def within_reach(routing: Routing, reachable: frozenset[MessengerId]) -> Routing:
    """The routes without the chats of messengers that are off; a receiver left with none gets the console.

    Nothing may be lost because a token is missing, and it must not go unsaid either.
    """
    receivers = []
    for receiver in routing.receivers:
        chats = tuple(chat for chat in receiver.chats if chat.messenger in reachable)
        for chat in receiver.chats:
            if chat not in chats:
                log.warning("receiver %s: %s is off, no card goes to %s", receiver.name, chat.messenger, chat.chat)
        if not chats:
            log.warning("receiver %s has no chat that is on: its cards go to the console", receiver.name)
            chats = (Chat(messenger=CONSOLE, chat=receiver.name),)
        receivers.append(replace(receiver, chats=chats))
    return replace(routing, receivers=tuple(receivers))
