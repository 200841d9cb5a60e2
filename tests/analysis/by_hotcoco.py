"""Results as hotcoco takes them, for what it counts itself."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hotcoco import COCO, COCOeval

from digitdet.evaluation.coco.arrays import to_arrays
from digitdet.evaluation.results import Result


def evaluation(results: Sequence[Result]) -> Any:
    """Return an evaluation of results; nothing is computed yet."""
    arrays = to_arrays(results)
    truth, found = arrays.truth, arrays.found
    coco = COCO.from_arrays(
        [{"id": number} for number in range(1, arrays.num_pictures + 1)],
        [{"id": label, "name": str(label)} for label in range(1, 11)],
        truth.pictures,
        truth.labels,
        truth.boxes,
        area=truth.boxes[:, 2] * truth.boxes[:, 3],
        iscrowd=arrays.iscrowd,
    )
    columns = (found.pictures, *found.boxes.T, arrays.scores, found.labels)
    return COCOeval(coco, coco.load_res(np.stack(columns, axis=1)), "bbox")


def tide(results: Sequence[Result]) -> dict[str, Any]:
    """Return hotcoco's own count of TIDE's errors, under digitdet's names, and its figures."""
    whole = evaluation(results)
    whole.evaluate()
    errors = whole.tide_errors()
    return {
        "ap": errors["ap_base"],
        "counts": {name: errors["counts"][short] for name, short in SHORT.items()},
        "after": {n: errors["ap_base"] + errors["delta_ap"][short] for n, short in SHORT.items()},
    }


SHORT = {
    "missed": "Miss",
    "duplicate": "Dupe",
    "wrong_digit": "Cls",
    "badly_placed": "Loc",
    "both": "Both",
    "background": "Bkg",
}
