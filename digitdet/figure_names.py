"""Names of a validation's figures: which are errors, and how they are called at an axis."""

# The smaller, the better; of all other figures of digitdet the greater.
ERROR_FIGURES = frozenset(
    {
        "number_edit_distance",
        "digits_missing",
        "digits_extra",
        "digits_wrong",
        "digits_misordered",
    }
)
LABELS = {
    "map": "mAP, IoU .50:.95",
    "map_50": "mAP, IoU .50",
    "map_75": "mAP, IoU .75",
    "number_accuracy": "number accuracy",
}


def is_error(name: str) -> bool:
    """Whether a smaller value of a figure is the better one."""
    figure = name.rpartition("/")[2]
    return "loss" in figure.lower() or figure in ERROR_FIGURES


def label_of(name: str) -> str:
    """Return what a figure is called at an axis."""
    return LABELS.get(name, name.replace("_", " "))
