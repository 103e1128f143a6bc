"""The character network as an ONNX graph, node by node."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper
from torch import Tensor, nn

from core.models.character_network import BiLstm, CharacterNetwork

OPSET = 20  # the first with Gelu
_IR_VERSION = 10


def character_graph(network: CharacterNetwork) -> bytes:
    """The serialized graph of a network on the CPU: its inputs by name → `scores` (batch, length, tags)."""
    graph = _Graph()
    characters = graph.node("Gather", graph.weight(network.character_embedding.weight), "characters")
    pairs = graph.node("Gather", graph.weight(network.bigram_embedding.weight), "bigrams")  # (batch, length, 2, size)
    flat = graph.node("Reshape", pairs, graph.constant([0, 0, -1]))
    classes = graph.node("Gather", graph.weight(network.class_embedding.weight), "classes")
    read = graph.node("Concat", characters, flat, classes, axis=2)  # (batch, length, width)
    total = graph.node("ReduceSum", "attention_mask", graph.constant([1]), keepdims=0)  # (batch,)
    lengths = graph.node("Cast", total, to=TensorProto.INT32)
    first = graph.lstm(network.first, graph.node("Transpose", read, perm=[1, 0, 2]), lengths)
    second = graph.lstm(network.second, first, lengths)
    both = graph.node("Transpose", graph.node("Add", first, second), perm=[1, 0, 2])  # (batch, length, 2 hidden)
    narrow = graph.node("Gelu", graph.linear(network.narrow, both))
    graph.linear(network.output, narrow, name="scores")
    return graph.serialize(tags=network.shape.tags)


class _Graph:
    """Nodes and weights as they come; a method returns the name of what it adds."""

    def __init__(self) -> None:
        self.nodes: list[object] = []
        self.weights: list[object] = []

    def node(self, kind: str, *inputs: str, name: str = "", **attributes: object) -> str:
        output = name or f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def weight(self, values: Tensor | np.ndarray) -> str:
        array = values.detach().numpy() if isinstance(values, Tensor) else values
        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def constant(self, values: list[int]) -> str:
        return self.weight(np.array(values, dtype=np.int64))

    def linear(self, layer: nn.Linear, inputs: str, *, name: str = "") -> str:
        product = self.node("MatMul", inputs, self.weight(layer.weight.T))
        return self.node("Add", product, self.weight(layer.bias), name=name)

    def lstm(self, layer: BiLstm, inputs: str, lengths: str) -> str:
        """(length, batch, width) → (length, batch, 2 hidden)."""
        weights = [[_gates(getattr(one, name)) for one in (layer.forwards, layer.backwards)] for name in _LSTM_NAMES]
        inward, recurrent, bias, recurrent_bias = (np.stack(pair) for pair in weights)
        biases = np.concatenate([bias, recurrent_bias], axis=1)  # (2, 8 hidden)
        raw = self.node(  # (length, 2, batch, hidden)
            "LSTM",
            inputs,
            self.weight(inward),
            self.weight(recurrent),
            self.weight(biases),
            lengths,
            direction="bidirectional",
            hidden_size=layer.forwards.hidden_size,
        )
        return self.node("Reshape", self.node("Transpose", raw, perm=[0, 2, 1, 3]), self.constant([0, 0, -1]))

    def serialize(self, *, tags: int) -> bytes:
        axes = ["batch", "length"]
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, [*axes, 2] if name == "bigrams" else axes)
            for name in ("characters", "bigrams", "classes", "attention_mask")
        ]
        outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [*axes, tags])]
        graph = helper.make_graph(self.nodes, "character-tagger", inputs, outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=_IR_VERSION)
        checker.check_model(model)
        return bytes(model.SerializeToString())


_LSTM_NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


def _gates(values: Tensor) -> np.ndarray:
    """torch stacks the gates as input, forget, cell, output; ONNX as input, output, forget, cell."""
    into, forget, cell, out = np.split(values.detach().numpy(), 4)
    return np.concatenate([into, out, forget, cell])
