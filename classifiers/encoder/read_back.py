"""An encoder's file read back as what torch trains, so that it can be taught further."""

import base64
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # generated code
from onnx import ModelProto, numpy_helper
from sentencepiece import SentencePieceProcessor

from classifiers.encoder.graph import Arrays
from classifiers.encoder.source import Floats, Shape, Source, SourceError
from classifiers.encoder.teaching import Room
from classifiers.encoder.wording import TOKENS

_PARTS: Final = {"out": "ao", "inner": "fi", "outer": "fo"}
_NORMS: Final = {"out_norm": "aln", "outer_norm": "oln"}


def read_back(path: Path) -> tuple[Room, Arrays]:
    """The room of the file and its arrays. Raises SourceError for another file, OSError for none."""
    try:
        model = onnx.load_model_from_string(path.read_bytes())
        constants = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
        tokens = {one.key: one.value for one in model.metadata_props}[TOKENS]
        arrays, shape = _arrays(constants), _shape(model, constants)
    except (DecodeError, KeyError, ValueError) as error:
        raise SourceError(f"{path.name}: not an encoder's file ({error})") from error
    source = Source(shape=shape, pieces=(), scores=np.zeros(0, np.float32), tensors=_tensors(arrays, shape))
    pieces = base64.b64decode(tokens)
    processor = SentencePieceProcessor(model_proto=pieces)
    return Room(source=source, model=pieces, rows=arrays["words.weight"], tokens=processor), arrays


def _arrays(constants: dict[str, Any]) -> dict[str, Floats]:
    """Whole numbers times their scales, under the names of `classifiers.encoder.network.Network`."""
    found: dict[str, Floats] = {
        "words.weight": constants["words"].astype(np.float32) * constants["words.s"],
        "places": constants["places"].copy(),
        "norm.weight": constants["norm.w"].copy(),
        "norm.bias": constants["norm.b"].copy(),
        "answers.weight": constants["answers.w"].T.copy(),
        "answers.bias": constants["answers.b"].copy(),
    }
    for name in (one.removesuffix(".w") for one in constants if one.startswith("layers.") and one.endswith(".w")):
        weights = constants[f"{name}.w"]
        scales = constants.get(f"{name}.s")
        found[f"{name}.weight"] = (
            weights.copy() if scales is None else (weights * scales).astype(np.float32).T.copy()
        )
        found[f"{name}.bias"] = constants[f"{name}.b"].copy()
    return found


def _shape(model: ModelProto, constants: dict[str, Any]) -> Shape:
    attributes = {(node.op_type, one.name): one for node in model.graph.node for one in node.attribute}
    return Shape(
        hidden=constants["words"].shape[1],
        layers=sum(name.endswith(".qkv.w") for name in constants),
        heads=attributes["MultiHeadAttention", "num_heads"].i,
        inner=constants["layers.0.inner.b"].shape[0],
        positions=constants["places"].shape[0],
        epsilon=attributes["LayerNormalization", "epsilon"].f,
    )


def _tensors(arrays: Arrays, shape: Shape) -> dict[str, Floats]:
    """The same under the names of `classifiers.encoder.source`, without the words."""
    tensors = {
        "emb.pos": arrays["places"],
        "emb.type": np.zeros(shape.hidden, np.float32),
        "emb.ln.w": arrays["norm.weight"],
        "emb.ln.b": arrays["norm.bias"],
    }
    for at in range(shape.layers):
        for kind in ("weight", "bias"):
            parts = np.split(arrays[f"layers.{at}.qkv.{kind}"], 3)
            tensors |= {f"l{at}.{part}.{kind[0]}": one for part, one in zip("qkv", parts, strict=True)}
            for mine, theirs in (_PARTS | _NORMS).items():
                tensors[f"l{at}.{theirs}.{kind[0]}"] = arrays[f"layers.{at}.{mine}.{kind}"]
    return tensors
