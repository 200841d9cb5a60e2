"""Read photographs: ``python tools/predict.py CONFIG CHECKPOINT PATH...``."""

import argparse
from collections.abc import Sequence

from digitdet.command_line import add_inference, add_options, add_tta, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and read the pictures; exit status 1 if one could not be read."""
    parser = argparse.ArgumentParser(
        description="Read the numbers of photographs; draw each and write predictions.json."
    )
    parser.add_argument("config", metavar="CONFIG")
    parser.add_argument("checkpoint", metavar="CHECKPOINT")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="pictures, or folders of pictures")
    parser.add_argument("--out", help="folder of the results (default: work_dirs/CONFIG/predict)")
    add_inference(parser)
    add_tta(parser)
    add_options(parser)
    args = parser.parse_args(argv)
    records = call(_predict, args)
    if any("error" in record for record in records):
        raise SystemExit(1)


def _predict(args: argparse.Namespace) -> list[dict[str, object]]:
    from digitdet.environment import check_torch

    check_torch()
    from digitdet.models.inference import Inference
    from digitdet.prediction import predict

    return predict(
        args.config,
        args.checkpoint,
        args.paths,
        out_dir=args.out,
        tta=args.tta,
        tta_method=args.tta_method,
        inference=Inference(args.plain, args.precision, args.compile),
        options=args.cfg_options,
    )


if __name__ == "__main__":
    main()
