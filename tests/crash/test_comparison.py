"""The judge of the crash campaigns finds what it is there to find."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from crashing.comparison import check_equal, differences, table, what_repeats

NAN = float("nan")


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({}, {}, []),
        (NAN, NAN, []),
        (torch.tensor([NAN, -0.0]), torch.tensor([NAN, -0.0]), []),
        (0.0, -0.0, [": 0.0, not -0.0"]),
        (torch.tensor(0.0), torch.tensor(-0.0), [": torch.float32 (), not torch.float32 ()"]),
        (torch.zeros(2), torch.zeros(3), [": torch.float32 (2,), not torch.float32 (3,)"]),
        ({"a": [1, 2]}, {"a": [1, 3]}, [".a.1: 2, not 3"]),
        ({"a": [1, 2]}, {"a": [1]}, [".a: list of 2, not list of 1", ".a.1: 2, not nothing"]),
        ({"a": 1}, {"b": 1}, [".a: 1, not nothing", ".b: nothing, not 1"]),
        ([], (), [": list of 0, not tuple of 0"]),
        (1, 1.0, [": 1, not 1.0"]),
        (1.0, NAN, [": 1.0, not nan"]),
    ],
)
def test_differences_are_named_by_their_place(one: Any, other: Any, found: list[str]) -> None:
    assert differences(one, other) == found


def _write(folder: Path, **changes: Any) -> Path:
    folder.mkdir()
    config = json.dumps({"work_dir": str(folder), "train_cfg": {"max_epochs": 1}})
    content = {
        "meta": {"time": str(folder), "epoch": 1, "cfg": config},
        "message_hub": {"train/time": [0.5], "best_ckpt": str(folder / "best.pth")},
        "state_dict": {"weight": torch.ones(3)},
    }
    torch.save({**content, **changes}, folder / "epoch_1.pth")
    (folder / "scalars.csv").write_text("step,epoch,name,value\n", encoding="utf-8")
    return folder


def test_times_and_places_may_differ(tmp_path: Path) -> None:
    assert what_repeats({}) == {}
    check_equal(_write(tmp_path / "1"), _write(tmp_path / "2"))


def test_weights_scalars_and_files_may_not(tmp_path: Path) -> None:
    first = _write(tmp_path / "1")
    with pytest.raises(AssertionError, match=r"1 differences: \.state_dict\.weight: "):
        check_equal(first, _write(tmp_path / "2", state_dict={"weight": torch.zeros(3)}))
    more = _write(tmp_path / "3")
    (more / "epoch_2.pth").touch()
    with pytest.raises(AssertionError, match=r"epoch_2\.pth"):
        check_equal(first, more)
    other = _write(tmp_path / "4")
    (other / "scalars.csv").write_text("", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"scalars\.csv: 2 differences: : list of 1"):
        check_equal(first, other)


def test_of_several_tables_the_last_counts() -> None:
    assert table("") == []
    assert table("┏━┓\n│ 1 │\n└─┘\nepoch\n┏━┓\n│ 2 │\n│ 3 │\nbest: x") == ["│ 2 │", "│ 3 │"]


def test_the_record_may_differ_in_times_alone(tmp_path: Path) -> None:
    def write(name: str, **changes: Any) -> Path:
        epochs = [{"epoch": 1, "seconds": len(name)}]
        config = {"work_dir": name, "randomness": {"seed": 0}}
        content = {"seed": 0, "config": config, "sessions": [name], "epochs": epochs, **changes}
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(json.dumps(content), encoding="utf-8")
        return tmp_path / name

    first = write("1")
    check_equal(first, write("longer"))
    for number, change in enumerate([{"seed": 1}, {"epochs": []}, {"config": {}}]):
        with pytest.raises(AssertionError, match=r"run\.json: "):
            check_equal(first, write(f"changed {number}", **change))


def test_the_best_validation_may_not_differ(tmp_path: Path) -> None:
    for name, text in {"1": "[]", "2": "[]", "3": "[1]"}.items():
        (tmp_path / name / "best" / "samples").mkdir(parents=True)
        (tmp_path / name / "best" / "pred.json").write_text(text, encoding="utf-8")
    (tmp_path / "2" / "best" / "samples" / "00.png").touch()
    check_equal(tmp_path / "1", tmp_path / "1")
    for other, name in {"2": r"samples/00\.png", "3": r"pred\.json"}.items():
        with pytest.raises(AssertionError, match=rf"best: differs in \['{name}'\]"):
            check_equal(tmp_path / "1", tmp_path / other)
