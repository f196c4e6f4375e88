"""Writing to a database: several things at once or none, and one line for what a driver says."""

from __future__ import annotations

import pytest
from optuna.exceptions import StorageInternalError
from optuna.trial import TrialState
from sqlalchemy.exc import OperationalError, ProgrammingError

from nas.database_url import parse
from nas.errors import RunError
from nas.study import Run
from nas.study.ledger.database import connect, explained, is_away


@pytest.mark.parametrize("study", ["journal", "sqlite:///study.db"])
def test_what_is_written_together_is_all_there_or_none_of_it(space, tmp_path, study):
    run = Run.create(tmp_path / "run", space(), study=study)
    trial = run.search().ask()
    ledger, storage = run.store._ledger, run.store._storage
    number = storage.get_trial_id_from_study_id_trial_number(run.store._study._study_id, trial.number)

    def half() -> None:
        with ledger.together():
            storage.set_trial_user_attr(number, "mark", 1)
            storage.set_trial_state_values(number, TrialState.COMPLETE, [0.5, 1])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    row = Run.open(run.folder).store._study.get_trials()[0]
    assert "mark" not in row.user_attrs
    assert row.state == TrialState.RUNNING


def test_a_file_of_sqlite_is_made_only_where_a_study_is_made(tmp_path):
    url = parse(f"sqlite:///{tmp_path}/study.db")
    with pytest.raises(RunError, match=r"study\.db cannot be read: No such file"):
        connect(url, make=False)
    assert list(tmp_path.iterdir()) == []


def test_what_a_driver_says_is_one_line_without_passwords():
    error = OperationalError("select 1", {}, Exception("connection failed:\npostgresql://me:canary@h/db\nno"))
    text = str(explained(parse("postgresql://me@h/db"), error))
    assert text.startswith("postgresql://me@h/db: connection failed: postgresql://me:***@h/db no; ")


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (OperationalError("x", {}, Exception("server closed the connection")), True),
        (OperationalError("x", {}, Exception("database is locked")), True),
        (OperationalError("x", {}, Exception("no such table: trials")), False),
        (OperationalError("x", {}, Exception("database disk image is malformed")), False),
        (ProgrammingError("x", {}, Exception("permission denied for table trials")), False),
        (ProgrammingError("x", {}, Exception("gone"), connection_invalidated=True), True),
    ],
)
def test_only_what_may_work_later_is_waited_for(error, away):
    assert is_away(error) is away
    wrapped = StorageInternalError("during the commit")
    wrapped.__cause__ = error
    assert is_away(wrapped) is away
