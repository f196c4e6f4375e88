"""What holds for all zero-cost scores: every network has them, nothing global changes, errors say what is wrong."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from nas import zoo
from nas.errors import InputError, UnknownNameError
from nas.evaluate import Job, NotANumber, Outcome, run_job
from nas.evaluate.zero_cost import known, score, scores
from nas.genome import Genome, Node, Op, ops
from nas.network import builders

sys.path.insert(0, str(Path(__file__).parents[1] / "network"))
from every_op import EVERY_OP, side_by_side

MakeJob = Callable[..., Job]
Small = Callable[..., Genome]
ALL = ["grad_norm", "jacob_cov", "macs", "naswot", "params", "snip", "synflow", "zen"]


def batch(genome: Genome, count: int = 4) -> tuple[Tensor, Tensor]:
    images = torch.randn(count, *genome.input_shape, generator=torch.Generator().manual_seed(0))
    return images, torch.arange(count) % genome.classes


def headed(op: Op, *, norms: bool) -> Genome:
    """An operation between layers, and a linear layer behind it."""
    whole = side_by_side([op])
    nodes = [node for node in whole.nodes if not isinstance(node.op, ops.Output)]
    if norms and not any(isinstance(node.op, ops.Linear) for node in nodes):
        nodes = [node._replace(inputs=tuple("norm" if i == "image" else i for i in node.inputs)) for node in nodes]
        nodes.append(Node("norm", ops.BatchNorm2d(), ("image",)))
    return Genome([*nodes, Node("linear", ops.Linear(3), ("join",)), Node("output", ops.Output(), ("linear",))])


def test_these_scores_are_known() -> None:
    assert known() == ALL


@pytest.mark.parametrize("norms", [False, True], ids=["plain", "normed"])
@pytest.mark.parametrize("op", EVERY_OP, ids=repr)
def test_every_operation_has_finite_scores(op: Op, norms: bool) -> None:
    genome = headed(op, norms=norms)
    found = score(genome, ALL, *batch(genome), 0)
    assert list(found) == ALL
    assert all(type(value) is float and math.isfinite(value) for value in found.values())


NEXT_TO_NOTHING = ([], [ops.Activation("relu")], [ops.Zero()], [ops.Linear(3)], [ops.Linear(3), ops.Zero(), ops.Linear(3)])


@pytest.mark.parametrize("layers", NEXT_TO_NOTHING, ids=repr)
def test_hardly_any_network_has_finite_scores_too(layers: list[Op]) -> None:
    nodes = [Node("input", ops.Input((3,)))]
    for number, op in enumerate([*layers, ops.Output()]):
        nodes.append(Node(f"node{number}", op, (nodes[-1].name,)))
    found = score(Genome(nodes), ALL, *batch(Genome(nodes)), 0)
    assert all(math.isfinite(value) for value in found.values())


@pytest.mark.parametrize("name", ["lenet5", "resnet-cifar-20"])
def test_baselines_are_the_genomes_own(name: str) -> None:
    genome = zoo.resnet_cifar(depth=8) if name != "lenet5" else zoo.lenet5()
    assert score(genome, ["params", "macs"], *batch(genome), 0) == {"params": genome.params, "macs": genome.macs}


def two_headed(*, auxiliary: bool) -> Genome:
    nodes = [
        Node("input", ops.Input((1, 8, 8))),
        Node("stem", ops.Conv2d(4), ("input",)),
        Node("norm", ops.BatchNorm2d(), ("stem",)),
        Node("relu", ops.Activation("relu"), ("norm",)),
        Node("pool", ops.GlobalAvgPool2d(), ("relu",)),
        Node("flat", ops.Flatten(), ("pool",)),
        Node("linear", ops.Linear(3), ("flat",)),
        Node("output", ops.Output(), ("linear",)),
    ]
    other = [
        Node("aux/conv", ops.Conv2d(8), ("norm",)),
        Node("aux/relu", ops.Activation("relu"), ("aux/conv",)),
        Node("aux/flat", ops.Flatten(), ("aux/relu",)),
        Node("aux/linear", ops.Linear(3), ("aux/flat",)),
        Node("aux/output", ops.Output(), ("aux/linear",)),
    ]
    return Genome([*nodes, *other], outputs=["output", "aux/output"]) if auxiliary else Genome(nodes)


def test_auxiliary_heads_do_not_count() -> None:
    with_head, without = two_headed(auxiliary=True), two_headed(auxiliary=False)
    assert score(with_head, ALL, *batch(without), 0) == score(without, ALL, *batch(without), 0)


def test_a_score_does_not_depend_on_which_others_are_asked_for(small: Small) -> None:
    genome = small(dropout=0.5)
    together = score(genome, ALL, *batch(genome), 0)
    for name in ALL:
        assert score(genome, [name], *batch(genome), 0) == {name: together[name]}


def test_dropout_does_not_matter(small: Small) -> None:
    assert score(small(dropout=0.5), ALL, *batch(small()), 0) == score(small(dropout=0.0), ALL, *batch(small()), 0)


def test_another_seed_scores_other_weights(small: Small) -> None:
    first, second = (score(small(), ALL, *batch(small()), seed) for seed in (0, 1))
    assert [name for name in ALL if first[name] == second[name]] == ["macs", "params"]


@pytest.fixture
def strange_state() -> Iterator[None]:
    """No gradients, autocast, and a global generator somewhere."""
    with torch.random.fork_rng(devices=[]), torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        torch.default_generator.manual_seed(77)
        yield


def test_scores_do_not_depend_on_global_state_and_leave_it(small: Small, request: pytest.FixtureRequest) -> None:
    genome = small(dropout=0.5)
    images, labels = batch(genome)
    before = images.clone()
    expected = score(genome, ALL, images, labels, 0)
    request.getfixturevalue("strange_state")
    generator = torch.random.get_rng_state()
    inside = batch(genome)  # inference tensors
    assert score(genome, ALL, *inside, 0) == expected
    assert torch.equal(torch.random.get_rng_state(), generator)
    assert torch.is_inference_mode_enabled() and not torch.is_grad_enabled() and torch.is_autocast_enabled("cpu")
    assert torch.equal(images, before) and not images.requires_grad


class Noise(torch.nn.Module):
    """A person's own operation that draws from the global generator."""

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.randn_like(x)


def test_an_operation_that_draws_chances_draws_the_same_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(builders._items, "identity", lambda op, place: Noise())
    genome = headed(ops.Identity(), norms=True)
    found = []
    for number in range(2):
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(number)
            before = torch.random.get_rng_state()
            found.append(score(genome, ALL, *batch(genome), 0))
            assert torch.equal(torch.random.get_rng_state(), before)
    assert found[0] == found[1]


def test_an_unknown_score_is_answered_with_the_nearest(small: Small) -> None:
    with pytest.raises(UnknownNameError, match="'synflw' is not a known score; did you mean 'synflow'"):
        score(small(), ["synflw"], *batch(small()), 0)


@pytest.mark.parametrize(
    ("images", "labels", "text"),
    [
        (torch.zeros(4, 3, 8, 8), torch.zeros(4).long(), r"at least 2 images of \(1, 8, 8\), got \(4, 3, 8, 8\)"),
        (torch.zeros(1, 1, 8, 8), torch.zeros(1).long(), r"at least 2 images of \(1, 8, 8\), got \(1, 1, 8, 8\)"),
        (torch.zeros(4, 1, 8, 8), torch.full((4,), 3), "a label from 0 to 2 for each of 4 images"),
        (torch.zeros(4, 1, 8, 8), torch.full((4,), -1), "a label from 0 to 2 for each of 4 images"),
        (torch.zeros(4, 1, 8, 8), torch.zeros(3).long(), "a label from 0 to 2 for each of 4 images"),
    ],
)
def test_images_that_do_not_fit_are_refused(small: Small, images: Tensor, labels: Tensor, text: str) -> None:
    with pytest.raises(InputError, match=text):
        score(small(), ALL, images, labels, 0)


def test_images_that_are_not_numbers_are_no_score(small: Small) -> None:
    images, labels = batch(small())
    for name in ("grad_norm", "snip", "jacob_cov"):
        with pytest.raises(NotANumber, match=f"{name} = nan"):
            score(small(), [name], images * math.nan, labels, 0)


def test_too_deep_a_network_has_no_synflow() -> None:
    nodes = [Node("input", ops.Input((8, 6, 6)))]
    for number, op in enumerate([*[ops.Conv2d(8)] * 400, ops.Flatten(), ops.Linear(2), ops.Output()]):
        nodes.append(Node(f"node{number}", op, (nodes[-1].name,)))
    with pytest.raises(NotANumber, match=r"synflow = (inf|nan): the network's values leave the range"):
        score(Genome(nodes), ["synflow"], *batch(Genome(nodes)), 0)


def test_a_trial_measures_all_scores_without_an_epoch(make_job: MakeJob) -> None:
    job = make_job(evaluator="zero-cost")
    outcome = run_job(job, lambda epoch, metrics: pytest.fail("an epoch was reported"))
    assert (outcome.status, sorted(outcome.metrics)) == ("finished", ALL)


def test_all_trials_see_the_same_images_and_their_own_weights(make_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scores._items, "seen", lambda network, images, labels, generator: images.square().sum().item())

    def metrics(job: Job) -> dict[str, float]:
        outcome: Outcome = run_job(job, lambda epoch, metrics: True)
        return outcome.metrics

    job = make_job(evaluator="zero-cost")
    first, again, other, smaller = map(metrics, (job, job, replace(job, seed=2), make_job(evaluator="zero-cost", batch=5)))
    assert first == again
    assert first["naswot"] != other["naswot"] and first["seen"] == other["seen"]
    assert first["synflow"] == smaller["synflow"] and first["naswot"] > smaller["naswot"]


def test_a_batch_of_one_is_scored_on_more(make_job: MakeJob) -> None:
    assert run_job(make_job(evaluator="zero-cost", batch=1), lambda epoch, metrics: True).status == "finished"


def test_a_genome_for_other_images_is_refused(make_job: MakeJob, small: Small) -> None:
    outcome = run_job(make_job(small(shape=(3, 8, 8)), evaluator="zero-cost"), lambda epoch, metrics: True)
    assert "at least 2 images of (3, 8, 8)" in outcome.reason


def test_a_score_of_ones_own_is_known_and_measured(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scores._items, "tensors", lambda network, images, labels, generator: len(list(network.parameters())))
    assert "tensors" in known()
    assert score(small(), ["tensors"], *batch(small()), 0) == {"tensors": 5.0}


def test_listing_the_scores_and_finding_the_evaluator_load_no_torch() -> None:
    code = "import sys; from nas.evaluate import zero_cost, evaluators; zero_cost.known(); evaluators.get('zero-cost').load()"
    code += "; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
