"""Writes the encoder as an int8 ONNX graph for onnxruntime.

Weights are int8 with one scale an output column, activations uint8 around 128 with one scale a token. onnxruntime's own
dynamic quantisation takes one scale for a whole batch instead: it is further from the float vectors (cosine 0.996
against 0.999), and a text's vector would depend on its neighbours in the batch. Word vectors that come in 4-bit blocks
stay in them, others become float16. Built by hand rather than exported: no torch needed, and the same bytes each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from kb.embedding.conversion.q4 import BLOCK, Q4Matrix
from kb.embedding.protocol import FloatMatrix

INPUTS = ("input_ids", "attention_mask")
OUTPUT = "last_hidden_state"
_CONTRIB = "com.microsoft"
_OPSET = 21  # the first with 4-bit tensors
_IR_VERSION = 10  # the one of that opset; newer runtimes read it too
_ACTIVATION_LEVELS = 127  # each side of zero
# Seven bits and a sign: processors without VNNI add two products of uint8 and int8 in 16 bits, and 2 * 255 * 64 is
# the most that fits. So the vectors are the same on every machine.
_WEIGHT_LEVELS = 64
# The parts of a layer, and what transformers' BertModel calls them.
LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class EncoderWeights:
    """A BERT encoder to write: sizes, and weights under the names that ``kb.embedding.conversion.q4.Q4Model`` explains.

    ``vectors`` are float32, with ``emb.pos`` and ``emb.type`` flat; ``matrices`` have shape (outputs, inputs), in 4-bit
    blocks or as float32.
    """

    hidden: int
    layers: int
    heads: int
    epsilon: float
    vectors: Mapping[str, NDArray[np.float32]]
    matrices: Mapping[str, Q4Matrix | FloatMatrix]


class _Graph:
    """Collects nodes and weights; each method adds one operation and returns the name of its result."""

    def __init__(self, model: EncoderWeights) -> None:
        self.model = model
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.one = self.weight("one", np.float32(1))
        self.step = self.weight("step", np.float32(1 / _ACTIVATION_LEVELS))
        self.middle = self.weight("middle", np.uint8(128))
        self.last_axis = self.weight("last_axis", np.array([-1]))

    def node(self, operator: str, inputs: list[str], name: str, domain: str = "", **attributes: float | str) -> str:
        made = helper.make_node(operator, inputs, [name], name=name, domain=domain)
        made.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self.nodes.append(made)
        return name

    def weight(self, name: str, values: NDArray[Any] | np.generic) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values).reshape(np.shape(values)), name))
        return name

    def vector(self, name: str) -> str:
        return self.weight(name, self.model.vectors[name])

    def linear(self, source: str, name: str, *matrices: str) -> str:
        """``source @ matrix.T``, of several ones side by side. Biases are left to the operator that follows."""
        weights = np.concatenate([_floats(self.model.matrices[matrix]) for matrix in matrices])
        scales = np.abs(weights).max(axis=1) / np.float32(_WEIGHT_LEVELS)
        levels = np.rint(weights / scales[:, None]).astype(np.int8).T
        sizes = self.node("Abs", [source], f"{name}.sizes")
        largest = self.node("ReduceMax", [sizes, self.last_axis], f"{name}.largest")
        scale = self.node("Mul", [largest, self.step], f"{name}.scale")
        scaled = self.node("Div", [source, scale], f"{name}.scaled")
        rounded = self.node("QuantizeLinear", [scaled, self.one, self.middle], f"{name}.rounded")
        stored = self.weight(f"{name}.levels", levels), self.weight(f"{name}.scales", scales)
        inputs = [rounded, stored[0], self.one, stored[1], self.middle]
        product = self.node("MatMulIntegerToFloat", inputs, f"{name}.product", _CONTRIB)
        return self.node("Mul", [product, scale], name)

    def embed(self) -> str:
        """Word + position + type vectors, normed. Positions count from 0 (BERT, not RoBERTa)."""
        vectors = self.model.vectors
        words = self.words(self.model.matrices["emb.word"])
        places = vectors["emb.pos"].reshape(-1, self.model.hidden) + vectors["emb.type"][: self.model.hidden]
        start, axis = self.weight("start", np.array([0])), self.weight("axis", np.array([0]))
        length = self.node("Shape", [INPUTS[0]], "length", start=1, end=2)
        here = self.node("Slice", [self.weight("emb.places", places), start, length, axis], "here")
        embedded = self.node("Add", [words, here], "embedded")
        inputs = [embedded, self.vector("emb.ln.w"), self.vector("emb.ln.b")]
        return self.node("LayerNormalization", inputs, "emb.ln", axis=-1, epsilon=self.model.epsilon)

    def words(self, word: Q4Matrix | FloatMatrix) -> str:
        """The word vectors of the tokens, float32."""
        if not isinstance(word, Q4Matrix):
            found = self.node("Gather", [self.weight("emb.word", word.astype(np.float16)), INPUTS[0]], "words.half")
            return self.node("Cast", [found], "words", to=TensorProto.FLOAT)
        signed = word.packed() ^ 0x88  # 0..15 around 8 becomes two's complement around 0
        self.weights.append(
            helper.make_tensor("emb.word.levels", TensorProto.INT4, word.levels.shape, signed.tobytes(), raw=True)
        )
        return self.node(
            "GatherBlockQuantized",
            ["emb.word.levels", INPUTS[0], self.weight("emb.word.scales", word.scales)], "words", _CONTRIB,
            block_size=BLOCK, bits=4, gather_axis=0, quantize_axis=1,
        )  # fmt: skip

    def add_and_norm(self, source: str, bias: str, skip: str, name: str) -> str:
        inputs = [source, skip, self.vector(f"{name}.w"), self.vector(f"{name}.b"), self.vector(bias)]
        return self.node("SkipLayerNormalization", inputs, name, _CONTRIB, epsilon=self.model.epsilon)

    def attend(self, source: str, layer: str) -> str:
        """Query, key and value from one product, so that ``source`` is quantised once."""
        names = [f"{layer}.{part}" for part in "qkv"]
        joined = self.linear(source, f"{layer}.qkv", *(f"{name}.w" for name in names))
        self.nodes.append(helper.make_node("Split", [joined], names, name=f"{layer}.split", axis=-1, num_outputs=3))
        bias = self.weight(f"{layer}.qkv.b", np.concatenate([self.model.vectors[f"{name}.b"] for name in names]))
        return self.node(
            "MultiHeadAttention", [*names, bias, "mask"], f"{layer}.context", _CONTRIB, num_heads=self.model.heads
        )

    def layer(self, source: str, layer: str) -> str:
        """One encoder layer: attention, norm, feed-forward with the exact GELU, norm."""
        attended = self.linear(self.attend(source, layer), f"{layer}.ao", f"{layer}.ao.w")
        middle = self.add_and_norm(attended, f"{layer}.ao.b", source, f"{layer}.aln")
        widened = self.linear(middle, f"{layer}.fi", f"{layer}.fi.w")
        active = self.node("BiasGelu", [widened, self.vector(f"{layer}.fi.b")], f"{layer}.gelu", _CONTRIB)
        narrowed = self.linear(active, f"{layer}.fo", f"{layer}.fo.w")
        return self.add_and_norm(narrowed, f"{layer}.fo.b", middle, f"{layer}.oln")


def write_graph(model: EncoderWeights, path: Path) -> None:
    """``build_graph`` into the file ``path``, with its weights beside it; makes its folder. Raises OSError."""
    path.parent.mkdir()
    # Weights in a file of their own are mapped into memory by onnxruntime instead of copied: 50 MB less for a server.
    data = f"{path.name}_data"
    onnx.save_model(build_graph(model), path, save_as_external_data=True, location=data, size_threshold=4096)


def build_graph(model: EncoderWeights) -> onnx.ModelProto:
    """The encoder as ONNX: ``input_ids``, ``attention_mask`` (batch, tokens) int64 to ``last_hidden_state`` float32."""
    graph = _Graph(model)
    graph.node("Cast", [INPUTS[1]], "mask", to=TensorProto.INT32)
    state = graph.embed()
    for number in range(model.layers):
        state = graph.layer(state, f"l{number}")
    graph.node("Identity", [state], OUTPUT)
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in INPUTS]
    output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", "tokens", model.hidden])
    body = helper.make_graph(graph.nodes, "encoder", inputs, [output], graph.weights)
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="lotse-kb")


def _floats(matrix: Q4Matrix | FloatMatrix) -> FloatMatrix:
    return matrix.dequantised() if isinstance(matrix, Q4Matrix) else matrix
