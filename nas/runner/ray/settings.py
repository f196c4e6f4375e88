"""What Ray is told by the environment before it is imported, and the import.

Plain output, no statistics posted, no snapshots of what is thrown away. The memory monitor is off, because its kills end the
whole of Tune. A dead node is noticed in 6 seconds, not in a minute.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

OF_DRIVERS = {
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_DEDUP_LOGS": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_AUTO_CALLBACK_SYNCER": "1",
    "TUNE_GLOBAL_CHECKPOINT_S": "1000000",
    "TUNE_WARN_THRESHOLD_S": "10",
    "TUNE_WARN_SLOW_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "60",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "TUNE_MAX_LEN_IDENTIFIER": "20",
    "TUNE_MAX_PENDING_TRIALS_PG": "16",  # workers that start at once; by itself Tune starts one after another
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",  # it would abort this process 3 seconds after SIGTERM
    # Ray ends this process without a word so long after it lost its head; `lookout` speaks before.
    "RAY_gcs_rpc_server_reconnect_timeout_s": "60",
    # ... and as soon as it calls another head at the same address, which is not before this time.
    "RAY_gcs_grpc_initial_reconnect_backoff_ms": "10000",
    "RAY_gcs_grpc_max_reconnect_backoff_ms": "10000",
}
# Of a head, too: the launch files in runners/ set the same, and a test compares them.
OF_HEADS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9",  # a closed port: `ray start` posts once, whatever it is told
    "RAY_memory_monitor_refresh_ms": "0",
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
}

ALIVE = 0  # the state of a node, in Ray's messages

os.environ.update(OF_DRIVERS | OF_HEADS)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import ray
    from ray import tune
    from ray._private import ray_constants, services
    from ray._private import utils as ray_utils
    from ray._private.services import find_bootstrap_address
    from ray._raylet import AuthenticationTokenLoader, Config, InnerGcsClient  # type: ignore[attr-defined]  # compiled
    from ray.exceptions import AuthenticationError, GetTimeoutError, RayError
    from ray.tune.experiment import Trial as TuneTrial
    from ray.tune.schedulers import FIFOScheduler
    from ray.tune.search import Searcher
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

__all__ = [
    "OF_DRIVERS",
    "OF_HEADS",
    "AuthenticationError",
    "FIFOScheduler",
    "GetTimeoutError",
    "NodeAffinitySchedulingStrategy",
    "RayError",
    "Searcher",
    "TuneTrial",
    "call_head",
    "find_bootstrap_address",
    "find_token",
    "init",
    "ray",
    "ray_constants",
    "services",
    "read_token_again",
    "tune",
]


def init(**options: Any) -> None:
    """`ray.init`, which leaves SIGTERM to us: from its first line on, Ray would end this process without a word."""
    take = ray_utils.set_sigterm_handler
    ray_utils.set_sigterm_handler = lambda handler: None
    try:
        ray.init(**options)
    finally:
        ray_utils.set_sigterm_handler = take


def read_token_again() -> None:
    """Ray reads the variables about its token once; this makes it look at them again."""
    Config.initialize("")
    AuthenticationTokenLoader.instance().reset_cache()


def find_token() -> bool:
    """Whether there is a token to join a cluster with; `AuthenticationError` where the variables name one that is not there.

    Ray uses the one in ~/.ray only where it is told to use tokens, or starts a cluster; here it is used to join one, too.
    """
    loader = AuthenticationTokenLoader.instance()
    if "RAY_AUTH_MODE" not in os.environ and loader.has_token(ignore_auth_mode=True):
        os.environ["RAY_AUTH_MODE"] = "token"
        read_token_again()
    return loader.has_token()


def call_head(address: str, *, seconds: float) -> list[str]:
    """The sockets of the nodes that live, by a call to the head at HOST:PORT that carries the token; raises what Ray raises."""
    head = InnerGcsClient.standalone(address, None, round(seconds * 1000))
    return [node.raylet_socket_name for node in head.get_all_node_info(seconds).values() if node.state == ALIVE]
