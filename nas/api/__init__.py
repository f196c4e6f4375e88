"""What the command does, as functions: search, resume, train, export, explain."""

from nas.api.explaining import explain
from nas.api.searching import free_folder, resume, search, start
from nas.api.taking import adopt, export, final_epochs, train
from nas.prepare import prepare

__all__ = ["adopt", "explain", "export", "final_epochs", "free_folder", "prepare", "resume", "search", "start", "train"]
