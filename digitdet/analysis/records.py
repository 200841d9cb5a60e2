"""What an analysis found, as the content of its files."""

from collections.abc import Iterator, Sequence
from typing import Any

from digitdet.analysis.calibration import CoverageCurve, Reliability
from digitdet.analysis.curves import ALL_DIGITS, DetectionCurves
from digitdet.analysis.errors import ERROR_KINDS, PictureErrors, Verdict
from digitdet.analysis.findings import Findings
from digitdet.analysis.pairs import ConfusedPair
from digitdet.analysis.plots.confusion import NAMES, row_shares
from digitdet.analysis.strata import Stratum
from digitdet.evaluation.coco.arrays import IntArray
from digitdet.evaluation.results import Result
from digitdet.labels import label_to_digit

BOX = ("x", "y", "w", "h")  # pixels, as in the files of predictions and annotations
ERROR_HEADER = (
    *("image_id", "file", "kind", "true_digit", "found_digit", "score", "iou"),
    *BOX,
    *(f"true_{side}" for side in BOX),
    "breaks_number",
)


def to_json(findings: Findings) -> dict[str, Any]:
    """Return all that was found as what JSON holds; -1 stands for what there is nothing of."""
    return {
        "score_threshold": findings.min_score,
        "reading_level": findings.reading_level,
        "figures": findings.figures,
        "notes": findings.notes,
        "errors": _mendings(findings),
        "wrong_numbers": {"all": findings.num_broken, **findings.causes},
        "confusion": {"names": NAMES, "counts": findings.matrix.tolist()},
        "confused_pairs": [_pair(pair) for pair in findings.pairs],
        "digits": {name: _digit(findings.curves, name) for name in findings.curves.num_true},
        "calibration": {
            "digits": _reliability(findings.reliability),
            "numbers": _reliability(findings.calibration.reliability),
            "coverage": _coverage(findings.calibration.coverage),
        },
        "digits_by_height": _strata(findings.digits),
        "numbers_by": {what: _strata(strata) for what, strata in findings.numbers.items()},
    }


def _mendings(findings: Findings) -> list[dict[str, Any]]:
    seen, causes = findings.counts, findings.causes
    return [
        {
            "kind": mending.kind,
            "count": mending.count,
            "count_seen": seen[mending.kind],
            "count_read": mending.count_above,
            "map": mending.map,
            "map_50": mending.map_50,
            "number_accuracy": mending.number_accuracy,
            "breaks_numbers": causes[mending.kind],
        }
        for mending in findings.mendings
    ]


def _pair(pair: ConfusedPair) -> dict[str, Any]:
    counts = {"count": len(pair.cases), "breaks_numbers": pair.num_breaking}
    return {"true": pair.true, "found": pair.found, **counts}


def _digit(curves: DetectionCurves, name: str) -> dict[str, Any]:
    precision = curves.mean_precision if name == ALL_DIGITS else curves.precision[name]
    return {
        "count": curves.num_true[name],
        "ap_50": curves.average_precision(name),
        "best": vars(curves.best[name]),
        "precision_at_recalls": precision.tolist(),
    }


def _reliability(found: Reliability) -> dict[str, Any]:
    columns = ("edges", "counts", "confidence", "accuracy")
    return {"error": found.error, **{name: getattr(found, name).tolist() for name in columns}}


def _coverage(curve: CoverageCurve) -> dict[str, Any]:
    columns = {name: getattr(curve, name).tolist() for name in ("confidences", "coverage")}
    best = {"percent": curve.percent, "best": curve.best, "best_confidence": curve.best_confidence}
    return {**best, **columns, "accuracy": curve.accuracy.tolist()}


def _strata(strata: Sequence[Stratum]) -> dict[str, Any]:
    return {
        stratum.name: {
            "count": stratum.count,
            "right": stratum.right,
            "share": stratum.share,
            "interval": stratum.interval,
        }
        for stratum in strata
    }


def error_rows(
    findings: Findings, results: Sequence[Result], file_names: Sequence[str]
) -> Iterator[list[Any]]:
    """Yield a row of `ERROR_HEADER` for each error among what the reader looks at, by picture.

    Args:
        findings: What was found.
        results: Prediction and target of each picture.
        file_names: Name of each picture.
    """
    pictures = zip(results, findings.read_errors, findings.breakages, file_names, strict=True)
    for result, errors, breakage, name in pictures:
        for detection, truth, kind, iou in _errors_of(errors):
            row = truth if kind is Verdict.MISSED else detection
            yield [
                result[1]["image_id"],
                name,
                str(kind),
                _digit_of(result[1], truth),
                _digit_of(result[0], detection),
                "" if detection < 0 else float(result[0]["scores"][detection]),
                "" if detection < 0 else iou,
                *_box_of(result[0], detection),
                *_box_of(result[1], truth),
                int(kind == breakage.cause and row in breakage.rows),
            ]


def _errors_of(errors: PictureErrors) -> Iterator[tuple[int, int, Verdict, float]]:
    """Yield detection, true box, -1 for none, kind and IoU of each error of a picture."""
    columns = (errors.verdicts, errors.partners.tolist(), errors.ious.tolist())
    for detection, (kind, truth, iou) in enumerate(zip(*columns, strict=True)):
        if kind in ERROR_KINDS:
            yield detection, truth, kind, iou
    for truth in errors.missed.tolist():
        yield -1, truth, Verdict.MISSED, 0.0


def _digit_of(boxes: Any, row: int) -> str:
    return "" if row < 0 else str(label_to_digit(int(boxes["labels"][row])))


def _box_of(boxes: Any, row: int) -> list[Any]:
    if row < 0:
        return [""] * len(BOX)
    x1, y1, x2, y2 = boxes["boxes"][row].tolist()
    return [x1, y1, x2 - x1, y2 - y1]


def confusion_rows(matrix: IntArray) -> Iterator[list[Any]]:
    """Yield a row for each true digit: its name, the counts, and the shares of the row."""
    for name, counts, shares in zip(NAMES, matrix.tolist(), row_shares(matrix), strict=True):
        yield [name, *counts, *(round(share, 6) for share in shares.tolist())]


def confusion_header() -> list[str]:
    """Return the names of the columns of `confusion_rows`."""
    return ["true", *NAMES, *(f"share_{name}" for name in NAMES)]
