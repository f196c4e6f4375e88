#!/usr/bin/env bash
# The head of a Ray cluster, on this machine, until it is ended: bash runners/ray/head.sh [options of ray start]
# It runs no trials and no dashboard. A token is made where there is none; nodes and drivers need the same one.
set -euo pipefail
source "$(dirname "$0")/environment.sh"
if [[ ! -s $RAY_AUTH_TOKEN_PATH ]]; then
    mkdir -p "$(dirname "$RAY_AUTH_TOKEN_PATH")"
    (umask 077 && python3 -c 'import secrets; print(secrets.token_hex(32), end="")' >"$RAY_AUTH_TOKEN_PATH")
fi
exec ray start --head --block --num-cpus=0 --num-gpus=0 --include-dashboard=false --port="${PORT:-6379}" "$@"
