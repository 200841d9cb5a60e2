"""Which checkpoint a run goes on from, and where those of other runs go."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from digitdet.checkpoints.finding import find_to_resume, newest_checkpoint, set_aside


def write(file: Path, iteration: int, epoch: int, **said: Any) -> Path:
    """Write a small checkpoint."""
    meta = {"format": "digitdet", "is_resumable": True, "iter": iteration, "epoch": epoch, **said}
    file.parent.mkdir(exist_ok=True)
    torch.save({"meta": meta, "state_dict": {"a": torch.arange(1000.0)}}, file)
    return file


def tear(file: Path, share: float = 0.5) -> Path:
    """Cut a file short."""
    os.truncate(file, int(file.stat().st_size * share))
    return file


def flip(file: Path) -> Path:
    """Change a bit within the tensor of a file."""
    data = bytearray(file.read_bytes())
    data[data.index(torch.arange(500.0, 510.0).numpy().tobytes())] ^= 1
    file.write_bytes(data)
    return file


def test_a_folder_without_checkpoints_has_no_newest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert newest_checkpoint(tmp_path / "none") is None
    (tmp_path / "notes.txt").write_text("epoch_1.pth")
    (tmp_path / "epoch_3.pth").mkdir()
    (tmp_path / ".epoch_2.pth.0a1b2c3d.part").write_bytes(b"PK")
    assert newest_checkpoint(tmp_path) is None
    assert find_to_resume(tmp_path) is None
    assert capsys.readouterr().out == (
        f"--resume: {tmp_path} holds no checkpoint, so training starts from the beginning\n"
    )


@pytest.mark.parametrize(
    ("positions", "newest"),
    [
        ({"epoch_9.pth": (90, 9), "epoch_10.pth": (100, 10)}, "epoch_10.pth"),
        # A stopover within an epoch, and the one before.
        ({"epoch_2.pth": (20, 2), "iter_25.pth": (25, 2)}, "iter_25.pth"),
        # The last step of an epoch, before and after its end.
        ({"iter_20.pth": (20, 1), "epoch_2.pth": (20, 2)}, "epoch_2.pth"),
        # Names as a config may have them, that say another order.
        ({"z_1.pth": (10, 1), "a-30.pth": (30, 3), "m2.ckpt": (20, 2)}, "a-30.pth"),
    ],
)
def test_the_newest_is_that_of_the_most_steps_and_epochs(
    positions: dict[str, tuple[int, int]], newest: str, tmp_path: Path
) -> None:
    for name, position in positions.items():
        write(tmp_path / name, *position)
    os.utime(tmp_path / newest, (0, 0))  # when it was written does not count
    write(tmp_path / "earlier_1" / "epoch_99.pth", 990, 99)
    write(tmp_path / "best_map_epoch_11.pth", 110, 11, is_resumable=False)
    write(tmp_path / "foreign.pth", 500, 50, format="other")
    torch.save({"a": torch.ones(1)}, tmp_path / "weights.pth")
    assert newest_checkpoint(tmp_path) == tmp_path / newest


def test_of_two_at_the_same_place_the_one_written_later_is_taken(tmp_path: Path) -> None:
    for name, second in {"epoch_2.pth": 5, "again.pth": 7, "copy.pth": 6}.items():
        os.utime(write(tmp_path / name, 20, 2), (second, second))
    assert newest_checkpoint(tmp_path) == tmp_path / "again.pth"


@pytest.mark.parametrize("damage", [lambda f: tear(f, 0), tear, lambda f: tear(f, 0.99), flip])
def test_a_torn_newest_is_named_with_the_one_that_is_taken(
    damage: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for epoch in (1, 2, 3):
        write(tmp_path / f"epoch_{epoch}.pth", 10 * epoch, epoch)
    damage(tmp_path / "epoch_3.pth")
    assert newest_checkpoint(tmp_path) == tmp_path / "epoch_2.pth"
    assert capsys.readouterr().err == (
        f"warning: {tmp_path}: torn or no checkpoint: epoch_3.pth; going on from "
        f"{tmp_path}/epoch_2.pth\n"
    )


def test_a_folder_of_torn_ones_is_an_error_with_the_way_out(tmp_path: Path) -> None:
    tear(write(tmp_path / "epoch_1.pth", 10, 1))
    flip(write(tmp_path / "epoch_2.pth", 20, 2))
    write(tmp_path / "best_map_epoch_1.pth", 10, 1, is_resumable=False)
    with pytest.raises(ValueError, match="no checkpoint there is whole") as caught:
        find_to_resume(tmp_path)
    for part in ("epoch_1.pth, epoch_2.pth", "train without --resume", "`--resume FILE`"):
        assert part in str(caught.value)


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_in_a_new_folder_nothing_is_set_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_aside(tmp_path / "none", None)
    (tmp_path / "seeds.json").touch()
    torch.save({"a": torch.ones(1)}, tmp_path / "weights.pth")
    for after in (None, 0, -1):
        set_aside(tmp_path, after)
    assert _names(tmp_path) == ["seeds.json", "weights.pth"]
    assert not any(capsys.readouterr())


def test_a_new_run_sets_aside_all_of_the_earlier_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = {}
    for name, position in {"epoch_1.pth": (10, 1), "best_map_epoch_1.pth": (10, 1)}.items():
        contents[name] = write(tmp_path / name, *position).read_bytes()
    contents["epoch_2.pth"] = tear(write(tmp_path / "epoch_2.pth", 20, 2)).read_bytes()
    (tmp_path / "scalars.csv").write_bytes(b"step\n")
    contents["scalars.csv"] = b"step\n"
    (tmp_path / ".iter_25.pth.0a1b2c3d.part").touch()
    (tmp_path / ".scalars.csv.0a1b2c3d.part").touch()  # not of a checkpoint
    torch.save({"a": torch.ones(1)}, tmp_path / "weights.pth")
    set_aside(tmp_path, None, [tmp_path / "epoch_2.pth"])
    (folder,) = tmp_path.glob("earlier_*")
    assert _names(tmp_path) == [".scalars.csv.0a1b2c3d.part", folder.name, "weights.pth"]
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == contents
    out = capsys.readouterr().out
    assert out.startswith(f"kept in {folder}: 4 files of an earlier run: ")
    assert out.count("\n") == 1


def test_a_run_that_goes_on_from_an_earlier_step_sets_aside_the_later_ones(
    tmp_path: Path,
) -> None:
    for epoch in (1, 2, 3):
        write(tmp_path / f"epoch_{epoch}.pth", 10 * epoch, epoch)
    write(tmp_path / "best_map_epoch_1.pth", 10, 1, is_resumable=False)
    write(tmp_path / "best_map_epoch_3.pth", 30, 3, is_resumable=False)
    write(tmp_path / "iter_25.pth", 25, 2)
    (tmp_path / "scalars.csv").write_bytes(b"step\n30\n")
    set_aside(tmp_path, 20)
    (folder,) = tmp_path.glob("earlier_*")
    later = ["best_map_epoch_3.pth", "epoch_3.pth", "iter_25.pth", "scalars.csv"]
    assert _names(folder) == later
    assert (folder / "scalars.csv").read_bytes() == b"step\n30\n"
    kept = ["best_map_epoch_1.pth", folder.name, "epoch_1.pth", "epoch_2.pth", "scalars.csv"]
    assert _names(tmp_path) == kept


@pytest.mark.parametrize("after", [None, 10])
def test_files_of_others_stay_but_where_the_run_needs_their_names(
    after: int | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "epoch_1.pth", 10, 1)
    torch.save({"state_dict": {"a": torch.ones(1)}}, tmp_path / "epoch_2.pth")
    tear(write(tmp_path / "epoch_3.pth", 30, 3))
    theirs = {"results.ckpt": b"a text", "model.pt": b"PK\x03\x04", "copy.pth": b"", "6.pth": b"\0"}
    for name, content in theirs.items():
        (tmp_path / name).write_bytes(content)
    named = [tmp_path / f"epoch_{epoch}.pth" for epoch in (1, 2, 3)]
    set_aside(tmp_path, after, named)
    (folder,) = tmp_path.glob("earlier_*")
    of_run = ["epoch_1.pth", "epoch_2.pth", "epoch_3.pth"]
    assert _names(folder) == (of_run if after is None else of_run[1:])
    stayed = [] if after is None else ["epoch_1.pth"]
    assert _names(tmp_path) == sorted([*theirs, *stayed, folder.name])
    assert "epoch_3.pth" in capsys.readouterr().out


def test_what_is_set_aside_twice_in_a_second_is_all_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "strftime", lambda _: "earlier_now")
    for _ in range(3):
        write(tmp_path / "epoch_1.pth", 10, 1)
        set_aside(tmp_path, None)
    folders = ["earlier_now", "earlier_now_2", "earlier_now_3"]
    assert _names(tmp_path) == folders
    assert all((tmp_path / folder / "epoch_1.pth").is_file() for folder in folders)
