"""Results from a table: what is looked up, which layouts are read, what is refused, and a search that trains nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nas.errors import InputError
from nas.evaluate import Job, Outcome, run_job
from nas.evaluate.evaluators import find
from nas.evaluate.table import load_table
from nas.genome import Genome
from nas.motif.cell import Cells, compose_cells

HEADER = "edge0-1,error_1,error_3"
ROWS = ("none,0.9,0.8", "skip_connect,0.7,0.5", "nor_conv_1x1,0.6,0.4")
Write = Callable[..., Path]


def network(op: str, *, width: int = 4) -> Genome:
    """A stage of one cell of one edge, for images of 1x8x8."""
    plan = Cells({"edge0-1": op}, nodes=2, widths=(width,), repeats=1)
    return compose_cells(plan, input_shape=(1, 8, 8), classes=10).genome()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*lines: str, name: str = "mine.csv") -> Path:
        (tmp_path / name).write_text("\n".join(lines) + "\n")
        return tmp_path / name

    return written


@pytest.fixture
def looked_up(make_job: Callable[..., Job]) -> Callable[..., tuple[Outcome, dict[int, dict[str, float]]]]:
    """The outcome of a genome and what was reported by epoch."""

    def look(path: Path, genome: Genome, *, epochs: int = 3, until: int = 99) -> tuple[Outcome, dict[int, dict[str, float]]]:
        curve: dict[int, dict[str, float]] = {}

        def report(epoch: int, metrics: dict[str, float]) -> bool:
            curve[epoch] = metrics
            return epoch < until

        return run_job(make_job(genome, epochs=epochs, evaluator=f"table:{path}"), report), curve

    return look


def test_the_curve_of_a_network_is_reported_and_its_last_results_given_back(write: Write, looked_up: Callable) -> None:
    outcome, curve = looked_up(write(HEADER, *ROWS), network("skip_connect"))
    assert curve == {1: {"error": 0.7, "accuracy": pytest.approx(0.3)}, 3: {"error": 0.5, "accuracy": 0.5}}
    assert (outcome.status, outcome.metrics) == ("finished", {"error": 0.5, "accuracy": 0.5})


def test_a_shorter_training_ends_with_the_results_of_its_last_epoch(write: Write, looked_up: Callable) -> None:
    outcome, curve = looked_up(write(HEADER, *ROWS), network("skip_connect"), epochs=1)
    assert list(curve) == [1] and outcome.metrics["error"] == 0.7


def test_a_search_may_stop_it_between_the_epochs(write: Write, looked_up: Callable) -> None:
    outcome, curve = looked_up(write(HEADER, *ROWS), network("skip_connect"), until=1)
    assert (outcome.status, list(curve), outcome.metrics["error"]) == ("stopped", [1], 0.7)


def test_a_metric_without_epochs_is_that_of_a_whole_training(write: Write, looked_up: Callable) -> None:
    path = write("edge0-1,accuracy,latency_ms", "none,0.25,1.5")
    outcome, curve = looked_up(path, network("none"), epochs=7)
    assert outcome.metrics == {"accuracy": 0.25, "error": 0.75, "latency_ms": 1.5}
    assert curve == {7: outcome.metrics}


def test_simulated_seconds_and_other_metrics_stand_beside_the_error(write: Write, looked_up: Callable) -> None:
    path = write("edge0-1,error_1,seconds_1,error_3,seconds_3,1080ti_1", "none,0.9,10,0.8,31.5,2")
    assert looked_up(path, network("none"))[1] == {
        1: {"error": 0.9, "accuracy": pytest.approx(0.1), "seconds": 10, "1080ti_1": 2},
        3: {"error": 0.8, "accuracy": pytest.approx(0.2), "seconds": 31.5, "1080ti_1": 2},
    }


def test_a_network_may_stand_under_its_fingerprint(write: Write, looked_up: Callable) -> None:
    one, other = network("none"), network("skip_connect")
    path = write("fingerprint,edge0-1,error", f"{one.fingerprint},x,0.9", f"{other.fingerprint},y,0.2")
    assert looked_up(path, other)[0].metrics["error"] == 0.2


def test_an_npz_holds_the_same_as_a_csv(write: Write, tmp_path: Path) -> None:
    columns = [line.split(",") for line in ROWS]
    names, first, last = (np.array(column) for column in zip(*columns, strict=True))
    kept = {"edge0-1": names, "error_1": first.astype(np.float32), "error_3": last.astype(np.float32)}
    np.savez(tmp_path / "text.npz", **kept)
    np.savez(tmp_path / "bytes.npz", **{**kept, "edge0-1": names.astype("S12")})
    csv = load_table(str(write(HEADER, *ROWS)))
    for name in ("text.npz", "bytes.npz"):
        table = load_table(str(tmp_path / name))
        assert (table.keys, table.rows) == (csv.keys, csv.rows)
        assert {e: m["error"].tolist() for e, m in table.curves.items()} == {1: [0.9, 0.7, 0.6], 3: [0.8, 0.5, 0.4]}


def test_lines_of_comment_and_spaces_do_not_matter(write: Write) -> None:
    table = load_table(str(write("# mine", "edge0-1, error", "# and yours", "none, 0.5", "")))
    assert table.rows == {("none",): 0} and table.columns["error"].tolist() == [0.5]


def test_a_file_that_changed_is_read_again(write: Write, looked_up: Callable) -> None:
    path = write("edge0-1,error", "none,0.5")
    assert looked_up(path, network("none"))[0].metrics["error"] == 0.5
    write("edge0-1,error", "none,0.25", "skip_connect,0.75")
    assert looked_up(path, network("none"))[0].metrics["error"] == 0.25


# What a table does not have


def test_a_network_that_the_table_lacks_fails_and_says_which(write: Write, looked_up: Callable) -> None:
    outcome, curve = looked_up(write(HEADER, *ROWS), network("avg_pool_3x3"))
    text = "error: InputError: mine.csv lacks this network (edge0-1 avg_pool_3x3); it has 3 others"
    assert (outcome.status, outcome.reason, curve) == ("failed", text, {})


def test_a_number_of_epochs_that_the_table_lacks_fails_and_says_which_it_has(write: Write, looked_up: Callable) -> None:
    outcome, _ = looked_up(write(HEADER, *ROWS), network("none"), epochs=2)
    assert outcome.reason.endswith("mine.csv has results after 1, 3 epochs, and train.epochs is 2")


def test_a_network_of_another_skeleton_fails(write: Write, looked_up: Callable) -> None:
    params = network("nor_conv_1x1").params
    path = write("edge0-1,error,params,macs", f"nor_conv_1x1,0.5,{params},{network('nor_conv_1x1').macs}")
    assert looked_up(path, network("nor_conv_1x1"))[0].metrics == {"error": 0.5, "accuracy": 0.5}
    other = network("nor_conv_1x1", width=5)
    reason = looked_up(path, other)[0].reason
    assert f"has {params:,} params in mine.csv and {other.params:,} here: the table is of another skeleton" in reason


def test_a_network_without_cells_fails(write: Write, looked_up: Callable, small: Callable[..., Genome]) -> None:
    assert "has no cells with edges" in looked_up(write(HEADER, *ROWS), small())[0].reason


def test_a_cell_of_other_edges_fails(write: Write, looked_up: Callable) -> None:
    path = write("edge0-1,edge0-2,edge1-2,error", "none,none,none,0.5")
    text = "mine.csv is of cells of edge0-1, edge0-2, edge1-2; this one has edge0-1"
    assert text in looked_up(path, network("none"))[0].reason


@pytest.mark.parametrize("missing", ["", "nan"])
def test_a_missing_result_is_left_out_before_the_last_epoch_and_fails_at_it(
    missing: str, write: Write, looked_up: Callable
) -> None:
    path = write(HEADER, f"none,{missing},0.5", f"skip_connect,0.5,{missing}")
    early, curve = looked_up(path, network("none"))
    assert early.status == "finished" and list(curve) == [3]
    late, _ = looked_up(path, network("skip_connect"))
    assert late.reason.startswith("not a number: ") and "after epoch 3" in late.reason


# What is no table


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("arch,error", "1,0.5"), "needs a column 'fingerprint', or one for each edge of a cell, got arch, error"),
        (("edge0-1,params", "none,5"), "needs a metric, such as error or accuracy_200"),
        (("edge0-1,error,error_3", "none,0.5,0.5"), "has error and error_3; name the epochs of both"),
        (("edge0-1,error", "none,51.5"), "error is a share from 0 to 1, got 51.5; a percentage is to be divided by 100"),
        (("edge0-1,accuracy_3", "none,-0.5"), "accuracy_3 is a share from 0 to 1, got -0.5"),
        (("edge0-1,error", "none,low"), "error must hold numbers: could not convert string to float"),
        (("edge0-1,error", "none"), "row 1 has 1 fields, and the header 2"),
        (("edge0-1,error,error", "none,0.5,0.5"), "two columns have one name: error"),
        (("edge0-1,error", "none,0.5", "none,0.6"), "two rows are of one network: none"),
        (("edge0-1,error",), "has no rows"),
        (("",), "has no rows"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(lines: tuple[str, ...], text: str, write: Write) -> None:
    with pytest.raises(InputError) as caught:
        load_table(str(write(*lines)))
    assert str(caught.value).startswith(str(write(*lines))) and text in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({}, "every array has one value for each network, got none"),
        ({"edge0-1": np.array(["none"]), "error": np.zeros(2)}, "got edge0-1 (1,), error (2,)"),
        ({"edge0-1": np.array([["none"]]), "error": np.zeros((1, 1))}, "one value for each network, got edge0-1 (1, 1)"),
        ({"edge0-1": np.array([3]), "error": np.zeros(1)}, "edge0-1 must hold names, got int64"),
        ({"edge0-1": np.array(["none"], dtype=object)}, "holds pickled Python objects, which are never loaded"),
    ],
)
def test_what_is_wrong_with_arrays_is_said(columns: dict[str, np.ndarray], text: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", **columns)
    with pytest.raises(InputError) as caught:
        load_table(str(tmp_path / "mine.npz"))
    assert text in str(caught.value)


def test_a_file_that_is_none_is_refused(write: Write, tmp_path: Path) -> None:
    write("edge0-1,error", "none,0.5")
    write("no archive", name="broken.npz")
    (tmp_path / "latin.csv").write_bytes(b"edge0-1,error\nn\xf6ne,0.5\n")
    for name, text in (
        ("mien.csv", "no such file; did you mean 'mine.csv'?"),
        ("mine.txt", "a table is a file that ends with .csv or .npz, such as table:mine.csv"),
        ("broken.npz", "broken.npz: is not an .npz file that can be read"),
        ("latin.csv", "latin.csv cannot be read as a table"),
    ):
        with pytest.raises(InputError) as caught:
            load_table(str(tmp_path / name))
        assert text in str(caught.value)


def test_an_evaluator_without_its_file_is_told_how_to_name_one() -> None:
    with pytest.raises(InputError, match=r"'table' takes a file of results: table:FILE, such as table:mine\.csv"):
        find("table")


# What is shipped


def test_the_shipped_table_has_the_published_results(make_job: Callable[..., Job]) -> None:
    """Its best cell, |3x3~0|+|1x1~0|3x3~1|+|skip~0|1x1~1|3x3~2|: 91.57 % after 200 epochs, and 84.666 % after 12."""
    from nas.space import load

    best = ("nor_conv_3x3", "nor_conv_1x1", "nor_conv_3x3", "skip_connect", "nor_conv_1x1", "nor_conv_3x3")
    space = load("nasbench201-tiny")
    table = load_table(space.file.evaluator.removeprefix("table:"))
    assert len(table.rows) == 729
    assert table.keys == ("edge0-1", "edge0-2", "edge1-2", "edge0-3", "edge1-3", "edge2-3")
    errors = table.curves[200]["error"]
    assert errors.argmin() == table.rows[best]
    assert errors.min() == 0.0843
    assert table.curves[12]["error"][table.rows[best]] == 0.15334


def test_a_search_of_the_table_trains_nothing_and_ends_in_seconds(tmp_path: Path) -> None:
    from nas.runner.drive import drive
    from nas.runner.plan import Plan
    from nas.space import load
    from nas.study import Run

    space = load("nasbench201-tiny", overrides=["strategy.trials=12", "strategy.name=random"])
    run = Run.create(tmp_path / "run", space.bound(input_shape=(3, 32, 32), classes=10))
    drive(run.search(), run, Plan("inline", "", 1, 1.0, 0.0, 0, None, ()))
    done = [trial for trial in run.trials if trial.trains]
    assert [trial.state for trial in done] == ["finished"] * 12
    assert all(list(trial.curve) == [12, 200] for trial in done)
    assert run.best.metrics["error"] == min(trial.metrics["error"] for trial in done) < 0.2
