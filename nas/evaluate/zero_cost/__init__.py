"""How good a network may become, from one batch of images and no training: zero-cost scores.

Higher is better for all of them. Params and macs stand beside them as baselines, which many a score does not beat (White et
al. 2022, "A Deeper Look at Zero-Cost Proxies for Lightweight NAS"). Importing this package loads no torch.
"""

from nas.evaluate.zero_cost.compute import known, score
from nas.evaluate.zero_cost.proposals import Scorer, scorer
from nas.evaluate.zero_cost.scores import BASELINES, Score, scores

__all__ = ["BASELINES", "Score", "Scorer", "known", "score", "scorer", "scores"]
