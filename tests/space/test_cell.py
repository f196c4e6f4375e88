"""The space of cells: what its file may say, what is drawn, its budget, its report, and a run of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nas import shipped
from nas.errors import DocumentError, OverBudget, SpaceError
from nas.space import SearchSpace, load
from nas.space.cell import CellSpace
from nas.space.check import check
from nas.space.drawing import RandomTrial, every
from nas.study import Run

SMALL = ("stages: [4, 8]", "repeats: 1")
THREE = "cell: {nodes: 3, ops: [none, skip_connect, nor_conv_3x3]}"
MakeSpace = Callable[..., SearchSpace]


@pytest.fixture
def celled(write: Callable[..., Path]) -> MakeSpace:
    """The space of cells of a file with such lines as its network section, for images of 1x8x8 in 10 classes."""

    def made(*network: str, **options: str) -> SearchSpace:
        return load(write(*network, kind="kind: cell", **options)).bound(input_shape=(1, 8, 8), classes=10)

    return made


def kind(space: SearchSpace) -> CellSpace:
    assert isinstance(space.kind, CellSpace)
    return space.kind


def table() -> dict[str, np.ndarray]:
    with np.load(shipped.folder("search_spaces") / "tables" / "nasbench201-tiny.npz", allow_pickle=False) as archive:
        return dict(archive)


def test_the_costs_of_the_shipped_cells_are_the_published_ones() -> None:
    columns, space = table(), kind(load("nasbench201-tiny"))
    edges = [name for name in columns if name.startswith("edge")]
    cells = zip(*(columns[name].tolist() for name in edges), strict=True)
    costs = [space.cost(dict(zip(edges, ops, strict=True))) for ops in cells]
    assert [cost.params for cost in costs] == columns["params"].tolist()
    assert [cost.macs for cost in costs] == columns["macs"].tolist()
    assert len(costs) == 729


def test_the_cost_of_a_cell_is_that_of_its_genome(celled: MakeSpace) -> None:
    space = celled(*SMALL)
    for seed in range(40):
        drawn = space.draw(RandomTrial(seed))
        genome = drawn.genome
        assert kind(space).cost(drawn.choices) == (genome.params, genome.macs, genome.activations)


def test_every_edge_is_a_choice_among_all_operations(celled: MakeSpace) -> None:
    found = [tuple(choices.items()) for choices in every(kind(celled(THREE, *SMALL)).edges)]
    assert len(found) == len(set(found)) == 3**3
    assert [name for name, _ in found[0]] == ["edge0-1", "edge0-2", "edge1-2"]


def test_an_edge_may_be_fixed_or_a_choice_of_its_own(celled: MakeSpace) -> None:
    edges = "edges: {edge0-1: nor_conv_1x1, edge0-2: {choice: [none, avg_pool_3x3]}}"
    space = celled(THREE.replace("]}", f"], {edges}}}"), *SMALL)
    found = list(every(kind(space).edges))
    assert {choices["edge0-1"] for choices in found} == {"nor_conv_1x1"}
    assert [choices["edge0-2"] for choices in found[::3]] == ["none", "avg_pool_3x3"]
    assert len(found) == 2 * 3
    assert space.draw(RandomTrial(0)).choices["edge0-1"] == "nor_conv_1x1"  # fixed ones too: a table is asked by them


def test_an_edge_can_be_overridden() -> None:
    space = load("nasbench201", overrides=["network.cell.edges.edge0-1=none"])
    assert {space.draw(RandomTrial(seed)).choices["edge0-1"] for seed in range(5)} == {"none"}


def test_the_default_is_nas_bench_201(celled: MakeSpace) -> None:
    assert kind(celled("cell: {}")).network == kind(load("nasbench201")).network


@pytest.mark.parametrize("limit", ["params", "macs", "activations", "depth"])
def test_draws_meet_the_budget_or_say_what_they_cost(limit: str, celled: MakeSpace) -> None:
    free = [celled(*SMALL).genome(RandomTrial(seed)) for seed in range(40)]
    most = sorted(getattr(genome, limit) for genome in free)[20]
    space = celled(*SMALL, budget=f"{{{limit}: {most}}}")
    for seed, genome in enumerate(free):
        if getattr(genome, limit) <= most:
            assert space.genome(RandomTrial(seed)) == genome
        else:
            with pytest.raises(OverBudget, match=rf"\(limit {most:,}\)") as caught:
                space.genome(RandomTrial(seed))
            assert caught.value.excess == pytest.approx(getattr(genome, limit) / most - 1)


def test_an_image_too_small_for_the_stages_is_refused(celled: MakeSpace) -> None:
    celled("stages: [4, 4, 4, 4]")  # 8, 4, 2, 1
    with pytest.raises(DocumentError, match=r"made.yaml:4:11: network.stages: 5 stages halve a 8x8 image .* at most 4 fit"):
        celled("stages: [4, 4, 4, 4, 4]")


@pytest.mark.parametrize(
    ("network", "text"),
    [
        ("cell: {nodes: 1}", "4:17: network.cell.nodes: must be greater than or equal to 2, got 1"),
        ("cell: {nodes: 9}", "network.cell.nodes: must be less than or equal to 8, got 9"),
        ("cell: {ops: [nor_conv]}", "network.cell.ops.0: 'nor_conv' is not a known operation of an edge; did you mean"),
        ("cell: {ops: []}", "network.cell.ops: must have at least 1 item"),
        ("cell: {ops: [none, none]}", "network.cell.ops: must differ, got none, none"),
        ("cell: {edges: {edge1-0: none}}", "network.cell.edges.edge1-0: a cell of 4 nodes has no 'edge1-0'; did you mean 'edge"),
        ("cell: {edges: {edge0-1: nothing}}", "network.cell.edges.edge0-1: 'nothing' is not a known operation of an edge"),
        ("cell: {edges: {edge0-1: {choice: [none, non]}}}", "edge0-1.choice.1: 'non' is not a known operation"),
        ("cell: {edges: {edge0-1: {choice: [none], each: stage}}}", "edge0-1.each: is of stages alone; an edge is drawn once"),
        ("cell: {edges: {edge0-1: {choice: [none], when: {edge0-2: none}}}}", "edge0-1.when: is of stages alone; an edge"),
        ("stages: []", "network.stages: must have at least 1 item"),
        ("stages: [0]", "network.stages.0: must be greater than or equal to 1, got 0"),
        ("repeats: 0", "network.repeats: must be greater than or equal to 1, got 0"),
        ("depth: 3", "network.depth: unknown key 'depth'"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(network: str, text: str, celled: MakeSpace) -> None:
    with pytest.raises(DocumentError) as caught:
        celled(network)
    assert text in str(caught.value)
    assert "made.yaml:4:" in str(caught.value)


def test_a_cell_without_its_kind_is_told_which_it_takes(write: Callable[..., Path]) -> None:
    with pytest.raises(DocumentError, match=r"4:3: network.cell: is of cells in a fixed skeleton, which take 'kind: cell'"):
        load(write("cell: {nodes: 3}", kind=""))


# Its report, and a run


def test_a_check_counts_and_costs_all_cells(celled: MakeSpace) -> None:
    report = check(celled(THREE, *SMALL, budget="{params: 3k}"))
    genomes = [kind(celled(THREE, *SMALL)).genome(edges) for edges in every(kind(celled(THREE, *SMALL)).edges)]
    within = [genome.params for genome in genomes if genome.params <= 3000]
    data = report.to_dict()
    assert 0 < len(within) < 27
    assert (data["cells"], data["genomes"]) == (27, {"number": len(within), "exact": True})
    assert (data["cheapest"]["params"], data["dearest"]["params"]) == (min(within), max(within))
    assert f"genomes     {len(within)} that meet the budget" in report.text()
    assert "skeleton    2 stages of 1 cells, 4, 8 channels wide" in report.text()


def test_a_check_of_too_many_cells_estimates(celled: MakeSpace) -> None:
    free = check(celled("cell: {nodes: 5}", *SMALL)).to_dict()
    assert free["cells"] == 5**10 and free["genomes"] == {"number": 5**10, "exact": False}


def test_a_check_of_a_space_that_nothing_meets_is_refused(celled: MakeSpace) -> None:
    with pytest.raises(SpaceError, match=r"made.yaml:6:9: budget: no genome of 'made' meets it, of 15,625 cells .* params"):
        check(celled(*SMALL, budget="{params: 1k}"))


def test_a_run_that_is_opened_again_has_the_same_space(celled: MakeSpace, tmp_path: Path) -> None:
    space = celled("cell: {edges: {edge0-1: none, edge0-2: {choice: [none, skip_connect]}}}", *SMALL)
    again = Run.open(Run.create(tmp_path / "run", space).folder).space
    assert again.file == space.file
    assert [again.genome(RandomTrial(s)) for s in range(5)] == [space.genome(RandomTrial(s)) for s in range(5)]


def test_a_table_beside_the_file_is_found_from_anywhere(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("repeats: 1", kind="kind: cell", more="evaluator: table:mine.csv")
    monkeypatch.chdir("/")
    file = load(path).file
    assert file.evaluator == f"table:{path.parent / 'mine.csv'}" and file.reads_results
    overridden = load(path, overrides=["evaluator=table:tmp/other.csv"]).file
    assert overridden.evaluator == "table:/tmp/other.csv"
    assert not load(path, overrides=["evaluator=train"]).file.reads_results
