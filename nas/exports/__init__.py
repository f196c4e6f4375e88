"""A trained network in files that run without this toolkit, each proved to compute the same."""

from nas.exports import genome_file, onnx_file, safetensors_file  # noqa: F401  (registers the formats)
from nas.exports.export import export_model
from nas.exports.source import python_file  # noqa: F401  (registers the format)
from nas.exports.subject import ExportedData, Subject, Written, formats

__all__ = ["ExportedData", "Subject", "Written", "export_model", "formats"]
