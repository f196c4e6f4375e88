#!/usr/bin/env bash
# A node of a Ray cluster, on this machine, until it is ended: bash runners/ray/node.sh HEAD:PORT [options of ray start]
set -euo pipefail
source "$(dirname "$0")/environment.sh"
exec ray start --block --address="$1" "${@:2}"
