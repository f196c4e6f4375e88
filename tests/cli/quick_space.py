"""A search space that takes no time: its evaluator follows from the costs alone."""

INSTANT = """\
name: quick
data: {name: digits, limit: 60}
network:
  stages: 2
  depth: {int: [1, 3]}
  width: {int: [4, 12]}
  block: {choice: [basic, bottleneck]}
budget: {params: 20k}
objectives: [error, macs]
evaluator: instant:by_cost
train: {epochs: 2, precision: float32}
strategy: {name: random, trials: 4, seed: 5}
"""
