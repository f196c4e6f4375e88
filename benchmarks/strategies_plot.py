"""The pictures of `benchmarks/pictures`: `python benchmarks/strategies_plot.py KIND CURVES.npz --out FILE.svg`.

KIND says which script kept the curves: `trainings` (strategies.py), `equivalents` (strategies_fidelities.py) or `fronts`
(strategies_fronts.py). Lines are means over the seeds, bands their 95 % intervals, `--bands quartiles` the middle half of the
seeds. The regret is what the best network so far lacks to the best in the table; of fronts it is the share of the hypervolume
that is still missing.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tabular.curves import Band, load
from tabular.picture import COLOURS, DASHES, Curve, picture

from nas.drawing.numbers import Axis, short


@dataclass(frozen=True)
class Kind:
    """How the curves of a script are drawn."""

    title: str
    x: str
    y: str
    regret: Callable[[np.ndarray, float], np.ndarray]  # of the kept curves, and the best there is
    first: float  # where the picture begins


TRAINED = "networks trained for 200 epochs"
KINDS = {
    "trainings": Kind("Regret over full trainings", TRAINED, "regret, points", lambda c, best: best - c, 5),
    "equivalents": Kind(
        "Regret over full-training equivalents", "full-training equivalents", "regret, points", lambda c, _: c, 1
    ),
    "fronts": Kind("Hypervolume still missing", TRAINED, "share missing", lambda c, _: 1 - c, 5),
}
OURS = ("surrogate", "evolution", "local", "tpe", "nsga2", "random")  # each has its colour in every picture
LOWEST = 0.01  # of the axis of the regret, which has no zero


def curve_of(name: str, x: np.ndarray, regret: np.ndarray, bands: str, dash: str) -> Curve:
    """One line: of our strategies coloured by name, of peers grey."""
    band = Band.of(regret)
    low, high = band.mean - band.half, band.mean + band.half
    if bands == "quartiles":
        low, high = np.quantile(regret, (0.25, 0.75), axis=0)
    base = name.split(": ")[-1].split(",")[0]
    colour = COLOURS[OURS.index(base)] if base in OURS else COLOURS[-1]
    return Curve(name, x, band.mean, low, high, colour, dash)


def dashes(names: list[str]) -> dict[str, str]:
    """A dash for each line, so that those of one colour differ; the first of a colour is unbroken if it is ours."""
    seen: dict[str, int] = {}
    found = {}
    for name in names:
        base = name.split(": ")[-1].split(",")[0]
        group = base if base in OURS else "peer"
        place = seen[group] = seen.get(group, 0 if base in OURS else 1)
        seen[group] += 1
        found[name] = DASHES[place % len(DASHES)]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("curves", type=Path)
    parser.add_argument("--only", nargs="*", default=None, help="of the curves; in this order")
    parser.add_argument("--prefix", default="", help="only curves that begin so, such as 'pixel2: worst: ', which is not shown")
    parser.add_argument("--best", type=float, default=91.57, help="the best accuracy in the table, percent")
    parser.add_argument("--bands", choices=("mean", "quartiles"), default="mean")
    parser.add_argument("--title", default=None)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    kind = KINDS[options.kind]
    x, kept = load(options.curves)
    kept = {name.removeprefix(options.prefix): curves for name, curves in kept.items() if name.startswith(options.prefix)}
    names = list(kept) if options.only is None else options.only
    if unknown := [name for name in names if name not in kept]:
        raise SystemExit(f"{options.curves} has no curves of {', '.join(unknown)}; it has {', '.join(kept)}")
    dash = dashes(names)
    curves = [
        curve_of(name, x, kind.regret(kept[name].astype(np.float64), options.best), options.bands, dash[name]) for name in names
    ]
    drawn = np.concatenate([curve.mean[(x >= kind.first) & np.isfinite(curve.mean)] for curve in curves])
    across = Axis(kind.x, kind.first, float(x[-1]), True, short)
    low = max(LOWEST if kind.y.startswith("regret") else drawn.min() * 0.9, drawn.min() * 0.9)
    down = Axis(kind.y, low, float(drawn.max()) * 1.05, True, short)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(picture(curves, x=across, y=down, title=options.title or kind.title))
    print(f"{options.out}: {len(curves)} curves, {options.out.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
