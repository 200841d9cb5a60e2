#!/usr/bin/env bash
# Train the three settings of the report that digitdet was made from, and draw its figures 1 to 4:
#
#     tools/reproduce_report.sh DATA_ROOT [--as-coded] [--small CHECKPOINT] [--out DIR]
#                               [-- ARGUMENTS OF tools/train.py]
#
# DATA_ROOT holds train.json, valid.json and their pictures. The settings are those that the
# report's text names: TL3, TL2, and TL3 without normalisation; with --as-coded those that its code
# ran: it normalised the first two twice, and the third once. With --small, the quickstart's
# detector from its CHECKPOINT takes the place of the large one with COCO weights: for a CPU.
#
# The same command goes on where it was stopped. DIR (work_dirs/report) then holds a folder for
# each run and `figures`, with figure_1 to figure_4 as PNG and SVG. PYTHON names the interpreter.
set -euo pipefail

usage="usage: tools/reproduce_report.sh DATA_ROOT [--as-coded] [--small CHECKPOINT] [--out DIR] \
[-- ARGUMENTS OF tools/train.py]"
fail() {
    echo "error: $1" >&2
    echo "$usage" >&2
    exit 2
}

data= small= out=work_dirs/report as_coded=false
while [ $# -gt 0 ]; do
    case $1 in
    --as-coded) as_coded=true ;;
    --small | --out)
        [ $# -gt 1 ] || fail "$1 needs a value"
        if [ "$1" = --small ]; then small=$2; else out=$2; fi
        shift
        ;;
    -h | --help)
        echo "$usage"
        exit 0
        ;;
    --)
        shift
        break
        ;;
    -*) fail "there is no option $1; arguments of tools/train.py come after --" ;;
    *)
        [ -z "$data" ] || fail "one DATA_ROOT is needed, got '$data' and '$1'"
        data=$1
        ;;
    esac
    shift
done
[ -n "$data" ] || fail "DATA_ROOT is missing"
[ -f "$data/train.json" ] || fail "there is no $data/train.json"
[ -z "$small" ] || [ -f "$small" ] || fail "--small: there is no file $small"

tools=$(dirname "$0")
experiments=$tools/../configs/experiments
python=${PYTHON:-python}
names=("TL3" "TL2" "without normalisation")
runs=(tl3 tl2 no_norm)
if $as_coded; then runs=(tl3_as_coded tl2_as_coded no_norm_as_coded); fi

# train RUN CONFIG [KEY=VALUE ...] -- [ARGUMENTS OF tools/train.py]
train() {
    local folder=$out/$1 config=$2 options=("data_root=$data") resume=()
    shift 2
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    compgen -G "$folder/*.pth" >/dev/null && resume=(--resume)
    "$python" "$tools/train.py" "$experiments/$config.py" --work-dir "$folder" \
        ${resume[@]+"${resume[@]}"} --cfg-options "${options[@]}" "$@"
}

if [ -n "$small" ]; then
    two=model.trainable_backbone_stages=2
    none=("model.mean=[0.0,0.0,0.0]" "model.std=[1.0,1.0,1.0]")
    # Normalising twice is mean + mean * std and std * std, here of .5 and .25.
    twice=("model.mean=[0.625,0.625,0.625]" "model.std=[0.0625,0.0625,0.0625]")
    settings=("report_small" "report_small $two" "report_small ${none[*]}")
    if $as_coded; then
        settings=("report_small ${twice[*]}" "report_small $two ${twice[*]}" "report_small")
    fi
elif $as_coded; then
    settings=(frcnn_tl3_double_norm frcnn_tl2_double_norm frcnn_tl3)
else
    settings=(frcnn_tl3 frcnn_tl2 frcnn_tl3_no_norm)
fi

folders=()
for number in 0 1 2; do
    read -ra words <<<"${settings[number]}"
    if [ -n "$small" ]; then words+=("load_from=$small"); fi
    train "${runs[number]}" "${words[@]}" -- "$@"
    folders+=("$out/${runs[number]}")
done
"$python" "$tools/compare.py" "${folders[@]}" --names "${names[@]}" --no-group --figures \
    --out "$out/figures"
