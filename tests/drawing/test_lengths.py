"""The figure of path lengths."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from nas.drawing import path_figure
from nas.errors import InputError
from nas.genome.paths import PathLengths
from nas.motif import Stage, Staged, Stem, blocks, compose, connectivities

SVG = "{http://www.w3.org/2000/svg}"


def chain(connect: str, depth: int) -> PathLengths:
    """The paths of blocks of two layers, without projections."""
    stage = Stage(depth, 4, blocks.get("basic"), connectivities.get(connect))
    return compose(Staged(Stem(4), (stage,)), input_shape=(3, 8, 8), classes=2).genome().paths


@pytest.fixture(scope="module")
def drawn() -> ET.Element:
    """Figure 3 of Zhao et al. 2017, arXiv:1611.07718, without its middle one."""
    return ET.fromstring(path_figure({"ResNet": chain("residual", 18), "DMRNet": chain("merge-and-run", 9)}))


def found(drawn: ET.Element, kind: str, name: str) -> list[ET.Element]:
    return [each for each in drawn.iter(f"{SVG}{kind}") if name in each.get("class", "").split()]


def points(line: ET.Element) -> list[tuple[float, ...]]:
    return [tuple(map(float, point.split(","))) for point in line.get("d", "").removeprefix("M").split()]


def test_the_legend_has_the_published_means_and_deviations(drawn: ET.Element) -> None:
    # Zhao et al. 2017, figure 3: 20.0 +- 4.24 and 8.0 +- 2.83. Short are up to a third of 38, and of 20, layers.
    legend = [each.text for each in found(drawn, "text", "entry")]
    assert legend == ["ResNet: 20 ± 4.24 layers, 4.81 % short (up to 12)", "DMRNet: 8 ± 2.83 layers, 37.7 % short (up to 6)"]


def test_there_is_a_title_and_a_name_at_each_axis(drawn: ET.Element) -> None:
    names = [each.text for each in found(drawn, "text", "name")]
    assert names == ["path length in weighted layers", "share of the paths in 2 layers"]
    assert [each.text for each in found(drawn, "text", "title")] == ["How long the paths are"]


def test_each_network_has_a_curve_with_its_peak_at_its_mean(drawn: ET.Element) -> None:
    curves = [points(line) for line in found(drawn, "path", "line") if "dashed" not in line.get("class", "")]
    dashed = [points(line) for line in found(drawn, "path", "dashed")]
    assert len(curves) == len(dashed) == 2
    for curve, ((x, _), (again, top)) in zip(curves, dashed, strict=True):
        assert x == again
        assert min(y for _, y in curve) == top
    assert dashed[0][0] > dashed[1][0]  # the paths of the residual network are longer


def test_each_dot_says_its_share(drawn: ET.Element) -> None:
    # Nine merge-and-run blocks: C(9, 3) * 2^6 * 2 of 2 * 3^9 paths have 3 blocks and 2 + 6 layers.
    assert "DMRNet: 27.3 % of length 8" in [each.text for each in drawn.iter(f"{SVG}title")]


def test_shares_of_lengths_that_are_put_together_add_up() -> None:
    # Lengths of 0 to 999 in bins of 9 layers: each but the last has nine of the thousand.
    text = path_figure({"long": PathLengths(dict.fromkeys(range(1000), 1))})
    assert "share of the paths in 9 layers" in text
    curve = re.search(r'class="line c0" d="([^"]*)"', text)
    assert curve is not None
    assert len(curve[1].split()) == -(-1000 // 9)


def test_a_network_of_a_single_path_is_drawn() -> None:
    assert "one: 7 ± 0 layers, 0 % short (up to 2)" in path_figure({"one": PathLengths({7: 1})})


def test_too_many_networks_are_refused() -> None:
    with pytest.raises(InputError, match="a figure compares 1 to 6 networks, got 7"):
        path_figure({str(number): PathLengths({7: 1}) for number in range(7)})
