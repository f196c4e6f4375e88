"""What the command does, as functions: search, compare, resume, train, export, explain."""

from nas.api.comparing import compare, prepare_comparison
from nas.api.explaining import explain
from nas.api.exporting import export
from nas.api.measuring import latency, latency_table
from nas.api.searching import free_folder, resume, search, start
from nas.api.taking import adopt, final_epochs, train
from nas.prepare import prepare

__all__ = [
    "adopt",
    "compare",
    "explain",
    "export",
    "final_epochs",
    "free_folder",
    "latency",
    "latency_table",
    "prepare",
    "prepare_comparison",
    "resume",
    "search",
    "start",
    "train",
]
