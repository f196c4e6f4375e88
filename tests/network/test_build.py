"""The built network against torch: shapes, gradients, cost, names, copies, compilation, precision."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from nas.errors import GenomeError, UnknownNameError
from nas.genome import Genome, Node, Op, operation, ops
from nas.network import build, builders, state_name

SHAPE = (4, 9, 7)


def line(*layers: Op, shape: tuple[int, ...] = SHAPE) -> Genome:
    """input -> layers, one after the other -> output"""
    nodes = [Node("input", ops.Input(shape))]
    for number, op in enumerate([*layers, ops.Output()]):
        nodes.append(Node(f"node{number}", op, (nodes[-1].name,)))
    return Genome(nodes)


def meet(op: Op, *, lines: int) -> Genome:
    """Convolutions side by side that meet in `op`, then a ReLU and a linear layer."""
    nodes = [Node("input", ops.Input(SHAPE))]
    nodes += [Node(f"line{i}/conv", ops.Conv2d(3), ("input",)) for i in range(lines)]
    nodes.append(Node("meet", op, tuple(f"line{i}/conv" for i in range(lines))))
    tail = [ops.Activation("relu"), ops.Flatten(), ops.Linear(5), ops.Output()]
    for number, op in enumerate(tail):
        nodes.append(Node(f"tail{number}", op, (nodes[-1].name,)))
    return Genome(nodes)


def residual(function: str = "relu") -> Genome:
    nodes = [
        Node("input", ops.Input((3, 8, 8))),
        Node("stem/conv", ops.Conv2d(8), ("input",)),
        Node("stem/norm", ops.BatchNorm2d(), ("stem/conv",)),
        Node("stem/act", ops.Activation(function), ("stem/norm",)),
        Node("block/conv1", ops.Conv2d(8), ("stem/act",)),
        Node("block/norm1", ops.BatchNorm2d(), ("block/conv1",)),
        Node("block/act1", ops.Activation(function), ("block/norm1",)),
        Node("block/conv2", ops.Conv2d(8), ("block/act1",)),
        Node("block/norm2", ops.BatchNorm2d(), ("block/conv2",)),
        Node("block/add", ops.Add(), ("block/norm2", "stem/act")),
        Node("block/act2", ops.Activation(function), ("block/add",)),
        Node("pool", ops.GlobalAvgPool2d(), ("block/act2",)),
        Node("flat", ops.Flatten(), ("pool",)),
        Node("linear", ops.Linear(10), ("flat",)),
        Node("output", ops.Output(), ("linear",)),
    ]
    return Genome(nodes)


def plain(model: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    """`residual()` by hand, with nothing in place, from the state dict."""
    w = dict(model.named_parameters())

    def norm(y: torch.Tensor, name: str) -> torch.Tensor:
        return F.batch_norm(y, None, None, w[name + ".weight"], w[name + ".bias"], training=True)

    stem = F.relu(norm(F.conv2d(x, w["stem.conv.weight"], padding=1), "stem.norm"))
    y = F.relu(norm(F.conv2d(stem, w["block.conv1.weight"], padding=1), "block.norm1"))
    y = norm(F.conv2d(y, w["block.conv2.weight"], padding=1), "block.norm2")
    return F.linear(F.relu(y + stem).mean((2, 3)), w["linear.weight"], w["linear.bias"])


def images(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_dropout_drops_its_share_in_training_only() -> None:
    model, x = build(line(ops.Dropout(0.3))), torch.ones(100, *SHAPE)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        dropped = model(x)
    assert (dropped == 0).float().mean().item() == pytest.approx(0.3, abs=0.02)
    assert dropped.max().item() == pytest.approx(1 / 0.7)
    assert torch.equal(model.eval()(x), x)


@pytest.mark.parametrize("lines", [1, 2, 3])
@pytest.mark.parametrize("op", [ops.Add(), ops.Mean(), ops.Multiply(), ops.Concat()], ids=repr)
def test_lines_meet_as_torch_computes_it(op: Op, lines: int) -> None:
    model, x = build(meet(op, lines=lines)), images(2, *SHAPE)
    parts = [F.conv2d(x, model.get_parameter(f"line{i}.conv.weight"), padding=1) for i in range(lines)]
    stack = torch.stack(parts)
    met = {
        "add": stack.sum(0),
        "mean": stack.mean(0),
        "multiply": stack.prod(0),
        "concat": torch.cat(parts, 1),
    }[op.kind]
    expected = F.linear(met.relu().flatten(1), model.get_parameter("tail2.weight"), model.get_parameter("tail2.bias"))
    torch.testing.assert_close(model(x), expected, atol=1e-5, rtol=1e-5)


def test_a_scale_of_one_value_a_channel_multiplies_an_image() -> None:
    nodes = [Node("input", ops.Input(SHAPE)), Node("pool", ops.GlobalAvgPool2d(), ("input",))]
    nodes += [Node("scale", ops.Multiply(), ("input", "pool")), Node("output", ops.Output(), ("scale",))]
    x = images(2, *SHAPE)
    torch.testing.assert_close(build(Genome(nodes))(x), x * x.mean((2, 3), keepdim=True))


def test_zero_puts_out_zeros_even_for_an_infinite_input() -> None:
    assert build(line(ops.Zero()))(torch.full((1, *SHAPE), float("inf"))).count_nonzero() == 0


@pytest.mark.parametrize(
    "genome",
    [
        residual(),
        line(ops.Conv2d(8, kernel=(1, 3), stride=(2, 1), groups=4, bias=True), ops.BatchNorm2d(), ops.MaxPool2d()),
        meet(ops.Concat(), lines=3),
    ],
    ids=repr,
)
def test_params_and_macs_are_those_that_torch_counts(genome: Genome) -> None:
    model = build(genome)
    assert genome.params == sum(weight.numel() for weight in model.parameters())
    with FlopCounterMode(display=False) as counter:
        model(images(2, *genome.input_shape))
    assert 2 * 2 * genome.macs == counter.get_total_flops()  # two images, two operations for each macs


@pytest.mark.parametrize("seed", range(5))
def test_params_and_macs_of_random_lines_are_those_that_torch_counts(seed: int) -> None:
    pick = torch.Generator().manual_seed(seed)
    draw = lambda high: int(torch.randint(1, high + 1, (1,), generator=pick))  # noqa: E731
    layers = [
        ops.Conv2d(
            4 * draw(5),
            kernel=(draw(3), draw(3)),
            stride=draw(2),
            dilation=draw(2),
            groups=2 ** draw(2),
            bias=seed % 2 == 0,
        )
        for _ in range(2)
    ]
    genome = line(*layers, ops.Flatten(), ops.Linear(draw(9), bias=seed % 2 == 1), shape=(8, 17, 13))
    test_params_and_macs_are_those_that_torch_counts(genome)


def test_the_gradient_is_that_of_hand_written_torch_without_anything_in_place() -> None:
    model, x = build(residual()).double(), images(4, 3, 8, 8).double()
    expected = torch.autograd.grad(plain(model, x).square().sum(), list(model.parameters()))
    got = torch.autograd.grad(model(x).square().sum(), list(model.parameters()))
    torch.testing.assert_close(got, expected)


@pytest.mark.parametrize("function", ops.ACTIVATIONS)
def test_two_activations_in_a_row_keep_their_gradients(function: str) -> None:
    layers = [
        ops.Conv2d(3),
        ops.Activation(function),
        ops.Activation("relu"),
        ops.Dropout(0.2),
        ops.Activation("relu6"),
    ]
    model, x = build(line(*layers)).double().eval(), images(2, *SHAPE).double().requires_grad_()
    assert torch.autograd.gradcheck(model, (x,), fast_mode=True)


def test_a_tensor_that_two_nodes_read_is_not_overwritten() -> None:
    nodes = [Node("input", ops.Input(SHAPE)), Node("norm", ops.BatchNorm2d(), ("input",))]
    nodes += [Node("relu", ops.Activation("relu"), ("norm",)), Node("join", ops.Concat(), ("norm", "relu"))]
    model = build(Genome([*nodes, Node("output", ops.Output(), ("join",))])).eval()
    x = images(2, *SHAPE)
    assert (model(x)[:, :4] < 0).any()


def test_the_images_themselves_are_not_overwritten() -> None:
    x = images(2, *SHAPE)
    before = x.clone()
    merges = [ops.Add(), ops.Mean(), ops.Multiply(), ops.Concat()]  # of one line they are that line
    for op in [ops.Identity(), ops.Dropout(0.5), *merges]:
        build(line(op, ops.Activation("relu"))).eval()(x)
    assert torch.equal(x, before)


def test_state_dict_keys_are_node_names_with_dots() -> None:
    keys = set(build(residual()).state_dict())
    assert {"stem.conv.weight", "block.norm1.running_mean", "linear.bias"} <= keys
    assert {key.rsplit(".", 1)[0] for key in keys} == {
        "stem.conv", "stem.norm", "block.conv1", "block.norm1", "block.conv2", "block.norm2", "linear",
    }  # fmt: skip


def test_names_that_torch_or_python_use_get_an_underscore() -> None:
    nodes = [Node("input", ops.Input((2,)))]
    for name in ["train/class", "train_/half", "forward", "self", "weight/__init__", "x"]:
        nodes.append(Node(name, ops.Linear(2), (nodes[-1].name,)))
    model = build(Genome([*nodes, Node("output", ops.Output(), ("x",))]))
    assert model.train()(torch.ones(1, 2)).shape == (1, 2)
    assert {"train_.class_.weight", "train__.half_.weight", "x.weight"} <= set(model.state_dict())
    assert state_name("stage1/conv") == "stage1.conv"


def test_a_layer_inside_a_layer_of_the_same_name_is_refused() -> None:
    nodes = [
        Node("input", ops.Input((2,))),
        Node("a", ops.Linear(2), ("input",)),
        Node("a/weight", ops.Linear(2), ("a",)),
    ]
    with pytest.raises(GenomeError, match="'a/weight'"):
        build(Genome([*nodes, Node("output", ops.Output(), ("a/weight",))]))


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"])
def test_a_copy_computes_the_same_and_shares_no_weights(twin) -> None:  # type: ignore[no-untyped-def]
    model, x = build(residual()).eval(), images(2, 3, 8, 8)
    other = twin(model)
    expected = model(x)
    model.get_parameter("linear.weight").data.zero_()
    assert torch.equal(other(x), expected)


def test_torch_compile_takes_it_whole() -> None:
    model, x = build(residual()).eval(), images(2, 3, 8, 8)
    compiled = torch.compile(model, backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(x), model(x))


def test_functional_call_and_vmap_run_an_ensemble() -> None:
    models = [build(residual(), seed=seed).eval() for seed in (1, 2)]
    states = [model.state_dict() for model in models]
    stacked = {key: torch.stack([state[key] for state in states]) for key in states[0]}
    x = images(2, 3, 8, 8)
    got = torch.vmap(lambda state: torch.func.functional_call(models[0], state, (x,)))(stacked)
    torch.testing.assert_close(got, torch.stack([model(x) for model in models]))


def test_channels_last_computes_the_same() -> None:
    model, x = build(residual()).double().eval(), images(2, 3, 8, 8).double()
    expected = model(x)
    model = model.to(memory_format=torch.channels_last)
    torch.testing.assert_close(model(x.contiguous(memory_format=torch.channels_last)), expected)


@pytest.mark.parametrize("genome", [residual(), residual("silu"), meet(ops.Mean(), lines=3)], ids=repr)
def test_bf16_autocast_trains(genome: Genome) -> None:
    model = build(genome).to(memory_format=torch.channels_last)
    x = images(4, *genome.input_shape).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        answer = model(x)
    assert answer.dtype == torch.bfloat16
    answer.float().square().mean().backward()
    assert all(weight.grad.dtype == torch.float32 for weight in model.parameters())


def test_several_outputs_are_a_tuple_with_the_prediction_first() -> None:
    nodes = [
        Node("input", ops.Input((3,))),
        Node("head", ops.Linear(5), ("input",)),
        Node("aux", ops.Linear(7), ("input",)),
    ]
    nodes += [Node("output_aux", ops.Output(), ("aux",)), Node("output", ops.Output(), ("head",))]
    answers = build(Genome(nodes, outputs=("output", "output_aux")))(torch.ones(2, 3))
    assert [tuple(answer.shape) for answer in answers] == [(2, 5), (2, 7)]


@operation("test_noise")
class Noise(Op):
    def output_shape(self, inputs: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        return inputs[0]


def test_an_operation_without_a_builder_is_named_with_its_node() -> None:
    with pytest.raises(UnknownNameError, match=r"node 'node0': 'test_noise' is not a known builder"):
        build(line(Noise()))


def test_a_users_function_and_module_are_built_like_the_shipped_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(builders._items, "test_noise", lambda op, place: lambda x: torch.sin(x) * 2)
    x = images(2, *SHAPE)
    torch.testing.assert_close(build(line(Noise()))(x), x.sin() * 2)
    monkeypatch.setitem(builders._items, "test_noise", lambda op, place: torch.nn.Linear(place.inputs[0][-1], 7))
    state = torch.random.get_rng_state()
    first, second, third = (build(line(Noise()), seed=seed).get_parameter("node0.weight") for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_builder_that_computes_no_tensor_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(builders._items, "test_noise", lambda op, place: lambda x: 3)
    with pytest.raises(GenomeError, match=r"node 'node0'.*got int"):
        build(line(Noise()))
