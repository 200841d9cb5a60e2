"""What a checkpoint carries: its config, its reader, and what is known of its confidences."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from quickstart_readings import LOW, QUICKSTART, confidences, read

from digitdet import DigitReader, config, trained_models
from digitdet.calibration import Calibration


def test_a_checkpoint_alone_is_read_by_the_config_that_it_carries(
    carrying: Callable[..., Path], reader: DigitReader, layout: Path
) -> None:
    alone = DigitReader(checkpoint=carrying(), options=LOW)
    assert [read(one) for one in alone(layout / "train")] == [
        read(one) for one in reader(layout / "train")
    ]


def test_weights_that_a_config_starts_from_are_not_looked_for(
    carrying: Callable[..., Path], reader: DigitReader, layout: Path
) -> None:
    values = config.load(QUICKSTART).to_dict()
    detector = {**values["model"], "weights": "COCO_V1"}
    model = {"type": "MultiScale", "detector": detector, "scales": [1.0]}
    several = DigitReader(checkpoint=carrying({**values, "model": model}), options=LOW)
    file = layout / "test" / "1.png"
    assert read(several(file)[0]) == read(reader(file)[0])


def test_an_installation_without_the_weights_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trained_models, "READER_FILE", tmp_path / "reader.safetensors")
    with pytest.raises(FileNotFoundError, match=r"reader\.safetensors: .* install digitdet again"):
        DigitReader()


def test_confidences_mean_what_the_checkpoint_knows_of_them(
    carrying: Callable[..., Path], reader: DigitReader, layout: Path
) -> None:
    known = Calibration(slope=0.5, offset=-1.0, num_numbers=10, num_right=3)
    values = config.load(QUICKSTART, LOW).to_dict()
    file = carrying(values, calibration=known.to_dict())
    before = confidences(reader, layout)
    after = confidences(DigitReader(QUICKSTART, file, options=LOW), layout)
    assert after == pytest.approx([known.apply(confidence) for confidence in before])
    limit = sorted(after)[len(after) // 2]
    strict = DigitReader(checkpoint=file, options=LOW, min_confidence=limit)
    assert confidences(strict, layout) == [value for value in after if value >= limit]
    wrong = carrying(calibration={**known.to_dict(), "slope": -1})
    with pytest.raises(ValueError, match=r"carrying.pth: calibration: slope: has to be 0"):
        DigitReader(checkpoint=wrong)


def test_a_calibration_is_not_used_with_another_reader(
    carrying: Callable[..., Path],
    reader: DigitReader,
    layout: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    known = Calibration(slope=0.5, offset=-1.0, num_numbers=10, num_right=3)
    values = config.load(QUICKSTART).to_dict()
    file = carrying(values, calibration=known.to_dict())
    DigitReader(QUICKSTART, file)
    assert "warning" not in capsys.readouterr().err
    assert confidences(DigitReader(QUICKSTART, file, options=LOW), layout) == confidences(
        reader, layout
    )
    said = capsys.readouterr().err
    assert said.startswith(f"warning: {file}: its confidences were calibrated with the reader {{")
    assert said.endswith("products of the digits' scores, and no probabilities\n")


def test_weights_and_configs_that_lack_each_other_are_refused(
    checkpoint: Path, carrying: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"random.pth: holds weights without the config"):
        DigitReader(checkpoint=checkpoint)
    with pytest.raises(
        ValueError,
        match=r"quickstart.py: was given as the config, without a .*DigitReader\(checkpoint",
    ):
        DigitReader(QUICKSTART)
    with pytest.raises(FileNotFoundError, match=r"none.pth: no such checkpoint"):
        DigitReader(checkpoint=tmp_path / "none.pth")
    model = config.load(QUICKSTART).to_dict()["model"]
    with pytest.raises(ValueError, match=r"carrying\.pth: states no `reader`"):
        DigitReader(checkpoint=carrying({"model": model}))
    with pytest.raises(ValueError, match="can't be read as JSON"):
        DigitReader(checkpoint=carrying(cfg="model = dict()"))


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ("model", {"type": "planted_module.Thing"}),
        ("reader", {"type": "planted_module.Thing"}),
        ("reader", {"type": "LineReader", "_scope_": "planted_module"}),
        ("model", {"type": "MultiScale", "detector": {"type": "planted_module.Thing"}}),
        ("model", {"type": "MultiScale", "detector": [{"a": {"type": "planted_module.Thing"}}]}),
        ("model", {"type": "FasterRCNN", "backbone": {"type": 3}}),
        ("custom_imports", {"imports": ["planted_module"]}),
    ],
)
def test_nothing_is_imported_because_weights_say_so(
    place: str,
    part: dict[str, Any],
    carrying: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "planted_module").mkdir()
    (tmp_path / "planted_module" / "__init__.py").write_text("Thing = dict\n", encoding="utf-8")
    (tmp_path / "planted_module" / "registry.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    file = carrying({**config.load(QUICKSTART).to_dict(), place: part})
    if place == "custom_imports":
        DigitReader(checkpoint=file)
    else:
        with pytest.raises(ValueError, match=rf"carrying.pth: {place}.*registered already"):
            DigitReader(checkpoint=file)
    assert not [name for name in sys.modules if name.startswith("planted_module")]


def test_what_is_wrong_in_a_carried_config_or_an_option_is_named(
    carrying: Callable[..., Path],
) -> None:
    values = config.load(QUICKSTART).to_dict()
    values["reader"]["score_treshold"] = 0.3
    with pytest.raises(ValueError, match=r"carrying.pth: reader.score_treshold: .*did you mean"):
        DigitReader(checkpoint=carrying(values))
    with pytest.raises(ValueError, match=r"--cfg-options reader\.max_digit: "):
        DigitReader(checkpoint=carrying(), options=["reader.max_digit=3"])
    with pytest.raises(ValueError, match=r"model.score_threshold, 0.9: the model drops"):
        DigitReader(checkpoint=carrying(), options=["model.score_threshold=0.9"])
