"""What a comparison comes to, in plain words."""

from digitdet.analysis.comparison.models import ModelComparison, ReadBy
from digitdet.evaluation.significance import LEVEL, is_decidable

ONE_TEST = (
    "This holds for two models that were chosen beforehand. Where several are compared, or these "
    "pictures helped to choose or tune one, it looks better here than it is; then test the choice "
    "on other pictures."
)


def conclude_numbers(comparison: ModelComparison) -> str:
    """Say which model reads more numbers, and whether that may be chance."""
    counts, num = comparison.counts, comparison.num_pictures
    only_a, only_b = counts[ReadBy.ONLY_A], counts[ReadBy.ONLY_B]
    better, worse = _order(comparison, only_b >= only_a)
    by = abs(only_b - only_a)
    lead = f"{better} reads {_pictures(by)} more of {num:,} than {worse}"
    if not only_a + only_b:
        return f"Both read the same {_pictures(counts[ReadBy.BOTH])} of {num:,}: equally well."
    if not is_decidable(only_a + only_b):
        lead = lead if by else f"Both read equally many of {_pictures(num)}"
        return (
            f"{lead}, but they differ in just {_pictures(only_a + only_b)}: with fewer than 6 "
            "no test can decide. Compare them on more pictures."
        )
    p_value = say_p(comparison.p_value)
    if comparison.p_value < 1 - LEVEL:
        return f"{lead} ({p_value}): {better} reads better."
    lead = lead if by else f"Both read equally many of {_pictures(num)}"
    return f"{lead} ({p_value}): by their numbers, they cannot be told apart."


def conclude_boxes(comparison: ModelComparison) -> str:
    """Say which model's boxes are better, and whether that may be chance."""
    if "map" not in comparison.precision:
        return "No picture has a digit: there are no boxes to compare."
    found = comparison.precision["map"].difference
    better, worse = _order(comparison, found.value >= 0)
    low, high = sorted((abs(found.low), abs(found.high)))
    if found.low > 0 or found.high < 0:
        return (
            f"The mAP of {better} is higher than that of {worse} by {abs(found.value):.4f} "
            f"({low:.4f} to {high:.4f}): its boxes are better."
        )
    return (
        f"The mAP of {comparison.b.name} minus that of {comparison.a.name} is {found.value:+.4f} "
        f"({found.low:+.4f} to {found.high:+.4f}): by their boxes, they cannot be told apart."
    )


def say_p(p_value: float) -> str:
    """Write a p-value: ``p = 0.0312``, ``p < 0.0001``."""
    return "p < 0.0001" if p_value < 0.0001 else f"p = {p_value:.4f}"


def _order(comparison: ModelComparison, is_b_better: bool) -> tuple[str, str]:
    names = comparison.a.name, comparison.b.name
    return (names[1], names[0]) if is_b_better else names


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"
