"""What the settings and the config ask for, built from concrete classes: sources, messengers, judging."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from alerts.delivery import Delivering
from alerts.notifiers.console import ConsoleNotifier
from alerts.notifiers.slack import SlackNotifier
from alerts.notifiers.slack_inbox import SlackInbox
from alerts.notifiers.telegram import TelegramNotifier
from alerts.notifiers.telegram_inbox import TelegramInbox
from alerts.ports import Inbox, Notifier
from alerts.routing import Chat, Receiver, Routing
from classifiers.lexicon import Markers
from classifiers.tiers import missing, open_judge
from domain.person import Messenger
from listener.brands.dialect import vk_queries, x_query
from listener.brands.matcher import Matcher
from listener.config.values import Config
from listener.judging import Judging
from listener.networks.vk.build import build_vk
from listener.networks.x.build import build_x
from listener.pipeline import Pipeline, timezone_of
from listener.ports import Budget, Clock, Source
from listener.settings import Settings
from listener.store.store import Store
from listener.watch import Watch

log = logging.getLogger(__name__)

SECOND_AT_MOST: Final = 8
"""Texts of a micro-batch that are read twice: a tenth of a second. In a flood the rest keep the first verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Messengers:
    """The messengers that are on. The console always is."""

    notifiers: Mapping[Messenger, Notifier]
    inboxes: tuple[Inbox, ...]


def build_sources(config: Config, settings: Settings, budget: Budget, clock: Clock) -> list[Source]:
    """One source for each thing the brands watch on a network that has a token; says which are off."""
    sources: list[Source] = []
    for build in NETWORKS.values():
        sources += build(config, settings, budget, clock)
    if not sources:
        log.warning("nothing is heard: no network has a token, or no brand watches one")
    return sources


def build_messengers(settings: Settings, clock: Callable[[], datetime]) -> Messengers:
    """Every messenger that has its tokens; says which are off."""
    notifiers: dict[Messenger, Notifier] = {"console": ConsoleNotifier()}
    inboxes: list[Inbox] = []
    for name, build in MESSENGERS.items():
        built = build(settings, clock)
        if built is None:
            log.info("%s is off: no token", name)
            continue
        notifiers[name], inbox = built
        inboxes.append(inbox)
    return Messengers(notifiers=notifiers, inboxes=tuple(inboxes))


def build_judging(
    config: Config, reachable: frozenset[Messenger], model: Path | None = None, *, second: bool = True
) -> Judging:
    """The judge with the config's words and routes. Loads the model, by default the one that comes with Otklik.

    Call it off the event loop. Raises `classifiers.model.ModelError`.
    """
    markers = Markers(topics=config.words.topics, urgent=config.words.urgent)
    if second and (reason := missing()):
        log.warning("the second opinion is off: %s", reason)
    return Judging(
        matcher=Matcher(config.brands),
        judge=open_judge(model, markers, second=second, at_most=SECOND_AT_MOST),
        brands={brand.id: brand for brand in config.brands},
        routing=within_reach(config.routing, reachable),
    )


def build_pipeline(
    config: Config,
    judging: Judging,
    store: Store,
    messengers: Messengers,
    clock: Clock,
    watch: Watch,
    workers: Executor,
) -> Pipeline:
    """The four loops over a store, with one teller for each messenger."""
    zone = timezone_of(judging.routing)
    return Pipeline(
        store=store,
        judging=judging,
        people=config.people,
        delivering={
            name: Delivering(store, {name: notifier}, clock.now, observed=watch.delivered, timezone=zone)
            for name, notifier in messengers.notifiers.items()
        },
        clock=clock,
        watch=watch,
        workers=workers,
    )


def within_reach(routing: Routing, reachable: frozenset[Messenger]) -> Routing:
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
            chats = (Chat(messenger="console", chat=receiver.name),)
        receivers.append(Receiver(name=receiver.name, chats=chats))
    return replace(routing, receivers=tuple(receivers))


def _vk(config: Config, settings: Settings, budget: Budget, clock: Clock) -> list[Source]:
    if settings.vk_service_token is None and not settings.vk_community_tokens:
        log.info("VK is off: no token")
        return []
    return build_vk(config.brands, settings, budget, clock, vk_queries)


def _x(config: Config, settings: Settings, budget: Budget, clock: Clock) -> list[Source]:
    if settings.x_bearer_token is None:
        log.info("X is off: no token")
        return []
    return build_x(config.brands, settings, budget, clock, x_query)


def _slack(settings: Settings, now: Callable[[], datetime]) -> tuple[Notifier, Inbox] | None:
    if settings.slack_bot_token is None or settings.slack_app_token is None:
        return None
    address, bot = settings.slack_api_url, settings.slack_bot_token.reveal()
    return SlackNotifier(address, bot), SlackInbox(address, bot, settings.slack_app_token.reveal(), now)


def _telegram(settings: Settings, now: Callable[[], datetime]) -> tuple[Notifier, Inbox] | None:
    if settings.telegram_token is None:
        return None
    address, token, proxy = settings.telegram_api_url, settings.telegram_token.reveal(), settings.telegram_proxy
    return TelegramNotifier(address, token, proxy=proxy), TelegramInbox(address, token, now, proxy=proxy)


BuildNetwork = Callable[[Config, Settings, Budget, Clock], list[Source]]
BuildMessenger = Callable[[Settings, Callable[[], datetime]], tuple[Notifier, Inbox] | None]

NETWORKS: Final[Mapping[str, BuildNetwork]] = {"vk": _vk, "x": _x}
MESSENGERS: Final[Mapping[Messenger, BuildMessenger]] = {"slack": _slack, "telegram": _telegram}
