"""Networks by name, with hyper-parameters as a person writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nas.errors import DocumentError, GenomeError, InputError, UnknownNameError
from nas.genome import save
from nas.zoo import build, find, hyper_parameters, load
from nas.zoo import resnet_cifar as family
from nas.zoo.named import setting


def refused(name: str) -> str:
    with pytest.raises(InputError) as caught:
        load(name)
    return str(caught.value)


def test_a_variant_and_a_family_are_known_by_name() -> None:
    assert load("zoo:resnet_cifar-20") == family(depth=20)
    assert load("zoo:resnet_cifar") == load("zoo:resnet_cifar()") == family()


@pytest.mark.parametrize(
    "text",
    [
        "zoo:resnet_cifar(depth=20, shortcut=B, widths=[8, 16, 32])",
        "zoo:resnet_cifar(depth=20, shortcut='B', widths=(8, 16, 32))",
        "zoo: resnet_cifar ( widths = [8,16,32] , shortcut = B,depth = 20 )",
        "zoo:resnet_cifar-56(depth=20, shortcut=B, widths=[8, 16, 32],)",
        'zoo:resnet_cifar-20(shortcut="B",\n  widths=[8, 16, 32])',
    ],
)
def test_hyper_parameters_stand_in_brackets(text: str) -> None:
    assert load(text) == family(depth=20, shortcut="B", widths=(8, 16, 32))


def test_arguments_take_the_place_of_the_variants() -> None:
    assert load("zoo:resnet_cifar-20(classes=100, input_shape=[1, 8, 8])") == family(depth=20, classes=100, input_shape=(1, 8, 8))


def test_a_number_may_stand_for_a_text_that_looks_like_one() -> None:
    assert load("zoo:squeezenet(version=1.1)") == load("zoo:squeezenet-1.1")


def test_anything_else_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    save(family(depth=8), path)
    assert load(path) == load(str(path)) == family(depth=8)
    with pytest.raises(DocumentError, match=r"nowhere\.yaml: no such file"):
        load(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("zoo:resnet_cifr-20", "'resnet_cifr-20' is not a network of the zoo; did you mean 'resnet_cifar-20'?"),
        ("zoo:", "zoo:: a network of the zoo is written zoo:NAME or zoo:NAME(key=value, ...)"),
        (
            "zoo:resnet_cifar(depth=20",
            "zoo:resnet_cifar(depth=20: a network of the zoo is written zoo:NAME or zoo:NAME(key=value,",
        ),
        ("zoo:resnet_cifar-20)", "zoo:resnet_cifar-20): a network of the zoo is written zoo:NAME"),
        ("zoo:resnet_cifar(depth=20) x", "is written zoo:NAME or zoo:NAME(key=value, ...)"),
        ("zoo:resnet_cifar(20)", "hyper-parameters are written key=value, got '20'"),
        ("zoo:resnet_cifar(depth)", "resnet_cifar: depth must be int, got None"),
        ("zoo:resnet_cifar(depht=20)", "resnet_cifar has no hyper-parameter 'depht'; did you mean 'depth'?"),
        ("zoo:resnet_cifar(depth=20, depth=32)", "the key 'depth' stands twice"),
        ("zoo:resnet_cifar(depth=[)", "not YAML"),
        ("zoo:resnet_cifar(depth=deep)", "resnet_cifar: depth must be int, got 'deep'"),
        ("zoo:resnet_cifar(depth=20.5)", "resnet_cifar: depth must be int, got 20.5"),
        ("zoo:resnet_cifar(depth=true)", "resnet_cifar: depth must be int, got true"),
        ("zoo:wide_resnet-16-8(dropout=false)", "wide_resnet-16-8: dropout must be float, got false"),
        ("zoo:resnet_cifar(widths=[8, 16])", "resnet_cifar: widths must be tuple[int, int, int], got [8, 16]"),
        ("zoo:resnet_cifar(depth=21)", "depth must be 6n + 2, 8 at least, got 21; the nearest are 20 and 26"),
        ("zoo:resnet_cifar(shortcut=no)", "shortcut must be one of A, B, got 'no'"),
    ],
)
def test_what_is_wrong_is_said(name: str, text: str) -> None:
    assert text in refused(name)


def test_an_unknown_name_is_an_error_of_its_own() -> None:
    with pytest.raises(UnknownNameError):
        load("zoo:resnet51")
    with pytest.raises(GenomeError):
        load("zoo:resnet_cifar(depth=21)")


def test_hyper_parameters_are_those_of_the_variant() -> None:
    found = hyper_parameters(find("resnet_cifar-20"))
    assert found == {"depth": 20, "shortcut": "A", "widths": (16, 32, 64), "input_shape": (3, 32, 32), "classes": 10}
    assert hyper_parameters(find("resnet_cifar"))["depth"] == 110


def test_settings_are_read_one_by_one() -> None:
    values: list[tuple[str, tuple[str, Any]]] = [
        ("depth=20", ("depth", 20)),
        (" widths = [8, 16, 32]", ("widths", [8, 16, 32])),
        ("shortcut=B", ("shortcut", "B")),
        ("depth=", ("depth", None)),
    ]
    for text, wanted in values:
        assert setting(text) == wanted
    for text in ("depth", "=20", " = 20"):
        with pytest.raises(InputError, match="a hyper-parameter is set by key=value, got"):
            setting(text)
    assert build("resnet_cifar", dict([setting("depth=8")])) == family(depth=8)
