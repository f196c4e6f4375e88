"""Parents and children as a search draws them from one space: by choices, some of them the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from inheriting import gap, grown, images, trained

import nas
from nas.genome import Genome
from nas.network.inherit import Inheritance, inherit

SPACE = """
name: edits
kind: edits
data: {{name: digits}}
network: {{start: "zoo:resnet_cifar(depth=8, shortcut=B)", width: {width}, edits: 3}}
budget: {{params: 40k}}
"""


class Chosen:
    """A trial whose choices are known."""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        return self.values[name.replace(".", "_")]

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        return self.values[name.replace(".", "_")]

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        return self.values[name.replace(".", "_")]


DEEPER = {"edit1_kind": "deepen", "edit1_place": 0.2}
WIDER = {"edit2_kind": "widen", "edit2_place": 0.5}


def pair(folder: Path, parent: dict[str, Any], child: dict[str, Any], *, width: str = "0.5") -> tuple[Genome, Genome]:
    (folder / "edits.yaml").write_text(SPACE.format(width=width))
    space = nas.load(folder / "edits.yaml").bound(input_shape=(1, 8, 8), classes=10)
    return space.genome(Chosen(**parent)), space.genome(Chosen(**child))


def handed_on(parent: Genome, child: Genome) -> tuple[Inheritance, float]:
    """What is inherited, and how far the child's answers are from the parent's."""
    net = trained(parent)
    given = inherit(parent, net.state_dict(), child, seed=0)
    return given, gap(net, grown(child, given), images(parent))


def taken(given: Inheritance, parent: Genome) -> set[str]:
    """The tensors that are the parent's as they are."""
    state = trained(parent).state_dict()
    return {name for name, value in given.state.items() if name in state and torch.equal(value, state[name])}


@pytest.mark.parametrize("kind", ["deepen-residual", "widen", "add-branch"])
@pytest.mark.parametrize("place", [0.0, 0.4, 0.9])
def test_one_more_edit_goes_on_where_the_parent_is(tmp_path: Path, kind: str, place: float) -> None:
    parent, child = pair(
        tmp_path,
        {"edits": 2, **DEEPER, **WIDER},
        {"edits": 3, **DEEPER, **WIDER, "edit3_kind": kind, "edit3_place": place},
    )
    assert child.fingerprint != parent.fingerprint
    given, apart = handed_on(parent, child)
    assert given.preserved and apart < 1e-5


def test_an_edit_keeps_its_weights_whatever_comes_in_front_of_it(tmp_path: Path) -> None:
    """The second edit is the same at the same place; the first, at another place, is left out."""
    last = {"edit1_kind": "deepen", "edit1_place": 0.9}
    parent, child = pair(tmp_path, {"edits": 2, **DEEPER, "edit2_kind": "deepen", "edit2_place": 0.9}, {"edits": 1, **last})
    name = next(node.name for node in child.nodes if node.name.endswith("_deeper/conv"))
    assert name in {node.name for node in parent.nodes}
    given, _ = handed_on(parent, child)
    assert f"{name.replace('/', '.')}.weight" in taken(given, parent) and name not in given.fresh


def test_a_first_edit_at_another_place_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    parent, child = pair(tmp_path, {"edits": 1, **DEEPER}, {"edits": 1, **DEEPER, "edit1_place": 0.5})
    new = {node.name for node in child.nodes} - {node.name for node in parent.nodes}
    given, _ = handed_on(parent, child)
    assert new and {name for name in new if name.endswith("conv")} <= set(given.fresh)
    untouched = {name for name in trained(parent).state_dict() if "_deeper" not in name}
    assert untouched <= taken(given, parent)


def test_where_the_width_is_solved_a_child_takes_what_there_is_room_for(tmp_path: Path) -> None:
    parent, child = pair(
        tmp_path,
        {"edits": 0},
        {"edits": 2, "edit1_kind": "deepen-residual", "edit1_place": 0.2, "edit2_kind": "deepen-residual", "edit2_place": 0.9},
        width="{solve: params}",
    )
    before, now = parent.shapes["stem/conv"][0], child.shapes["stem/conv"][0]
    assert now < before  # two more layers, so all are narrower
    given, _ = handed_on(parent, child)
    assert not given.preserved
    assert all("conv" not in name or "_deeper" in name for name in given.fresh)
    kept = trained(parent).state_dict()["stem.conv.weight"]
    assert all(any(torch.equal(row, old) for old in kept) for row in given.state["stem.conv.weight"])
