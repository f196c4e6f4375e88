"""The whole file: what it is, what it needs, its classes, and how it is loaded."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from nas.exports.source import parts
from nas.exports.source.blocks import Block, blocks
from nas.exports.source.constructor import constructor, signature, texts
from nas.exports.source.layout import WIDTH, Call, call, lines, literal, prose, several, text
from nas.exports.source.scopes import outline
from nas.exports.source.statements import Forward
from nas.exports.source.titles import name_all
from nas.exports.subject import ExportedData
from nas.genome import Genome

MODULE = "model.py"


@dataclass(frozen=True)
class Weights:
    """The file beside model.py that holds the weights, and how it is read."""

    file: str
    reading: str
    packages: str  # as the subject of a sentence
    imports: tuple[str, ...] = ()


IN_TORCHS_FORMAT = Weights("weights.pt", 'torch.load(path, map_location="cpu", weights_only=True)', "torch is")
IN_SAFETENSORS = Weights(
    "model.safetensors", "load_file(path)", "torch and safetensors are", ("from safetensors.torch import load_file",)
)

_PARTS = tuple(name for name, part in vars(parts).items() if getattr(part, "__module__", "") == parts.__name__)
_ENDING = '''
def normalise(images: Tensor) -> Tensor:
    """Images with intensities from 0 to 1, as the network takes them."""
    mean, std = images.new_tensor(MEAN), images.new_tensor(STD)
    return (images - mean[:, None, None]) / std[:, None, None]


def load(path: str | Path = WEIGHTS) -> Network:
    """The network with its trained weights, ready for use."""
    network = Network()
    network.load_state_dict({reading})
    return network.eval()
'''
_USE = """
The weights stand in {weights}; {packages} all that is needed:

    import torch
    from model import CLASSES, load, normalise

    network = load()
    with torch.no_grad():
        logits = network(normalise(images))
    print([CLASSES[number] for number in logits.argmax(1)])
"""


def source(genome: Genome, data: ExportedData, metrics: Mapping[str, float], *, weights: Weights = IN_TORCHS_FORMAT) -> str:
    """The text of model.py. Raises ExportError for an operation that has no torch source."""
    found = blocks(outline(genome))
    abouts = name_all(found, {*_PARTS, "CLASSES", "MEAN", "STD", "WEIGHTS"})
    *others, network = found
    classes = [_class(block, abouts[block] or _stands(block)) for block in others]
    body = "\n\n\n".join([*classes, _class(network, _shapes(genome))])
    if "FractalJoin(" in body:
        body = "\n\n\n".join([*classes, _class(network, _shapes(genome), last="share_draw(self)")])
    needed = [name for name in _PARTS if re.search(rf"\b{name}\(", body)]
    helpers = [inspect.getsource(getattr(parts, name)).rstrip() for name in needed]
    whole = "\n\n\n".join([*helpers, body, _ENDING.strip().replace("{reading}", weights.reading)])
    head = [_docstring(genome, data, metrics, weights), "", *_imports(whole, weights), ""]
    return "\n".join([*head, *_constants(data, weights), "", "", whole, ""])


def _class(block: Block, about: str, *, last: str = "") -> str:
    """A class with its constructor, where there is anything to make, and `forward`."""
    found = texts(block)
    made = constructor(block, found) + ([f"        {last}"] if last else [])
    forward = Forward(block, found.formulas)
    body = forward.write()
    answers = "Tensor" if len(block.answers) == 1 else "tuple[Tensor, ...]"
    answers = answers if block.early is None else "Tensor | tuple[Tensor, ...]"
    taken = ["self", *(f"{name}: Tensor" for name in forward.parameters)]
    head = [f"class {block.name}(nn.Module):", f'    """{about}"""', ""]
    if made:
        head += [*signature(block), "        super().__init__()", *made, ""]
    head += lines(call("def forward", *taken), 1, behind=f" -> {answers}:")
    return "\n".join([*head, *body])


def _stands(block: Block) -> str:
    """Where the block stands in the network, as the state dict's keys say it."""
    first, *others = (".".join(path) for path in block.scopes)
    more = f" and {len(others)} more" if others else ""
    word = "The modules" if others else "The module"
    return f"{word} {first}{more}." if len(first) + len(more) <= WIDTH - 26 else f"{len(others) + 1} of the network's parts."


def _shapes(genome: Genome) -> str:
    """(batch, 3, 32, 32), normalised -> (batch, 10)."""
    taken, given = (", ".join(map(str, ("batch", *shape))) for shape in (genome.input_shape, genome.shapes[genome.outputs[0]]))
    heads = len(genome.outputs) - 1
    also = f"; in training also {heads} auxiliary answer{'s' if heads > 1 else ''}" if heads else ""
    return f"({taken}) -> ({given}){also}."


def _docstring(genome: Genome, data: ExportedData, metrics: Mapping[str, float], weights: Weights) -> str:
    """What the network is, costs and reached, and how it is used."""
    shape = " x ".join(map(str, data.shape))
    name = prose(data.name)
    each = "each pixel" if len(genome.shapes[genome.outputs[0]]) > 1 else "each image"
    cost = f"A network of depth {genome.depth}: {genome.params:,} params, {genome.macs:,} macs for one image."
    about = (
        f"It takes images of {name}, {shape}, with intensities from 0 to 1 that are normalised by `normalise`, "
        f"and answers one logit for each of {len(data.classes)} classes, of {each}, in the order of CLASSES."
    )
    paragraphs = [cost, about]
    measured = ", ".join(f"{prose(key)} {value:.4g}" for key, value in metrics.items())
    if measured:
        paragraphs.append(f"Measured on {name}: {measured}.")
    filled = ["\n".join(textwrap.wrap(each, WIDTH - 4, break_on_hyphens=False)) for each in paragraphs]
    use = _USE.format(weights=weights.file, packages=weights.packages)
    return '"""' + "\n\n".join(filled) + f'\n{use}"""'


def _imports(whole: str, weights: Weights) -> list[str]:
    wanted = {
        "from collections import OrderedDict": "OrderedDict",
        "from pathlib import Path": "Path",
    }
    standard = [line for line, name in wanted.items() if re.search(rf"\b{name}\b", whole)]
    functional = ["import torch.nn.functional as F"] if re.search(r"\bF\.", whole) else []
    future = "from __future__ import annotations"
    return [future, "", *standard, "", "import torch", *functional, *weights.imports, "from torch import Tensor, nn"]


def _constants(data: ExportedData, weights: Weights) -> list[str]:
    """Classes, mean and deviation of the images, and where the weights are."""
    numbers = {"MEAN": data.mean, "STD": data.std}
    found = [line for name, each in numbers.items() for line in lines(_numbers(each), 0, f"{name} = ")]
    return [*found, *_classes(data.classes), f"WEIGHTS = Path(__file__).with_name({literal(weights.file)})"]


def _numbers(values: tuple[float, ...]) -> Call:
    return several(repr(float(value)) for value in values)


def _classes(names: tuple[str, ...]) -> list[str]:
    """The names of the classes; of many, as many on a line as it takes."""
    whole = several(text(name) for name in names)
    short = lines(whole, 0, "CLASSES = ")
    if len(short) <= 3:
        return short
    filled, line = [], "   "
    for name in names:
        item = f" {text(name)},"
        if len(line) + len(item) > WIDTH and line.strip():
            filled.append(line)
            line = "   "
        line += item
    return ["CLASSES = (", *filled, line, ")  # fmt: skip"]
