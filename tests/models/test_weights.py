import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.logging import MMLogger
from torch import Tensor
from torchvision.models.detection import FasterRCNN_ResNet50_FPN_V2_Weights

from digitdet.models import FasterRCNN
from digitdet.models.weights import (
    check_state_dict,
    download_coco_weights,
    load_pretrained,
)

URL = FasterRCNN_ResNet50_FPN_V2_Weights.COCO_V1.url


def slim(num_classes: int = 11, width: int = 16, **changes: Any) -> FasterRCNN:
    return FasterRCNN(
        num_classes=num_classes,
        backbone={"type": "SlimResNetFPN", "widths": [8, 16, width], "out_channels": 16},
        head_conv_channels=[],
        head_fc_channels=[16],
        **{"anchor_sizes": [[12], [24]], **changes},
    )


def save(file: Path, content: Any) -> Path:
    torch.save(content, file)
    return file


class Touch:
    """Unpickled, it makes a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.file,)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "none.pth"
    with pytest.raises(FileNotFoundError, match=re.escape(f"{file}: no such checkpoint")):
        slim(weights=str(file))


def test_a_folder_and_another_file_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{tmp_path}: is a folder; name a checkpoint")):
        slim(weights=str(tmp_path))
    file = tmp_path / "page.pth"
    file.write_text("<html>")
    with pytest.raises(ValueError, match=re.escape(f"{file}: can't be loaded as a checkpoint: it")):
        slim(weights=str(file))


def test_weights_of_the_same_classes_are_loaded_whole(tmp_path: Path) -> None:
    first = slim()
    model = slim(weights=str(save(tmp_path / "a.pth", first.state_dict())))
    for name, value in model.state_dict().items():
        assert torch.equal(value, first.state_dict()[name]), name


def test_weights_of_91_classes_leave_the_predictor_alone_new(tmp_path: Path) -> None:
    coco, model = slim(num_classes=91), slim()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    load_pretrained(model, str(save(tmp_path / "coco.pth", coco.state_dict())))
    predictor = {name for name in before if name.startswith("roi_heads.box_predictor.")}
    assert len(predictor) == 4
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name] if name in predictor else coco.state_dict()[name])


def test_another_number_of_anchors_leaves_the_last_layers_of_the_rpn_alone_new(
    tmp_path: Path,
) -> None:
    other, model = slim(), slim(anchor_sizes=[[12, 24], [24, 48]])
    before = {name: value.clone() for name, value in model.state_dict().items()}
    file = save(tmp_path / "other.pth", other.state_dict())
    load_pretrained(model, str(file))
    new = {
        f"rpn.head.{layer}.{part}"
        for layer in ("cls_logits", "bbox_pred")
        for part in ("weight", "bias")
    }
    assert new <= set(before)
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name] if name in new else other.state_dict()[name]), name


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"num_classes": 91}, ["has a box predictor of 91 classes, which is replaced by a new"]),
        ({"aspect_ratios": (1.0,)}, ["has an RPN of 1 anchors in each place, which is replaced"]),
    ],
)
def test_what_is_replaced_is_said(
    tmp_path: Path, changes: dict[str, Any], said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    file, model = save(tmp_path / "a.pth", slim(**changes).state_dict()), slim()
    MMLogger.get_instance("weights").addHandler(caplog.handler)
    load_pretrained(model, str(file))
    messages = [message for message in caplog.messages if str(file) in message]
    assert len(messages) == len(said)
    for message, part in zip(messages, said, strict=True):
        assert message.startswith(f"{file}: {part}")


def test_another_number_of_classes_is_said_in_words() -> None:
    with pytest.raises(ValueError, match=r"a\.pth: was trained for 91 classes .* has 11 "):
        check_state_dict(slim(), slim(num_classes=91).state_dict(), "a.pth")


def test_other_shapes_are_refused_with_an_example(tmp_path: Path) -> None:
    file = save(tmp_path / "a.pth", slim(width=24).state_dict())
    with pytest.raises(ValueError, match=r"a\.pth: does not fit the model: it has other shapes of"):
        slim(weights=str(file))


@pytest.mark.parametrize("change", [Tensor.int, lambda t: t.to(torch.complex64), Tensor.to_sparse])
def test_weights_of_another_kind_are_refused(change: Callable[[Tensor], Tensor]) -> None:
    model, name = slim(), "rpn.head.cls_logits.bias"
    state = model.state_dict()
    state[name] = change(state[name])
    with pytest.raises(ValueError, match=rf"it has other kinds of numbers in 1 .* '{name}'"):
        check_state_dict(model, state, "a.pth")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_another_precision_are_taken(dtype: torch.dtype) -> None:
    model = slim()
    check_state_dict(model, {k: v.to(dtype) for k, v in model.state_dict().items()}, "a.pth")


def test_another_number_of_anchors_is_said_in_words() -> None:
    other = slim(aspect_ratios=(1.0,))
    with pytest.raises(ValueError, match=r"^a\.pth: was trained with 3 anchors .* model has 1"):
        check_state_dict(other, slim().state_dict(), "a.pth")


def test_lacking_and_foreign_entries_are_both_named() -> None:
    model = slim()
    state = {**model.state_dict(), "extra.weight": torch.zeros(1)}
    del state["rpn.head.cls_logits.bias"]
    with pytest.raises(ValueError, match=r"a\.pth: does not fit") as caught:
        check_state_dict(model, state, "a.pth")
    assert "lacks 1 entries such as 'rpn.head.cls_logits.bias'" in str(caught.value)
    assert "has too many 1 entries such as 'extra.weight'" in str(caught.value)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where torch.hub looks for the COCO weights; a download is refused by a closed port."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    for name in ("no_proxy", "NO_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setattr(urllib.request, "_opener", None)
    return tmp_path / "torch" / "hub" / "checkpoints" / URL.rpartition("/")[2]


def test_a_failing_download_says_what_was_tried_and_what_to_do(place: Path) -> None:
    with pytest.raises(RuntimeError, match=re.escape(URL)) as caught:
        slim(weights="COCO_V1")
    assert f"by hand at {place}" in str(caught.value)
    assert "--cfg-options model.weights=None" in str(caught.value)


def test_weights_put_at_the_named_place_are_found(place: Path) -> None:
    place.parent.mkdir(parents=True)
    coco = slim(num_classes=91)
    save(place, coco.state_dict())
    assert download_coco_weights().keys() == coco.state_dict().keys()
    model = slim(weights="COCO_V1")
    assert torch.equal(model.backbone.stem[0][0].weight, coco.backbone.stem[0][0].weight)


def test_a_pickled_object_put_at_the_named_place_executes_nothing(
    place: Path, tmp_path: Path
) -> None:
    place.parent.mkdir(parents=True)
    save(place, {"a": Touch(tmp_path / "executed")})
    with pytest.raises(RuntimeError, match=re.escape(str(place))):
        download_coco_weights()
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("content", [b"", b"<html>404</html>"])
def test_a_broken_file_at_the_named_place_is_named(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    with pytest.raises(RuntimeError, match=re.escape(str(place))):
        download_coco_weights()
