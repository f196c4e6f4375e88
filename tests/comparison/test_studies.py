"""The shipped studies: they keep to their schema, and their networks are those of the published tables."""

from __future__ import annotations

import pytest
import yaml

from nas import shipped
from nas.comparison.plan import plan
from nas.space import load
from nas.space.schema import schema

KIND = "search_spaces/studies"
# L residual branches -> params of the ResNet and of the DMRNet, in M, as the paper's first column rounds those of the ResNet.
PRINTED = {12: 0.4, 18: 0.6, 24: 0.8, 30: 1.0, 36: 1.2, 48: 1.5, 54: 1.7, 96: 3.1}


def planned(name: str, *, input_shape, classes):
    return plan(load(shipped.find(KIND, name)).bound(input_shape=input_shape, classes=classes))


@pytest.mark.parametrize("name", shipped.names(KIND))
def test_a_study_points_to_its_schema_keeps_to_it_and_is_called_as_its_file(name):
    jsonschema = pytest.importorskip("jsonschema")
    text = shipped.find(KIND, name).read_text()
    assert text.startswith("# yaml-language-server: $schema=../../nas/schema/search_space.json\n")
    assert (shipped.find(KIND, name).parent / "../../nas/schema/search_space.json").is_file()
    jsonschema.validate(yaml.safe_load(text), schema())
    assert load(shipped.find(KIND, name)).name == name


def test_the_digits_spend_their_budget_to_the_percent():
    found = planned("digits", input_shape=(1, 8, 8), classes=10)
    assert (len(found.networks), found.trainings, found.left_out) == (9, 45, ())
    assert all(0.99 <= one.params / 40_000 <= 1 for one in found.networks)


def test_resnets_and_dmrnets_are_those_of_the_table():
    found = planned("resnet-vs-dmrnet-cifar100", input_shape=(3, 32, 32), classes=100).networks
    rows = {branches: [one for one in found if one.group == f"L{branches}"] for branches in PRINTED}
    assert len(found) == 16 and all(len(row) == 2 for row in rows.values())
    for branches, (resnet, dmrnet) in rows.items():
        assert (resnet.depth, dmrnet.depth) == (2 * branches + 2, branches + 2)
        assert round(resnet.params / 1e6, 1) == PRINTED[branches]
        assert 0 < resnet.params - dmrnet.params < 25_000


@pytest.mark.parametrize(("data", "classes"), [("cifar10", 10), ("cifar100", 100)])
def test_identity_and_merge_and_run_differ_in_nothing_else(data, classes):
    found = planned(f"identity-vs-merge-and-run-{data}", input_shape=(3, 32, 32), classes=classes).networks
    assert [(one.group, one.name) for one in found] == [
        (row, name) for row in ("L48", "L96") for name in ("identity", "merge-and-run")
    ]
    for one, other in ((found[0], found[1]), (found[2], found[3])):
        assert (one.params, one.macs, one.depth) == (other.params, other.macs, other.depth)
