"""Where a search runs: in this process, in one beside it, or on Ray."""

from nas.runner.plan import Plan
from nas.runner.profile import Profile, load

__all__ = ["Plan", "Profile", "load"]
