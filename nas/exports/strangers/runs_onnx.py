"""Asks onnxruntime, which brings numpy: it gives the graph what the metadata of the file say that it takes."""

import json
import os

import numpy
import onnxruntime


def predictor(file):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    options.intra_op_num_threads = int(os.environ["OMP_NUM_THREADS"])
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    written = session.get_modelmeta().custom_metadata_map
    about = {name: json.loads(written[name]) for name in ("input", "mean", "std")}
    mean, std = (numpy.array(about[name], numpy.float32)[:, None, None] for name in ("mean", "std"))

    def predict(pixels):
        images = numpy.asarray(pixels)
        if about["input"] != "uint8":
            images = images.astype(numpy.float32) / 255
        if about["input"] == "normalised":
            images = (images - mean) / std
        (answer,) = session.run(["logits"], {"images": images})
        logits = numpy.ascontiguousarray(answer)
        return logits.shape, logits

    return predict
