"""Studies are made and opened by their place, a journal or a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from optuna.trial import create_trial

from nas.database_url import parse
from nas.errors import RunError
from nas.study.ledger.ledger import Location, create, drop, in_memory, open_
from nas.study.ledger.patience import Patience


@pytest.fixture(params=["journal", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    if request.param == "journal":
        return tmp_path / "study.journal"
    return parse(f"sqlite:///{tmp_path}/studies.db?study=mine")


def test_a_study_is_found_again_with_its_directions_and_notes(place):
    create(place, ["minimize", "maximize"], {"one": 1, "two": [2]})
    study = open_(place).study
    assert [direction.name for direction in study.directions] == ["MINIMIZE", "MAXIMIZE"]
    assert study.user_attrs == {"one": 1, "two": [2]}


def test_a_study_that_is_not_there_is_refused_by_its_place(place, tmp_path):
    create(parse(f"sqlite:///{tmp_path}/studies.db?study=other"), ["minimize"], {})
    with pytest.raises(RunError, match=r"it holds no study|has no study 'mine'"):
        open_(place)


def test_a_name_is_given_once(tmp_path):
    place = parse(f"sqlite:///{tmp_path}/studies.db?study=mine")
    create(place, ["minimize"], {})
    with pytest.raises(RunError, match=r"studies\.db has a study 'mine' already"):
        create(place, ["minimize"], {})


def test_only_a_database_is_waited_for(place):
    ledger = create(place, ["minimize"], {}).waiting(resume="nas resume")
    assert isinstance(ledger.patiently, Patience) == (ledger.url is not None)
    assert in_memory(["minimize"]).waiting(resume="nas resume").patiently(lambda: 7) == 7


def test_a_study_without_trials_is_dropped_and_one_with_some_is_not(tmp_path):
    empty, used = (parse(f"sqlite:///{tmp_path}/studies.db?study={name}") for name in ("empty", "used"))
    create(empty, ["minimize"], {})
    create(used, ["minimize"], {}).study.add_trial(create_trial(value=1.0))
    drop(empty)
    with pytest.raises(RunError, match="has no study 'empty'"):
        open_(empty)
    drop(empty)  # again: it is gone already
    with pytest.raises(RunError, match="study=used is a study that somebody works with"):
        drop(used)
    assert len(open_(used).study.trials) == 1


def test_a_study_that_is_driven_is_not_dropped(tmp_path):
    place = parse(f"sqlite:///{tmp_path}/studies.db?study=mine")
    ledger = create(place, ["minimize"], {})
    with ledger.owned(), pytest.raises(RunError, match="somebody works with"):
        drop(place)
    drop(place)
