"""No row is RUNNING in the study of a search that is over (P6): asked of each search that a test of a fault brings to its end."""

from __future__ import annotations

from dataclasses import dataclass

from nas.study import Run


@dataclass
class Asked:
    """Of how many searches, with how many rows; counted for the table of README.md."""

    searches: int = 0
    rows: int = 0


asked = Asked()


def row_states(run: Run) -> list[str]:
    """States of the rows of Optuna's study, as it keeps them; a trial of ours has none of them."""
    return [row.state.name for row in run.store._study.get_trials(deepcopy=False)]


def check_settled(run: Run) -> None:
    """Fail where a row was left RUNNING. run: opened after its search has ended."""
    states = row_states(run)
    assert "RUNNING" not in states, f"{run.folder}: {states.count('RUNNING')} of {len(states)} rows are RUNNING"
    assert states, f"{run.folder}: its study has no row"
    asked.searches += 1
    asked.rows += len(states)
