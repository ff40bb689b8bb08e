"""The second opinion: the fine-tuned encoder's answers through onnxruntime, one core, no torch."""

import base64
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

import numpy as np
import onnxruntime
from sentencepiece import SentencePieceProcessor

from classifiers.encoder.checksum import checksum
from classifiers.encoder.wording import TOKENS, encode, padded, wording
from classifiers.listed import ENCODER, too_large, unlisted
from classifiers.model import HEADS, Floats, ModelError
from classifiers.verdict import Question

log = logging.getLogger(__name__)

_TRIAL: Final = Question(text="проверка связи", brand=((9, 14),))
_BATCH: Final = 4
"""Texts of alike length that are read at once: larger batches fill up more and lose by it on one core."""


class SecondOpinion:
    """Reads texts with the encoder; safe to call from several threads."""

    def __init__(
        self, session: onnxruntime.InferenceSession, tokens: SentencePieceProcessor, version: str
    ) -> None:
        self._session, self._tokens, self.version = session, tokens, version

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the encoder's file. Raises ModelError for a missing, foreign or damaged one."""
        try:
            reason = too_large(path)
            content = b"" if reason else path.read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: не читается ({error.strerror})") from error
        if reason:
            raise ModelError(reason)
        version = f"encoder-{_checked(content, path)[:12]}"
        try:
            session = onnxruntime.InferenceSession(content, _options(), providers=["CPUExecutionProvider"])
            session._model_bytes = None  # noqa: SLF001  # kept for a change of providers: 35 MB that nobody asks for
            model = base64.b64decode(session.get_modelmeta().custom_metadata_map[TOKENS])
            opened = cls(session, SentencePieceProcessor(model_proto=model), version)
            opened.logits([_TRIAL])  # a foreign network would fail at the first text only
        except Exception as error:  # onnxruntime and sentencepiece raise plain exceptions of their own
            raise ModelError(f"{path}: повреждён или это не он ({error}); обучите: listener teach") from error
        return opened

    def logits(self, questions: Sequence[Question]) -> Floats:
        """Scores of (questions, heads) in the order of `classifiers.model.HEADS`."""
        ids = encode(self._tokens, [wording(one.text, one.brand) for one in questions])
        order = np.argsort([len(one) for one in ids], kind="stable")
        found = np.zeros((len(ids), len(HEADS)))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            (found[rows],) = self._session.run(["logits"], {"ids": padded([ids[row] for row in rows])})
        return found


def _checked(content: bytes, path: Path) -> str:
    """The file's SHA-256. Damaged weights would load without complaint and answer nonsense: raises ModelError."""
    sha256, fits = checksum(content)
    if fits is False:
        raise ModelError(
            f"{path}: повреждён, записано было другое; поставьте Отклик заново или обучите: listener teach,"
            " а пока LISTENER_SECOND_OPINION=off обойдётся без него"
        )
    if reason := unlisted(path, ENCODER, sha256):
        raise ModelError(f"{reason}; LISTENER_SECOND_OPINION=off обойдётся без него")
    if fits is None:
        log.info("%s carries no checksum: unchecked", path)
    return sha256


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # What the longest texts took would be kept for good, and a plan for each length that was ever met.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    return options
