"""Tables of operations: what they predict, how they interpolate, and what is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from nas.errors import DocumentError, OverBudget
from nas.genome import Genome, Node, ops
from nas.space import load as load_space
from nas.space.drawing import RandomTrial
from nas.space.latency_table import LatencyTable, calls_of, content, load

CONV, RELU, POOL, FLAT, LINEAR = ops.Conv2d(8), ops.Activation("relu"), ops.GlobalAvgPool2d(), ops.Flatten(), ops.Linear(3)
GENOME = Genome(
    [
        Node("image", ops.Input((1, 8, 8))),
        Node("conv", CONV, ("image",)),
        Node("relu", RELU, ("conv",)),
        Node("again", RELU, ("relu",)),
        Node("pool", POOL, ("again",)),
        Node("flat", FLAT, ("pool",)),
        Node("classes", LINEAR, ("flat",)),
        Node("output", ops.Output(), ("classes",)),
    ]
)
ALONE = {
    (CONV, ((1, 8, 8),)): 0.5,
    (RELU, ((8, 8, 8),)): 0.125,
    (POOL, ((8, 8, 8),)): 0.25,
    (FLAT, ((8, 1, 1),)): 0.0625,
    (LINEAR, ((8,),)): 0.0625,
}
ABOUT = {"device": "cpu", "processor": "a 486", "threads": 1, "batch": 1, "versions": {"torch": "2.13.0"}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "table.json"
    path.write_text(json.dumps(content(LatencyTable(ALONE, 0.25, 0.5, 2.0), **ABOUT)))
    return path


def test_a_prediction_is_the_sum_of_the_calls_times_a_factor_and_a_constant_for_each_call_and_network():
    """0.5 + 2 * 0.125 + 0.25 + 0.0625 + 0.0625 = 1.125 ms in six calls: 0.25 + 6 * 0.5 + 2 * 1.125."""
    assert LatencyTable(ALONE).predicted_ms(GENOME) == 1.125
    assert LatencyTable(ALONE, 0.25, 0.5, 2.0).predicted_ms(GENOME) == 5.5


def test_a_table_is_read_as_it_was_written(file):
    table = load(file)
    assert table.calls == ALONE
    assert (table.constant_ms, table.call_ms, table.scale) == (0.25, 0.5, 2.0)
    assert len(table.digest) == 32


def test_what_a_table_lacks_lies_between_the_nearest_of_its_kind():
    """A convolution half-way, in logarithms, between one of 4 channels and one of 16: the geometric mean of 1 and 4 ms."""
    image = ((1, 8, 8),)
    table = LatencyTable({(ops.Conv2d(4), image): 1.0, (ops.Conv2d(16), image): 4.0, (RELU, ((8, 8, 8),)): 100.0})
    assert math.isclose(table.sum_ms([(ops.Conv2d(8), image)]), 2.0, rel_tol=1e-3)
    assert table.lacks(GENOME) == [call for call in calls_of(GENOME) if call[0] != RELU]


def test_a_kind_of_operation_that_a_table_has_not_is_that_of_its_nearest_cost():
    table = LatencyTable({(RELU, ((8, 8, 8),)): 0.125})
    assert table.sum_ms([(ops.Identity(), ((8, 8, 8),))]) == pytest.approx(0.125)


def test_a_network_that_is_predicted_to_be_too_slow_is_over_budget_by_as_much():
    with pytest.raises(OverBudget, match=r"it is predicted to take 1.12 ms \(limit 0.75\)") as error:
        LatencyTable(ALONE).check(GENOME, 0.75)
    assert error.value.excess == 0.5
    LatencyTable(ALONE).check(GENOME, 1.125)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "nas.genome/1"}, "schema: 'nas.genome/1' is not known here"),
        ({"threads": 0}, "threads: "),
        ({"scale": -1.0}, "scale: "),
        ({"operations": []}, "operations: "),
        ({"operations": [{"op": "conv2", "inputs": [[1, 8, 8]], "ms": 1.0}]}, "operations.0: 'conv2' is not a known operation"),
        ({"operations": [{"op": "activation", "inputs": [[1, 8, 8]], "ms": 0.0}]}, "operations.0.ms: "),
        ({"operations": [{"op": "linear", "arguments": {"out": 3}, "inputs": [[8]], "ms": 1.0}]}, "has no argument 'out'"),
        ({"operations": [{"op": "flatten", "inputs": [[8]], "ms": 1.0}], "more": 1}, "more: "),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_its_place(file, change, message):
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(DocumentError) as error:
        load(file)
    assert str(error.value).startswith(f"{file}: ") and message in str(error.value)


@pytest.mark.parametrize(("text", "message"), [("{", "not JSON"), ("[]", "must be"), ('{"threads": NaN}', "finite")])
def test_what_is_no_document_is_refused(file, text, message):
    file.write_text(text)
    with pytest.raises(DocumentError, match=message):
        load(file)


def test_a_space_draws_only_what_is_predicted_to_be_fast_enough(file):
    """Six calls or more at half a millisecond each: a limit on the time is one on the calls, and so on the depth."""
    options = [f"latency.table={file}", "network.depth={int: [1, 3]}"]
    free = load_space("tiny", overrides=options)
    limited = load_space("tiny", overrides=[*options, "budget.latency_ms=35"])
    drawn, refused = 0, 0
    for seed in range(40):
        genome = free.genome(RandomTrial(seed))
        predicted = free.predicted(genome)["predicted_latency_ms"]
        if predicted <= 35:
            assert limited.genome(RandomTrial(seed)) == genome
            drawn += 1
        else:
            with pytest.raises(OverBudget) as error:
                limited.genome(RandomTrial(seed))
            assert error.value.excess == pytest.approx(predicted / 35 - 1)
            refused += 1
    assert drawn and refused


@pytest.mark.parametrize("setting", ["budget.latency_ms=5", "objectives=[error, predicted_latency_ms]"])
def test_a_prediction_without_a_table_is_refused_with_what_would_do(setting):
    with pytest.raises(DocumentError, match=r"is predicted from a table of operations: set latency: \{table: FILE\}"):
        load_space("tiny", overrides=[setting])


def test_rungs_cannot_compare_what_is_measured_at_the_end():
    asked = ["objectives=[error, latency_ms]", "stop.name=successive-halving"]
    with pytest.raises(DocumentError, match=r"latency_ms is measured when a trial ends, so rungs cannot compare it"):
        load_space("tiny", overrides=asked)
    load_space("tiny", overrides=[*asked, "stop.metric=error"])
