"""TIDE's split written down slowly, from its definitions: an oracle for the fast one."""

from dataclasses import dataclass

Box = tuple[float, float, float, float]  # xywh in pixels


@dataclass(frozen=True)
class Found:
    """A detection."""

    box: Box
    label: int
    score: float


@dataclass(frozen=True)
class TrueBox:
    """A true box."""

    box: Box
    label: int
    iscrowd: bool = False


def overlap(found: Found, true: TrueBox) -> float:
    """Return the intersection over union; of a crowd, over the detection's area."""
    (x, y, width, height), (left, top, across, down) = found.box, true.box
    shared_width = min(x + width, left + across) - max(x, left)
    shared_height = min(y + height, top + down) - max(y, top)
    if shared_width <= 0 or shared_height <= 0:
        return 0.0
    shared = shared_width * shared_height
    if true.iscrowd:
        return shared / (width * height)
    return shared / (width * height + across * down - shared)


def match(found: list[Found], truth: list[TrueBox], counted: set[int]) -> dict[int, int]:
    """Return the true box, crowds among them, that each detection is matched with."""
    matches: dict[int, int] = {}
    for row in sorted(counted, key=lambda row: (-found[row].score, row)):
        for crowd in (False, True):
            best = 0.5
            for place, true in enumerate(truth):
                is_taken = place in matches.values() and not crowd
                if true.iscrowd is not crowd or true.label != found[row].label or is_taken:
                    continue
                if overlap(found[row], true) >= best:
                    best = overlap(found[row], true)
                    matches[row] = place
            if row in matches:
                break
    return matches


def judge(
    found: list[Found], truth: list[TrueBox], min_score: float
) -> tuple[list[tuple[str, int]], list[int]]:
    """Return verdict and true box of each detection, and the true boxes that are missed."""
    counted = {row for row, one in enumerate(found) if one.score >= min_score}
    matches = match(found, truth, counted)
    wanted = [place for place, true in enumerate(truth) if not true.iscrowd]
    verdicts = []
    for row, one in enumerate(found):
        if row not in counted:
            verdicts.append(("ignored", -1))
        elif row in matches:
            is_crowd = truth[matches[row]].iscrowd
            verdicts.append(("ignored" if is_crowd else "right", matches[row]))
        else:
            verdicts.append(_explain(one, truth, wanted, set(matches.values())))
    covered = {place for kind, place in verdicts if kind in ("wrong_digit", "badly_placed")}
    missed = [p for p in wanted if p not in matches.values() and p not in covered]
    return verdicts, missed


def _explain(
    one: Found, truth: list[TrueBox], wanted: list[int], taken: set[int]
) -> tuple[str, int]:
    def most(places: list[int]) -> tuple[float, int]:
        best = (0.0, -1)
        for place in places:
            if overlap(one, truth[place]) > best[0]:
                best = overlap(one, truth[place]), place
        return best

    own = [place for place in wanted if truth[place].label == one.label]
    iou, place = most(own)
    if 0.1 <= iou <= 0.5:
        return "badly_placed", place
    iou, place = most([place for place in wanted if place not in own])
    if iou >= 0.5:
        return "wrong_digit", place
    iou, place = most([place for place in own if place in taken])
    if iou >= 0.5:
        return "duplicate", place
    iou, place = most(wanted)
    return ("both", place) if iou > 0.1 else ("background", -1)
