"""All operations by name: `ops.Conv2d(16)`, `ops.registry.get("conv2d")`."""

from nas.genome.channels import ChannelSelect, ChannelShuffle, ChannelSplit, PadChannels
from nas.genome.convolution import Conv2d, ConvTranspose2d, DeformConv2d
from nas.genome.layers import (
    ACTIVATIONS,
    Activation,
    BatchNorm2d,
    ChannelAffine,
    Flatten,
    Identity,
    Input,
    Linear,
    LocalResponseNorm,
    Output,
    Rbf,
    Scale,
    Zero,
)
from nas.genome.merges import Add, Concat, FractalJoin, HighwayGate, Mean, Multiply
from nas.genome.noise import Dropout, StochasticDepth
from nas.genome.op import Op, Shape, operation, registry
from nas.genome.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d, SpatialPyramidPool
from nas.genome.resolution import Crop, Upsample

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Add",
    "AvgPool2d",
    "BatchNorm2d",
    "ChannelAffine",
    "ChannelSelect",
    "ChannelShuffle",
    "ChannelSplit",
    "Concat",
    "Conv2d",
    "ConvTranspose2d",
    "Crop",
    "DeformConv2d",
    "Dropout",
    "Flatten",
    "FractalJoin",
    "GlobalAvgPool2d",
    "HighwayGate",
    "Identity",
    "Input",
    "Linear",
    "LocalResponseNorm",
    "MaxPool2d",
    "Mean",
    "Multiply",
    "Op",
    "Output",
    "PadChannels",
    "Rbf",
    "Scale",
    "Shape",
    "SpatialPyramidPool",
    "StochasticDepth",
    "Upsample",
    "Zero",
    "operation",
    "registry",
]
