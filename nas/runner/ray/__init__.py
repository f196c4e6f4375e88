"""The Ray runner: Ray Tune executes, the study decides. Only this package imports ray.

Tune's own state is disposable. A searcher asks the study for the next trial, a scheduler asks it whether one may go on,
and what comes back is told to the study by this process alone. If Tune ends before the search does, another Tuner
is started on the same study.

settings    what Ray is told before it is imported
private     a Ray of our own, which ends with the search
cluster     joining one that runs, and what its nodes must have
tuning      Tune's searcher and scheduler
trainable   one trial on a node, in a worker process of the node's
lookout     sees that the head of the cluster is gone
"""

from nas.runner.ray.engine import run, try_out

__all__ = ["run", "try_out"]
