"""Drop-path: which lines a join keeps, how often, and that all joins of a network keep the same column."""

from __future__ import annotations

import copy
import pickle
from collections import Counter
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from nas.genome import Genome, Node, Op, ops
from nas.network import build

DRAWS = 4000


@pytest.fixture(autouse=True)
def fixed() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield


def joins(*joined: ops.FractalJoin) -> nn.Module:
    """Joins side by side. Line k is the image times 10^k, so the sum of the kept can be read from the digits."""
    columns = sorted({column for op in joined for column in op.columns})
    nodes = [Node("image", ops.Input((1, 1, 1)))]
    nodes += [Node(f"line{k}", ops.Scale(10.0**k), ("image",)) for k in columns]
    for number, op in enumerate(joined):
        nodes += [Node(f"join{number}", op, tuple(f"line{k}" for k in op.columns))]
        nodes += [Node(f"output{number}", ops.Output(), (f"join{number}",))]
    return build(Genome(nodes))


ONE = torch.ones(1, 1, 1, 1)
KEPT = {
    1.0: (0,), 10.0: (1,), 100.0: (2,),
    5.5: (0, 1), 50.5: (0, 2), 55.0: (1, 2), 37.0: (0, 1, 2),
}  # fmt: skip


def kept(answer: Tensor) -> tuple[int, ...]:
    return KEPT[round(answer.item(), 3)]


def drawn(model: nn.Module, times: int = DRAWS) -> list[tuple[tuple[int, ...], ...]]:
    """What each join kept, pass by pass."""
    found = []
    for _ in range(times):
        answers = model(ONE)
        found.append(tuple(kept(each) for each in (answers if isinstance(answers, tuple) else (answers,))))
    return found


def share(counts: Counter[tuple[int, ...]], lines: tuple[int, ...]) -> float:
    return counts[lines] / counts.total()


def near(value: float) -> object:
    return pytest.approx(value, abs=0.03)  # four standard deviations of a share of 4,000 draws


def test_local_drop_path_drops_each_line_on_its_own_but_never_all() -> None:
    counts = Counter(lines for (lines,) in drawn(joins(ops.FractalJoin((0, 1, 2), 3, drop=0.4, global_share=0.0))))
    assert share(counts, (0, 1, 2)) == near(0.6**3)
    assert share(counts, (0, 2)) == near(0.6 * 0.4 * 0.6)
    # One stays by itself, or all three were to go and it is the one that does not.
    assert [share(counts, (k,)) for k in range(3)] == [near(0.4 * 0.4 * 0.6 + 0.4**3 / 3)] * 3


def test_a_global_mini_batch_runs_one_column_through_all_joins() -> None:
    model = joins(ops.FractalJoin((0, 1, 2), 3, global_share=1.0), ops.FractalJoin((0, 1, 2), 3, global_share=1.0))
    found = drawn(model)
    assert all(first == second and len(first) == 1 for first, second in found)
    counts = Counter(first for first, _ in found)
    assert [share(counts, (k,)) for k in range(3)] == [near(1 / 3)] * 3


def test_global_and_local_mini_batches_are_the_same_ones_at_all_joins() -> None:
    wide = ops.FractalJoin((0, 1, 2), 3, drop=0.0, global_share=0.25)
    found = drawn(joins(wide, wide))
    assert all(first == second for first, second in found)
    assert share(Counter(first for first, _ in found), (0, 1, 2)) == near(0.75)


def test_a_join_that_the_column_does_not_reach_hands_on_the_mean_of_all() -> None:
    model = joins(ops.FractalJoin((1, 2), 3, global_share=1.0), ops.FractalJoin((0, 1, 2), 3, global_share=1.0))
    assert set(drawn(model, 200)) == {((1, 2), (0,)), ((1,), (1,)), ((2,), (2,))}


def test_local_draws_of_two_joins_are_independent() -> None:
    local = ops.FractalJoin((0, 1), 2, drop=0.5, global_share=0.0)
    counts = Counter(drawn(joins(local, local)))
    both = ((0, 1), (0, 1))
    assert counts[both] / counts.total() == near(0.25 * 0.25)


def test_in_use_all_columns_are_averaged() -> None:
    assert set(drawn(joins(ops.FractalJoin((0, 1, 2), 3), ops.FractalJoin((1, 2), 3)).eval(), 20)) == {((0, 1, 2), (1, 2))}


def test_the_draw_comes_from_torchs_generator_alone() -> None:
    model = joins(ops.FractalJoin((0, 1, 2), 3, drop=0.4))
    first = drawn(model, 50)
    torch.default_generator.manual_seed(0)
    assert drawn(model, 50) == first


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"])
def test_the_joins_of_a_copy_share_a_draw_of_their_own(twin) -> None:  # type: ignore[no-untyped-def]
    model = joins(*[ops.FractalJoin((0, 1, 2), 3, global_share=1.0)] * 2)
    model(ONE)
    other = twin(model)
    draws = [each.get_submodule(name).draw for each in (model, other) for name in ("join0", "join1")]
    assert draws[0] is draws[1] and draws[2] is draws[3] and draws[1] is not draws[2]
    assert all(first == second for first, second in drawn(other, 100))


def test_two_networks_share_nothing() -> None:
    first, second = (joins(ops.FractalJoin((0, 1), 2)) for _ in range(2))
    assert first.get_submodule("join0").draw is not second.get_submodule("join0").draw


def test_a_dropped_column_learns_nothing() -> None:
    nodes = [Node("image", ops.Input((2, 3, 3)))]
    nodes += [Node(f"line{k}", ops.Conv2d(2), ("image",)) for k in range(3)]
    nodes += [Node("join", ops.FractalJoin((0, 1, 2), 3, global_share=1.0), ("line0", "line1", "line2"))]
    model = build(Genome([*nodes, Node("output", ops.Output(), ("join",))]))
    model(torch.ones(1, 2, 3, 3)).sum().backward()
    learns = [model.get_parameter(f"line{k}.weight").grad.count_nonzero().item() > 0 for k in range(3)]
    assert sum(learns) == 1


def test_a_join_frozen_in_use_does_not_stop_the_others() -> None:
    model = joins(*[ops.FractalJoin((0, 1, 2), 3, global_share=1.0)] * 3)
    model.get_submodule("join0").eval()
    found = drawn(model, 50)
    assert {first for first, _, _ in found} == {(0, 1, 2)} and all(second == third for _, second, third in found)
    assert {second for _, second, _ in found} == {(0,), (1,), (2,)}


@pytest.mark.parametrize("op", [ops.StochasticDepth(0.5), ops.FractalJoin((0, 1), 2)], ids=repr)
def test_torch_compile_takes_training_whole_and_draws_each_time(op: Op) -> None:
    lines = ("image", "image") if isinstance(op, ops.FractalJoin) else ("image",)
    nodes = [Node("image", ops.Input((1, 2, 2))), *(Node(f"line{k}", ops.Scale(k + 1.0), ("image",)) for k in range(len(lines)))]
    nodes += [Node("op", op, tuple(f"line{k}" for k in range(len(lines)))), Node("output", ops.Output(), ("op",))]
    model = torch.compile(build(Genome(nodes)), backend="aot_eager", fullgraph=True)
    assert len({model(torch.ones(1, 1, 2, 2)).sum().item() for _ in range(40)}) == (3 if len(lines) == 2 else 2)
