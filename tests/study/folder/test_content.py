"""What a study keeps of its search."""

from __future__ import annotations

from nas.space import load
from nas.study.folder.content import resolved, state
from nas.study.folder.environment import compared
from nas.zoo import load as published

NETWORK = "zoo:resnet_cifar(depth=8, input_shape=(1, 8, 8), classes=10)"


def test_every_default_and_what_was_overridden_is_in_it(space):
    content = resolved(space("strategy.seed=9"))
    assert content["strategy"]["seed"] == 9
    assert content["train"]["batch"] == space().file.train.batch  # which the file does not say


def test_what_it_starts_from_is_kept_by_its_fingerprint_and_the_copy_in_the_run(space, tmp_path):
    genome = published(NETWORK)
    (tmp_path / "mine.yaml").write_text(genome.to_yaml())
    for start, kept in (("mine.yaml", "start.yaml"), (NETWORK, NETWORK)):
        text = f"name: edits\nkind: edits\ndata: {{name: digits}}\nnetwork: {{start: '{start}', edits: 2}}\n"
        (tmp_path / "edits.yaml").write_text(text)
        edits = load(tmp_path / "edits.yaml").bound(input_shape=(1, 8, 8), classes=10)
        assert resolved(edits)["network"]["start"] == kept
        assert state(edits, None)["start"] == genome.fingerprint


def test_images_and_versions_stand_beside_it(space):
    found = state(space(), "0123")
    assert (found["data"], found["versions"], found["start"]) == ("0123", compared(), None)
