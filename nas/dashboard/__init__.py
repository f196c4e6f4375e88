"""A live view of a run in a browser: optuna-dashboard over a copy of the study in memory, with our figures."""

from nas.dashboard.server import serve

__all__ = ["serve"]
