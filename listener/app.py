"""The composition: what the settings and the config ask for, built from concrete classes."""

import logging
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from alerts.delivery.showing import Showing
from alerts.delivery.worker import Worker
from alerts.notifiers.console.notifier import ConsoleNotifier
from alerts.outreach.ports import Outreach
from alerts.ports import Inbox, Notifier, PromptBook
from alerts.routing import Chat, Routing
from domain.mention import NetworkId
from domain.person import CONSOLE, MessengerId
from listener.config.values import Config
from listener.environment import Options
from listener.messengers.registry import MESSENGERS
from listener.networks.registry import NETWORKS
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
