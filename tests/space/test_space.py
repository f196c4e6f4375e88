"""Search spaces from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nas.errors import DocumentError
from nas.space import load
from nas.space.drawing import RandomTrial

TEXT = """\
name: mine
data: {name: npz, path: images/mine.npz}
network:
  stages: 3
  width: {solve: params}
budget: {params: 100k}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "mine.yaml").write_text(TEXT)
    return tmp_path / "mine.yaml"


def test_a_data_path_is_taken_from_the_file(path: Path) -> None:
    assert load(path).file.data.path == str(path.parent / "images" / "mine.npz")


def test_an_overridden_data_path_is_taken_from_the_working_directory(
    path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(here)
    assert load(path, overrides=["data.path=other.npz"]).file.data.path == str(here / "other.npz")


def test_overrides_change_what_is_drawn(path: Path) -> None:
    genome = load(path, overrides=["network.stages=1", "network.depth=2", "network.connect=plain"]).genome(RandomTrial(0))
    assert genome.depth == 6
    assert not any(node.op.kind == "add" for node in genome.nodes)


def test_a_wrong_override_is_named(path: Path) -> None:
    with pytest.raises(DocumentError, match=r"^--set network.connect: 'resdual' is not a known connectivity; did you mean"):
        load(path, overrides=["network.connect=resdual"])


def test_a_solved_width_needs_its_budget(path: Path) -> None:
    path.write_text(TEXT.replace("params: 100k", "macs: 1M"))
    with pytest.raises(DocumentError, match=r"mine.yaml:6:9: budget: network.width is solved for params, so it must say"):
        load(path)


def test_stages_below_one_pixel_are_refused_where_they_stand(path: Path) -> None:
    space = load(path, overrides=[])
    space.bound(input_shape=(3, 4, 4), classes=2).genome(RandomTrial(0))
    with pytest.raises(DocumentError) as caught:
        space.bound(input_shape=(3, 2, 9), classes=2)
    assert str(caught.value).endswith("mine.yaml:4:11: network.stages: 3 stages halve a 2x9 image below one pixel; at most 2 fit")


@pytest.mark.parametrize("connect", ["residual", "dense"])
@pytest.mark.parametrize("stem", ["{}", "{stride: 2}", "{stride: 4}", "{pool: true}", "{stride: 2, pool: true}"])
def test_as_many_stages_fit_as_are_said_to(connect: str, stem: str, make: Any) -> None:
    def fits(stages: int, side: int) -> bool:
        lines = (f"stages: {stages}", "depth: 1", "width: 4", f"stem: {stem}", f"connect: {connect}")
        try:
            make(*lines, shape=(1, side, 30)).genome(RandomTrial(0))
        except DocumentError:
            return False
        return True

    for side in range(1, 20):
        # The stem rounds up, and so does a convolution that halves; the pooling between dense stages rounds down.
        left = -(-side // {"{}": 1, "{stride: 4}": 4, "{stride: 2, pool: true}": 4}.get(stem, 2))
        count = 1
        while left >= 2:
            left, count = left // 2 if connect == "dense" else -(-left // 2), count + 1
        assert [fits(stages, side) for stages in range(1, 7)] == [True] * count + [False] * (6 - count)


def test_a_space_is_for_the_images_that_it_is_bound_to(path: Path) -> None:
    genome = load(path).bound(input_shape=(1, 28, 20), classes=7).genome(RandomTrial(0))
    assert (genome.input_shape, genome.classes) == ((1, 28, 20), 7)


def test_one_seed_draws_one_genome(path: Path) -> None:
    first, second = (load(path, overrides=["network.depth={int: [1, 9]}"]) for _ in range(2))
    assert [first.genome(RandomTrial(s)) for s in range(5)] == [second.genome(RandomTrial(s)) for s in range(5)]
