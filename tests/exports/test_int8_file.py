"""model.int8.onnx holds integers, calibrated on training images, with its accuracy beside the network's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nas.errors import InputError
from nas.exports import Options, int8_file
from nas.exports.int8_file import Calibration, taken

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


def test_weights_are_integers_and_the_answers_about_the_same(
    trained: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    manifest = trained.export(tmp_path / "out", "onnx", options=Options(fold=True, int8=True))
    assert capfd.readouterr() == ("", "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.json", "model.int8.onnx", "model.onnx"]
    check = manifest["files"]["model.int8.onnx"]["check"]
    assert check["calibrated_on"] == 40 and check["accuracy"]["images"] == 70
    assert 0 < check["largest_difference"] < 0.25 * np.abs(trained.logits.numpy()).max()
    model = onnx.load(tmp_path / "out/model.int8.onnx")
    kinds = [onnx.TensorProto.DataType.Name(each.data_type) for each in model.graph.initializer if "weight" in each.name]
    assert "INT8" in kinds
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert {"mean", "std", "classes", "input"} <= {entry.key for entry in model.metadata_props}


def test_it_needs_training_images(trained: Any, tmp_path: Path) -> None:
    subject = trained.subject()
    with pytest.raises(InputError, match=r"^int8 needs training images"):
        int8_file.write(replace(subject, evidence=replace(subject.evidence, training=np.empty(0, np.uint8))), tmp_path)


def test_training_images_come_as_the_graph_takes_them(trained: Any) -> None:
    pixels, data = trained.evidence.pixels, trained.subject().data
    assert taken(pixels, data, "uint8") is pixels
    np.testing.assert_array_equal(taken(pixels, data, "unit"), pixels.astype(np.float32) / 255)
    np.testing.assert_allclose(taken(pixels, data, "normalised"), trained.images.numpy(), rtol=1e-6, atol=1e-6)
    reader, sizes = Calibration(np.zeros((130, 2, 6, 6), np.uint8), data, "unit"), []
    while (batch := reader.get_next()) is not None:
        sizes.append(len(batch["images"]))
    assert sizes == [64, 64, 2]
