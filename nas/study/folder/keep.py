"""Which trained weights stay, so that a sweep cannot fill a disk.

Whatever is deleted, the search is the same: it never looks at weights again. What may be needed stays: the states of trials
that run or are paused, the weights of the best, and final trainings. Whose weights were deleted says so by a line in its
place. Where trials inherit weights any network may become a parent, so all weights stay there.

Trials stand in the order of the first objective, of several objectives all of the front before all others. Who fell out
does not come back, so what stays may depend on the order in which trials ended.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nas.errors import InputError
from nas.space.file import SearchFile
from nas.space.settings import ObjectiveSettings
from nas.storage import Storage, delete_all
from nas.study.trial import Trial

DELETED = "deleted.txt"  # says why, in the place of a trial whose weights were deleted
FINAL = "final"  # the final training of a trial, in its place
GIGABYTE = 10**9


@dataclass(frozen=True)
class Keep:
    """A rule; None: no limit."""

    best: int | None = None  # weights of so many trials
    gigabytes: float | None = None  # of all that trials left, but for final trainings

    @property
    def limits(self) -> bool:
        return self.best is not None or self.gigabytes is not None

    def check(self, file: SearchFile) -> None:
        """`InputError` where the search needs the weights that would be deleted."""
        if self.limits and file.train.inherit:
            name = "keep.best" if self.best is not None else "keep.gigabytes"
            raise InputError(
                f"the runner's {name} deletes weights, and with train.inherit any network may become a parent whose weights "
                f"are needed; leave it out, or set train.inherit: false"
            )


class Keeper:
    """Deletes what need not stay whenever a trial has ended or paused."""

    def __init__(self, rule: Keep, storage: Storage, objectives: Sequence[ObjectiveSettings]) -> None:
        self._rule, self._storage, self._objectives = rule, storage, objectives
        self._kept: list[tuple[tuple[float, ...], int, Trial]] = []  # whose weights are there: by rank, the best first
        self._front: list[Trial] = []  # of all that finished, where there are several objectives
        self._sizes: dict[int, int] = {}  # bytes of what trials left

    def restore(self, trials: Iterable[Trial]) -> None:
        """Take up what lies there, and what should have been deleted when the search was broken off."""
        found = _by_trial(self._storage.sizes())
        self._sizes = {number: sum(sizes.values()) for number, sizes in found.items()}
        for trial in trials:
            if trial.number in found and trial.state in ("stopped", "failed"):
                self._drop(trial)
            elif trial.state == "finished":
                self._add(trial, there=DELETED not in found.get(trial.number, {DELETED: 0}))
        self._apply()

    def settled(self, trial: Trial) -> None:
        """See what a trial left that ended or paused, and delete what need not stay."""
        if trial.state in ("stopped", "failed"):  # nothing goes on from its checkpoint any more
            self._drop(trial)
        elif self._rule.limits and trial.state in ("finished", "paused"):
            sizes = (self._storage / trial.number).sizes()
            self._sizes[trial.number] = sum(size for name, size in sizes.items() if not _is_final(name))
            if trial.state == "finished":
                self._add(trial, there=bool(sizes))
            self._apply()

    def _add(self, trial: Trial, *, there: bool) -> None:
        if len(self._objectives) > 1 and not any(_beats(self._values(other), self._values(trial)) for other in self._front):
            self._front = [other for other in self._front if not _beats(self._values(trial), self._values(other))] + [trial]
        if there:
            insort(self._kept, (self._rank(trial), trial.number, trial))

    def _apply(self) -> None:
        best, room = self._rule.best, self._rule.gigabytes
        while best is not None and len(self._kept) > best:
            self._delete_worst(f"only those of the {best} best trials stay (keep.best of the runner)")
        while room is not None and len(self._kept) > 1 and sum(self._sizes.values()) > room * GIGABYTE:
            self._delete_worst(f"all that trials left took more than {room:g} GB (keep.gigabytes of the runner)")

    def _delete_worst(self, reason: str) -> None:
        on_front = {trial.number for trial in self._front}
        worst = next((n for n in reversed(range(len(self._kept))) if self._kept[n][1] not in on_front), len(self._kept) - 1)
        _, number, trial = self._kept.pop(worst)
        self._drop(trial)
        (self._storage / number).write(DELETED, [f"{reason}\n".encode()])

    def _drop(self, trial: Trial) -> None:
        delete_all(self._storage / trial.number, but=FINAL)
        self._sizes.pop(trial.number, None)

    def _rank(self, trial: Trial) -> tuple[float, ...]:
        return self._values(trial)[0], trial.params

    def _values(self, trial: Trial) -> tuple[float, ...]:
        """The objectives, less is better."""
        signs = [1 if objective.direction == "minimize" else -1 for objective in self._objectives]
        return tuple(sign * (trial.value(o.metric) or 0.0) for sign, o in zip(signs, self._objectives, strict=True))


def why_none(trial: Trial, found: Storage) -> str:
    """The end of a sentence: why there are no weights in a trial's place, where they were deleted."""
    if trial.reused:
        return f": its result is that of {trial.reused}"
    if trial.state == "failed":
        return f": {trial.reason}"
    return f": they were deleted, because {found.read(DELETED).decode().strip()}" if found.exists(DELETED) else ""


def _by_trial(sizes: dict[str, int]) -> dict[int, dict[str, int]]:
    """Files of each trial's place, but for those of final trainings."""
    found: dict[int, dict[str, int]] = {}
    for path, size in sizes.items():
        number, _, name = path.partition("/")
        if number.isdecimal() and not _is_final(name):
            found.setdefault(int(number), {})[name] = size
    return found


def _is_final(name: str) -> bool:
    return name.startswith(f"{FINAL}/")


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def keeping(keeper: Keeper, watch: Callable[[Trial], None] | None) -> Callable[[Trial], None]:
    """What a search calls when something about a trial changed: the keeper, then `watch`."""

    def watched(trial: Trial) -> None:
        keeper.settled(trial)
        if watch is not None:
            watch(trial)

    return watched
