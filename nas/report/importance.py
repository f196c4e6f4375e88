"""Which choices mattered: how much each one decides whether a network is among the best quarter.

PED-ANOVA (Watanabe et al. 2023, arXiv:2304.10255), as Optuna has it; it knows choices that are not always there.
"""

from __future__ import annotations

from typing import Any

from nas.drawing.chart import Chart, Dot, Line, Look
from nas.drawing.numbers import Axis, percent
from nas.study import Run
from nas.study.ledger.ledger import quiet

LEAST = 12  # finished trials, below which nothing is said
BEST = 0.25  # the share of trials that count as the best
MOST = 10  # choices that are shown
LETTERS = 22  # of a name at the axis
BAR = Look("c0")


def importance(run: Run) -> dict[str, float]:
    """The share of each choice, the largest first; empty where too few trials are finished, or all results are equal."""
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    from optuna.trial import create_trial

    trials, rows, _ = run.store.load()
    known = [row for trial, row in zip(trials, rows, strict=True) if trial.state == "finished" and row.params and row.values]
    if len(known) < LEAST or len({row.values[0] for row in known}) < 2:
        return {}
    sign = 1 if run.space.file.objectives[0].direction == "minimize" else -1
    with quiet():
        study = optuna.create_study()  # of the first objective alone, and less is better
    study.add_trials(
        create_trial(params=row.params, distributions=row.distributions, value=sign * row.values[0]) for row in known
    )
    found = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(target_quantile=BEST))
    chosen = {name for name in found if len({row.params[name] for row in known if name in row.params}) > 1}
    return {name: float(share) for name, share in found.items() if name in chosen}


def importance_chart(data: dict[str, Any]) -> Chart | None:
    """A bar for each choice; None where nothing is known."""
    most = sorted((data.get("importance") or {}).items(), key=lambda item: -item[1])[:MOST]
    if not most:
        return None
    shares = dict(reversed(most))
    names = list(shares)
    y = Axis.named("", [name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…" for name in names])
    x = Axis("share of the importance", 0.0, 1.05 * max(shares.values()), False, percent)
    dots = [Dot(share, place, f"{name}: {percent(share)}", BAR) for place, (name, share) in enumerate(shares.items())]
    lines = [Line(((0.0, dot.y), (dot.x, dot.y)), BAR) for dot in dots]
    note = (
        "How much each choice decides whether a network is among the best quarter (PED-ANOVA, Watanabe et al. 2023); of a few "
        "dozen networks it is a hint."
    )
    return Chart("Which choices mattered", x, y, dots, lines, note=note)
