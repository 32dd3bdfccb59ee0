"""An ONNX graph seen from its values: who makes them, who reads them, which are constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import numpy_helper

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from onnx import GraphProto, NodeProto, TensorProto

__all__ = ["GraphView", "names_read"]

# Between the product that gives logits and what the graph gives.
_PASSING = ("Gather", "Identity", "Slice", "Split", "Squeeze")


def names_read(node: NodeProto) -> Iterator[str]:
    """Give the names that a node reads, and those that the graphs inside it do."""
    yield from node.input
    for nested in _inside(node):
        yield from names_read(nested)


def _inside(node: NodeProto) -> Iterator[NodeProto]:
    """Give the nodes of the graphs inside a node."""
    for attribute in node.attribute:
        for inner in (attribute.g, *attribute.graphs):
            yield from inner.node


class GraphView:
    """A graph, and where its values come from and go to.

    Args:
        graph: is changed in place.

    Attributes:
        graph: the graph.
        makers: the node that makes each value.
        readers: the nodes that read each value.
        weights: constants that are kept beside the nodes.
        given: the names of what the graph gives.
    """

    def __init__(self, graph: GraphProto) -> None:
        self.graph = graph
        self._look()

    def _look(self) -> None:
        self.makers: dict[str, NodeProto] = {name: node for node in self.graph.node for name in node.output}
        self.readers: dict[str, list[NodeProto]] = {}
        for node in self.graph.node:
            for name in names_read(node):
                self.readers.setdefault(name, []).append(node)
        self.weights: dict[str, TensorProto] = {weight.name: weight for weight in self.graph.initializer}
        self.given: set[str] = {value.name for value in self.graph.output}

    def maker(self, name: str, kind: str) -> NodeProto | None:
        """Give the node that makes a value, if it is of this kind."""
        node = self.makers.get(name)
        return node if node is not None and node.op_type == kind else None

    def reaches_out(self, name: str) -> bool:
        """Tell whether the graph gives a value: as it is, in part, or with a bias."""
        if name in self.given:
            return True
        return any(
            (
                node.op_type in _PASSING
                or (node.op_type == "Add" and not self.weights.keys().isdisjoint(node.input))
            )
            and any(map(self.reaches_out, node.output))
            for node in self.readers.get(name, [])
        )

    def constant(self, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]] | None:
        """Give the numbers of a value that is constant."""
        if name in self.weights:
            return numpy_helper.to_array(self.weights[name])
        if same := self.maker(name, "Identity"):  # as equal weights are traced
            return self.constant(same.input[0])
        node = self.maker(name, "Constant")
        return None if node is None else numpy_helper.to_array(node.attribute[0].t)

    def hold(self, name: str, array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
        """Keep a constant beside the nodes, once; give its name."""
        if name not in self.weights:
            self.graph.initializer.append(numpy_helper.from_array(array, name))
            self.weights[name] = self.graph.initializer[-1]
        return name

    def numbers(self, *whole: int) -> str:
        """Keep whole numbers as a constant; give its name."""
        return self.hold(
            f"hfkit/{'_'.join(map(str, whole)).replace('-', 'm')}", np.array(whole, dtype=np.int64)
        )

    def read_instead(self, name: str, other: str) -> None:
        """Let all who read a value read another one."""
        for node in self.readers.pop(name, []):
            _let_read(node, name, other)
            self.readers.setdefault(other, []).append(node)

    def put_first(self, nodes: Iterable[NodeProto]) -> None:
        """Let nodes come before all others."""
        others = list(self.graph.node)
        del self.graph.node[:]
        self.graph.node.extend([*nodes, *others])

    def replace(self, nodes: Mapping[str, Iterable[NodeProto]]) -> None:
        """Put others in the places of nodes, which are named by their first output, and drop what nobody reads."""
        kept = [new for node in self.graph.node for new in nodes.get(node.output[0], (node,))]
        read = {value.name for value in self.graph.output}
        needed: list[NodeProto] = []
        for node in reversed(kept):
            if any(name in read for name in node.output):
                needed.append(node)
                read.update(names_read(node))
        del self.graph.node[:]
        self.graph.node.extend(reversed(needed))
        weights = [weight for weight in self.graph.initializer if weight.name in read]
        del self.graph.initializer[:]
        self.graph.initializer.extend(weights)
        del self.graph.value_info[:]
        self._look()


def _let_read(node: NodeProto, name: str, other: str) -> None:
    """Let a node, and the nodes of graphs inside it, read another value in the place of one."""
    for place, read in enumerate(node.input):
        if read == name:
            node.input[place] = other
    for nested in _inside(node):
        _let_read(nested, name, other)
