"""How torch writes each operation: what is written computes what the builders build."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nas.errors import ExportError
from nas.exports.source.words import writers
from nas.genome import Genome, Node, Op, Shape, ops
from nas.genome.op import Op as AnyOp

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "network"))

from every_op import EVERY_OP, alone, between
from reading import difference, ruff_says, text_of


@pytest.mark.parametrize("op", EVERY_OP, ids=repr)
def test_what_is_written_computes_what_is_built(op: Op) -> None:
    for genome in (alone(op), between(op)):
        assert difference(genome, text_of(genome)) < 1e-5


def test_every_operation_is_written_as_ruff_writes_it(tmp_path: Path) -> None:
    for number, op in enumerate(EVERY_OP):
        (tmp_path / f"op{number}.py").write_text(text_of(between(op)))
    assert ruff_says(tmp_path) == ""


def test_every_shipped_operation_has_a_source_and_an_example() -> None:
    shipped = {kind for kind in ops.registry.names() if ops.registry.get(kind).__module__.startswith("nas.")} - {"input"}
    assert shipped <= set(writers.names())
    assert shipped - {"output"} == {op.kind for op in EVERY_OP}


def test_an_operation_of_the_users_own_is_refused_by_name() -> None:
    class Shift(AnyOp):
        kind = "test_shift"

        def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
            return inputs[0]

    genome = Genome([Node("x", ops.Input((3,))), Node("up/shift", Shift(), ("x",)), Node("out", ops.Output(), ("up/shift",))])
    with pytest.raises(
        ExportError, match=r"^node 'up/shift': there is no torch source for the operation 'test_shift'; .*register"
    ):
        text_of(genome)


def test_a_local_response_norm_is_that_of_the_paper_and_not_torchs() -> None:
    assert "F.local_response_norm(x, 3, alpha=1.5, beta=0.75, k=2.0)" in text_of(alone(ops.LocalResponseNorm(3, alpha=0.5)))


def test_numbers_that_are_torchs_defaults_are_left_out() -> None:
    text = text_of(alone(ops.Conv2d(6, kernel=1, padding=0, bias=True)))
    assert "self.op = nn.Conv2d(4, 6, 1)\n" in text
