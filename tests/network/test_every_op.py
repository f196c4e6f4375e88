"""What holds for every operation: shape, cost, gradient, copies, memory formats, precision."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from every_op import EVERY_OP, ON_FLAT, alone, between
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from nas.genome import Genome, Node, Op, ops
from nas.network import build, builders

every_op = pytest.mark.parametrize("op", EVERY_OP, ids=repr)
every_op_with_a_gradient = pytest.mark.parametrize("op", [op for op in EVERY_OP if op != ops.Zero()], ids=repr)
every_op_on_images = pytest.mark.parametrize("op", [op for op in EVERY_OP if op not in ON_FLAT], ids=repr)


def network(genome: Genome) -> nn.Module:
    """With weights none of which is 0 or 1."""
    model, draw = build(genome), torch.Generator().manual_seed(1)
    for weight in model.parameters():
        weight.data += 0.3 * torch.randn(weight.shape, generator=draw)
    return model


def images(genome: Genome, *, batch: int = 2) -> Tensor:
    return torch.randn(batch, *genome.input_shape, generator=torch.Generator().manual_seed(0))


def seeded(model: nn.Module, x: Tensor, *, seed: int = 3) -> Tensor:
    """What the model computes with what is random in it fixed."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return model(x)


def test_every_shipped_operation_has_an_example_and_a_builder() -> None:
    shipped = {kind for kind in ops.registry.names() if ops.registry.get(kind).__module__.startswith("nas.")}
    assert {op.kind for op in EVERY_OP} | {"input", "output"} == shipped
    assert {op.kind for op in EVERY_OP} == shipped & set(builders.names())


@every_op
def test_it_puts_out_the_shape_that_the_genome_says(op: Op) -> None:
    genome = alone(op)
    for model in (build(genome).train(), build(genome).eval()):
        assert model(images(genome, batch=3)).shape == (3, *genome.shapes["op"])


@every_op
def test_params_are_what_the_state_dict_holds_but_for_buffers(op: Op) -> None:
    genome = alone(op)
    model = build(genome)
    buffers = {name for name, _ in model.named_buffers()}
    assert genome.params == sum(value.numel() for name, value in model.state_dict().items() if name not in buffers)
    assert genome.params == sum(weight.numel() for weight in model.parameters())


@every_op
def test_macs_are_those_that_torch_counts(op: Op) -> None:
    genome = alone(op)
    model = build(genome)
    with FlopCounterMode(display=False) as counter:
        model(images(genome, batch=2))
    assert 2 * 2 * genome.macs == counter.get_total_flops()  # two images, two operations for each macs


@every_op_with_a_gradient
@pytest.mark.parametrize("training", [False, True], ids=["in use", "in training"])
def test_the_gradient_is_that_of_differences_between_layers_that_overwrite(op: Op, training: bool) -> None:
    genome = between(op)
    model = network(genome).double().train(training)
    names = [name for name, _ in model.named_parameters()]

    def compute(x: Tensor, *weights: Tensor) -> Tensor:
        twin = copy.deepcopy(model)  # running statistics move
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(5)
            return torch.func.functional_call(twin, dict(zip(names, weights, strict=True)), (x,))

    x = images(genome).double().requires_grad_()
    assert torch.autograd.gradcheck(compute, (x, *model.parameters()), fast_mode=True)


@every_op
def test_a_copy_and_a_pickle_compute_the_same(op: Op) -> None:
    model = network(alone(op))
    x = images(alone(op))
    for training in (True, False):
        model.train(training)
        expected = seeded(model, x)
        assert torch.equal(seeded(copy.deepcopy(model), x), expected)
        assert torch.equal(seeded(pickle.loads(pickle.dumps(model)), x), expected)


@every_op_on_images
def test_channels_last_computes_the_same(op: Op) -> None:
    genome = between(op)
    model, x = network(genome).double(), images(genome).double()
    model.train(not isinstance(op, ops.Dropout))  # which draws in the order of the memory
    expected = seeded(copy.deepcopy(model), x)
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    torch.testing.assert_close(seeded(model, x.contiguous(memory_format=torch.channels_last)), expected)


@every_op_with_a_gradient
def test_bf16_autocast_is_near_and_trains(op: Op) -> None:
    genome = between(op)
    model, x = network(genome), images(genome)
    expected = seeded(copy.deepcopy(model), x)
    with torch.autocast("cpu", torch.bfloat16):
        answer = seeded(model, x)
    torch.testing.assert_close(answer.float(), expected, rtol=0.05, atol=0.05)
    answer.float().square().mean().backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in model.parameters())


@every_op
def test_neither_it_nor_an_activation_behind_it_overwrites_the_images(op: Op) -> None:
    behind = [Node("activation", ops.Activation("leaky_relu"), ("op",)), Node("output", ops.Output(), ("activation",))]
    genome = Genome([*alone(op).nodes[:-1], *behind])
    for model in (build(genome).train(), build(genome).eval()):
        x = images(genome)
        before = x.clone()
        model(x)
        assert torch.equal(x, before)
