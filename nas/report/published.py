"""The published networks nearest in size, as they would be for the images of a run: what a reader may know them by.

Their published errors are not shown beside those of a run: they were measured on other images.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import Any

from nas.drawing.numbers import short
from nas.errors import GenomeError
from nas.genome import Shape
from nas.report.document import note
from nas.report.table import table
from nas.zoo import entries

MOST = 6
COSTS = ("params", "macs", "depth")


def published(*, input_shape: Shape, classes: int, near: Mapping[str, float]) -> list[dict[str, Any]]:
    """The variants of the zoo that cost most nearly what `near` says (params or macs), for these images; nearest first."""
    (cost, aim), *_ = near.items()
    found: dict[int, dict[str, Any]] = {}
    for entry in entries():
        try:
            genome = entry.build(input_shape=input_shape, classes=classes)
        except GenomeError:  # it is for larger images
            continue
        about = {"name": entry.name, "title": entry.family.title, "paper": entry.family.paper}
        # Variants that differ in how they are trained cost the same: one of them is enough.
        found.setdefault(genome.params, about | {cost: getattr(genome, cost) for cost in COSTS})
    return sorted(found.values(), key=lambda network: abs(math.log(network[cost] / aim)))[:MOST]


def published_table(data: dict[str, Any]) -> str:
    """ "" where there are none."""
    networks = data.get("published") or []
    if not networks:
        return ""
    rows = [
        ("", [html.escape(cell) for cell in (each["name"], *(short(each[cost]) for cost in COSTS), each["paper"])])
        for each in networks
    ]
    told = (
        "The published networks nearest to this budget, as they would be for these images. They were not trained here, and "
        "their published errors are of other images; "
    )
    hint = f"{told}to compare one, train it on the same: nas train zoo:{networks[0]['name']} --space space.yaml"
    return note(hint) + table(["network", *COSTS, "paper"], ["word", *["number"] * len(COSTS), "text"], rows)
