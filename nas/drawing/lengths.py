"""How long the paths of several networks are, in one picture: the share of the paths over their length.

After figure 3 of Zhao et al. 2017, arXiv:1611.07718, which sets merge-and-run networks beside residual ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from nas.drawing.chart import Chart, Dot, Key, Line, Look
from nas.drawing.figure import figure
from nas.drawing.numbers import Axis, percent
from nas.errors import InputError
from nas.genome.paths import PathLengths

MOST = 6  # colours that can be told apart
BINS, DOTS = 120, 40
LARGEST = 6  # step of lengths that is taken for a bin


def path_figure(networks: Mapping[str, PathLengths]) -> str:
    """An SVG file; a line for each network, dashed at its mean. `InputError` for more than can be told apart."""
    if not 1 <= len(networks) <= MOST:
        raise InputError(f"a figure compares 1 to {MOST} networks, got {len(networks)}")
    longest = max(paths.longest for paths in networks.values())
    step = math.lcm(*(_step(paths) for paths in networks.values()))
    step *= math.ceil((longest + 1) / (step * BINS))
    curves = {name: _curve(paths, step) for name, paths in networks.items()}
    top = max(share for curve in curves.values() for _, share in curve)
    x = Axis.over("path length in weighted layers", [0, longest], whole=True)
    y = Axis("share of the paths" + (f" in {step} layers" if step > 1 else ""), 0, 1.08 * top, False, percent)
    lines, dots, legend = [], [], []
    for number, (name, paths) in enumerate(networks.items()):
        look, curve = Look(f"c{number}", number), curves[name]
        peak = max(share for _, share in curve)
        mean = ((paths.mean, 0.0), (paths.mean, peak))
        lines += [Line(curve, look, filled=True), Line(mean, look._replace(dashed=True))]
        if len(curve) <= DOTS:
            seen = [(at, share) for at, share in curve if share > 0.005 * top]
            dots += [Dot(at, share, f"{name}: {percent(share)} of length {at:.4g}", look) for at, share in seen]
        legend.append(Key(f"{name}: {told(paths)}", look))
    said = "; ".join(key.text for key in legend)
    return figure([Chart("How long the paths are", x, y, dots, lines, legend, alt=said)], stacked=True)


def told(paths: PathLengths) -> str:
    """Mean and deviation, and how many paths are short: "11 ± 3 layers, 9 % short (up to 6)"."""
    return f"{paths.mean:.3g} ± {paths.deviation:.3g} layers, {percent(paths.short_share)} short (up to {paths.short})"


def _step(paths: PathLengths) -> int:
    """What all differences of lengths are multiples of: 2 where each block has two layers; 1 where that is much."""
    step = math.gcd(*(length - paths.shortest for length in paths.counts)) or 1
    return step if step <= LARGEST else 1


def _curve(paths: PathLengths, step: int) -> tuple[tuple[float, float], ...]:
    """(length, share) for each `step` lengths, at the mean length of those paths."""
    found: dict[int, PathLengths] = {}
    for bin_ in range(paths.shortest // step, paths.longest // step + 1):
        counts = {length: paths.counts[length] for length in range(bin_ * step, (bin_ + 1) * step) if length in paths.counts}
        if counts:
            found[bin_] = PathLengths(counts)
    return tuple((part.mean, part.number / paths.number) for part in found.values())
