"""A judge of one tier that has never seen a trade: trained as the one that ships, without the trade's texts."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from classifiers.classify import Judge
from classifiers.corpora import read_corpora
from classifiers.examples import Domain
from classifiers.heads import fit_all
from classifiers.model import Model, load, save
from classifiers.morphology import Morphology
from classifiers.space import Space, blocks, read
from classifiers.training import targets_of
from domain.span import Span

DATA: Final = Path(__file__).parents[2] / "shared" / "data"
KEPT: Final = Path("var/benchmarks")
"""Training takes five minutes of a core: the model is kept here, and is nobody's to ship."""


class Post(NamedTuple):
    """`number` grows with time."""

    number: int
    brand: str
    text: str
    spans: tuple[Span, ...]
    complaint: bool


def posts_of(domain: Domain) -> Iterator[Post]:
    """The posts of a trade of which people have said whether they complain."""
    corpora = read_corpora(DATA, taught=None)
    for one in (*corpora.examples, *corpora.unseen):
        if one.domain == domain and one.post and one.complaint is not None:
            number, brand = int(one.post[0].split("-")[0]), one.post[1]
            yield Post(number, brand, one.text, one.brand, one.complaint)


@cache
def stranger(domain: Domain) -> Judge:
    path = KEPT / f"without-{domain}.npz"
    if not path.is_file():
        save(_trained(domain), path)
    return Judge(load(path))


def _trained(domain: Domain) -> Model:
    """No answers of the second tier, which has seen the trade, and no calibration, which moves no order."""
    corpora = read_corpora(DATA, taught=None)
    corpora = replace(corpora, examples=[one for one in corpora.examples if one.domain != domain])
    morphology = Morphology()
    texts = [read(one.text, one.brand, morphology, corpora.tones) for one in corpora.examples]
    space = Space.of([text for text, one in zip(texts, corpora.examples, strict=True) if one.domain != "news"])
    with threadpool_limits(1):
        targets = targets_of(corpora.examples)
        lines = fit_all(space.matrix(texts), targets, np.ones(len(texts), dtype=bool))
    words, chars = blocks(space, lines.weights)
    return Model(
        version="untitled",
        words=words,
        chars=chars,
        intercept=lines.intercept,
        tones=corpora.tones,
        about={"without": domain},
    )
