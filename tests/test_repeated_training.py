"""Several seeds of a small training: what is reported, and what is taken up again."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.logging import MessageHub, MMLogger

from digitdet.repeated_training import train_repeatedly
from digitdet.seed_results import SEEDS_FILE, SeedResult, read_results
from digitdet.training import train

QUICKSTART = Path(__file__).parents[1] / "configs" / "experiments" / "quickstart.py"
SMALL = [
    "train_dataloader.dataset.num_scenes=4",
    "train_dataloader.num_workers=0",
    "train_dataloader.batch_size=2",
    "val_dataloader.dataset.num_scenes=4",
    "val_dataloader.num_workers=0",
    "train_cfg.max_epochs=2",
    "default_hooks.report=None",
    "param_scheduler.1.T_max=2",
    "param_scheduler.0.end=2",
    "model.min_size=32",
    "model.max_size=96",
    "model.rois_per_image=16",
    "model.proposals_train=32",
    "model.proposals_test=16",
]


def repeat(
    work_dir: Path,
    seeds: list[int],
    *changes: str,
    resume: bool = False,
    preflight: bool = False,
) -> list[Any]:
    """Train on few small scenes."""
    return train_repeatedly(
        QUICKSTART,
        seeds,
        work_dir=str(work_dir),
        resume=resume,
        options=[*SMALL, *changes],
        preflight=preflight,
    )


@pytest.fixture(scope="module")
def two_seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of two finished runs, which was named in a roundabout way."""
    folder = tmp_path_factory.mktemp("two_seeds")
    repeat(folder / ".." / folder.name, [5, 3], preflight=True)
    return folder


@pytest.fixture
def copied(two_seeds: Path, tmp_path: Path) -> Path:
    """A folder with what those runs left but for their checkpoints."""
    (tmp_path / SEEDS_FILE).write_bytes((two_seeds / SEEDS_FILE).read_bytes())
    return tmp_path


def _weights(file: Path) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = torch.load(file, weights_only=True)["state_dict"]
    return state


def test_no_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="--seeds needs at least one seed"):
        repeat(tmp_path, [])


@pytest.mark.parametrize(
    ("seeds", "changes", "message"),
    [
        ([0, -1], [], "from 0 to 4294967295, got -1"),
        ([2**32], [], "got 4294967296"),
        ([0, 1, 0], [], "name 0 once"),
        ([0], ["randomness.seed=4"], "leave randomness.seed out of --cfg-options"),
        ([0], ["custom_hooks=[]"], "no EvaluationHook; give it"),
        (
            [0],
            ["val_dataloader=None", "val_evaluator=None", "val_cfg=None"],
            "compares the figures of the validation",
        ),
    ],
)
def test_what_can_not_be_repeated_is_refused_before_training(
    seeds: list[int], changes: list[str], message: str, tmp_path: Path
) -> None:
    small = [option for option in SMALL if not (changes and option.startswith("val_"))]
    with pytest.raises(ValueError, match=message):
        train_repeatedly(QUICKSTART, seeds, work_dir=str(tmp_path), options=[*small, *changes])
    assert not list(tmp_path.iterdir())


def test_a_checkpoint_to_resume_from_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"takes no checkpoint here, got 'epoch_1\.pth'"):
        train_repeatedly(QUICKSTART, [0], work_dir=str(tmp_path), resume="epoch_1.pth")


def test_the_file_has_each_run_and_the_spread_of_each_figure(two_seeds: Path) -> None:
    content = json.loads((two_seeds / SEEDS_FILE).read_text(encoding="utf-8"))
    runs = content["runs"]
    assert [run["seed"] for run in runs] == content["summary"]["seeds"] == [5, 3]
    for run in runs:
        history = torch.load(two_seeds / f"seed_{run['seed']}" / "epoch_2.pth", weights_only=True)[
            "message_hub"
        ]["runtime_info"]["evaluation_history"]
        assert run["last"] == history[1]
        assert run["best"] in history
        assert run["best"]["metrics"]["map"] == max(epoch["metrics"]["map"] for epoch in history)
        assert (two_seeds / run["checkpoint"]).name == f"best_map_epoch_{run['best']['epoch']}.pth"
        assert (two_seeds / run["checkpoint"]).is_file()
    for epoch in ("best", "last"):
        values = [run[epoch]["metrics"]["ap_3"] for run in runs]
        spread = content["summary"][epoch]["ap_3"]
        assert spread["mean"] == pytest.approx(np.mean(values), abs=1e-12)
        assert spread["deviation"] == pytest.approx(np.std(values, ddof=1), abs=1e-12)


def test_the_seeds_are_laid_over_each_other(two_seeds: Path) -> None:
    text = (two_seeds / "compare" / "comparison.md").read_text(encoding="utf-8")
    assert "| seed\\_5 | finished | 2 of 2 |" in text
    assert "| seed\\_3 | finished | 2 of 2 |" in text
    assert "| `randomness.seed` | `5` | `3` |" in text
    assert text.count("| `") == 3  # no other key differs
    assert (two_seeds / "compare" / "comparison.html").is_file()
    assert (two_seeds / "compare" / "map.svg").is_file()


def test_each_run_is_the_one_that_training_alone_gives(two_seeds: Path, tmp_path: Path) -> None:
    options = [*SMALL, "randomness.seed=3"]
    train(QUICKSTART, work_dir=str(tmp_path), options=options, preflight=False)
    alone, second = _weights(tmp_path / "epoch_2.pth"), _weights(two_seeds / "seed_3/epoch_2.pth")
    first = _weights(two_seeds / "seed_5" / "epoch_2.pth")
    assert all(torch.equal(value, second[name]) for name, value in alone.items())
    assert not all(torch.equal(value, first[name]) for name, value in alone.items())


def test_each_run_has_a_log_and_scalars_of_its_own(two_seeds: Path) -> None:
    for seed in (3, 5):
        (log,) = (two_seeds / f"seed_{seed}").glob("*/*.log")
        text = log.read_text(encoding="utf-8")
        assert f"seed: {seed}\n" in text
        assert f"seed: {8 - seed}\n" not in text
        assert ("preflight: " in text) == (seed == 5)  # the first one alone is checked before
        rows = (two_seeds / f"seed_{seed}" / "scalars.csv").read_text(encoding="utf-8").splitlines()
        assert [row.split(",")[1] for row in rows if ",val/map," in row] == ["1", "2"]


def test_finished_seeds_are_taken_as_they_are(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = repeat(copied, [3, 5], resume=True)
    assert [result.seed for result in results] == [3, 5]
    assert [file.name for file in copied.iterdir()] == [SEEDS_FILE]
    output = capsys.readouterr().out
    assert "seed 3 (1 of 2): finished" in output
    assert "best epoch by map" in output
    assert "last epoch" in output
    assert "deviation" in output


def test_a_stopped_seed_goes_on_where_it_was(
    two_seeds: Path, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads((copied / SEEDS_FILE).read_text(encoding="utf-8"))
    content["runs"] = content["runs"][:1]
    (copied / SEEDS_FILE).write_text(json.dumps(content), encoding="utf-8")
    (copied / "seed_3").mkdir()
    begun = two_seeds / "seed_3" / "epoch_1.pth"
    (copied / "seed_3" / "epoch_1.pth").write_bytes(begun.read_bytes())
    repeat(copied, [5, 3], resume=True)
    output = capsys.readouterr().out
    assert "epoch 2/2" in output
    assert "epoch 1/2" not in output
    one = _weights(two_seeds / "seed_3" / "epoch_2.pth")
    other = _weights(copied / "seed_3" / "epoch_2.pth")
    assert all(torch.equal(value, other[name]) for name, value in one.items())
    before, after = (
        json.loads((folder / SEEDS_FILE).read_text(encoding="utf-8"))["summary"]
        for folder in (two_seeds, copied)
    )
    assert before == after


def test_runs_of_another_setting_are_not_mixed(copied: Path) -> None:
    with pytest.raises(ValueError, match=r"other values of model\.score_threshold; go on"):
        repeat(copied, [5, 3], "model.score_threshold=0.2", resume=True)


def test_figures_of_other_seeds_are_not_written_over(copied: Path) -> None:
    before = (copied / SEEDS_FILE).read_bytes()
    with pytest.raises(ValueError, match=r"seeds.json: holds the figures of seeds 3, too; keep"):
        repeat(copied, [5, 7])
    assert (copied / SEEDS_FILE).read_bytes() == before


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"runs": [{"seed": 1}], "setting": {}}'])
def test_a_file_that_is_no_summary_is_refused_by_name(content: str, tmp_path: Path) -> None:
    (tmp_path / SEEDS_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=SEEDS_FILE):
        read_results(tmp_path / SEEDS_FILE, {})


def test_a_failing_seed_is_named_and_what_is_done_stays(copied: Path) -> None:
    (copied / "seed_7").write_text("no folder")
    before = (copied / SEEDS_FILE).read_bytes()
    with pytest.raises(RuntimeError, match=r"seed 7: [\s\S]*seeds 5, 3 are kept; --resume"):
        repeat(copied, [5, 3, 7], resume=True)
    assert (copied / SEEDS_FILE).read_bytes() == before


def test_a_run_leaves_nothing_in_mmengines_globals(two_seeds: Path) -> None:
    assert two_seeds.is_dir()
    names = [*MMLogger._instance_dict, *MessageHub._instance_dict]
    assert not [name for name in names if name.startswith("quickstart")]


def test_one_seed_says_that_its_spread_is_not_defined(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (result,) = repeat(copied, [5], resume=True)
    assert isinstance(result, SeedResult)
    assert "one seed: its spread is not defined" in capsys.readouterr().out
    content = json.loads((copied / SEEDS_FILE).read_text(encoding="utf-8"))
    assert content["summary"]["seeds"] == [5]
    assert content["summary"]["best"]["map"]["deviation"] is None
    assert [run["seed"] for run in content["runs"]] == [5, 3]
