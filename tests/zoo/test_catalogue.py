"""The catalogue: names, figures as they were printed, and whether ours are those."""

from __future__ import annotations

import inspect

import pytest

from nas.errors import InputError, UnknownNameError
from nas.genome import Genome
from nas.zoo import Entry, Family, Variant, entries, families, find
from nas.zoo.catalogue import agrees, network
from nas.zoo.resnet_cifar import resnet_cifar


@pytest.fixture(scope="module")
def zoo() -> list[Entry]:
    return list(entries())


@pytest.mark.parametrize(
    ("count", "printed"),
    [
        (25_557_032, "25.6M"),  # rounded
        (25_557_032, "25.5M"),  # cut
        (1_727_962, "1.7M"),
        (269_722, "0.27M"),
        (6_998_552, "7M"),
        (6_998_552, "6M"),
        (60_000, "60,000"),
        (60_000, "60K"),
        (22_855_952, "22,855,952"),
        (22_855_952, "22.855952M"),
        (3_800_000_000, "3.8G"),
        (3_858_000_000, "3.8G"),
        (3_858_000_000, "3.9G"),
        (1_250_000, "1.3M"),  # a half is rounded up
        (1_249_999, "1.2M"),
        (1_500, "1,500"),
        (1_500_400, "1,500K"),
        (0, "0"),
        (999_999, "1.0M"),
    ],
)
def test_a_count_that_rounds_to_a_figure_or_is_cut_to_it_agrees(count: int, printed: str) -> None:
    assert agrees(count, printed)


@pytest.mark.parametrize(
    ("count", "printed"),
    [
        (25_557_032, "25.7M"),
        (25_557_032, "25.4M"),
        (24_151_882, "24.8M"),
        (1_727_962, "1.8M"),
        (6_998_552, "7.1M"),
        (60_001, "60,000"),
        (25_557_032, "25.6K"),
        (25_557_032, "25.6G"),
        (1_249_999, "1.3M"),
    ],
)
def test_any_other_count_does_not(count: int, printed: str) -> None:
    assert not agrees(count, printed)


@pytest.mark.parametrize("printed", ["", "about 7M", "7 M", "7m", "1e6", "-5", "7.M", ".5M"])
def test_what_is_no_figure_is_our_own_mistake(printed: str) -> None:
    with pytest.raises(AssertionError, match=r"is no figure such as 1\.7M or 22,855,952"):
        agrees(7_000_000, printed)


def test_names_are_unique_and_begin_with_their_family(zoo: list[Entry]) -> None:
    names = [entry.name for entry in zoo]
    assert len(set(names)) == len(names)
    variants = {entry.name for entry in zoo if entry.name != entry.family.name}
    assert not variants & set(families.names())
    for entry in zoo:
        assert entry.name.startswith(entry.family.name), entry.name


def test_every_network_is_found_by_its_name(zoo: list[Entry]) -> None:
    for entry in zoo:
        assert find(entry.name) == entry
    assert find("resnet_cifar").genome == resnet_cifar()


@pytest.mark.parametrize(
    ("name", "meant"), [("resnet-51", "resnet-50"), ("googLeNet", "googlenet"), ("densenet_40-12", "densenet-40-12")]
)
def test_an_unknown_name_shows_the_nearest(name: str, meant: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        find(name)
    assert str(caught.value) == f"'{name}' is not a network of the zoo; did you mean '{meant}'?"


def test_entries_come_oldest_first(zoo: list[Entry]) -> None:
    years = [entry.family.year for entry in zoo]
    assert years == sorted(years)
    assert years[0] == 1998


def test_hyper_parameters_are_keywords_with_defaults_images_and_classes_among_them() -> None:
    for name in families.names():
        parameters = inspect.signature(families.get(name).build).parameters
        assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}, name
        assert all(parameter.default is not inspect.Parameter.empty for parameter in parameters.values()), name
        assert {"input_shape", "classes"} <= set(parameters), name


def test_every_family_says_where_it_was_published() -> None:
    for name in families.names():
        family = families.get(name)
        assert family.title and family.paper, name
        assert str(family.year)[:2] in ("19", "20"), name


def test_every_figure_is_ours_or_has_a_note_that_says_why_not(zoo: list[Entry]) -> None:
    for entry in zoo:
        agreement = entry.agreement()
        assert set(agreement) == {name for name in ("params", "macs") if getattr(entry.variant, name)}, entry.name
        assert bool(entry.variant.note) == (not all(agreement.values())), entry.name


def test_heads_count_where_the_figure_counts_them() -> None:
    genome = find("googlenet").genome
    assert genome.auxiliary_params > 0

    def figures(*, auxiliary: bool) -> dict[str, bool]:
        params = f"{genome.params + genome.auxiliary_params:,}"
        family = Family("net", "Net", "Paper 2014", 2014, lambda: genome, ())
        return Entry(family, Variant("net", params=params, auxiliary=auxiliary)).agreement()

    assert figures(auxiliary=True) == {"params": True}
    assert figures(auxiliary=False) == {"params": False}


def test_a_family_without_variants_is_an_entry_itself() -> None:
    def build() -> Genome:
        return resnet_cifar(depth=8)

    alone = Family("alone", "Alone", "Paper 1900", 1900, build, ())
    families.register("alone", alone)
    try:
        first = next(entries())
        assert (first.name, first.genome.depth, first.agreement()) == ("alone", 8, {})
    finally:
        families._items.pop("alone")


def test_a_name_is_registered_once() -> None:
    with pytest.raises(InputError, match="network 'resnet_cifar' is registered already"):
        network(title="Again", paper="Paper 2020", year=2020)(resnet_cifar)
