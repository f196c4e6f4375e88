# What every process of a Ray cluster is told before it starts: sourced by head.sh, node.sh and ../slurm/search.sbatch.

# Whoever has no token is refused. It travels in clear, so a cluster belongs on a network of one's own.
export RAY_AUTH_MODE=token
export RAY_AUTH_TOKEN_PATH="${RAY_AUTH_TOKEN_PATH:-$HOME/.ray/auth_token}"

# No statistics: `ray start` posts once whatever it is told, so it is told a closed port.
export RAY_USAGE_STATS_ENABLED=0
export RAY_USAGE_STATS_REPORT_URL=http://127.0.0.1:9

# A dead node is noticed in 6 seconds, not in a minute.
export RAY_health_check_initial_delay_ms=1000
export RAY_health_check_period_ms=1000
export RAY_health_check_timeout_ms=1000
export RAY_health_check_failure_threshold=3

# Its kills would end a whole search; a runner's memory_gb holds each trial to its own.
export RAY_memory_monitor_refresh_ms=0
