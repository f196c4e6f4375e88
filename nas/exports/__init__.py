"""A trained network in files that run without this toolkit, each proved to compute the same."""

from nas.exports import genome_file, hub_file, onnx_file, pt2_file, safetensors_file  # noqa: F401  (registers the formats)
from nas.exports.evidence import Evidence, Exam
from nas.exports.export import export_model
from nas.exports.formats import Written, formats
from nas.exports.source import python_file  # noqa: F401  (registers the format)
from nas.exports.subject import ExportedData, Options, Subject

__all__ = ["Evidence", "Exam", "ExportedData", "Options", "Subject", "Written", "export_model", "formats"]
