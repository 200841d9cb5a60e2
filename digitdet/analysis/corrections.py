"""Puts right what is wrong in one picture."""

import numpy as np
import torch

from digitdet.analysis.errors import ERROR_KINDS, STAND_INS, PictureErrors, Verdict
from digitdet.evaluation.coco.arrays import IntArray
from digitdet.structures import Prediction, Target


def rows_of(errors: PictureErrors, *kinds: Verdict) -> IntArray:
    """Return the rows of the detections of some kinds; of `MISSED` alone, those of true boxes."""
    if kinds == (Verdict.MISSED,):
        return errors.missed
    return np.flatnonzero([verdict in kinds for verdict in errors.verdicts])


def mend_detections(
    prediction: Prediction, target: Target, errors: PictureErrors, rows: IntArray
) -> Prediction:
    """Mend detections as TIDE does.

    Duplicates, background and what is wrong in both are dropped. Of the detections that stand for
    a true box that is not found, the surest gets its digit, or its place; the others are dropped,
    as are those whose true box is found already.

    Args:
        prediction: The detections.
        target: The truth.
        errors: The picture's errors.
        rows: The detections to mend, each of a kind of error.

    Returns:
        New detections; those that are not mended keep their order and all else.
    """
    is_right = np.array([verdict is Verdict.RIGHT for verdict in errors.verdicts], dtype=bool)
    order = _by_score(prediction)
    ranked = np.concatenate([order[is_right[order]], order[~is_right[order]]])
    return _mend(prediction, target, errors, rows, _first_rows(errors, ranked))


def _by_score(prediction: Prediction) -> IntArray:
    return np.argsort(-prediction["scores"].numpy(), kind="stable")


def _first_rows(errors: PictureErrors, ranked: IntArray) -> dict[int, int]:
    """Return true boxes -> the first detection that found one, or stands for it."""
    first: dict[int, int] = {}
    for row in ranked.tolist():
        if errors.verdicts[row] in (Verdict.RIGHT, *STAND_INS):
            first.setdefault(int(errors.partners[row]), row)
    return first


def _mend(
    prediction: Prediction,
    target: Target,
    errors: PictureErrors,
    rows: IntArray,
    first: dict[int, int],
) -> Prediction:
    """Put right those that are the first of a true box, in place of a right one; drop the rest."""
    rights = rows_of(errors, Verdict.RIGHT)
    keep = np.ones(len(errors.verdicts), dtype=bool)
    keep[rows] = False
    boxes, labels = prediction["boxes"].clone(), prediction["labels"].clone()
    for row in rows.tolist():
        partner = int(errors.partners[row])
        if first.get(partner) != row:
            continue
        if errors.verdicts[row] is Verdict.WRONG_DIGIT:
            labels[row] = target["labels"][partner]
        else:
            boxes[row] = target["boxes"][partner]
        keep[rights[errors.partners[rights] == partner]] = False
        keep[row] = True
    kept = torch.from_numpy(keep)
    return Prediction(boxes=boxes[kept], labels=labels[kept], scores=prediction["scores"][kept])


def drop_missed(target: Target, errors: PictureErrors) -> Target:
    """Return the truth without the boxes that are missed."""
    keep = torch.ones(len(target["labels"]), dtype=torch.bool)
    keep[torch.from_numpy(errors.missed)] = False
    fewer = target.copy()
    fewer["boxes"], fewer["labels"] = target["boxes"][keep], target["labels"][keep]
    fewer["iscrowd"] = target["iscrowd"][keep]
    if "numbers" in target:
        fewer["numbers"] = target["numbers"][keep]
    return fewer


def mend_to_read(
    prediction: Prediction, target: Target, errors: PictureErrors, kind: Verdict, rows: IntArray
) -> Prediction:
    """Mend errors of a kind in a picture whose number is to be read.

    It differs from average precision in two ways. A wrong digit that is surer than the right one in
    its place is what is read; so the surest that stands for a true box is put right, and a right
    one that is less sure is dropped. Missed digits are added, at their true boxes: a number without
    them would be another one. They score as much as the surest detection, so that what a reader
    asks of the others stays the same; 1 where there is none.

    Args:
        prediction: The detections.
        target: The truth.
        errors: The picture's errors, found at the score that the reader asks for.
        kind: The kind of error.
        rows: The errors to mend, some of `rows_of` that kind.

    Returns:
        New detections, by falling score.
    """
    if kind is Verdict.MISSED:
        return _add(prediction, target, rows, _surest(prediction, errors))
    return _mend(prediction, target, errors, rows, _first_rows(errors, _by_score(prediction)))


def mend_all_to_read(prediction: Prediction, target: Target, errors: PictureErrors) -> Prediction:
    """Mend all errors of a picture whose number is to be read; see `mend_to_read`."""
    first = _first_rows(errors, _by_score(prediction))
    mended = _mend(prediction, target, errors, rows_of(errors, *ERROR_KINDS), first)
    return _add(mended, target, errors.missed, _surest(prediction, errors))


def find_all(target: Target) -> Prediction:
    """Return the true boxes as detections that score 1, without crowds."""
    wanted = ~target["iscrowd"]
    boxes, labels = target["boxes"][wanted], target["labels"][wanted]
    return Prediction(boxes=boxes, labels=labels, scores=torch.ones(len(labels)))


def _surest(prediction: Prediction, errors: PictureErrors) -> float:
    is_judged = [verdict is not Verdict.IGNORED for verdict in errors.verdicts]
    return float(prediction["scores"][torch.tensor(is_judged)].max()) if any(is_judged) else 1.0


def _add(prediction: Prediction, target: Target, rows: IntArray, score: float) -> Prediction:
    added = torch.from_numpy(rows)
    scores = torch.cat([prediction["scores"], torch.full((len(rows),), score)])
    order = torch.argsort(scores, descending=True, stable=True)
    return Prediction(
        boxes=torch.cat([prediction["boxes"], target["boxes"][added]])[order],
        labels=torch.cat([prediction["labels"], target["labels"][added]])[order],
        scores=scores[order],
    )
