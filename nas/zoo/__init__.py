"""The published networks as genomes: a function for each, with the paper's hyper-parameters."""

from nas.zoo.catalogue import Entry, Family, Variant, entries, families, find
from nas.zoo.resnet_cifar import resnet_cifar

__all__ = [
    "Entry",
    "Family",
    "Variant",
    "entries",
    "families",
    "find",
    "resnet_cifar",
]
