"""Cuts e5's vocabulary of 250 000 pieces in a hundred languages to those that Russian posts use."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
from sentencepiece import SentencePieceProcessor

from classifiers.encoder.source import Floats, Source
from classifiers.encoder.wording import BEGIN, END, PAD, SPECIAL, UNKNOWN, encode

protocol: Any = import_module("sentencepiece.sentencepiece_model_pb2")
"""Generated code without types."""

_RUSSIAN: Final = re.compile(r"▁?[а-яёА-ЯЁ]+")
_SIGN: Final = re.compile(r"▁?[^\w\s]|[0-9a-zA-Z▁]|▁[0-9a-zA-Z]")
_SEEN: Final = 2
"""Pieces of other kinds are kept if the texts have them this often."""

_ORIGINS: Final = ("<s>", "<pad>", "</s>", "<unk>", "<mask>", "<unk>")


def cut(source: Source, wordings: Iterable[str]) -> tuple[bytes, Floats]:
    """SentencePiece's model of the kept pieces, the special ones first, and their rows of embeddings."""
    tokens = SentencePieceProcessor(model_proto=unigram(source.pieces, source.scores.tolist(), special=4))
    seen: Counter[int] = Counter()
    for ids in encode(tokens, wordings):
        seen.update(ids.tolist())
    numbers = {piece: at for at, piece in enumerate(source.pieces)}
    kept = [
        at
        for piece, at in numbers.items()
        if piece not in SPECIAL and (_RUSSIAN.fullmatch(piece) or _SIGN.fullmatch(piece) or seen[at] >= _SEEN)
    ]
    first = [numbers[origin] for origin in _ORIGINS]
    pieces = (*SPECIAL, *(source.pieces[at] for at in kept))
    scores = (*(0.0 for _ in first), *(float(source.scores[at]) for at in kept))
    model = unigram(pieces, scores, special=len(SPECIAL))
    return model, source.tensors["emb.word"][np.array([*first, *kept])]


def unigram(pieces: Sequence[str], scores: Sequence[float], *, special: int) -> bytes:
    """A unigram model as SentencePiece reads it; the first `special` pieces never come out of a text."""
    model = protocol.ModelProto()
    kinds = protocol.ModelProto.SentencePiece.Type
    for at, (piece, score) in enumerate(zip(pieces, scores, strict=True)):
        kind = kinds.UNKNOWN if at == UNKNOWN else kinds.CONTROL if at < special else kinds.NORMAL
        model.pieces.add(piece=piece, score=score, type=kind)
    model.trainer_spec.model_type = protocol.TrainerSpec.UNIGRAM
    model.trainer_spec.bos_id, model.trainer_spec.pad_id = BEGIN, PAD
    model.trainer_spec.eos_id, model.trainer_spec.unk_id = END, UNKNOWN
    # The wording is made plain by ourselves: the same in Python's words for training and serving.
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.remove_extra_whitespaces = False
    made: bytes = model.SerializeToString(deterministic=True)
    return made
