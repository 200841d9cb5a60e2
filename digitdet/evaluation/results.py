"""What metrics judge: each picture's prediction and truth."""

from collections.abc import Iterable

from digitdet.structures import Prediction, Target

Result = tuple[Prediction, Target]


def check_image_ids(targets: Iterable[Target]) -> None:
    """Refuse a split in which two pictures have the same id.

    Raises:
        ValueError: If so; the message names both.
    """
    sources: dict[int, str] = {}
    for target in targets:
        image_id = target["image_id"]
        if image_id in sources:
            raise ValueError(
                f"{sources[image_id]} and {target['source']} both have the image id {image_id}; "
                "ids have to be unique within an evaluated split"
            )
        sources[image_id] = target["source"]
