"""The schemas that editors read are those of the models, and the shipped files keep to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from nas import shipped
from nas.motif import blocks, connectivities
from nas.runner.profile import schema as runner_schema
from nas.space.schema import FOLDER, schema, write

SCHEMAS = {"search_space.json": schema, "runner.json": runner_schema}


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_in_the_package_is_that_of_the_model(name: str, tmp_path: Path) -> None:
    # To write them anew: write(schema(), "search_space.json"), and the same with the runner's.
    assert (FOLDER / name).read_text() == write(SCHEMAS[name](), name, tmp_path).read_text()


def everything(node: Any) -> list[Any]:
    """Each mapping within a schema."""
    if isinstance(node, dict):
        return [node, *(found for value in node.values() for found in everything(value))]
    return [found for value in node for found in everything(value)] if isinstance(node, list) else []


def test_the_schema_lists_what_is_registered() -> None:
    enums = [set(node["enum"]) for node in everything(schema()) if "enum" in node]
    assert set(blocks.names()) in enums
    assert set(connectivities.names()) in enums


def test_every_section_says_what_it_is() -> None:
    models = [node for node in everything(schema()) if "properties" in node]
    assert all(node.get("description") for node in models)


@pytest.mark.parametrize("kind", ["search_spaces", "runners"])
def test_shipped_files_point_to_their_schema(kind: Any) -> None:
    name = {"search_spaces": "search_space.json", "runners": "runner.json"}[kind]
    for shipped_name in shipped.names(kind):
        path = shipped.find(kind, shipped_name)
        assert path.read_text().startswith(f"# yaml-language-server: $schema=../nas/schema/{name}\n"), path
        assert (FOLDER / name).is_file()


@pytest.mark.parametrize("kind", ["search_spaces", "runners"])
def test_shipped_files_keep_to_their_schema(kind: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    content = schema() if kind == "search_spaces" else runner_schema()
    for name in shipped.names(kind):
        jsonschema.validate(yaml.safe_load(shipped.find(kind, name).read_text()), content)
