"""The sheet: stages in columns, at a size that can be read."""

from __future__ import annotations

import pytest

from nas.drawing import render
from nas.drawing.sheet import PAGE, Sheet, sheet
from nas.genome import Genome
from nas.zoo.fcn import fcn
from nas.zoo.googlenet import googlenet
from nas.zoo.inception_v4 import inception_v4
from nas.zoo.resnet import resnet
from nas.zoo.resnet_cifar import resnet_cifar

pytestmark = pytest.mark.skipif(not render.there(), reason="there is no Graphviz")


def frame(found: Sheet, scope: str) -> tuple[float, ...]:
    """Left, bottom, right, top."""
    return tuple(map(float, found.places[scope]["bb"].split(",")))


def test_stages_stand_in_columns_from_left_to_right_and_blocks_from_top_to_bottom() -> None:
    found = sheet(resnet_cifar(depth=20))
    left, middle, right = (frame(found, f"stage{number}") for number in (1, 2, 3))
    assert left[2] < middle[0] < middle[2] < right[0]
    blocks = [frame(found, f"stage2/block{number}") for number in (1, 2, 3)]
    assert blocks[0][1] > blocks[1][3] > blocks[1][1] > blocks[2][3]
    assert all(middle[0] <= block[0] and block[2] <= middle[2] for block in blocks)


def test_marks_say_where_a_line_goes_on_in_the_next_column() -> None:
    marks = [box.rows for box in sheet(resnet_cifar(depth=20)).sketch.boxes.values() if box.kind == "mark"]
    assert marks == [("to stage2",), ("from stage1", "16x32x32"), ("to stage3",), ("from stage2", "32x16x16")]


def test_columns_begin_at_one_height() -> None:
    found = sheet(resnet_cifar(depth=20))
    begins = [name for name, box in found.sketch.boxes.items() if box.kind == "mark" and box.rows[0].startswith("from")]
    heights = {found.places[name]["pos"].split(",")[1] for name in begins}
    assert len(begins) == 2
    assert len(heights) == 1
    assert float(heights.pop()) > found.height - 20


def test_a_line_that_leads_to_two_columns_has_a_mark_in_each() -> None:
    # The third pooling of fcn-8s goes on to the fourth stage, and is fused with what comes back from the coarser ones.
    found = sheet(fcn(stride=8))
    marks = [name for name, box in found.sketch.boxes.items() if box.rows[0] == "from stage3"]
    assert len(marks) == 2
    assert len({found.places[name]["pos"] for name in marks}) == 2


def test_everything_has_its_place_within_the_sheet() -> None:
    found = sheet(googlenet())
    assert {*found.sketch.boxes} <= {*found.places}
    for name in found.sketch.boxes:
        x, y = map(float, found.places[name]["pos"].split(","))
        assert 0 < x < found.width
        assert 0 < y < found.height


def test_a_small_network_is_one_column(residual: Genome) -> None:
    assert not [box for box in sheet(residual).sketch.boxes.values() if box.kind == "mark"]


@pytest.mark.parametrize(
    ("genome", "boxes"),
    [
        # Stem 5, nine modules of 8, two pools, two heads of 5, head 2, input and output: all of it.
        (googlenet(), 5 + 9 * 8 + 2 + 2 * 5 + 2 + 2),
        # Stem 2, in each of four stages a block with a projection and the repeated one, head 2, input and output.
        (resnet(depth=152), 2 + 4 * (5 + 4) + 2 + 2),
        # Stem 3 + 3 + 7 + 3, the three kinds of modules once, two reductions, head 2, input and output.
        (inception_v4(), 16 + 9 + 12 + 14 + 6 + 8 + 2 + 2),
        (resnet_cifar(depth=1202), 1 + 3 + 2 * (5 + 3) + 2 + 2),
    ],
)
def test_as_much_is_drawn_as_can_be_read_on_a_page(genome: Genome, boxes: int) -> None:
    found = sheet(genome)
    assert found.size <= PAGE
    assert len([box for box in found.sketch.boxes.values() if box.kind != "mark"]) == boxes


def test_nothing_is_left_out_where_that_is_asked_for() -> None:
    genome = resnet(depth=50)
    nodes = [name for box in sheet(genome, collapse="nothing").sketch.boxes.values() for name in box.nodes]
    assert sorted(nodes) == sorted(node.name for node in genome.nodes)
