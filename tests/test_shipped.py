"""Shipped files are found by name, in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

from nas import shipped
from nas.errors import InputError, UnknownNameError


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in (
        "nas/shipped.py",
        "runners/laptop.yaml",
        "runners/ray-cluster.yaml",
        "runners/ray/cluster.yaml",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "nas")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_name_is_found_beside_the_package(checkout: Path) -> None:
    assert shipped.names("runners") == ["laptop", "ray-cluster"]
    assert shipped.find("runners", "laptop") == checkout / "runners/laptop.yaml"


def test_an_installed_package_finds_its_own_files_and_not_those_beside_it(checkout: Path) -> None:
    inside = checkout / "nas/_shipped/runners"
    inside.mkdir(parents=True)
    (inside / "workstation.yaml").touch()
    assert shipped.names("runners") == ["workstation"]
    assert shipped.find("runners", "workstation") == inside / "workstation.yaml"


def test_a_path_works_as_well_as_a_name(checkout: Path) -> None:
    (checkout / "mine.yaml").touch()
    (checkout / "plain").touch()
    for path in (
        "mine.yaml",
        "./mine.yaml",
        "plain",
        str(checkout / "mine.yaml"),
        "runners/ray/cluster.yaml",
    ):
        assert shipped.find("runners", path) == Path(path)


def test_a_folder_that_is_called_like_a_shipped_name_does_not_hide_it(checkout: Path) -> None:
    (checkout / "laptop").mkdir()
    assert shipped.find("runners", "laptop") == checkout / "runners/laptop.yaml"


def test_an_unknown_name_shows_the_nearest_and_all(checkout: Path) -> None:
    with pytest.raises(UnknownNameError) as caught:
        shipped.find("runners", "labtop")
    assert str(caught.value) == (
        "'labtop' is not a known runner, and not a file; did you mean 'laptop'? (known: laptop, ray-cluster)"
    )


def test_a_missing_path_shows_the_nearest_file(checkout: Path) -> None:
    with pytest.raises(InputError, match=r"runners/labtop\.yaml: no such file; did you mean 'laptop\.yaml'\?$"):
        shipped.find("runners", "runners/labtop.yaml")


def test_a_folder_is_no_file(checkout: Path) -> None:
    with pytest.raises(InputError, match="runners/ray: is a folder, not a file"):
        shipped.find("runners", "runners/ray")


def test_nothing_shipped_is_no_names(checkout: Path) -> None:
    assert shipped.names("search_spaces") == []
    with pytest.raises(UnknownNameError, match=r"'x' is not a known search space, and not a file$"):
        shipped.find("search_spaces", "x")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'runners'"):
        shipped.names("runner")  # type: ignore[arg-type]
