"""A run that another process drives, on this machine or elsewhere: what changed since one looked last. It only reads."""

from __future__ import annotations

from dataclasses import dataclass

from nas.database_url import DatabaseUrl
from nas.safe_paths import is_url
from nas.space.settings import ObjectiveSettings
from nas.study.folder.opening import checked, found, is_over
from nas.study.ledger import database
from nas.study.ledger.lock import FILE as LOCK
from nas.study.ledger.lock import driver
from nas.study.ledger.store import Store
from nas.study.trial import Trial


class Following:
    """A run by its folder or by the URL of its study; what it searches is not read, so no code of its own is needed."""

    def __init__(self, where: str) -> None:
        location, self.folder = found(where)
        self._by_url = is_url(where)
        self._store = Store.open(location, resume=f"nas watch {where}")
        self._about = checked(self._store.about(), location)
        self._seen: dict[int, tuple[object, ...]] = {}

    @property
    def planned(self) -> int:
        return int(self._about["trials"])

    @property
    def objective(self) -> ObjectiveSettings:
        """The first one."""
        return ObjectiveSettings(**self._about["search"]["objectives"][0])

    @property
    def over(self) -> bool:
        """Whether everything that was planned was done, when one looked last."""
        return is_over(self._about)

    def changed(self) -> list[Trial]:
        """The trials that are new or not as they were, by number."""
        self._about = self._store.about()  # before the trials: what is over has all of them
        trials = self._store.all_trials()
        news = [trial for trial in trials if self._seen.get(trial.number) != _stands(trial)]
        self._seen.update((trial.number, _stands(trial)) for trial in news)
        return news

    def driver(self) -> str | None:
        """The process that drives it; None: nobody does, as far as that can be known from here."""
        return self._store.driver() if self._by_url else driver(self.folder / LOCK) or self._store.driver()


def _stands(trial: Trial) -> tuple[object, ...]:
    return trial.state, trial.attempt, len(trial.curve), len(trial.legs), trial.reason


@dataclass(frozen=True)
class Listed:
    """A study of a database, in short."""

    url: DatabaseUrl
    space: str
    planned: int
    over: bool


def studies(url: DatabaseUrl) -> list[Listed]:
    """The runs whose studies a database holds, by name; `RunError` where it cannot be read."""
    rows = []
    for name, about in database.notes(url):
        if "schema" in about:
            rows.append(Listed(url.of(name), about["space"], about["trials"], is_over(about)))
    return sorted(rows, key=lambda row: row.url.study)
