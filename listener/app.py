"""The composition: what the settings and the config ask for, built from concrete classes."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from alerts.cards.context import CardContext, NetworkWords
from alerts.delivery.showing import Showing
from alerts.delivery.worker import Worker
from alerts.notifiers.console.notifier import ConsoleNotifier
from alerts.outreach.outbound import Target
from alerts.outreach.ports import Outreach
from alerts.outreach.templates import Template
from alerts.ports import Inbox, Notifier, PromptBook
from alerts.routing import Chat, Route, Routing
from classifiers.asked_of_texts import Spoken, language_of
from classifiers.lexicon import Markers
from classifiers.pace import Pace
from classifiers.tiers import missing, open_judge
from classifiers.verdict import Judges
from domain.brand import Brand
from domain.mention import Author, NetworkId
from domain.person import CONSOLE, MessengerId, Person
from listener.brands.matcher import Matcher
from listener.config.values import Config
from listener.decision import Decider, Read
from listener.environment import Options
from listener.messengers.registry import MESSENGERS
from listener.networks.accounts import speaks_to
from listener.networks.network import Network
from listener.networks.registry import MARKS, NETWORKS
from listener.pipeline import Pipeline
from listener.ports import Budget, Clock, Source, Vault
from listener.rules import Rules
from listener.settings import Settings
from listener.store.stores import Stores
from listener.telemetry import Telemetry

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Messengers:
    """The messengers that are on. The console always is."""

    notifiers: Mapping[MessengerId, Notifier]
    inboxes: Mapping[MessengerId, Inbox]

    def with_changed(self, changed: Collection[str], fresh: "Messengers") -> "Messengers":
        """These with `changed` as they are in `fresh`, where they may be off."""
        kept = {name: notifier for name, notifier in self.notifiers.items() if name not in changed}
        heard = {name: inbox for name, inbox in self.inboxes.items() if name not in changed}
        return Messengers(notifiers=kept | dict(fresh.notifiers), inboxes=heard | dict(fresh.inboxes))


def with_news_of_roads(settings: Settings, telemetry: Telemetry) -> Settings:
    """The settings with roads that tell which proxy is in use."""

    def told(platforms: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
        return {
            name: replace(options, road=replace(options.road, news=partial(telemetry.road, titles[name])))
            for name, options in platforms.items()
        }

    networks = {name: network.short for name, network in NETWORKS.items()}
    messengers = {name: messenger.title for name, messenger in MESSENGERS.items()}
    return replace(
        settings, networks=told(settings.networks, networks), messengers=told(settings.messengers, messengers)
    )


def forget_roads(settings: Settings) -> None:
    """Platforms without proxies have none that fail: where some were taken out, nobody else would say so."""
    for options in (*settings.networks.values(), *settings.messengers.values()):
        if not options.road.proxies and options.road.news is not None:
            options.road.news(None, {})


def with_vault(settings: Settings, vault: Vault | None) -> Settings:
    """The settings of a daemon that keeps in the vault what it must share with others."""
    if vault is None:
        return settings
    networks = {name: NETWORKS[name].with_vault(options, vault) for name, options in settings.networks.items()}
    return replace(settings, networks=networks)


def build_sources(config: Config, settings: Settings, budget: Budget, clock: Clock) -> list[Source]:
    """One source for each thing the brands watch on a network that has a token; says which are off."""
    sources: list[Source] = []
    for name, options in settings.networks.items():
        sources += NETWORKS[name].sources(config.brands, options, budget, clock)
    if not sources:
        log.warning("nothing is heard: no network has a token, or no brand watches one")
    return sources


def build_messengers(settings: Settings, clock: Callable[[], datetime], prompts: PromptBook) -> Messengers:
    """The console, and every messenger that has its tokens; says which are off."""
    opened = open_messengers(settings.messengers, clock, prompts)
    return replace(opened, notifiers={CONSOLE: ConsoleNotifier(), **opened.notifiers})


def open_messengers(
    messengers: Mapping[str, Options], clock: Callable[[], datetime], prompts: PromptBook
) -> Messengers:
    """Those that have their tokens; says which are off."""
    notifiers: dict[MessengerId, Notifier] = {}
    inboxes: dict[MessengerId, Inbox] = {}
    for name, options in messengers.items():
        messenger = MESSENGERS[name]
        built = messenger.open(options, clock, prompts)
        if built is None:
            log.info("%s is off: no token", name)
            continue
        notifiers[messenger.id], inboxes[messenger.id] = built
    return Messengers(notifiers=notifiers, inboxes=inboxes)


def build_rules(
    config: Config,
    people: tuple[Person, ...],
    reachable: frozenset[MessengerId],
    model: Path | None = None,
    *,
    second: bool = True,
    networks: Mapping[str, Options] | None = None,
) -> Rules:
    """The rules that the config lays down. Loads the model, by default the one that comes with Otklik.

    By the `networks`' options it is known what may be said on them; without any nothing is offered.

    `people` are the config's, as the store recognised them. Call it off the event loop. Raises
    `classifiers.model.ModelError`.
    """
    pace = Pace()
    judge = build_judge(config, model, second=second, pace=pace)
    return replace(build_rules_with(config, people, reachable, judge, networks=networks), pace=pace)


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
    config: Config,
    people: tuple[Person, ...],
    reachable: frozenset[MessengerId] | None,
    judge: Judges,
    *,
    networks: Mapping[str, Options] | None = None,
) -> Rules:
    """The rules with a judge that is there already; without `reachable` every chat counts as within reach."""
    routing = config.routing if reachable is None else within_reach(config.routing, reachable)
    decider = Decider(
        matcher=Matcher(config.brands, MARKS),
        judge=judge,
        brands={brand.id: brand for brand in config.brands},
        routing=routing,
        staff=frozenset(number for person in people for number in (person.id, *person.former_ids)),
        people=people,
        read=build_reading(routing),
    )
    context = replace(
        card_context(routing, people, config.brands, networks or {}),
        templates=tuple(Template(name=name, text=text) for name, text in config.templates.items()),
        policy=config.policy,
    )
    return Rules(decider=decider, context=context)


def build_reading(routing: Routing) -> Callable[[str], Read]:
    """What is asked of every candidate's text, and no more than the routes ask."""
    conditions = [route.when for route in _all_routes(routing.routes)]
    words = tuple(dict.fromkeys(word for when in conditions for word in when.words))
    spoken = Spoken(words) if words else None
    asks_language = any(when.languages for when in conditions)

    def read(text: str) -> Read:
        return Read(
            language=language_of(text) if asks_language else "", spoken=spoken(text) if spoken is not None else ()
        )

    return read


def _all_routes(routes: Sequence[Route]) -> Iterator[Route]:
    for route in routes:
        yield route
        yield from _all_routes(route.routes)


def card_context(
    routing: Routing,
    people: tuple[Person, ...],
    brands: Sequence[Brand] = (),
    networks: Mapping[str, Options] | None = None,
) -> CardContext:
    """What cards are worded with: people, networks, receivers, the operators' time zone."""
    options = networks or {}
    return CardContext(
        people=people,
        networks={name: network_words(network, brands, options.get(name)) for name, network in NETWORKS.items()},
        receivers={receiver.name: receiver for receiver in routing.receivers},
        timezone=routing.timezone,
        hours=routing.hours,
    )


def network_words(
    network: Network[Any], brands: Sequence[Brand] = (), options: Options | None = None
) -> NetworkWords:
    """The network as cards speak of it; where it has no `options`, nothing can be said on it."""
    by_id = {brand.id: brand for brand in brands}

    def author_page(number: str, handle: str | None) -> str | None:
        return network.author_url(Author(id=number, name="", handle=handle)) or None

    words = NetworkWords(title=network.title, places=network.places, author_page=author_page)
    if options is None:
        return words

    def speaker(target: Target) -> str | None:
        return network.speaker(by_id[target.brand], options, target) if target.brand in by_id else None

    return replace(
        words,
        speaker=speaker,
        addressed=lambda target: target.brand in by_id and speaks_to(target, by_id[target.brand]),
        abilities=lambda target, learned, now: network.abilities(target, options, learned, now),
        invitation=lambda target, ref: network.invitation(target, options, ref),
        by_hand=network.by_hand,
        length_of=network.length_of,
        cost=network.cost,
        usd_per_day=lambda brand: by_id[brand].usd_per_day.get(network.id) if brand in by_id else None,
    )


def build_outreaches(
    config: Config, settings: Settings, budget: Budget, clock: Clock
) -> dict[NetworkId, Outreach]:
    """Each network on which the program may speak for a brand."""
    outreaches: dict[NetworkId, Outreach] = {}
    for name, options in settings.networks.items():
        outreach = NETWORKS[name].outreach(config.brands, options, budget, clock)
        if outreach is not None:
            outreaches[NETWORKS[name].id] = outreach
    return outreaches


def build_pipeline(
    rules: Rules,
    stores: Stores,
    messengers: Messengers,
    clock: Clock,
    telemetry: Telemetry,
    executor: Executor,
    outreaches: Mapping[NetworkId, Outreach] | None = None,
) -> Pipeline:
    """The loops over the stores, with one worker for each messenger and one sender for each network."""
    workers = {
        name: build_worker(name, notifier, rules, stores, clock, telemetry)
        for name, notifier in messengers.notifiers.items()
    }
    return Pipeline(
        stores=stores,
        rules=rules,
        workers=workers,
        outreaches=outreaches or {},
        clock=clock,
        telemetry=telemetry,
        executor=executor,
    )


def build_worker(
    messenger: MessengerId, notifier: Notifier, rules: Rules, stores: Stores, clock: Clock, telemetry: Telemetry
) -> Worker:
    showing = Showing(notifier, rules.context)
    return Worker(messenger, stores.outbox, showing, clock.now, observer=telemetry)


def to_console(routing: Routing) -> Routing:
    """The routes with every receiver in the console, under its own name."""
    receivers = (
        replace(receiver, chats=(Chat(messenger=CONSOLE, chat=receiver.name),)) for receiver in routing.receivers
    )
    return replace(routing, receivers=tuple(receivers))


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
