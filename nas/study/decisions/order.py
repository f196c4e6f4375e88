"""One order: the legs of a search, and how many of them a decision knows.

A *leg* is a stretch of a trial, from where it stands to its next rung or to the end; where nothing pauses, each trial has
one. The decision about the leg at place k knows the outcomes of the first max(0, k - window + 1) legs, waits for those,
and knows no others, even if they are there. Where that leaves it nothing to do it takes the next leg's outcome into
account, and the next one's, in order. What was known once stays known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nas.study.trial import Leg, Trial


class Order:
    """All legs in the order of the decisions about them; of the first `known` the outcomes count."""

    def __init__(self, window: int) -> None:
        self.window = window
        self.legs: list[tuple[Trial, Leg]] = []
        self.known = 0

    @property
    def due(self) -> int:
        """How many legs the next decision has to know."""
        return max(0, len(self.legs) - self.window + 1)

    @property
    def running(self) -> list[Trial]:
        """The trials whose legs have not ended yet, in order."""
        return [self.legs[place][0] for place in range(self.known, len(self.legs)) if self.is_open(place)]

    def is_open(self, place: int) -> bool:
        """Whether the outcome of a leg is still to come."""
        trial, leg = self.legs[place]
        return trial.state == "running" and trial.legs[-1] is leg

    def begin(self, trial: Trial, until: int | None) -> None:
        """Add a leg; the trial runs from now on."""
        leg = Leg(len(self.legs), self.known, until)
        trial.state = "running"
        trial.legs.append(leg)
        self.legs.append((trial, leg))

    def restore(self, trials: Iterable[Trial]) -> int:
        """Take over the legs of stored trials; gives back how many of them were known last."""
        self.legs = sorted(((trial, leg) for trial in trials for leg in trial.legs), key=lambda pair: pair[1].place)
        return self.legs[-1][1].known if self.legs else 0

    def learn(self, count: int) -> Iterator[tuple[Trial, Leg]]:
        """The legs that become known until `count` are, in order; it ends before one whose outcome is still to come."""
        while self.known < count and not self.is_open(self.known):
            self.known += 1
            yield self.legs[self.known - 1]
