#!/usr/bin/env bash
# Train in a job of Slurm, with one process for each GPU:
#
#     [GPUS=8] [GPUS_PER_NODE=8] [CPUS_PER_TASK=5] [SRUN_ARGS="..."] \
#         tools/slurm_train.sh PARTITION JOB_NAME CONFIG [ARGUMENTS OF tools/train.py]
#
# SRUN_ARGS are further options of srun. GPUS_PER_NODE=0 trains on CPUs. PYTHON names the
# interpreter.
set -euo pipefail

if [ $# -lt 3 ]; then
    echo "usage: tools/slurm_train.sh PARTITION JOB_NAME CONFIG [ARGUMENTS OF tools/train.py]" >&2
    exit 2
fi
partition=$1 job=$2 config=$3
shift 3

processes=${GPUS:-8}
per_node=${GPUS_PER_NODE:-$((processes < 8 ? processes : 8))}
cpus=${CPUS_PER_TASK:-5}
resources=("--ntasks=$processes" "--cpus-per-task=$cpus")
if [ "$per_node" -gt 0 ]; then
    resources+=("--gres=gpu:$per_node" "--ntasks-per-node=$per_node")
fi
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$cpus}
export MKL_NUM_THREADS=${MKL_NUM_THREADS:-$OMP_NUM_THREADS} # mmengine would set it to 1
read -r -a more <<<"${SRUN_ARGS:-}"

exec srun "--partition=$partition" "--job-name=$job" "${resources[@]}" --kill-on-bad-exit=1 \
    ${more[@]+"${more[@]}"} "${PYTHON:-python}" -u "$(dirname "$0")/train.py" "$config" \
    --launcher slurm "$@"
