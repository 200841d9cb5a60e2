"""Average precision at an IoU of .5 from verdicts alone, slowly; with errors mended by TIDE's rule.

Nothing is matched anew: it is an oracle for results that were mended and evaluated again.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from digitdet.analysis.errors import PictureErrors, Verdict
from digitdet.evaluation.results import Result

STAND_INS = {"wrong_digit", "badly_placed"}


def average_precision(
    results: Sequence[Result], errors: Sequence[PictureErrors], mended: str = ""
) -> float:
    """Return the mean over the digits that are to be found.

    Args:
        results: Prediction and target of each picture.
        errors: Their errors.
        mended: The kind of error that is mended; none if "".
    """
    wanted: Counter[int] = Counter()
    found: dict[int, list[tuple[float, bool]]] = {}
    ordered = sorted(zip(results, errors, strict=True), key=lambda one: one[0][1]["image_id"])
    for (prediction, target), picture in ordered:
        labels = target["labels"].tolist()
        left_out = set(picture.missed.tolist()) if mended == "missed" else set()
        left_out |= {row for row, is_crowd in enumerate(target["iscrowd"].tolist()) if is_crowd}
        wanted.update(label for row, label in enumerate(labels) if row not in left_out)
        taken = {
            partner
            for verdict, partner in zip(picture.verdicts, picture.partners.tolist(), strict=True)
            if verdict is Verdict.RIGHT
        }
        rows = zip(
            picture.verdicts,
            picture.partners.tolist(),
            prediction["labels"].tolist(),
            prediction["scores"].tolist(),
            strict=True,
        )
        for verdict, partner, label, score in rows:
            is_first = verdict in STAND_INS and partner not in taken
            if is_first:
                taken.add(partner)
            if verdict == mended and is_first:
                found.setdefault(labels[partner], []).append((score, True))
            elif verdict not in ("ignored", mended):
                found.setdefault(label, []).append((score, verdict == "right"))
    curves = [_area(found.get(label, []), wanted[label]) for label in wanted if wanted[label]]
    return float(np.mean(curves)) if curves else -1.0


def _area(found: list[tuple[float, bool]], num_wanted: int) -> float:
    right, points = 0, []
    for number, (_, is_right) in enumerate(sorted(found, key=lambda one: -one[0]), 1):
        right += is_right
        points.append((right / num_wanted, right / number))
    steps = np.linspace(0, 1, 101)
    return float(np.mean([max([p for r, p in points if r >= step], default=0) for step in steps]))
