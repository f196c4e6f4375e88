"""The graph: operations, shapes, cost, identity, paths. No torch, no optuna, no ray."""

from nas.genome import ops
from nas.genome.files import load, save
from nas.genome.genome import Genome
from nas.genome.identity import same_function
from nas.genome.node import Node
from nas.genome.op import Op, Shape, operation

__all__ = ["Genome", "Node", "Op", "Shape", "load", "operation", "ops", "same_function", "save"]
