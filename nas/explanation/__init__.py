"""Why a trained network works: what its blocks are worth, whether their order matters, along which paths it learns."""

from nas.explanation.explain import SCHEMA, Explanation, explain
from nas.explanation.subject import Subject

__all__ = ["SCHEMA", "Explanation", "Subject", "explain"]
