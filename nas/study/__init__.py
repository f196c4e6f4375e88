"""A study and what drives it: ask, report, tell, stop, resume."""

from nas.study.front import front
from nas.study.run import Run
from nas.study.search import Search
from nas.study.trial import Trial

__all__ = ["Run", "Search", "Trial", "front"]
