"""Writes the fine-tuned encoder as one ONNX file: whole-number weights, tokenizer and checksum in the metadata.

Weights are whole numbers of -BOUND…BOUND with a scale a column (a row for embeddings); the states of a token are
quantised to a byte each while the graph runs, and products summed up in 32 bits (`MatMulInteger`).
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from classifiers.encoder.checksum import checksum, with_checksum
from classifiers.encoder.source import Shape
from classifiers.encoder.wording import BRAND_ID, MAX_TOKENS, PAD, TOKENS

Floats = npt.NDArray[np.float32]
Arrays = Mapping[str, Floats]

BOUND: Final = 63
"""Seven bits: AVX2 without VNNI adds two products of bytes in 16 bits, which full bytes overflow."""
_EMBEDDING_BOUND: Final = 127
_BYTE: Final = 127
_ZERO: Final = 128
_SMALLEST: Final = 1e-9

_ONNX_OPSET: Final = 17
_IR_VERSION: Final = 9
_MICROSOFT: Final = "com.microsoft"


class _Graph:
    """Nodes and constants in the order in which they are asked for; a method returns the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, value: Any) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def node(self, kind: str, *inputs: str, domain: str = "", outputs: int = 1, **attributes: Any) -> Any:
        names = [f"{kind}_{len(self.nodes)}_{at}" for at in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def product(self, name: str, states: str, weights: Floats, bias: Floats) -> str:
        """`states @ weights + bias` in whole numbers: (texts, length, inputs) by (inputs, outputs).

        Each token has a scale of its own: with one for all, as onnxruntime's `DynamicQuantizeMatMul` has, a text's
        answer would depend on the other texts of its batch, and the mean error is three times as large.
        """
        whole, scale = quantised(weights, axis=0, bound=BOUND)
        largest = self.node("ReduceMax", self.node("Abs", states), axes=[2], keepdims=1)
        floor = self.constant(f"{name}.floor", np.array(_SMALLEST, dtype=np.float32))
        step = self.constant(f"{name}.step", np.array(1 / _BYTE, dtype=np.float32))
        scales = self.node("Mul", self.node("Max", largest, floor), step)
        zero = self.constant(f"{name}.half", np.array(_ZERO, dtype=np.float32))
        shifted = self.node("Add", self.node("Round", self.node("Div", states, scales)), zero)
        bytes_ = self.node("Cast", shifted, to=TensorProto.UINT8)
        place = self.constant(f"{name}.zero", np.array(_ZERO, dtype=np.uint8))
        sums = self.node("MatMulInteger", bytes_, self.constant(f"{name}.w", whole), place)
        scaled = self.node("Mul", self.node("Cast", sums, to=TensorProto.FLOAT), scales)
        product = self.node("Mul", scaled, self.constant(f"{name}.s", scale[0]))
        made: str = self.node("Add", product, self.constant(f"{name}.b", bias))
        return made


def quantised(
    weights: npt.NDArray[np.float32], *, axis: int, bound: int
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Whole numbers and the scale that gives the weights back, one along `axis`."""
    scale = np.maximum(np.abs(weights).max(axis=axis, keepdims=True), 1e-12) / bound
    return np.rint(weights / scale).astype(np.int8), scale.astype(np.float32)


def save_graph(arrays: Arrays, shape: Shape, tokens: bytes, path: Path, about: Mapping[str, str]) -> str:
    """Write the file; returns its SHA-256. `arrays` are those of `classifiers.encoder.network.Network`."""
    model = build(arrays, shape, {TOKENS: base64.b64encode(tokens).decode(), **about})
    content = with_checksum(model.SerializeToString(deterministic=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.write_bytes(content)
    unfinished.replace(path)
    return checksum(content).sha256


def build(arrays: Arrays, shape: Shape, about: Mapping[str, str]) -> ModelProto:
    """Input `ids` (texts, length), output `logits` (texts, answers)."""
    graph = _Graph()
    real = graph.node("Not", graph.node("Equal", "ids", graph.constant("pad", np.array(PAD))))
    padding = graph.node("Cast", real, to=TensorProto.INT32)
    states = _embedded(graph, arrays, shape)
    for layer in range(shape.layers):
        states = _layer(graph, arrays, shape, f"layers.{layer}", (states, padding))
    both = graph.node("Concat", _mean(graph, states, real), _brand(graph, states), axis=1)
    weights = graph.constant("answers.w", arrays["answers.weight"].T)
    graph.nodes.append(
        helper.make_node("Gemm", [both, weights, graph.constant("answers.b", arrays["answers.bias"])], ["logits"])
    )
    whole = helper.make_graph(
        graph.nodes,
        "encoder",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "length"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", len(arrays["answers.bias"])])],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", _ONNX_OPSET), helper.make_opsetid(_MICROSOFT, 1)]
    model = helper.make_model(whole, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="otklik")
    helper.set_model_props(model, dict(sorted(about.items())))
    return model


def _embedded(graph: _Graph, arrays: Arrays, shape: Shape) -> str:
    whole, scale = quantised(arrays["words.weight"], axis=1, bound=_EMBEDDING_BOUND)
    rows = graph.node("Cast", graph.node("Gather", graph.constant("words", whole), "ids"), to=TensorProto.FLOAT)
    words = graph.node("Mul", rows, graph.node("Gather", graph.constant("words.s", scale), "ids"))
    length = graph.node("Slice", graph.node("Shape", "ids"), *_bounds(graph, "length", 1, 2))
    places = graph.node(
        "Slice",
        graph.constant("places", arrays["places"][:MAX_TOKENS]),
        graph.constant("places.from", np.array([0])),
        length,
    )
    states: str = graph.node(
        "LayerNormalization",
        graph.node("Add", words, places),
        graph.constant("norm.w", arrays["norm.weight"]),
        graph.constant("norm.b", arrays["norm.bias"]),
        epsilon=shape.epsilon,
    )
    return states


def _layer(graph: _Graph, arrays: Arrays, shape: Shape, name: str, given: tuple[str, str]) -> str:
    states, padding = given

    def linear(part: str, inputs: str) -> str:
        return graph.product(
            f"{name}.{part}", inputs, arrays[f"{name}.{part}.weight"].T, arrays[f"{name}.{part}.bias"]
        )

    def normed(part: str, added: str, kept: str) -> str:
        made: str = graph.node(
            "SkipLayerNormalization",
            added,
            kept,
            graph.constant(f"{name}.{part}.w", arrays[f"{name}.{part}.weight"]),
            graph.constant(f"{name}.{part}.b", arrays[f"{name}.{part}.bias"]),
            domain=_MICROSOFT,
            epsilon=shape.epsilon,
        )
        return made

    query, key, value = graph.node("Split", linear("qkv", states), axis=2, outputs=3)
    seen = graph.node(
        "MultiHeadAttention", query, key, value, "", padding, domain=_MICROSOFT, num_heads=shape.heads
    )
    states = normed("out_norm", linear("out", seen), states)
    inner = graph.node("Gelu", linear("inner", states), domain=_MICROSOFT)
    return normed("outer_norm", linear("outer", inner), states)


def _mean(graph: _Graph, states: str, chosen: str) -> str:
    """The mean of the chosen places; where none is chosen, zero."""
    weights = graph.node("Cast", chosen, to=TensorProto.FLOAT)
    axis = graph.constant(f"mean.axis{len(graph.nodes)}", np.array([1]))
    last = graph.constant(f"mean.last{len(graph.nodes)}", np.array([2]))
    total = graph.node(
        "ReduceSum", graph.node("Mul", states, graph.node("Unsqueeze", weights, last)), axis, keepdims=0
    )
    count = graph.node("ReduceSum", weights, axis, keepdims=1)
    one = graph.constant(f"mean.one{len(graph.nodes)}", np.array(1, dtype=np.float32))
    mean: str = graph.node("Div", total, graph.node("Max", count, one))
    return mean


def _brand(graph: _Graph, states: str) -> str:
    """The mean over the brand's places, the beginning's state where no brand is named."""
    chosen = graph.node("Equal", "ids", graph.constant("brand", np.array(BRAND_ID)))
    count = graph.node(
        "ReduceSum", graph.node("Cast", chosen, to=TensorProto.FLOAT), graph.constant("brand.axis", np.array([1])),
        keepdims=1,
    )  # fmt: skip
    named = graph.node("Greater", count, graph.constant("brand.none", np.array(0, dtype=np.float32)))
    first = graph.node("Gather", states, graph.constant("first", np.array(0)), axis=1)
    pooled: str = graph.node("Where", named, _mean(graph, states, chosen), first)
    return pooled


def _bounds(graph: _Graph, name: str, start: int, stop: int) -> tuple[str, str]:
    return graph.constant(f"{name}.from", np.array([start])), graph.constant(f"{name}.to", np.array([stop]))
