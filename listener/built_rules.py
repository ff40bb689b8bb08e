"""The rules in force, built of the config: what a decision and a card depend on, without store or messengers."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from alerts.cards.context import CardContext, NetworkWords
from alerts.outreach.outbound import Target
from alerts.outreach.templates import Template
from alerts.routing import Chat, Routing
from classifiers.asked_of_texts import Spoken, language_of
from classifiers.lexicon import Markers
from classifiers.pace import Pace
from classifiers.tiers import missing, open_judge
from classifiers.verdict import Judges
from domain.brand import Brand
from domain.mention import Author
from domain.person import CONSOLE, MessengerId, Person
from listener.brands.matcher import Matcher
from listener.config.values import Config
from listener.decision import Decider, Read
from listener.environment import Options
from listener.networks.accounts import speaks_to
from listener.networks.network import Network
from listener.networks.registry import MARKS, NETWORKS
from listener.rules import Rules

log = logging.getLogger(__name__)


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
    routing = replace(routing, people=people)
    decider = Decider(
        matcher=Matcher(config.brands, MARKS),
        judge=judge,
        brands={brand.id: brand for brand in config.brands},
        routing=routing,
        staff=frozenset(number for person in people for number in (person.id, *person.former_ids)),
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
    spoken = Spoken(routing.words) if routing.words else None
    asks_language = any(when.languages for when in routing.whens)

    def read(text: str) -> Read:
        return Read(
            language=language_of(text) if asks_language else "", spoken=spoken(text) if spoken is not None else ()
        )

    return read


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
