"""All operations by name: `ops.Conv2d(16)`, `ops.registry.get("conv2d")`."""

from nas.genome.layers import (
    ACTIVATIONS,
    Activation,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Identity,
    Input,
    Linear,
    MaxPool2d,
    Output,
    Zero,
)
from nas.genome.merges import Add, Concat, Mean, Multiply
from nas.genome.op import Op, Shape, operation, registry

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Add",
    "AvgPool2d",
    "BatchNorm2d",
    "Concat",
    "Conv2d",
    "Dropout",
    "Flatten",
    "GlobalAvgPool2d",
    "Identity",
    "Input",
    "Linear",
    "MaxPool2d",
    "Mean",
    "Multiply",
    "Op",
    "Output",
    "Shape",
    "Zero",
    "operation",
    "registry",
]
