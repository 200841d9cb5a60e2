#!/usr/bin/env bash
# Train with several processes, normally one for each GPU of a machine:
#
#     tools/dist_train.sh CONFIG NUM_PROCESSES [ARGUMENTS OF tools/train.py]
#
# On several machines call it on each, with NNODES, NODE_RANK (0, 1, ...) and MASTER_ADDR, the
# address of machine 0; PORT is 29500 if it is not set. PYTHON names the interpreter.
set -euo pipefail

if [ $# -lt 2 ]; then
    echo "usage: tools/dist_train.sh CONFIG NUM_PROCESSES [ARGUMENTS OF tools/train.py]" >&2
    exit 2
fi
config=$1 processes=$2
if ! [[ $processes =~ ^[1-9][0-9]*$ ]]; then
    echo "error: NUM_PROCESSES is a whole number of at least 1, got '$processes'" >&2
    exit 2
fi
shift 2

if [ "${NNODES:-1}" -gt 1 ]; then
    meeting=(
        "--nnodes=$NNODES"
        "--node-rank=${NODE_RANK:?NNODES is above 1, so set NODE_RANK, 0 on the first machine}"
        "--master-addr=${MASTER_ADDR:?NNODES is above 1, so set MASTER_ADDR, that of machine 0}"
        "--master-port=${PORT:-29500}"
    )
elif [ -n "${PORT:-}" ]; then
    meeting=("--master-port=$PORT")
else
    meeting=(--standalone) # any free port, so that two trainings on a machine do not meet
fi

# Each process computes with its share of the cores: torchrun would give it one.
cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
share=$((cores / processes))
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$((share > 1 ? share : 1))}
export MKL_NUM_THREADS=${MKL_NUM_THREADS:-$OMP_NUM_THREADS} # mmengine would set it to 1

exec "${PYTHON:-python}" -m torch.distributed.run "${meeting[@]}" "--nproc-per-node=$processes" \
    "$(dirname "$0")/train.py" "$config" --launcher pytorch "$@"
