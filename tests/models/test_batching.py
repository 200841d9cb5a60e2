"""Pictures are predicted in batches, as if each were alone."""

import itertools
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from digitdet.models import FasterRCNN, MultiScale
from digitdet.models.batching import WINDOW, padded_sizes, predict_in_order
from digitdet.structures import Prediction

SIZES = ((40, 60), (30, 90), (41, 60), (44, 66), (31, 93))


@pytest.fixture(scope="module")
def model() -> FasterRCNN:
    torch.manual_seed(0)
    slim = FasterRCNN(
        backbone={"type": "SlimResNetFPN", "widths": [8, 16, 16], "out_channels": 16},
        anchor_sizes=[[12], [24]],
        head_conv_channels=[],
        head_fc_channels=[16],
        proposals_test=20,
        min_size=64,
        max_size=128,
    )
    return slim.eval()


class Recorder(nn.Module):
    """Finds one box in each picture, as large as it is, and keeps what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[tuple[int, int]]] = []

    def forward(self, images: list[Tensor]) -> list[Prediction]:
        self.batches.append([(image.shape[1], image.shape[2]) for image in images])
        return [
            {
                "boxes": torch.tensor([[0.0, 0.0, image.shape[2], image.shape[1]]]),
                "labels": torch.tensor([1]),
                "scores": image[0, 0, :1] / 255,
            }
            for image in images
        ]


def picture(height: int, width: int, value: int = 0) -> Tensor:
    return torch.full((3, height, width), value, dtype=torch.uint8)


def test_no_picture_gives_nothing() -> None:
    model = Recorder()
    assert list(predict_in_order(model, [], "cpu")) == []
    assert model.batches == []


def test_each_picture_gets_what_it_gets_alone(model: FasterRCNN) -> None:
    generator = torch.Generator().manual_seed(1)
    images = [
        torch.randint(0, 256, (3, *size), dtype=torch.uint8, generator=generator) for size in SIZES
    ]
    for image, item in zip(images, predict_in_order(model, images, "cpu"), strict=True):
        assert not isinstance(item, Exception)
        assert item[0] is image
        with torch.inference_mode():
            alone = model([image])[0]
        assert len(alone["scores"])
        torch.testing.assert_close(item[1]["boxes"], alone["boxes"], rtol=0, atol=1e-3)
        torch.testing.assert_close(item[1]["scores"], alone["scores"], rtol=0, atol=1e-5)
        assert torch.equal(item[1]["labels"], alone["labels"])


def test_errors_keep_their_places() -> None:
    errors = [ValueError(str(number)) for number in range(3)]
    items = [errors[0], picture(4, 5, 51), errors[1], picture(8, 5, 102), errors[2]]
    found = list(predict_in_order(Recorder(), items, "cpu"))
    assert [found[0], found[2], found[4]] == errors
    scores = [item[1]["scores"].item() for item in found if not isinstance(item, Exception)]
    assert scores == pytest.approx([0.2, 0.4])


def test_a_picture_of_which_resizing_leaves_nothing_is_an_error(model: FasterRCNN) -> None:
    images = [picture(40, 60), picture(1, 129), picture(300, 2), picture(1, 128)]
    for several in (model, MultiScale(model, (1.0, 1.2))):
        found = list(predict_in_order(several, images, "cpu"))
        assert [isinstance(item, ValueError) for item in found] == [False, True, True, False]
        assert "129x1 pixels is too narrow" in str(found[1])


def test_pictures_of_one_size_come_together_and_the_order_stays() -> None:
    model = Recorder()
    sizes = [(4, 5), (6, 5), (4, 5), (4, 5), (6, 5)]
    items = [picture(*size, value=51 * place) for place, size in enumerate(sizes)]
    found = [item for item in predict_in_order(model, items, "cpu") if isinstance(item, tuple)]
    assert model.batches == [[(4, 5)] * 3, [(6, 5)] * 2]
    assert [round(5 * item[1]["scores"].item()) for item in found] == [0, 1, 2, 3, 4]


def test_what_is_known_is_given_before_more_is_read() -> None:
    read = 0

    def endless() -> Iterator[Tensor]:
        nonlocal read
        for size in itertools.count(4):
            read += 1
            yield picture(size, 5)

    model = Recorder()
    found = predict_in_order(model, endless(), "cpu")
    next(found)
    assert len(model.batches) == 1
    assert read == WINDOW
    for _ in range(WINDOW):
        next(found)
    assert read == 2 * WINDOW


def test_large_pictures_come_alone_and_are_not_read_far_ahead() -> None:
    read = 0

    def pictures() -> Iterator[Tensor]:
        nonlocal read
        for _ in range(12):
            read += 1
            yield torch.empty(3, 2400, 2000, dtype=torch.uint8)

    model = Recorder()
    found = predict_in_order(model, pictures(), "cpu")
    next(found)
    assert read == 7  # 4.8 million pixels each
    assert model.batches == [[(2400, 2000)]]


@pytest.mark.parametrize(
    ("size", "padded"),
    [((32, 32), (64, 64)), ((33, 66), (64, 128)), ((10, 100), (32, 128)), ((50, 60), (64, 96))],
)
def test_the_padded_size_is_the_models(
    model: FasterRCNN, size: tuple[int, int], padded: tuple[int, int]
) -> None:
    assert padded_sizes(model, picture(*size)) == (padded,)
    batch, _ = model.transform([picture(*size) / 255])
    assert tuple(batch.tensors.shape[-2:]) == padded


def test_what_an_unknown_model_pads_to_is_not_guessed() -> None:
    assert padded_sizes(Recorder(), picture(7, 9)) == ((7, 9),)


def test_with_several_scales_a_picture_has_a_padded_size_at_each(model: FasterRCNN) -> None:
    augmented = MultiScale(model, scales=(0.5, 1.0))
    assert padded_sizes(augmented, picture(33, 66)) == ((32, 64), (64, 128))
    assert padded_sizes(augmented, picture(33, 64)) == ((32, 64), (64, 128))
    assert padded_sizes(augmented, picture(33, 50)) == ((32, 64), (64, 96))
    with augmented.scaled(2.0):  # as while another thread predicts
        assert padded_sizes(augmented, picture(33, 50)) == ((32, 64), (64, 96))
