"""YAML to what may vary. No torch, no optuna: a space is checked, sampled and costed in milliseconds."""

from nas.space.space import Drawn, SearchSpace, load

__all__ = ["Drawn", "SearchSpace", "load"]
