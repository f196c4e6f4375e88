"""The published networks as genomes: a function for each, with the paper's hyper-parameters."""

from nas.zoo.alexnet import alexnet
from nas.zoo.catalogue import Entry, Family, Variant, entries, families, find
from nas.zoo.deeply_fused import deeply_fused
from nas.zoo.densenet import densenet, densenet_imagenet
from nas.zoo.dilnet import dilnet
from nas.zoo.dmrnet import dmrnet, dmrnet_imagenet
from nas.zoo.dsn import dsn
from nas.zoo.fcn import fcn
from nas.zoo.fractalnet import fractalnet
from nas.zoo.googlenet import googlenet
from nas.zoo.highway import highway, highway_mnist
from nas.zoo.inception_resnet import inception_resnet_v1, inception_resnet_v2
from nas.zoo.inception_v2 import inception_v2
from nas.zoo.inception_v3 import inception_v3
from nas.zoo.inception_v4 import inception_v4
from nas.zoo.lenet import lenet5
from nas.zoo.mobilenet import mobilenet_v1
from nas.zoo.multi_resnet import multi_resnet
from nas.zoo.named import build, hyper_parameters, load
from nas.zoo.nin import nin
from nas.zoo.preresnet import preresnet, preresnet_cifar
from nas.zoo.resnet import resnet
from nas.zoo.resnet_cifar import resnet_cifar
from nas.zoo.resnext import resnext, resnext_cifar
from nas.zoo.shufflenet import shufflenet_v1
from nas.zoo.spp_net import spp_net
from nas.zoo.squeezenet import squeezenet
from nas.zoo.stochastic_depth import stochastic_depth
from nas.zoo.vgg import vgg
from nas.zoo.wide_resnet import wide_resnet
from nas.zoo.xception import xception

__all__ = [
    "Entry",
    "Family",
    "Variant",
    "alexnet",
    "build",
    "deeply_fused",
    "densenet",
    "densenet_imagenet",
    "dilnet",
    "dmrnet",
    "dmrnet_imagenet",
    "dsn",
    "entries",
    "families",
    "fcn",
    "find",
    "fractalnet",
    "googlenet",
    "highway",
    "highway_mnist",
    "hyper_parameters",
    "inception_resnet_v1",
    "inception_resnet_v2",
    "inception_v2",
    "inception_v3",
    "inception_v4",
    "lenet5",
    "load",
    "mobilenet_v1",
    "multi_resnet",
    "nin",
    "preresnet",
    "preresnet_cifar",
    "resnet",
    "resnet_cifar",
    "resnext",
    "resnext_cifar",
    "shufflenet_v1",
    "spp_net",
    "squeezenet",
    "stochastic_depth",
    "vgg",
    "wide_resnet",
    "xception",
]
