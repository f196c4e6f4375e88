"""Files of a run are damaged: each damage is named and the run left as it is, or it changes nothing (P9)."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator

import pytest
from commands import ForkServer, Home, serving
from damage import damages
from harness import HALVING, Broken, rows, table
from records import Record
from ruined import Ruined
from settled import check_settled

from nas.study import Run

EDITS = """
name: faults
kind: edits
data: {name: digits}
network: {start: start.yaml, edits: 3}
train: {epochs: 3}
strategy: {name: random, trials: 6, seed: 3, window: 2}
evaluator: "trials:quick"
"""
LITTLE, MUCH = {"cuts": 3, "flips": 5}, {"cuts": 64, "flips": 100}
LONG = pytest.mark.long
AMOUNTS = [pytest.param(LITTLE, id="short"), pytest.param(MUCH, id="long", marks=LONG)]
ALL_LONG = [pytest.param(LITTLE, id="short", marks=LONG), pytest.param(MUCH, id="long", marks=LONG)]  # they need torch
PROMISED = "named, or harmless; never a silent restart or another result"


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with serving() as server:
        yield server


@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize("name", ["study.journal", "search.yaml", "environment.json", "start.yaml", "earlier.json"])
def test_a_damaged_file_of_a_run_is_named_or_harmless(server, memory_folder, record: Record, name, amount):
    space, settings = None, (*HALVING, "strategy.trials=8")
    if name == "start.yaml":
        (memory_folder / "start.yaml").write_text(_start())
        space, settings = EDITS.replace("start.yaml", str(memory_folder / "start.yaml")), ()
    if name == "earlier.json":
        other = Broken(server, Home(memory_folder / "other"), (*settings, "objectives=[error]"))
        assert other.go_on() == 0
        more = ("objectives=[error]", "strategy.name=surrogate", f"strategy.learn_from=['{other.run}']", "strategy.seed=9")
        settings = (*settings, *more)
    ruined = Ruined(server, memory_folder, settings, space=space, kill_when=7)
    content = (ruined.broken.run / name).read_bytes()
    expected, counts = (table(ruined.twin.run), rows(ruined.twin.run)), Counter[str]()
    for what, left in damages(content, **amount):
        status, said, copy = ruined.resumed(name, left)
        if (name, left) == ("search.yaml", None):
            assert "warning: search.yaml was missing; it was written anew as the study has it" in said
            assert (copy.run / name).read_bytes() == content
        if status == 0:
            assert (table(copy.run), rows(copy.run)) == expected, f"{name} {what}: nothing was said, and the result differs"
            check_settled(Run.open(copy.run, allow_code=True))
            counts["harmless, shown by the same result"] += 1
        else:
            assert status == 2 and len(said.splitlines()) <= 2 and said.startswith("nas: "), f"{name} {what}: {status} {said}"
            assert name in said or "--despite-changes" in said or "is no run" in said, f"{name} {what}: {said}"
            counts["named and refused"] += 1
    found = ", ".join(f"{count} {what}" for what, count in sorted(counts.items(), reverse=True))
    fault = f"{name} cut, zeroed, deleted, a bit flipped"
    record("P9", fault, times=counts.total(), promised=PROMISED, found=found)


def _start() -> str:
    from nas.zoo import load

    return load("zoo:resnet_cifar(depth=8, input_shape=(1, 8, 8), classes=10)").to_yaml()


@pytest.fixture(scope="module")
def server_with_torch() -> Iterator[ForkServer]:
    with serving(torch=True) as server:
        yield server


@pytest.mark.parametrize("amount", ALL_LONG)
@pytest.mark.parametrize("name", ["state.pt", "state.previous.pt"])
def test_a_damaged_checkpoint_is_passed_over_and_noted(server_with_torch, memory_folder, record: Record, name, amount):
    ruined = Ruined(
        server_with_torch, memory_folder, ("evaluator=trials:saving", "strategy.trials=3"), space=None, kill_when=4 + 3 + 2
    )
    path = next((ruined.broken.run / "checkpoints").glob(f"*/{name}"))
    number = int(path.parent.name)
    expected, counts = table(ruined.twin.run), Counter[str]()
    for what, left in damages(path.read_bytes(), **amount):
        status, said, copy = ruined.resumed(str(path.relative_to(ruined.broken.run)), left)
        assert status == 0 and table(copy.run) == expected, f"{name} {what}: {status} {said}"
        resumed = Run.open(copy.run, allow_code=True)
        check_settled(resumed)
        notes = resumed.trials[number].notes
        if name == "state.pt" and left is not None:
            assert len(notes) == 1 and notes[0].startswith("state.pt is damaged: "), f"{name} {what}: {notes}"
            assert notes[0].endswith("it went on from the state before")
            counts["noted with the trial, and the one before was used"] += 1
        else:
            assert notes == []
            counts["harmless"] += 1
    found = ", ".join(f"{count} {what}" for what, count in sorted(counts.items(), reverse=True)) + "; all tables equal"
    fault = f"checkpoint {name} cut, zeroed, deleted, a bit flipped, while its trial is under way"
    record("P9", fault, times=counts.total(), promised="the one before is used, and the trial's record says so", found=found)


@pytest.mark.parametrize("amount", AMOUNTS)
def test_damaged_weights_are_refused_by_name(tmp_path, record: Record, amount):
    import torch

    from nas.data import load
    from nas.errors import RunError
    from nas.evaluate.weights import FILE, read_weights, save_weights
    from nas.network import build
    from nas.space.settings import DataSettings
    from nas.storage import Folder
    from nas.zoo import load as published

    genome = published("zoo:resnet_cifar(depth=8, input_shape=(1, 8, 8), classes=10)")
    model = build(genome, seed=3)
    save_weights(model, genome, load(DataSettings(name="digits"), cache=tmp_path / "cache"), storage=Folder(tmp_path))
    path, whole = tmp_path / FILE, (tmp_path / FILE).read_bytes()
    assert all(torch.equal(tensor, model.state_dict()[name]) for name, tensor in read_weights(genome, path).items())
    count = 0
    header = 8 + int.from_bytes(whole[:8], "little")
    flips = [*damages(whole[:header], cuts=0, flips=amount["flips"], seed=1)][3:]
    for _, left in [*damages(whole, **amount), *((what, (left or b"") + whole[header:]) for what, left in flips)]:
        path.unlink(missing_ok=True)
        if left is not None:
            path.write_bytes(left)
        with pytest.raises(RunError, match=rf"{FILE}(: must hold the weights of genome| is damaged: its checksum)"):
            read_weights(genome, path)
        count += 1
    fault = f"{FILE} cut, zeroed, deleted, a bit flipped (its header and its numbers)"
    record("P9", fault, times=count, promised="named; no other weights are used", found=f"{count} named and refused")


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_export_with_a_damaged_manifest_is_refused_or_replaced_as_a_whole(tmp_path, record: Record, amount):
    import json

    from nas.errors import InputError
    from nas.exports.folder import MANIFEST, SCHEMA, replaced

    folder = tmp_path / "export"

    def export(text: str) -> None:
        with replaced(folder) as partial:
            (partial / "genome.yaml").write_text(text)
            (partial / MANIFEST).write_text(json.dumps({"schema": SCHEMA, "files": {"genome.yaml": {"bytes": len(text)}}}))

    export("old")
    whole = (folder / MANIFEST).read_bytes()
    counts = Counter[str]()
    for what, left in damages(whole, **amount):
        shutil.rmtree(folder)
        export("old")
        (folder / MANIFEST).unlink()
        if left is not None:
            (folder / MANIFEST).write_bytes(left)
        said = ""
        try:
            export("new")
        except InputError as error:
            said = str(error)
        holds = (folder / "genome.yaml").read_text()
        assert (holds, "holds what no export wrote" in said) in (("old", True), ("new", False)), f"{what}: {said}"
        counts["named and refused" if said else "replaced as a whole"] += 1
    found = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    fault = "manifest.json of an export cut, zeroed, deleted, a bit flipped"
    record("P9", fault, times=counts.total(), promised="the next export refuses it by name, or replaces all of it", found=found)
