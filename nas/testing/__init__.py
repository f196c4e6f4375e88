"""What anyone who writes a strategy can test it with: made-up problems, and what every strategy promises.

    from nas.testing import check_strategy

    def test_my_strategy_keeps_its_promises():
        check_strategy(my_strategy)

Nothing is trained and torch is not needed; it takes a second for a quick strategy.
"""

from nas.testing.problems import Problem, problems
from nas.testing.promises import Broken, check_strategy, promises, proposal_ms

__all__ = ["Broken", "Problem", "check_strategy", "problems", "promises", "proposal_ms"]
