"""Makes the second tier from what people labelled and teachers, made so before, say of the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from sentencepiece import SentencePieceProcessor

from classifiers.corpora import Corpora, dedup_key
from classifiers.encoder.calibration import calibrated
from classifiers.encoder.fine_tune import Recipe, Told, answers, fine_tune
from classifiers.encoder.graph import Arrays, save_graph
from classifiers.encoder.lessons import TASKS, Lessons, answered, lessons, shares
from classifiers.encoder.network import Network
from classifiers.encoder.source import Floats, Source
from classifiers.encoder.vocabulary import cut
from classifiers.encoder.wording import encode, wording
from classifiers.examples import Example
from classifiers.model import BRAND_HEADS, COMPLAINT, TEXT_HEADS
from classifiers.taught import Taught, answer_key

FROZEN: Final = 4
"""The lower layers that stay as they were: a third of the time, and they know words already."""
DROPOUT: Final = 0.1
FURTHER_FROZEN: Final = 6
FURTHER_RATE: Final = 8e-5
FORMER_SHARE: Final = 0.15
"""How much of the weights stays what it was: some of what is forgotten comes back by it (decision 0109)."""

_SHARES: Final = {
    "telecom": (1.0, 0.2, 1.0),
    "banks": (1.0, 0.2, 1.0),
    "general": (0.0, 1.0, 0.2),
    "comments": (0.0, 1.0, 0.0),
    "emotions": (0.0, 0.3, 0.0),
    "own": (2.0, 2.0, 2.0),
    "mentions": (0.0, 0.5, 3.0),
    "read": (0.0, 0.0, 2.0),
    "written": (1.0, 0.3, 1.0),
    "reviews": (0.0, 0.3, 0.5),
}
"""How much each domain counts in attitude, mood and complaint; domains that are not named teach nothing."""
_FURTHER_SHARES: Final = {
    "mentions": (0.0, 0.5, 2.0),
    "read": (0.0, 0.0, 2.0),
    "written": (1.0, 0.3, 1.5),
    "reviews": (0.0, 0.3, 0.8),
    "sentences": (0.0, 0.15, 0.3),
    "telecom": (0.8, 0.2, 1.0),
    "banks": (0.8, 0.2, 1.0),
    "general": (0.0, 0.8, 0.2),
    "comments": (0.0, 0.8, 0.5),
    "own": (1.0, 0.7, 2.0),
}
_FURTHER: Final = {
    "mentions": 6_200, "read": 3_800, "written": 4_500, "reviews": 3_000, "sentences": 1_000, "telecom": 2_600,
    "banks": 2_800, "general": 1_200, "comments": 1_000, "own": 7_600,
}  # fmt: skip
"""How many lessons of each domain; where there are fewer they are repeated."""
_ANSWERED: Final = {"telecom": (0.5, 0.15, 0.5), "banks": (0.5, 0.15, 0.5), "comments": (0.0, 0.5, 0.0)}
"""The same for what teachers say of texts that nobody labelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The original model with its vocabulary cut: `model` is SentencePiece's, `rows` the embeddings."""

    source: Source
    model: bytes
    rows: Floats
    tokens: SentencePieceProcessor


def open_room(source: Source, wordings: Sequence[str]) -> Room:
    """Keep what the wordings use of the source's vocabulary."""
    model, rows = cut(source, wordings)
    return Room(source=source, model=model, rows=rows, tokens=SentencePieceProcessor(model_proto=model))


def teach(room: Room, known: Lessons, told: Told, recipe: Recipe) -> Network:
    """Fine-tune a network on the lessons. The same machine gives the same network."""
    torch.manual_seed(recipe.seed)
    network = Network(room.source, torch.from_numpy(room.rows), FROZEN, DROPOUT)
    return fine_tune(network, known, recipe, told)


def teach_further(room: Room, arrays: Arrays, known: Lessons, told: Told, recipe: Recipe) -> Network:
    """Teach a network that was written before: its upper layers alone, keeping a part of what they were."""
    torch.manual_seed(recipe.seed)
    network = Network(room.source, torch.from_numpy(room.rows), FURTHER_FROZEN, DROPOUT)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()})
    fine_tune(network, known, recipe, told)
    with torch.no_grad():
        for name, value in network.named_parameters():
            value.lerp_(torch.from_numpy(arrays[name]), FORMER_SHARE)
    return network


def further_lessons(room: Room, examples: Sequence[Example], random: np.random.Generator) -> Lessons:
    """Posts of other trades, and of what the network knows already so much that it is not forgotten."""
    chosen: list[Example] = []
    for domain, count in _FURTHER.items():
        of_domain = labelled([one for one in examples if one.domain == domain], _FURTHER_SHARES)
        times = count // len(of_domain) if of_domain and count > len(of_domain) else 0
        rest = random.permutation(len(of_domain))[: min(count, len(of_domain))] if not times else range(0)
        chosen += [*of_domain * times, *(of_domain[at] for at in rest)]
    return lessons(chosen, _FURTHER_SHARES, room.tokens)


def from_people(room: Room, examples: Sequence[Example]) -> Lessons:
    """What people labelled."""
    return lessons(labelled(examples), _SHARES, room.tokens)


def from_teachers(room: Room, teachers: Sequence[Network], examples: Sequence[Example]) -> Lessons:
    """What teachers say, on average, of the wordings that nobody labelled."""
    known = {wording(one.text, one.brand) for one in labelled(examples)}
    asked = {wording(one.text, one.brand): one.domain for one in _unlabelled(examples)}
    asked = {text: domain for text, domain in asked.items() if text not in known}
    ids = encode(room.tokens, list(asked))
    said = np.mean([_said(answers(one, ids)) for one in teachers], axis=0)
    weights = np.array([_ANSWERED[domain] for domain in asked.values()], dtype=np.float32).reshape(-1, TASKS)
    return answered(ids, said, weights)


def _unlabelled(examples: Sequence[Example]) -> list[Example]:
    return [one for one in examples if one.post is not None and one.label is None]


def _said(logits: Floats) -> Floats:
    """Shares of the attitudes and of the moods, and the probability of a complaint: (texts, heads)."""
    complaints = 1 / (1 + np.exp(-logits[:, COMPLAINT:]))
    said: Floats = np.hstack((shares(logits[:, BRAND_HEADS]), shares(logits[:, TEXT_HEADS]), complaints))
    return said


def labelled(examples: Sequence[Example], shares: Mapping[str, tuple[float, ...]] = _SHARES) -> list[Example]:
    """What people said, each wording once a label: a tweet that was repeated a hundred times teaches no more."""
    seen = set()
    kept = []
    for one in examples:
        known = one.label is not None or one.complaint is not None
        mark = (dedup_key(one), one.label, one.complaint, one.domain)
        if known and one.domain in shares and mark not in seen:
            seen.add(mark)
            kept.append(one)
    return kept


def arrays_of(network: Network) -> Arrays:
    return {name: value.numpy() for name, value in network.state_dict().items()}


def finish(network: Network) -> Arrays:
    """Calibrate the network in place; its arrays."""
    arrays = calibrated(arrays_of(network))
    with torch.no_grad():
        network.answers.weight.copy_(torch.from_numpy(arrays["answers.weight"]))
        network.answers.bias.copy_(torch.from_numpy(arrays["answers.bias"]))
    return arrays


def save(room: Room, arrays: Arrays, path: Path, about: dict[str, str]) -> str:
    """Write the encoder's file; returns its SHA-256."""
    return save_graph(arrays, room.source.shape, room.model, path, about)


def opinions(room: Room, network: Network, corpora: Corpora, *, half: bool = False) -> dict[int, Taught]:
    """What a calibrated network thinks of posts without a label: attitude or, without a brand, mood; complaint.

    Equal wordings are read once.
    """
    asked = _unlabelled(corpora.examples)
    wordings = [wording(one.text, one.brand) for one in asked]
    places = {text: at for at, text in enumerate(dict.fromkeys(wordings))}
    said = _said(answers(network, encode(room.tokens, list(places)), half=half))
    found: dict[int, Taught] = {}
    for one, text in zip(asked, wordings, strict=True):
        row = said[places[text]]
        if one.post is not None:
            moods = row[BRAND_HEADS if one.post[1] else TEXT_HEADS].tolist()
            found[answer_key(*one.post)] = (moods[0], moods[1], moods[2], float(row[COMPLAINT]))
    return found
