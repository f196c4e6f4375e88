"""hub/ is what the Hugging Face hub expects, and runs as its card says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors import safe_open

from nas.exports import Subject, hub_file
from nas.exports.hub_file import card, config


def test_the_code_of_the_card_runs_in_the_folder(trained: Any, tmp_path: Path) -> None:
    files = trained.export(tmp_path / "out", "hub")["files"]
    assert set(files) == {"hub/model.safetensors", "hub/model.py", "hub/config.json", "hub/README.md"}
    assert files["hub/README.md"]["check"] == {"with": "hub/model.safetensors"}
    hub = tmp_path / "out/hub"
    code = re.findall(r"```python\n(.*?)```", (hub / "README.md").read_text(), re.S)[0]
    torch.save(torch.from_numpy(trained.evidence.pixels[:5]) / 255, tmp_path / "x.pt")
    given = "import sys; sys.path.insert(0, '.'); import torch; images = torch.load('../../x.pt', weights_only=True)\n"
    done = subprocess.run([sys.executable, "-I", "-c", given + code], cwd=hub, capture_output=True, text=True, timeout=240)
    names = ("ant", "bee", "cat")
    assert (done.stdout.strip(), done.stderr) == (str([names[number] for number in trained.logits[:5].argmax(1)]), "")
    with safe_open(hub / "model.safetensors", framework="pt") as file:
        assert file.metadata()["format"] == "pt"  # without which transformers refuses a file
    trained.export(tmp_path / "out", "genome")  # and all of it is replaced by the next export


def front(subject: Subject) -> dict[str, Any]:
    _, matter, _ = card(subject).split("---\n", 2)
    return yaml.safe_load(matter)


def with_metrics(trained: Any, **metrics: float) -> Subject:
    return Subject.of(trained.module, trained.genome, trained.subject().data, trained.evidence, metrics=metrics)


def test_the_front_matter_gives_results_of_the_test_part_alone(trained: Any) -> None:
    searched = front(with_metrics(trained, error=0.25))
    assert searched["pipeline_tag"] == "image-classification" and searched["library_name"] == "pytorch"
    assert "model-index" not in searched
    ((model,),) = (front(with_metrics(trained, error=0.25, test_error=0.125))["model-index"],)
    ((result,),) = (model["results"],)
    assert result["dataset"] == {"type": "made-up", "name": "made-up", "split": "test"}
    assert result["metrics"] == [{"type": "accuracy", "value": 0.875, "name": "Accuracy"}]


def test_the_card_says_cost_and_errors(trained: Any) -> None:
    text = card(with_metrics(trained, error=0.25, test_error=0.125, seconds=3.0))
    assert "depth 3: 239 params, 7,788 multiply-accumulates for one image of 2 x 6 x 6" in text
    assert "| validation error | 25.00 % |\n| test error | 12.50 % |\n" in text and "seconds" not in text


def test_the_configuration_names_the_classes_both_ways(trained: Any) -> None:
    made = json.loads(json.dumps(config(trained.subject())))
    assert made["id2label"] == {"0": "ant", "1": "bee", "2": "cat"} and made["label2id"]["cat"] == 2
    assert (made["num_channels"], made["image_size"], made["num_labels"]) == (2, [6, 6], 3)
    assert made["image_mean"] == [0.5, 0.25] and made["genome"] == trained.genome.to_dict()


@pytest.mark.parametrize("name", ["---\nlicense: mine", "<script>", 'a: "b'])
def test_a_hostile_name_stays_a_name(trained: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    subject = with_metrics(trained, test_error=0.5)
    object.__setattr__(subject.data, "name", name)
    try:
        found = front(subject)
        assert "license" not in found and set(found) >= {"tags", "model-index"}
        assert card(subject).count("\n---\n") == 1
    finally:
        object.__setattr__(subject.data, "name", "made-up")


def test_the_format_is_registered_under_its_folders_name() -> None:
    assert hub_file.formats.get(hub_file.FOLDER).write is hub_file.write
