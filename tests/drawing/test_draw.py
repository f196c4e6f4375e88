"""Files: each kind that is written, and what is said where one cannot be."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET

import pytest

from nas.drawing import dot, draw, outline, render
from nas.errors import InputError, MissingExtraError
from nas.genome import Genome

graphviz = pytest.mark.skipif(not render.there(), reason="there is no Graphviz")


@graphviz
def test_an_svg_says_what_the_network_is_made_of(residual: Genome, tmp_path) -> None:
    draw(residual, tmp_path / "net.svg", title="a net")
    root = ET.parse(tmp_path / "net.svg").getroot()
    texts = ["".join(each.itertext()).strip() for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "a net: 750 params, 11k macs, depth 6"
    assert texts.count("3x3 conv, 4") == 4
    assert {"input 3x8x8", "3x3 conv, 4, /2", "stage1", "block2", "global avg pool", "fc, 10", "output"} <= set(texts)


@graphviz
@pytest.mark.parametrize(("kind", "magic"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_pictures_in_pixels_and_for_print_are_written(residual: Genome, tmp_path, kind, magic) -> None:
    draw(residual, tmp_path / f"net.{kind}")
    assert (tmp_path / f"net.{kind}").read_bytes().startswith(magic)


@graphviz
@pytest.mark.skipif(shutil.which("dot") is None, reason="the program dot is not installed")
def test_the_program_draws_where_the_package_is_missing(residual: Genome, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(render.importlib.util, "find_spec", lambda name: None)
    draw(residual, tmp_path / "net.svg")
    ET.parse(tmp_path / "net.svg")


def test_a_graph_and_a_text_need_no_graphviz(residual: Genome, tmp_path, without_graphviz) -> None:
    draw(residual, tmp_path / "net.dot")
    draw(residual, tmp_path / "net.txt", collapse="blocks")
    assert (tmp_path / "net.dot").read_text(encoding="utf-8") == dot(residual)
    assert (tmp_path / "net.txt").read_text(encoding="utf-8") == outline(residual, collapse="blocks")


def test_a_picture_without_graphviz_says_what_to_install(residual: Genome, tmp_path, without_graphviz) -> None:
    with pytest.raises(MissingExtraError, match=r"SVG, PNG or PDF needs the package 'pygraphviz'.*'deepwide\[draw\]'"):
        draw(residual, tmp_path / "net.svg")
    assert not (tmp_path / "net.svg").exists()


def test_another_kind_of_file_is_refused(residual: Genome, tmp_path) -> None:
    with pytest.raises(InputError, match=r"net.jpg: a drawing is written to a file that ends in .svg, .png, .pdf, .dot or .txt"):
        draw(residual, tmp_path / "net.jpg")


@graphviz
def test_what_graphviz_cannot_read_is_said() -> None:
    with pytest.raises(InputError, match="Graphviz does not draw it"):
        render.picture("digraph {", "svg")


@pytest.fixture
def without_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(render.shutil, "which", lambda name: None)
