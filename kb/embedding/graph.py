"""Writes the encoder as an int8 ONNX graph for onnxruntime.

Weights are int8 with one scale an output column, activations uint8 around 128 with one scale a token. onnxruntime's own
dynamic quantisation takes one scale for a whole batch instead: it is further from the float vectors (cosine 0.996
against 0.999), and a text's vector would depend on its neighbours in the batch. The word vectors stay in the 4-bit
blocks they come in. Built by hand rather than exported: no torch needed, and the same bytes each time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from kb.embedding.q4 import BLOCK, Q4Matrix, Q4Model

INPUTS = ("input_ids", "attention_mask")
OUTPUT = "last_hidden_state"
_CONTRIB = "com.microsoft"
_OPSET = 21  # the first with 4-bit tensors
_IR_VERSION = 10  # the one of that opset; newer runtimes read it too
_ACTIVATION_LEVELS = 127  # each side of zero
# Seven bits and a sign: processors without VNNI add two products of uint8 and int8 in 16 bits, and 2 * 255 * 64 is
# the most that fits. So the vectors are the same on every machine.
_WEIGHT_LEVELS = 64


class _Graph:
    """Collects nodes and weights; each method adds one operation and returns the name of its result."""

    def __init__(self, model: Q4Model) -> None:
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

    def linear(self, source: str, name: str, matrix: Q4Matrix) -> str:
        """``source @ matrix.T``. Biases are left to the operator that follows, which adds them on its way."""
        weights = matrix.dequantised()
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
        word, vectors = self.model.matrices["emb.word"], self.model.vectors
        signed = word.packed() ^ 0x88  # 0..15 around 8 becomes two's complement around 0
        self.weights.append(
            helper.make_tensor("emb.word.levels", TensorProto.INT4, word.levels.shape, signed.tobytes(), raw=True)
        )
        words = self.node(
            "GatherBlockQuantized",
            ["emb.word.levels", INPUTS[0], self.weight("emb.word.scales", word.scales)], "words", _CONTRIB,
            block_size=BLOCK, bits=4, gather_axis=0, quantize_axis=1,
        )  # fmt: skip
        places = vectors["emb.pos"].reshape(-1, self.model.hidden) + vectors["emb.type"][: self.model.hidden]
        start, axis = self.weight("start", np.array([0])), self.weight("axis", np.array([0]))
        length = self.node("Shape", [INPUTS[0]], "length", start=1, end=2)
        here = self.node("Slice", [self.weight("emb.places", places), start, length, axis], "here")
        embedded = self.node("Add", [words, here], "embedded")
        inputs = [embedded, self.vector("emb.ln.w"), self.vector("emb.ln.b")]
        return self.node("LayerNormalization", inputs, "emb.ln", axis=-1, epsilon=self.model.epsilon)

    def add_and_norm(self, source: str, bias: str, skip: str, name: str) -> str:
        inputs = [source, skip, self.vector(f"{name}.w"), self.vector(f"{name}.b"), self.vector(bias)]
        return self.node("SkipLayerNormalization", inputs, name, _CONTRIB, epsilon=self.model.epsilon)

    def attend(self, source: str, layer: str) -> str:
        """Query, key and value from one product, so that ``source`` is quantised once."""
        names = [f"{layer}.{part}" for part in "qkv"]
        query, key, value = (self.model.matrices[f"{name}.w"] for name in names)
        joined = self.linear(source, f"{layer}.qkv", query.stacked(key, value))
        self.nodes.append(helper.make_node("Split", [joined], names, name=f"{layer}.split", axis=-1, num_outputs=3))
        bias = self.weight(f"{layer}.qkv.b", np.concatenate([self.model.vectors[f"{name}.b"] for name in names]))
        return self.node(
            "MultiHeadAttention", [*names, bias, "mask"], f"{layer}.context", _CONTRIB, num_heads=self.model.heads
        )

    def layer(self, source: str, layer: str) -> str:
        """One encoder layer: attention, norm, feed-forward with the exact GELU, norm."""
        matrices = self.model.matrices
        attended = self.linear(self.attend(source, layer), f"{layer}.ao", matrices[f"{layer}.ao.w"])
        middle = self.add_and_norm(attended, f"{layer}.ao.b", source, f"{layer}.aln")
        widened = self.linear(middle, f"{layer}.fi", matrices[f"{layer}.fi.w"])
        active = self.node("BiasGelu", [widened, self.vector(f"{layer}.fi.b")], f"{layer}.gelu", _CONTRIB)
        narrowed = self.linear(active, f"{layer}.fo", matrices[f"{layer}.fo.w"])
        return self.add_and_norm(narrowed, f"{layer}.fo.b", middle, f"{layer}.oln")


def build_graph(model: Q4Model) -> onnx.ModelProto:
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
