"""A copy of a run's study in memory, in the form that optuna-dashboard shows: nothing that is done to it reaches the run.

Different from the study itself: the objectives have their names, the curve of a trial is that of the first objective, its
attributes are its costs and metrics in place of our records, a width is what it became in place of the place among those that
the budget allows, and the answer and the figures of the report are with it.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import optuna
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.trial import FrozenTrial

from nas.drawing.colours import LIGHT
from nas.drawing.interactive import interactive
from nas.report.deeper_or_wider import by_depth, depth_width_map
from nas.study import Run, Trial
from nas.study.ledger.ledger import quiet
from nas.study.summary import answer, choices_text, state_text, summary


def mirrored(run: Run) -> BaseStorage:
    """The study as it stands now, alone in a storage of its own."""
    objectives = run.space.file.objectives
    storage = InMemoryStorage()
    with quiet(), warnings.catch_warnings():
        study = optuna.create_study(
            storage=storage, study_name=run.space.name, directions=[objective.direction for objective in objectives]
        )
        warnings.simplefilter(
            "ignore", optuna.exceptions.ExperimentalWarning
        )  # the names of metrics are one of Optuna's experiments
        study.set_metric_names([objective.metric for objective in objectives])
    trials, rows, _ = run.store.load()
    widths = _widths(trials, rows)
    for trial, row in zip(trials, rows, strict=True):
        shown = _shown(trial, row, curve=objectives[0].metric, widths=widths)
        storage.create_new_trial(study._study_id, template_trial=shown)
    _add_figures(study, run)
    return storage


def _widths(trials: Sequence[Trial], rows: Sequence[FrozenTrial]) -> dict[str, IntDistribution]:
    """The ranges of what was drawn as a place, and became a number."""
    became: dict[str, list[int]] = defaultdict(list)
    for trial, row in zip(trials, rows, strict=True):
        for name, distribution in row.distributions.items():
            if isinstance(distribution, FloatDistribution) and isinstance(trial.choices.get(name), int):
                became[name].append(trial.choices[name])
    return {name: IntDistribution(min(numbers), max(numbers)) for name, numbers in became.items()}


def _shown(trial: Trial, row: FrozenTrial, *, curve: str, widths: Mapping[str, IntDistribution]) -> FrozenTrial:
    """A trial as a person wants to see it; one over budget has no width."""
    params = {name: trial.choices.get(name) if name in widths else value for name, value in row.params.items()}
    params = {name: value for name, value in params.items() if name not in widths or isinstance(value, int)}
    attributes: dict[str, Any] = {"trial": state_text(trial), "choices": choices_text(trial)}
    attributes |= {name: int(cost) for name, cost in trial.costs.items()} | trial.scores | trial.metrics
    attributes |= {"reason": trial.reason} if trial.reason else {}
    return FrozenTrial(
        number=row.number,
        state=row.state,
        value=None,
        values=row.values,
        datetime_start=row.datetime_start,
        datetime_complete=row.datetime_complete,
        params=params,
        distributions={name: widths.get(name, row.distributions[name]) for name in params},
        user_attrs=attributes,
        system_attrs={},
        intermediate_values={epoch: metrics[curve] for epoch, metrics in trial.curve.items() if curve in metrics},
        trial_id=row._trial_id,
    )


def _add_figures(study: optuna.Study, run: Run) -> None:
    """The answer as the study's note, and the charts of the report that say whether deeper or wider is better."""
    from optuna_dashboard import save_note, save_plotly_graph_object
    from plotly.graph_objects import Figure

    data = summary(run)
    save_note(study, answer(run))
    for name, chart in (("deeper-or-wider", depth_width_map(data)), ("over-depth", by_depth(data))):
        if chart is None:
            continue
        figure = Figure(interactive(chart, title=True))
        figure.update_layout(paper_bgcolor=LIGHT["paper"], showlegend=True, legend={"orientation": "h", "y": -0.2})
        figure.for_each_trace(lambda trace: trace.update(showlegend=bool(trace.name)))
        save_plotly_graph_object(study, figure, graph_object_id=name)
