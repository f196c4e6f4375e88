"""How long networks take: measured by several engines, and tables of operations that predict it."""

from nas.latency.by_engine import machine, measure
from nas.latency.operations import measured_table, sampled

__all__ = ["machine", "measure", "measured_table", "sampled"]
